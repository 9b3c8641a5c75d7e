"""The one database: SQLite for the embedded default, PostgreSQL for several machines."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url

# WeChat waits 5 s; a request that cannot have its lock by then is answered with the apology, and said again.
LOCK_SECONDS = 4
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose the last commits in a power cut, after WeChat was told "success"
    "foreign_keys=ON",
    "secure_delete=ON",  # erased words leave the file too (R50)
    "recursive_triggers=ON",  # REPLACE must not slip past the audit trigger (R54)
)


def open_engine(url: str, *, pool_size: int = 16) -> Engine:
    """An engine for a `sqlite:///` or `postgresql+psycopg://` address.

    Every SQLite transaction takes the write lock at its start (BEGIN IMMEDIATE): one that read first and wrote later
    would fail with "database is locked" however long it waited. `reading(engine)` gives transactions without it.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(url, pool_size)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=False,
        connect_args={
            "connect_timeout": LOCK_SECONDS,
            "options": f"-c lock_timeout={LOCK_SECONDS * 1000} -c timezone=UTC",
        },
    )


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read; on SQLite they do not queue for the write lock."""
    return engine.execution_options(reading=True)


def _open_sqlite(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": LOCK_SECONDS, "factory": _turn_taking()}
    engine = create_engine(url, pool_size=pool_size, max_overflow=4, connect_args=arguments)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        raw.begin(only_reads=bool(connection.get_execution_options().get("reading")))

    return engine


def _turn_taking() -> type[sqlite3.Connection]:
    """Connections whose threads take turns at the write lock.

    SQLite itself waits by sleeping up to 100 ms between two looks, so under load the unlucky ones wait for hundreds of
    milliseconds while the lock is free; between processes that is still so.
    """
    turn = threading.Lock()

    class TurnTaking(sqlite3.Connection):
        has_turn = False

        def begin(self, *, only_reads: bool) -> None:
            if only_reads:
                self.execute("BEGIN")
                return
            if not turn.acquire(timeout=LOCK_SECONDS):
                raise sqlite3.OperationalError("database is locked by our own threads")
            self.has_turn = True
            try:
                self.execute("BEGIN IMMEDIATE")
            except BaseException:
                self._pass_on()
                raise

        def commit(self) -> None:
            # A commit that fails keeps its transaction, and its turn, until the rollback that follows.
            super().commit()
            self._pass_on()

        def rollback(self) -> None:
            try:
                super().rollback()
            finally:
                self._pass_on()

        def close(self) -> None:
            try:
                super().close()
            finally:
                self._pass_on()

        def _pass_on(self) -> None:
            if self.has_turn:
                self.has_turn = False
                turn.release()

    return TurnTaking
