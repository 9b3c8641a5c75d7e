"""A front door on each of the two databases, and a platform that stands in for WeChat's API."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.channels.wechat_api import Patience
from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.channels.wechat_token import TokenKeeper
from knowledge_base.library import Library
from tests.bot.channels.api import CANARIES, QUICK
from tests.bot.channels.door import WECHAT, Clock, Door, make_office
from tests.bot.channels.platform import Platform, open_platform

MakeDoor = Callable[..., Door]


@pytest.fixture
def make_door(engine: Engine, sessions: sessionmaker[Session], library: Library) -> MakeDoor:
    """A door with other settings of the account, or another library."""

    def make(*, shelf: object = library, **wechat: str) -> Door:
        clock = Clock()
        return Door(make_office(engine, sessions, shelf, clock=clock, **wechat), clock)

    return make


@pytest.fixture
def door(make_door: MakeDoor) -> Door:
    """The door as it is in production: safe mode, two keys."""
    return make_door()


@pytest.fixture
def platform() -> Iterator[Platform]:
    with open_platform() as platform:
        yield platform


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_account(platform, sessions, clock) -> Callable[..., WeChatOfficialAccount]:
    """One account as one process holds it; all share the database. Those who crowd wait longer than 0.4 s."""

    def make(base: str = "", patience: Patience = QUICK) -> WeChatOfficialAccount:
        settings = replace(WECHAT, api_base=base or platform.base)
        return WeChatOfficialAccount(settings, TokenKeeper(settings, sessions, clock), clock, patience)

    return make


@pytest.fixture
def account(make_account) -> WeChatOfficialAccount:
    return make_account()


@pytest.fixture
def no_canary_in_the_log(caplog) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield
    told = [str(vars(record)) for record in caplog.get_records("call")]
    assert [line for line in told if any(canary in line for canary in CANARIES)] == []
