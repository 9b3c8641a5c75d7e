"""Sending, against a stand-in on loopback: what each answer of the platform means for the message (sheet 5, 6)."""

from __future__ import annotations

import datetime as dt
import socket
import time
from dataclasses import replace

import pytest

from bot.channels import SendFailed
from models.conversation import SHANGHAI
from tests.bot.channels.api import SEND, failure, meaning, send
from tests.bot.channels.door import SECRET, WECHAT
from tests.bot.channels.platform import Reply, open_platform
from tests.bot.channels.pushes import LAOZHOU

pytestmark = [
    pytest.mark.usefixtures("no_canary_in_the_log"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),  # the token's row is tried on both in test_api_token
]

MINUTES = dt.timedelta(minutes=1)


def test_a_message_leaves_as_the_platform_wants_it(account, platform):
    account.send(LAOZHOU, "您好，😀\n1 查政策", from_bot=True)
    token, sent = platform.asked
    assert (token.method, token.path, token.query) == ("POST", "/cgi-bin/stable_token", {})
    assert token.json == {
        "grant_type": "client_credential",
        "appid": WECHAT.app_id,
        "secret": SECRET,
        "force_refresh": False,
    }
    assert (sent.method, sent.query) == ("POST", {"access_token": ["TOKEN-CANARY-1"]})
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=1">1 查政策</a>'
    assert sent.json == {"touser": LAOZHOU, "msgtype": "text", "text": {"content": f"您好，😀\n{link}"}}
    assert "您好，😀".encode() in sent.body
    assert b"\\u" not in sent.body


def test_words_of_staff_cannot_become_a_link(account, platform):
    account.send(LAOZHOU, '<a href="http://x">领钱</a>\n1 好', from_bot=False)
    assert platform.asked[-1].json["text"]["content"] == '＜a href="http://x">领钱＜/a>\n1 好'


@pytest.mark.parametrize("words", ["好" * 3000, "😀" * 2000, "好\n" * 2000, "a" * 600 + "\n\n" + "😀" * 600])
def test_a_long_text_leaves_in_pieces_that_fit(account, platform, words):
    account.send(LAOZHOU, words, from_bot=True)
    pieces = [asked.json["text"]["content"] for asked in platform.asked[1:]]
    assert all(piece and len(piece.encode()) <= 2048 for piece in pieces)
    assert "".join(pieces).replace("\n", "") == words.replace("\n", "")


@pytest.mark.parametrize("words", ["", "\n", "  "])
def test_no_words_are_not_sent_and_not_called_sent(account, platform, words):
    assert meaning(failure(account, words)) == {"alarm"}
    assert platform.asked == []


MEANINGS = {
    "retry": "-1 45011 268487001 268487002 268488001 9500001 9500002",
    "window_closed": "45015 45047",
    "address_dead": "40003 43004 43019 48002 50005",
    "alarm": "40002 40008 40033 40155 40200 41001 43002 44004 45002 45008 45086 45098 45099 47001 47002 70000 123456",
    "alarm retry": "40013 40125 40164 61004 40243 89503 89501 89506 89507 45009 50002 50004 50007 45087 45102 48001 48004",
}
CODES = [(int(code), set(means.split())) for means, codes in MEANINGS.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "means"), CODES)
def test_what_an_errcode_means_for_the_message(account, platform, code, means):
    platform.says(SEND, {"errcode": code, "errmsg": f"no {LAOZHOU} rid: 5f2e-1a-2b"})
    failed = failure(account)
    assert meaning(failed) == means
    assert str(code) in failed.reason
    assert (platform.count("stable_token"), platform.count(SEND)) == (1, 1)


@pytest.mark.parametrize(("code", "after"), [(40164, 5 * MINUTES), (45011, 61 * MINUTES / 60), (-1, None)])
def test_how_long_it_waits(account, platform, code, after):
    platform.says(SEND, {"errcode": code})
    assert failure(account).retry_after == after


@pytest.mark.parametrize("hour", [0, 10, 23])
def test_the_daily_limit_lasts_until_midnight_in_beijing(account, platform, clock, hour):
    clock.now = dt.datetime(2026, 11, 25, hour, 59, tzinfo=SHANGHAI).astimezone(dt.UTC)
    platform.says(SEND, {"errcode": 45009})
    later = (clock.now + failure(account).retry_after).astimezone(SHANGHAI)
    assert (later.date(), later.hour, later.minute) == (dt.date(2026, 11, 26), 0, 0)


@pytest.mark.parametrize("odd", ["45015", 45015.0, [45015], {"a": 1}, "x", True, None, ""])
def test_an_errcode_of_another_type_is_no_riddle(account, platform, odd):
    platform.says(SEND, {"errcode": odd})
    if odd in (None, ""):
        send(account)
    else:
        assert meaning(failure(account)) in ({"window_closed"}, {"retry"}, {"alarm"})


# -- answers that are none --------------------

HTML = Reply(b"<html>502 Bad Gateway</html>", kind="text/html")


@pytest.mark.parametrize(
    "reply",
    [HTML, replace(HTML, status=500), Reply({"errcode": 0}, status=500), Reply(b""), Reply(b"[]"), Reply(b"\xff{")],
    ids=["HTML", "500", "500 with JSON", "nothing", "a list", "rubbish"],
)
def test_gateway_trouble_is_tried_again(account, platform, reply):
    platform.says(SEND, reply, {"errcode": 0})
    assert meaning(failure(account)) == {"retry"}
    send(account)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(account, platform, status):
    with open_platform() as elsewhere:
        away = {"Location": f"{elsewhere.base}/cgi-bin/{SEND}"}
        platform.says(SEND, Reply(b"", status, headers=away))
        assert meaning(failure(account)) == {"retry"}
        platform.says("media/get", Reply(b"", status, headers=away))
        with pytest.raises(SendFailed):
            account.fetch("M1", most=100)
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "reply",
    [Reply({"errcode": 0}, pause=1), Reply(hang_up=True), Reply(b'{"errcode":', length=100)],
    ids=["silence", "hung up", "cut short"],
)
def test_an_answer_that_was_missed_leaves_the_outcome_unknown(account, platform, reply):
    platform.says(SEND, reply)
    started = time.monotonic()
    assert meaning(failure(account)) == {"outcome_unknown"}
    assert time.monotonic() - started < 5
    assert platform.count(SEND) == 1


def test_a_connection_that_was_never_made_is_tried_again(make_account, account):
    send(account)  # a token is there
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = make_account(f"http://127.0.0.1:{free.getsockname()[1]}")
        assert meaning(failure(closed)) == {"retry"}
    assert meaning(failure(make_account("https://127.0.0.1:1"))) == {"retry"}


def test_a_broken_handshake_sent_nothing(make_account, account, platform):
    send(account)
    assert meaning(failure(make_account(platform.base.replace("http:", "https:")))) == {"retry"}
    assert platform.count(SEND) == 1


def test_the_environment_has_no_say_in_the_way(account, platform, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    send(account)
    assert platform.count(SEND) == 1


def test_one_origin_whatever_the_path(account, platform):
    with open_platform() as elsewhere:
        account.call(f"@{elsewhere.base.removeprefix('http://')}/x", {})
        assert elsewhere.asked == []
    assert platform.asked[-1].path.startswith("/cgi-bin/@")
