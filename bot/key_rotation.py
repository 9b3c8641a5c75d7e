"""Key rotation: every sealed column and file under the newest data key (R46). Can be stopped and begun again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from bot.office import Office
from models.base import Base, Sealed, keys_of, place_of
from models.media import Media

BATCH = 500


def rotate(office: Office) -> Iterator[tuple[str, int]]:
    """Re-seal what is under an older key; yields each column (and at last the files) with how many were re-sealed.

    Batches of their own transaction: killed half-way, everything stays readable, and the next run goes on.
    """
    for table, column in sealed_columns():
        done, last = 0, None
        while True:
            with office.sessions.begin() as db:
                last, count = _rotate_batch(db, table, column, after=last)
            done += count
            if last is None:
                break
        yield f"{table.__tablename__}.{column}", done
    yield "files", _rotate_files(office)


def sealed_columns() -> Iterator[tuple[type[Base], str]]:
    """All columns that hold sealed values, each with the table's class."""
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__tablename__):
        for sealed in vars(mapper.class_).values():
            if isinstance(sealed, Sealed):
                yield mapper.class_, sealed.column


def _rotate_batch(db: Session, table: type[Base], column: str, *, after: Any) -> tuple[Any, int]:
    """One batch in the order of the primary key; the last key seen (None at the end) and how many were re-sealed.

    The rows are locked: words that are erased meanwhile must not come back under the new key.
    """
    keys, sealed, (key,) = keys_of(db), getattr(table, column), inspect(table).primary_key
    query = select(table).where(sealed.is_not(None)).order_by(key).limit(BATCH).with_for_update()
    rows = db.scalars(query.where(key > after) if after is not None else query).all()
    count = 0
    for row in rows:
        value, apart = getattr(row, column), bool(getattr(row, "sealed_apart", False))
        if not keys.is_current(value, restricted=apart):
            setattr(row, column, keys.reseal(value, place_of(row, column), restricted=apart))
            count += 1
    return (getattr(rows[-1], key.name) if rows else None), count


def _rotate_files(office: Office) -> int:
    with office.sessions.begin() as db:
        kept = list(db.scalars(select(Media.uid).where(Media.state == "kept")))
    return sum(office.media.reseal(uid) for uid in kept)
