"""Shared pieces: the library (built once), a database of either kind, and a phone that talks to the engine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session, sessionmaker

from bot.schema import upgrade
from knowledge_base.library import Library
from models.base import Base, open_sessions
from models.database import open_engine
from models.vault import KeyRing
from tests.chrome import open_chrome
from tests.egress import close_egress
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY, NOON
from tests.phone import Phone
from tests.postgres import new_database, postgres_url

Engines = Callable[[str], Engine]
LONGEST = Path(__file__).parent / "trips"


def pytest_configure() -> None:
    close_egress()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: one that came last would be waited for alone."""
    items.sort(key=lambda item: LONGEST not in item.path.parents)


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.from_files(today=NOON.date())


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Both databases, made when they are first wanted and kept: the tests change between them file by file."""
    made: dict[str, Engine] = {}

    def of(kind: str) -> Engine:
        if kind not in made:
            if kind == "sqlite":
                url = f"sqlite:///{tmp_path_factory.mktemp('db')}/test.db"
            else:
                url = new_database(request.getfixturevalue("postgres"))
            made[kind] = open_engine(url)
            upgrade(made[kind])
        return made[kind]

    yield of
    for engine in made.values():
        engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, engines: Engines) -> Engine:
    """Each test runs on both databases."""
    return engines(request.param)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    # Not below pytest's own folder: the server runs as another user, whom every new run of pytest shuts out there.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with postgres_url(Path(tempfile.gettempdir()) / f"frontdoor-postgres-{run}") as url:
        yield url


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """A real browser; a module's at most, since nothing else can wait for events in a thread that drives one."""
    with open_chrome() as browser:
        yield browser


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


_HOLDING = " union all ".join(
    f"select '{table}' where exists (select 1 from {table})" for table in Base.metadata.tables
)
_START_AGAIN = "select setval(format('%I', sequencename), 1, false) from pg_sequences where last_value > 0"
_GUARD = """create trigger audit_no_delete before delete on audit_entries
begin select raise(abort, 'audit entries are never changed'); end"""


def empty(engine: Engine) -> None:
    """Leave the tables empty and their counters at the start. The triggers of the audit refuse that: they rest for a moment."""
    if engine.dialect.name == "postgresql":
        _empty_postgresql(engine)
        return
    with engine.begin() as connection:
        guarded = connection.scalar(text("select 1 from audit_entries"))
        if guarded:
            connection.execute(text("drop trigger audit_no_delete"))
        _empty_what_holds(connection)
        if guarded:
            connection.execute(text(_GUARD))


def _empty_postgresql(engine: Engine) -> None:
    """By deleting, and giving the files back: truncating all takes ten times as long. In what was only deleted the next
    rows would lie in any order."""
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        held = _empty_what_holds(connection)
        connection.execute(text(_START_AGAIN))
    if held:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"vacuum {', '.join(held)}"))


def _empty_what_holds(connection: Connection) -> set[str]:
    holding = set(connection.scalars(text(_HOLDING)))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in holding:
            connection.execute(table.delete())
    return holding
