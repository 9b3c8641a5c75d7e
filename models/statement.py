"""The few statements that every message runs: composed from the tables once, then run on the driver itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import Connection, Dialect, event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker
from sqlalchemy.sql.compiler import SQLCompiler

Compose = Callable[[str], Any]


class Statement:
    """A statement of the path that every message takes.

    `compose` makes it from the tables for the dialect of that name, so no column is named twice; every value that
    changes is a parameter. It is compiled once for each dialect and runs in the session's transaction, past
    SQLAlchemy's own execution, which takes several times as long as the database does (decision 11).
    """

    def __init__(self, compose: Compose) -> None:
        self._compose = compose
        self._compiled: dict[str, _Compiled] = {}

    def run(self, db: Session, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first row by the names of its columns, or None when there is none. Raises OperationalError and
        IntegrityError of SQLAlchemy."""
        connection = db.info.get("connection") or db.connection()
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._compose(dialect.name), dialect)
        return compiled.run(connection.connection.dbapi_connection, values)


class _Compiled:
    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        self._sql = str(compiled)
        self._fixed: dict[str, Any] = {}
        self._order = compiled.positiontup
        self._writers = {}
        for name, bind in compiled.binds.items():
            write = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if not bind.required:
                self._fixed[name] = write(bind.value) if write else bind.value
            elif write:
                self._writers[name] = write
        columns = getattr(statement, "exported_columns", ())
        self._names = [column.name for column in columns]
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._readers = [(name, read) for name, read in zip(self._names, readers, strict=True) if read]
        driver = dialect.loaded_dbapi
        self._faults = (driver.OperationalError, driver.IntegrityError)

    def run(self, driver: Any, values: Mapping[str, Any]) -> dict[str, Any] | None:
        given = {**self._fixed, **values}
        for name, write in self._writers.items():
            given[name] = write(given[name])
        try:
            cursor = driver.execute(self._sql, given if self._order is None else [given[name] for name in self._order])
            found = cursor.fetchone() if self._names else None
        except self._faults as problem:
            kind = OperationalError if isinstance(problem, self._faults[0]) else IntegrityError
            raise kind(self._sql, None, problem) from problem  # without the values: they must not reach a log (R21)
        if found is None:
            return None
        row = dict(zip(self._names, found, strict=True))
        for name, read in self._readers:
            row[name] = read(row[name])
        return row


def keep_connection_at_hand(sessions: sessionmaker[Session]) -> None:
    """Sessions made here know their connection as long as their transaction lasts. Asking for it anew with every
    statement would take longer than the statement."""

    @event.listens_for(sessions, "after_begin")
    def keep(db: Session, _transaction: SessionTransaction, connection: Connection) -> None:
        db.info["connection"] = connection

    @event.listens_for(sessions, "after_transaction_end")
    def forget(db: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            db.info.pop("connection", None)
