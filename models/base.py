"""What every table shares: its base, time in UTC, sealed text, and the errors a rule of the office raises."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, overload

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Table, bindparam, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, object_session, sessionmaker
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeDecorator

from models.statement import keep_connection_at_hand
from models.vault import KeyRing


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# The transcript may outgrow 31 bits; SQLite counts rows in 64 by itself, but only under the name INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")


Row = TypeVar("Row", bound="Base")


class DomainError(Exception):
    """A rule of the office says no. The message is Chinese and may be shown to staff."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment. Naive values are refused: the server's zone must never decide a deadline."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        # SQLite gives back what was bound, without its zone; PostgreSQL gives the session's zone.
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Sealed:
    """Text kept encrypted in the column `<name>_sealed`, bound to its table, column and row (R46).

    A leading underscore of the name does not count.

    The row needs a `uid` and has to be in a session, since the session carries the keys. An empty text is stored as
    NULL, so that an erased value and a missing one look alike. A row that says it is `sealed_apart` belongs to a
    restricted petition, whose words have a key of their own (R40).
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = f"{name.removeprefix('_')}_sealed"

    @overload
    def __get__(self, row: None, owner: type) -> Sealed: ...
    @overload
    def __get__(self, row: Any, owner: type) -> str: ...
    def __get__(self, row: Any, owner: type) -> Sealed | str:
        if row is None:
            return self
        sealed = getattr(row, self.column)
        if sealed is None:
            return ""
        return keys_of(row).open(sealed, bound_to=place_of(row, self.column)).decode()

    def __set__(self, row: Any, text: str) -> None:
        apart = bool(getattr(row, "sealed_apart", False))
        place = place_of(row, self.column)
        setattr(row, self.column, keys_of(row).seal(text.encode(), bound_to=place, restricted=apart) if text else None)


def place_of(row: Any, column: str) -> str:
    """Where a sealed value belongs; the same bytes anywhere else will not open."""
    return f"{row.__tablename__}.{column}.{row.uid}"


def keys_of(row_or_session: Any) -> KeyRing:
    session = row_or_session if isinstance(row_or_session, Session) else object_session(row_or_session)
    if session is None:
        raise RuntimeError(f"{inspect(row_or_session)} is in no session, so its keys are out of reach")
    keys: KeyRing = session.info["keys"]
    return keys


def open_sessions(engine: Any, keys: KeyRing, *, audit_key: bytes) -> sessionmaker[Session]:
    """Sessions that carry the keys of sealed columns. Rows stay readable after the commit."""
    sessions = sessionmaker(engine, info={"keys": keys, "audit_key": audit_key}, expire_on_commit=False)
    keep_connection_at_hand(sessions)
    return sessions


def new_uid() -> str:
    """A random name for a row, 96 bits: binds sealed values, and is safe in a link."""
    return secrets.token_urlsafe(12)


def dialect_of(db: Session) -> str:
    return db.get_bind().dialect.name


def inserting(dialect: str, table: Table, names: Iterable[str]) -> Any:
    """An INSERT of these columns, every value a parameter: built once and kept, since building costs more than running.

    Columns left out take their scalar defaults.
    """
    names = frozenset(names)
    given = {name: bindparam(name, type_=table.c[name].type) for name in names}
    fixed: dict[str, Any] = {
        column.name: column.default.arg
        for column in table.c
        if column.name not in names and isinstance(column.default, ScalarElementColumnDefault)
    }
    kind = postgresql if dialect == "postgresql" else sqlite
    return kind.insert(table).values(fixed | given)


def stored(db: Session, model: type[Row], values: Mapping[str, Any]) -> Row:
    """The object of a row whose values are known, since a statement has just written or returned them.

    Reading it through the mapper would cost as much again as the statement. Columns that are not among the values are
    read when they are asked for.
    """
    known = db.identity_map.get(identity_key(model, values["id"]))
    if known is not None:
        db.refresh(known)
        return known
    row = model()
    row.__dict__.update(values)
    make_transient_to_detached(row)
    db.add(row)
    return row


def insert_into(db: Session, table: Any) -> Any:
    """INSERT with ON CONFLICT, which both databases know under their own dialect only."""
    dialect = postgresql if dialect_of(db) == "postgresql" else sqlite
    return dialect.insert(table)
