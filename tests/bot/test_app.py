"""The application around the webhook: health, metrics, error pages, headers, and the host it answers to (R22, R23, R69)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.office import Office
from knowledge_base.library import Library
from models.base import open_sessions
from models.database import open_engine
from models.vault import KeyRing
from tests.bot.channels import pushes
from tests.bot.channels.door import METRICS_TOKEN, SETTINGS, Clock, make_office
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY
from tests.one_app import app_for

CANARY = "canary-of-a-stack"
GUARDS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Raising:
    """A channel that breaks on every touch."""

    name = "raising"

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(CANARY)


@pytest.fixture
def office(engine: Engine, sessions: sessionmaker[Session], library: Library) -> Office:
    return make_office(engine, sessions, library, clock=Clock())


@pytest.fixture
def client(office: Office) -> FlaskClient:
    office.channels["raising"] = Raising()
    return app_for(office).test_client()


@pytest.fixture
def storeless(library: Library) -> Iterator[FlaskClient]:
    engine = open_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")
    sessions = open_sessions(engine, KeyRing([DATA_KEY], INDEX_KEY), audit_key=AUDIT_KEY)
    yield app_for(make_office(engine, sessions, library, clock=Clock())).test_client()
    engine.dispose()


def test_health_says_ok_and_nothing_else(client):
    for path in ("/healthz", "/readyz"):
        response = client.get(path)
        assert (response.status_code, response.data, response.mimetype) == (200, b"ok", "text/plain")


def test_without_a_store_it_lives_and_is_not_ready(storeless):
    assert storeless.get("/healthz").data == b"ok"
    response = storeless.get("/readyz")
    assert (response.status_code, response.data) == (503, b"no")


def test_metrics_are_for_who_has_the_token(client):
    response = client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert response.status_code == 200
    assert b"frontdoor_pushes" in response.data
    assert not re.search(rb"oTEST|gh_|[0-9a-f]{40}", response.data)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer x", METRICS_TOKEN, f"bearer {METRICS_TOKEN}", "Bearer é", "Basic eDp5"]
)
def test_without_the_token_there_are_no_metrics(client, given):
    response = client.get("/metrics", headers={"Authorization": given} if given else {})
    nowhere = client.get("/nowhere")
    assert (response.status_code, response.text[:6]) == (nowhere.status_code, nowhere.text[:6])
    assert sorted(response.headers.keys()) == sorted(nowhere.headers.keys())
    assert "frontdoor" not in response.text


def test_with_no_token_set_nobody_has_it(office):
    settings = replace(office.settings, metrics_token="")
    client = app_for(replace(office, settings=settings)).test_client()
    for given in ("Bearer ", "Bearer", ""):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "code", "words"),
    [
        ("GET", "/nowhere", 404, "没有这一页"),
        ("GET", "/channels/nothing", 404, "没有这一页"),
        ("GET", "/static/x", 404, "没有这一页"),
        ("PUT", "/healthz", 405, "不能这样用"),
        ("GET", "/channels/raising", 500, "系统出了点问题"),
        ("POST", "/channels/raising", 500, "系统出了点问题"),
    ],
)
def test_an_error_page_has_an_id_and_no_word_about_the_machine(client, caplog, method, path, code, words):
    response = client.open(path, method=method)
    assert response.status_code == code
    assert re.fullmatch(rf"[^A-Za-z]*{words}[^A-Za-z]*编号 [0-9a-f]{{8}}", response.text)
    assert response.mimetype == "text/plain"
    assert not re.search(r"(?i)traceback|flask|werkzeug|python|\.py|error|canary", response.text)
    failed = [record for record in caplog.records if record.getMessage() == "request_failed"]
    assert len(failed) == (1 if code == 500 else 0)


def test_two_failures_have_two_ids(client):
    assert client.get("/nowhere").text != client.get("/nowhere").text


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/nowhere", "/channels/raising", "/channels/wechat_oa"]
)
def test_every_answer_is_guarded(client, path):
    for response in (client.get(path), client.post(path, data=b"x")):
        assert {name: response.headers.get(name) for name in GUARDS} == GUARDS
        assert not {"X-Powered-By", "Set-Cookie"} & set(response.headers.keys())
    assert "Location" not in client.get(path + "/").headers


@pytest.mark.parametrize("host", ["door.example", "door.example:443", "127.0.0.1:8000", "localhost"])
def test_in_production_our_own_host_is_answered(office, host):
    client = app_for(replace(office, settings=replace(SETTINGS, mode="production"))).test_client()
    assert client.get("/healthz", headers={"Host": host}).data == b"ok"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "door.example.evil", "evil-door.example", "x.door.example", "door.example@evil", "", "[::1]"],
)
def test_in_production_another_host_is_not(office, host):
    client = app_for(replace(office, settings=replace(SETTINGS, mode="production"))).test_client()
    for path in ("/healthz", "/nowhere", pushes.address(pushes.query(echostr="1"))):
        response = client.get(path, headers={"Host": host})
        assert response.status_code == 400
        assert "看不懂" in response.text
        assert host == "" or host not in response.text


def test_a_trial_answers_to_any_host(client):
    assert client.get("/healthz", headers={"Host": "tunnel.example"}).data == b"ok"
