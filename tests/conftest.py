"""Shared pieces: the library (built once), a database of either kind, and a phone that talks to the engine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from bot.schema import upgrade
from knowledge_base.library import Library
from models.base import Base, open_sessions
from models.database import open_engine
from models.vault import KeyRing
from tests.egress import close_egress
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY, NOON
from tests.phone import Phone
from tests.postgres import new_database, postgres_url


def pytest_configure() -> None:
    close_egress()


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.from_files(today=NOON.date())


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Each test runs on both databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db')}/test.db"
    else:
        url = new_database(request.getfixturevalue("postgres"))
    engine = open_engine(url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    # Not below pytest's own folder: the server runs as another user, whom every new run of pytest shuts out there.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with postgres_url(Path(tempfile.gettempdir()) / f"frontdoor-postgres-{run}") as url:
        yield url


@pytest.fixture
def sessions(engine: Engine) -> Iterator[sessionmaker[Session]]:
    yield open_sessions(engine, KeyRing([DATA_KEY], INDEX_KEY), audit_key=AUDIT_KEY)
    empty(engine)


@pytest.fixture
def db(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions.begin() as db:
        yield db


@pytest.fixture
def phone(sessions: sessionmaker[Session], library: Library) -> Phone:
    """老周's phone, on a Wednesday at noon."""
    return Phone(sessions, library, now=NOON)


def empty(engine: Engine) -> None:
    """Leave the tables empty; those of the audit, whose triggers refuse, by lifting the triggers for a moment."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("set session_replication_role = replica"))
            names = ", ".join(table.name for table in Base.metadata.sorted_tables)
            connection.execute(text(f"truncate {names} restart identity cascade"))
            connection.execute(text("set session_replication_role = default"))
            return
        if connection.execute(text("select 1 from audit_entries limit 1")).first():
            connection.execute(text("drop trigger audit_no_delete"))
            connection.execute(text("delete from audit_entries"))
            connection.execute(
                text(
                    "create trigger audit_no_delete before delete on audit_entries "
                    "begin select raise(abort, 'audit entries are never changed'); end"
                )
            )
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
