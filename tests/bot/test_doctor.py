"""The doctor says in plain words what is wrong and what to do, against a simulated platform."""

from __future__ import annotations

import datetime as dt
import email.utils
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.doctor import examine_all
from bot.doctor_wechat import examine, explain
from bot.office import Office, open_office
from bot.schema import upgrade
from bot.settings import PREFIX, Settings, read_settings
from knowledge_base.library import Library
from models.conversation import Conversation
from models.database import open_engine
from models.job_lease import JobLease
from models.message import Status
from models.vault import new_key
from simulator import Platform
from simulator.server import serving
from tests.bot.conftest import ACCOUNT, run
from tests.make import NOON, make_user
from tests.one_app import app_for


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform(
        app_id=ACCOUNT["WECHAT_APP_ID"],
        app_secret=ACCOUNT["WECHAT_APP_SECRET"],
        token=ACCOUNT["WECHAT_TOKEN"],
        aes_key=ACCOUNT["WECHAT_AES_KEY"],
        original_id=ACCOUNT["WECHAT_ORIGINAL_ID"],
    )
    with platform.serve() as base:
        platform.world.base_url = base
        yield platform
    assert platform.complaints == []


@pytest.fixture
def settings(environ: dict[str, str], platform: Platform) -> Settings:
    return read_settings(environ | {f"{PREFIX}WECHAT_API_BASE": platform.world.base_url})


@pytest.fixture
def office(environ: dict[str, str], platform: Platform, library: Library) -> Iterator[Office]:
    """A prepared office whose web service answers on loopback."""
    environ[f"{PREFIX}WECHAT_API_BASE"] = platform.world.base_url
    office = open_office(read_settings(environ), library=library)
    upgrade(office.engine)
    with serving(app_for(office), "127.0.0.1", 0) as address:
        environ[f"{PREFIX}PUBLIC_URL"] = address
        yield office
    office.engine.dispose()


def said(findings, mark: str = "✗!") -> str:
    return "\n".join(str(finding) for finding in findings if finding.mark in mark)


# -- the whole check-up --------------------


def test_a_healthy_office_gets_no_cross(office, environ, tmp_path):
    office.settings.media_dir.mkdir(mode=0o700)
    with office.sessions.begin() as db:
        JobLease.hold(db, "sweeps", "me", now=now())
    findings = list(examine_all(environ, folder=tmp_path, now=now()))
    assert said(findings, "✗") == ""
    assert "试用" in said(findings, "!")
    assert "回调地址" in said(findings, "✓")
    assert "客服消息今天用了 0 次" in said(findings, "✓")
    assert "定时任务在运行" in said(findings, "✓")


def test_reports_want_a_key_of_their_own_and_somebody_who_reads_them(office, environ, tmp_path):
    missing = ("没有设置 FRONTDOOR_RESTRICTED_KEYS", "还没有纪检专人")
    words = said(examine_all(environ, folder=tmp_path, now=now()), "!")
    assert all(each in words for each in missing)
    environ[f"{PREFIX}RESTRICTED_KEYS"] = new_key()
    with office.sessions.begin() as db:
        make_user(db).grant(db, "discipline", station_id=None, by="test", now=now(), confirmed=True)
    words = said(examine_all(environ, folder=tmp_path, now=now()), "!")
    assert not [each for each in missing if each in words]


def test_bad_settings_are_named_and_nothing_else_is_tried(environ, tmp_path):
    environ[f"{PREFIX}WECHAT_TOKEN"] = "short"
    findings = list(examine_all(environ, folder=tmp_path, now=NOON))
    assert "FRONTDOOR_WECHAT_TOKEN" in said(findings, "✗")
    assert said(findings, "✓") == ""


def test_secrets_that_others_can_read(environ, tmp_path):
    (tmp_path / ".env").write_text("FRONTDOOR_SECRET_KEY=x")
    (tmp_path / ".env").chmod(0o644)
    Path(environ[f"{PREFIX}MEDIA_DIR"]).mkdir(mode=0o755)
    words = said(examine_all(environ, folder=tmp_path, now=NOON), "✗")
    assert "chmod 600" in words
    assert "chmod 700" in words


def test_a_media_folder_that_is_a_file(environ, tmp_path):
    Path(environ[f"{PREFIX}MEDIA_DIR"]).write_text("")
    assert "写不进去" in said(examine_all(environ, folder=tmp_path, now=NOON), "✗")


def test_a_database_that_is_not_there(environ, tmp_path):
    environ[f"{PREFIX}DATABASE_URL"] = "postgresql://nobody:secretword@127.0.0.1:9/none"
    words = said(examine_all(environ, folder=tmp_path, now=NOON))
    assert "连不上数据库" in words
    assert "secretword" not in words


def test_a_database_that_is_empty(environ, tmp_path):
    words = said(examine_all(environ, folder=tmp_path, now=NOON), "!")
    assert "数据库还没有" in words
    open_engine(environ[f"{PREFIX}DATABASE_URL"]).connect().close()
    assert not (tmp_path / "office.db").exists() or "空的" in said(examine_all(environ, folder=tmp_path, now=NOON), "!")


