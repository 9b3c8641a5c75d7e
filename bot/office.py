"""The composition root: everything the doors need, built once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.channels import Channel
from bot.channels.invented import InventedPeople
from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.channels.wechat_token import TokenKeeper
from bot.living import Living
from bot.media_store import MediaStore
from bot.settings import Settings
from console.desk import Desk
from knowledge_base.library import Library
from models.base import open_sessions
from models.database import open_engine
from models.petition.clock import day_of
from models.vault import KeyRing

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Office:
    """The office, as one process knows it. Nothing that must last lives in here."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    clock: Clock
    library: Library  # as it ships; `living` knows what of it is in use
    channels: dict[str, Channel]
    media: MediaStore
    living: Living = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "living", Living(self.engine, self.sessions, self.clock, self.library))


def office_here() -> Office:
    """The office that this request's application works for."""
    return cast(Office, current_app.extensions["office"])


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def open_office(settings: Settings, *, clock: Clock = utc_now, library: Library | None = None) -> Office:
    """Build the office from its settings. A second channel is one more name here."""
    engine = open_engine(settings.database_url)
    keys = KeyRing(settings.data_keys, settings.index_key, settings.restricted_keys)
    sessions = open_sessions(engine, keys, audit_key=settings.audit_key)
    tokens = TokenKeeper(settings.wechat, sessions, clock)
    channels: list[Channel] = [WeChatOfficialAccount(settings.wechat, tokens, clock)]
    if settings.trial:
        channels.append(InventedPeople())
    return Office(
        settings=settings,
        engine=engine,
        sessions=sessions,
        clock=clock,
        library=library or Library.from_files(today=day_of(clock())),
        channels={channel.name: channel for channel in channels},
        media=MediaStore(settings.media_dir, keys),
    )


def desk_of(office: Office) -> Desk:
    """What the console works with."""
    return Desk(
        sessions=office.sessions,
        engine=office.engine,
        clock=office.clock,
        library=lambda: office.living.now().library,
        read_media=office.media.read,
        public_url=office.settings.public_url,
        trial=office.settings.trial,
        can_notify=bool(office.settings.wechat.template_notice),
        has_helper=office.settings.helper.on,
    )


def official_account(office: Office) -> WeChatOfficialAccount:
    """The channel that menus and scan codes belong to."""
    channel = office.channels[WeChatOfficialAccount.name]
    if not isinstance(channel, WeChatOfficialAccount):
        raise TypeError("menus and scan codes belong to the WeChat channel")
    return channel
