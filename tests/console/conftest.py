"""The console on a database of either kind, on a Wednesday at noon, with a member of staff for every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from console.passwords import hashed
from knowledge_base.library import Library
from models.station import Station
from models.user import User
from tests.bot.channels.door import SETTINGS, Clock, make_office
from tests.console.browser import PASSWORD, SEED, Browser
from tests.console.windows import served
from tests.make import NOON, make_district
from tests.one_app import app_for, sign_in

HASH = hashed(PASSWORD)  # once: each takes a tenth of a second, on purpose
Hire = Callable[..., str]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def public_url(request: pytest.FixtureRequest) -> str:
    """In a real browser on loopback cookies that insist on https would not come back."""
    return "http://127.0.0.1" if request.node.get_closest_marker("browser") else "https://door.example"


@pytest.fixture
def app(
    engine: Engine,
    sessions: sessionmaker[Session],
    library: Library,
    clock: Clock,
    public_url: str,
    tmp_path: Path,
) -> Flask:
    with sessions.begin() as db:
        make_district(db)
    settings = replace(SETTINGS, public_url=public_url, media_dir=tmp_path / "media")
    return app_for(make_office(engine, sessions, library, clock=clock, settings=settings))


@pytest.fixture
def browser(app: Flask) -> Callable[[], Browser]:
    """Another browser, signed out."""
    return lambda: Browser(app)


@pytest.fixture
def hire(sessions: sessionmaker[Session], clock: Clock) -> Hire:
    """Make an account: hire("王姐", "staff"), hire("李", "officer", station="52011501"). Its sign-in name comes back."""

    def make(shown_as: str, *roles: str, station: str = "", name: str = "", person: str = "") -> str:
        name = name or f"{shown_as}-{'-'.join(roles)}"
        with sessions.begin() as db:
            user = User(name=name, shown_as=shown_as, password_hash=HASH)
            db.add(user)
            db.flush()
            if person:
                user.person = person
            user.totp, user.totp_since = SEED, clock()
            where = db.query(Station).filter_by(code=station).one().id if station else None
            for role in roles:
                user.grant(db, role, station_id=where, by="test", now=clock(), confirmed=True)
        return name

    return make


@pytest.fixture
def signed_in(browser: Callable[[], Browser], hire: Hire) -> Callable[..., Browser]:
    """A browser of somebody with these roles, signed in: signed_in("volunteer"), signed_in("staff", shown_as="王姐")."""

    def sit_down(*roles: str, shown_as: str = "小陈", station: str = "", name: str = "", person: str = "") -> Browser:
        name = hire(shown_as, *roles, station=station, name=name, person=person)
        ours = browser()
        ours.plants("desk", sign_in(name))
        return ours

    return sit_down


@pytest.fixture
def home(app: Flask) -> Iterator[str]:
    """The application on a port of its own; its address."""
    with served(app) as address:
        yield address