def test_messages_that_nobody_sends_or_that_failed(office, environ, tmp_path):
    with office.sessions.begin() as db:
        chat = Conversation.of(db, "wechat_oa", "zhou", now=now())
        chat.say(db, "等着", now=now() - dt.timedelta(minutes=6))
        chat.say(db, "搁下的", now=now()).settle(Status.PARKED, now=now())
        chat.say(db, "很久以前的", now=now()).settle(Status.FAILED, now=now() - dt.timedelta(days=30))
        retried = chat.say(db, "重试的", now=now())
        retried.tries = 1
        retried.try_again(now=now(), trouble="-1", after=dt.timedelta(minutes=5))
    words = said(examine_all(environ, folder=tmp_path, now=now()))
    assert "✗ 有 1 条消息排队超过 5 分钟" in words
    assert "1 条消息反复发送失败" in words
    assert "没有发出去" not in words
    assert "1 条消息发送出错" in words
    assert "定时任务没有在运行" in words


def test_the_command_ends_with_one_when_there_is_a_cross(environ, tmp_path):
    done = run("doctor", environ=environ)
    assert done.returncode == 1
    assert "连不上 127.0.0.1:9" in done.stdout
    assert "✓ 设置是齐全的。" in done.stdout


# -- what the platform says --------------------


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (40164, "IP 127.0.0.1 不在白名单里"),
        (61004, "没有登记"),
        (40125, "核对或重置"),
        (40013, "FRONTDOOR_WECHAT_APP_ID"),
        (40243, "解冻"),
        (-1, "过一会儿再试"),
        (50002, "公众号被限制"),
        (12345, "12345"),
    ],
)
def test_no_token(settings, platform, code, words):
    platform.faults.token_error = code
    findings = list(examine(settings, now=now()))
    assert words in said(findings, "✗")
    assert str(code) in said(findings, "✗")
    assert "取到了" not in said(findings, "✓")


def test_a_wrong_secret(environ, platform):
    environ |= {f"{PREFIX}WECHAT_API_BASE": platform.world.base_url, f"{PREFIX}WECHAT_APP_SECRET": "0" * 32}
    words = said(examine(read_settings(environ), now=now()))
    assert "40125" in words
    assert "0" * 32 not in words


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2-3", "IP 203.0.113.7 不在"),
        ("invalid ip 2408:8000::1, not in whitelist", "IP 2408:8000::1 不在"),
        ("invalid ip <script>, not in whitelist", "IP 不在"),
        ("", "IP 不在"),
    ],
)
def test_the_refused_address_is_the_one_the_platform_names(settings, told, shown):
    assert shown in explain({"errcode": 40164, "errmsg": told}, settings.wechat)


def test_a_gateway_in_between(settings, platform):
    platform.faults.html_answers = True
    assert "代理或网关" in said(examine(settings, now=now()), "✗")


@pytest.mark.parametrize(
    ("path", "name"),
    [("/cgi-bin/get_current_selfmenu_info", "自定义菜单"), ("/cgi-bin/user/get", "用户管理")],
)
def test_a_permission_the_account_has_not(settings, platform, path, name):
    platform.faults.next_errors = {path: [48001]}
    words = said(examine(settings, now=now()), "!")
    assert f"没有“{name}”的权限" in words
    assert "服务号" in words


def test_the_quota_runs_out(settings, platform):
    platform.state.counters.daily["/cgi-bin/message/custom/send"] = 10
    for _ in range(9):
        platform.state.counters.count("/cgi-bin/message/custom/send", platform.world.now())
    assert "用了 9 次，一共 10 次，快用完了" in said(examine(settings, now=now()), "!")


def test_an_account_that_may_not_answer(settings, platform):
    platform.faults.next_errors = {"/cgi-bin/openapi/quota/get": [48001]}
    assert "客服消息" in said(examine(settings, now=now()), "✗")


def test_a_clock_that_is_wrong(settings):
    assert "差 25 分钟" in said(examine(settings, now=now() + dt.timedelta(minutes=25, seconds=20)), "!")
    assert "钟是准的" in said(examine(settings, now=now()), "✓")


def test_the_doctor_sends_nobody_anything(settings, platform):
    platform.phone("老周")
    list(examine(settings, now=now()))
    assert platform.sent == []


# -- our own address --------------------


def test_another_token_over_there(office, environ):
    environ[f"{PREFIX}WECHAT_TOKEN"] = "anotherTokenAnother26"
    assert "403" in said(examine(read_settings(environ), now=now()), "✗")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(200, b"welcome", "不是我们的服务"), (302, b"", "跳转"), (404, b"", "404"), (502, b"", "502")],
)
def test_something_else_answers_there(environ, platform, status, body, words):
    with somebody(status, body) as address:
        environ |= {f"{PREFIX}WECHAT_API_BASE": platform.world.base_url, f"{PREFIX}PUBLIC_URL": address}
        assert words in said(examine(read_settings(environ), now=now()), "✗")


def test_nobody_answers_there(settings):
    assert "连不上 http://127.0.0.1:9/channels/wechat_oa" in said(examine(settings, now=now()), "✗")


@contextmanager
def somebody(status: int, body: bytes) -> Iterator[str]:
    """A web server that is not ours; following its redirect would be a mistake."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Date", email.utils.formatdate(usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_values):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
