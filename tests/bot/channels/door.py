"""An office whose front door a test pushes at, and what stands in its database afterwards."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from bot.channels import Channel
from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.channels.wechat_token import TokenKeeper
from bot.media_store import MediaStore
from bot.metrics import REGISTRY
from bot.office import Office
from bot.settings import Settings, WeChatSettings
from models.base import Base
from models.conversation import Conversation
from models.message import Message, Status
from models.vault import KeyRing
from tests.bot.channels import pushes
from tests.bot.channels.pushes import AES_KEY, APP_ID, OLD_KEY, OURS, TOKEN
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY, NOON
from tests.one_app import app_for

NOWHERE = "http://127.0.0.1:9"  # the discard port: who calls it out of a request fails at once
SECRET = "app-secret-canary-0123456789"
METRICS_TOKEN = "metrics-token-of-the-tests"

WECHAT = WeChatSettings(
    app_id=APP_ID,
    app_secret=SECRET,
    token=TOKEN,
    aes_key=AES_KEY,
    aes_key_previous=OLD_KEY,
    original_id=OURS,
    security="safe",
    api_base=NOWHERE,
)
SETTINGS = Settings(
    mode="trial",
    database_url="sqlite://",
    secret_key="s" * 32,
    data_keys=(DATA_KEY,),
    index_key=INDEX_KEY,
    audit_key=AUDIT_KEY,
    metrics_token=METRICS_TOKEN,
    public_url="https://door.example",
    media_dir=Path("never-written"),
    backup_recipient="",
    timezone="Asia/Shanghai",
    wechat=WECHAT,
)

_numbers = itertools.count(24_700_000_000_000_001)


class Clock:
    """The office's clock, set by the test."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def passes(self, time: dt.timedelta) -> None:
        self.now += time


def make_office(
    engine: Engine,
    sessions: sessionmaker[Session],
    library: Any,
    *,
    clock: Callable[[], dt.datetime],
    channels: Mapping[str, Channel] | None = None,
    settings: Settings = SETTINGS,
    **wechat: str,
) -> Office:
    """An office on a database of the tests; `wechat` changes the account's settings."""
    settings = replace(settings, wechat=replace(settings.wechat, **wechat))
    account = WeChatOfficialAccount(settings.wechat, TokenKeeper(settings.wechat, sessions, clock), clock)
    return Office(
        settings=settings,
        engine=engine,
        sessions=sessions,
        clock=clock,
        library=library,
        channels=dict(channels or {account.name: account}),
        media=MediaStore(settings.media_dir, KeyRing([DATA_KEY], INDEX_KEY)),
    )


class Door:
    """Pushes at the front door of an office, safe mode unless `plain`."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self.office, self.clock = office, clock

    @property
    def client(self) -> FlaskClient:
        return app_for(self.office).test_client()

    @property
    def second(self) -> int:
        return int(self.clock.now.timestamp())

    def push(self, inner: str | bytes, *, key: str = AES_KEY, app_id: str = APP_ID, **outer: str) -> TestResponse:
        """Sealed and signed by the platform's rules, with a nonce of its own."""
        sealed = pushes.seal(inner, key=key, app_id=app_id)
        parameters = pushes.query(stamp=str(self.second), nonce=str(next(_numbers)), sealed=sealed)
        return self.post(parameters, pushes.envelope(sealed, **outer))

    def push_plain(self, body: str | bytes, **how: Any) -> TestResponse:
        return self.post(pushes.query(stamp=str(self.second)), body, **how)

    def post(self, parameters: pushes.Query, body: str | bytes, **how: Any) -> TestResponse:
        how.setdefault("content_type", "text/xml")
        return self.client.post(pushes.address(parameters), data=body, **how)

    def says(self, text: str, **own: str) -> str:
        """A new text message; the words of the answer, empty when it was "success"."""
        return self.heard(self.push(self.text(text, **own)))

    def text(self, text: str, **own: str) -> str:
        return pushes.message(at=self.second, **{"number": new_number(), "Content": text, **own})

    def event(self, name: str, **own: str) -> str:
        return pushes.event(name, at=self.second, **own)

    def heard(self, response: TestResponse, *, key: str = AES_KEY) -> str:
        """The words of a sealed answer, after a look at everything the platform looks at (sheet 12.1)."""
        assert response.status_code == 200
        if response.text == "success":
            assert response.mimetype == "text/plain"
            return ""
        outer = pushes.fields(response.data)
        assert outer["MsgSignature"] == pushes.sign(outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
        inner, app_id = pushes.unseal(outer["Encrypt"], key)
        assert app_id == APP_ID
        return words_of(inner)

    # -- what was kept --------------------

    def rows(self) -> dict[str, int]:
        """How many rows each table holds; empty tables and the lines of the token are left out."""
        with self.office.sessions.begin() as db:
            counts = {
                table.name: db.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
                if table.name != "channel_tokens"
            }
        return {name: count for name, count in counts.items() if count}

    def kept(self) -> list[tuple[str, str]]:
        """Kind and words of everything heard, oldest first."""
        with self.office.sessions.begin() as db:
            heard = select(Message).where(Message.status == Status.RECEIVED).order_by(Message.id)
            return [(message.kind, message.words) for message in db.scalars(heard)]

    def contacts(self) -> list[str]:
        with self.office.sessions.begin() as db:
            return list(db.scalars(select(Conversation.contact).order_by(Conversation.id)))


def words_of(answer: str | bytes) -> str:
    """The text of a passive answer to 老周, its addresses swapped and its type known."""
    inner = pushes.fields(answer)
    assert inner.keys() == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
    assert inner["FromUserName"] == OURS
    assert inner["MsgType"] == "text"
    assert inner["CreateTime"].isdigit()
    assert 0 < len(inner["Content"].encode()) <= 2048
    return inner["Content"]


def alarms(what: str) -> int:
    """How many there have been, in all tests so far."""
    return int(REGISTRY.get_sample_value("frontdoor_alarms_total", {"what": what}) or 0)


def new_number() -> str:
    return str(next(_numbers))
