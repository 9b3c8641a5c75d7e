"""When something of ours breaks: the words are kept or their loss is told, and the platform hears 200 (R65, house 4)."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.channels.wechat_token import TokenKeeper
from bot.logs import JsonLines
from bot.schema import upgrade
from bot.webhook import APOLOGY
from models.base import Base, open_sessions
from models.database import open_engine
from models.media import Media
from models.message import Message, Status
from models.reception import ReceptionTicket
from models.vault import KeyRing
from tests.bot.channels.door import WECHAT, Clock, Door, make_office
from tests.conftest import empty
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY

TROUBLE = "系统出了点问题，不是您弄错了。您的话都记下了"
CANARY = "我的补助坏了"


class BrokenLibrary:
    """A library with a page torn out: some words cannot be searched, or what was found cannot be read."""

    def __init__(self, library: Any, *, problem: Exception, in_search: bool) -> None:
        self._library, self._problem, self._in_search = library, problem, in_search
        self.broken = True

    def search(self, words: str) -> Any:
        if self._in_search and self.broken and "坏" in words:
            raise self._problem
        return self._library.search(words)

    def get(self, article_id: str) -> Any:
        if not self._in_search and self.broken:
            raise self._problem
        return self._library.get(article_id)


@pytest.mark.parametrize(
    ("in_search", "problem", "words"),
    [
        (True, RuntimeError(f"canary {CANARY}"), CANARY),
        (True, RecursionError(), CANARY),
        (False, KeyError(CANARY), "优待证怎么办"),
        (False, IntegrityError("insert", {"words": CANARY}, Exception(CANARY)), "优待证怎么办"),
        (False, UnicodeDecodeError("utf-8", b"", 0, 1, "x"), "优待证怎么办"),
    ],
    ids=["search", "recursion", "inside", "a rule of the database", "inside, a ValueError"],
)
def test_a_dialogue_that_raises_costs_no_words(make_door, library, caplog, in_search, problem, words):
    shelf = BrokenLibrary(library, problem=problem, in_search=in_search)
    door = make_door(shelf=shelf)
    push = door.text(words)
    assert TROUBLE in door.heard(door.push(push))
    assert door.kept() == [("text", words)]
    assert door.rows() == {"conversations": 1, "messages": 2, "reception_tickets": 1}
    with door.office.sessions.begin() as db:
        assert db.scalars(select(ReceptionTicket)).one().reason == "trouble"
        assert db.scalars(select(Message.status).where(Message.author == "bot")).one() == Status.HANDED_OVER
    assert [record.getMessage() for record in caplog.records].count("dialogue_failed") == 1
    assert not any(CANARY in JsonLines().format(record) for record in caplog.records)
    shelf.broken = False
    assert TROUBLE in door.heard(door.push(push))
    assert len(door.kept()) == 1
    assert TROUBLE not in door.says("谢谢")


class Mute(WeChatOfficialAccount):
    """An account that can seal nothing."""

    def answer(self, push: Any, words: str, *, at: dt.datetime) -> tuple[str, str]:
        raise ValueError("cannot be sealed")


class Blunt(KeyRing):
    """Keys that seal nothing, so that nothing can be stored."""

    def seal(self, clear: bytes, *, bound_to: str) -> bytes:
        raise ValueError("cannot be sealed")


def test_an_answer_that_cannot_be_sealed_is_left_to_the_worker(engine, sessions, library, caplog):
    clock = Clock()
    account = Mute(WECHAT, TokenKeeper(WECHAT, sessions, clock), clock)
    door = Door(make_office(engine, sessions, library, clock=clock, channels={account.name: account}), clock)
    assert door.says("你好") == ""
    with sessions.begin() as db:
        heard, answer = db.scalars(select(Message).order_by(Message.id))
        assert (heard.words, answer.reply_to_id, answer.status) == ("你好", heard.id, Status.QUEUED)
    assert "answer_not_sealed" in [record.getMessage() for record in caplog.records]


def test_when_even_the_apology_cannot_be_kept_it_is_said_at_least(engine, sessions, library, caplog):
    blunt = open_sessions(engine, Blunt([DATA_KEY], INDEX_KEY), audit_key=AUDIT_KEY)
    door = Door(make_office(engine, blunt, library, clock=Clock()), Clock())
    assert door.says("你好") == APOLOGY
    assert door.rows() == {}
    assert "push_not_kept" in [record.getMessage() for record in caplog.records]


# -- the store is away --------------------


def door_on(url: str, library: Any, **wechat: str) -> Door:
    engine, clock = open_engine(url), Clock()
    sessions = open_sessions(engine, KeyRing([DATA_KEY], INDEX_KEY), audit_key=AUDIT_KEY)
    return Door(make_office(engine, sessions, library, clock=clock, **wechat), clock)


@pytest.fixture
def nowhere(request, tmp_path):
    """The address of a database that is not there."""
    (tmp_path / "garbage.db").write_bytes(b"this is no database" * 1000)
    sqlite3.connect(tmp_path / "empty.db").close()
    return {
        "refused": "postgresql+psycopg://nobody@127.0.0.1:9/none",
        "a folder": f"sqlite:///{tmp_path}",
        "garbage": f"sqlite:///{tmp_path}/garbage.db",
        "no tables": f"sqlite:///{tmp_path}/empty.db",
    }[request.param]


@pytest.mark.parametrize("original_id", [WECHAT.original_id, ""], ids=["known", "to be learned"])
@pytest.mark.parametrize("nowhere", ["refused", "a folder", "garbage", "no tables"], indirect=True)
def test_without_a_store_a_message_gets_the_apology(nowhere, library, original_id, caplog):
    door = door_on(nowhere, library, original_id=original_id)
    try:
        for inner in (door.text("优待证怎么办"), door.text("不想活了"), door.event("subscribe"), door.event("CLICK")):
            assert door.heard(door.push(inner)) == APOLOGY
        for inner in (door.event("unsubscribe"), door.event("LOCATION"), "not readable"):
            assert door.heard(door.push(inner)) == ""
        assert door.push(door.text("你好"), app_id="wx0000000000000000").status_code == 403
        assert door.client.get("/readyz").status_code == (200 if "empty" in nowhere else 503)
        assert door.client.get("/healthz").status_code == 200
    finally:
        door.office.engine.dispose()
    assert not any("优待证" in JsonLines().format(record) for record in caplog.records)


def test_a_locked_file_is_waited_for_and_then_apologised_for(tmp_path, library):
    url = f"sqlite:///{tmp_path}/locked.db"
    door, learner = door_on(url, library), door_on(url, library, original_id="")
    try:
        upgrade(door.office.engine)
        assert door.says("你好")
        before = door.rows()
        other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            said = pool.map(Door.says, (door, learner), ("优待证怎么办", "你好"))
            ready = pool.submit(lambda: door.client.get("/readyz").status_code)
            assert ready.result() == 200
            assert time.monotonic() - started < 3  # looking at the store takes no lock
            assert list(said) == [APOLOGY] * 2
        assert 3.5 < time.monotonic() - started < 6
        other.execute("ROLLBACK")
        other.close()
        assert door.rows() == before
        assert "优待证" in door.says("优待证怎么办")
    finally:
        door.office.engine.dispose()
        learner.office.engine.dispose()


def test_a_locked_conversation_stops_nobody_else(postgres, library):
    door = door_on(postgres, library)
    try:
        upgrade(door.office.engine)
        assert door.says("你好")
        with door.office.engine.begin() as other, ThreadPoolExecutor(1) as pool:
            other.execute(text("select * from conversations for update"))
            started = time.monotonic()
            waiting = pool.submit(door.says, "优待证怎么办")
            assert door.push(door.text("你好", FromUserName="oOTHER")).status_code == 200
            assert time.monotonic() - started < 3
            assert waiting.result() == APOLOGY
            assert 3.5 < time.monotonic() - started < 6
        assert [words for _, words in door.kept()] == ["你好", "你好"]
    finally:
        empty(door.office.engine)
        door.office.engine.dispose()


# -- no network in a request --------------------

_connects: list[Any] = []
sys.addaudithook(lambda name, arguments: _connects.append(arguments) if name == "socket.connect" else None)


def test_nothing_is_fetched_inside_a_request(door, caplog):
    """R25: the address of a picture goes nowhere; its media id waits for the worker."""
    _connects.clear()
    evil = "http://169.254.169.254/latest/meta-data"
    with caplog.at_level(logging.DEBUG):
        for inner in (
            door.text("", MsgType="image", PicUrl=evil, MediaId="MEDIA-1"),
            door.text("", MsgType="voice", MediaId="MEDIA-2", Format="amr"),
            door.text("", MsgType="link", Title="看", Description="看", Url=evil),
            door.event("scancode_waitmsg", EventKey="k", ScanCodeInfo=f"<ScanResult>{evil}</ScanResult>"),
            door.event("VIEW", EventKey="https://example.com"),
            door.text("找人"),
        ):
            assert door.push(inner).status_code == 200
    assert _connects == []
    with door.office.sessions.begin() as db:
        assert sorted(db.scalars(select(Media.external_id))) == ["MEDIA-1", "MEDIA-2"]
        assert set(db.scalars(select(Media.state))) == {"wanted"}
        stored = [str(row) for table in Base.metadata.sorted_tables for row in db.execute(select(table))]
    assert not any("169.254" in row for row in (*stored, *map(str, door.kept())))
    assert not any("169.254" in JsonLines().format(record) for record in caplog.records)
