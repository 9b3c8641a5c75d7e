"""The one database: SQLite for the embedded default, PostgreSQL for several machines."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url

# WeChat waits 5 s; a request that cannot have its lock by then is answered with the apology, and said again.
LOCK_SECONDS = 4
LOOK_AGAIN = 0.0005  # seconds between two looks at a lock that another process has; a turn holds it for about 2 ms
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose the last commits in a power cut, after WeChat was told "success"
    "foreign_keys=ON",
    "secure_delete=ON",  # erased words leave the file too (R50)
    "recursive_triggers=ON",  # REPLACE must not slip past the audit trigger (R54)
)


def open_engine(url: str, *, pool_size: int = 16, patience: float = LOCK_SECONDS) -> Engine:
    """An engine for a `sqlite:///` or `postgresql+psycopg://` address.

    Every SQLite transaction takes the write lock at its start (BEGIN IMMEDIATE): one that read first and wrote later
    would fail with "database is locked" however long it waited. `reading(engine)` gives transactions without it.
    Who waits for a lock longer than `patience` seconds gets OperationalError.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(url, pool_size, patience)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=patience,
        pool_pre_ping=False,
        connect_args={
            "connect_timeout": max(1, int(patience)),
            "options": f"-c lock_timeout={int(patience * 1000)} -c timezone=UTC",
        },
    )


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read; on SQLite they do not queue for the write lock."""
    return engine.execution_options(reading=True)


def _open_sqlite(url: str, pool_size: int, patience: float) -> Engine:
    path = make_url(url).database
    in_file = bool(path) and path != ":memory:"
    if in_file:
        Path(str(path)).parent.mkdir(parents=True, exist_ok=True)
    turns = _Turns(f"{path}-turn" if in_file else None, patience)
    arguments = {"timeout": patience, "factory": _turn_taking(turns)}
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


class _Turns:
    """Whose turn it is to write: one thread of one process.

    SQLite itself waits by sleeping up to 100 ms between two looks, so under load the unlucky ones wait for hundreds of
    milliseconds while the lock is free. The lock on a file beside the database is gone when its process is.
    """

    def __init__(self, path: str | None, patience: float) -> None:
        self._threads = threading.Lock()
        self._patience = patience
        self._path = path
        self._file = -1

    def take(self) -> float:
        """The seconds of patience that are left when the turn came; 0 when nobody let go in time."""
        deadline = time.monotonic() + self._patience
        if not self._threads.acquire(timeout=self._patience):
            return 0
        while not self._take_from_processes():
            if time.monotonic() > deadline:
                self._threads.release()
                return 0
            time.sleep(LOOK_AGAIN)
        return max(deadline - time.monotonic(), LOOK_AGAIN)

    def pass_on(self) -> None:
        if self._path:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def _take_from_processes(self) -> bool:
        if not self._path:
            return True
        if self._file < 0:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _turn_taking(turns: _Turns) -> type[sqlite3.Connection]:
    """Connections that take turns at the write lock."""

    class TurnTaking(sqlite3.Connection):
        has_turn = False

        def begin(self, *, only_reads: bool) -> None:
            if only_reads:
                self.execute("BEGIN")
                return
            patience = turns.take()
            if not patience:
                raise sqlite3.OperationalError("database is locked by others of ours")
            self.has_turn = True
            try:
                # A program that is not ours may have the file too: we wait for both together no longer than for one.
                self.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
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
                turns.pass_on()

    return TurnTaking
