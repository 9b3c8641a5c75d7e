"""What the search has learned from the articles in use: by one process, for all."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, insert_into

KEPT = 3  # what is in use, what was, and what is being tried


class LearnedIndex(Base):
    """An index as bytes, under the mark of the articles it was learned from. Never changed."""

    __tablename__ = "learned_indexes"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    learned_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    @classmethod
    def of(cls, db: Session, mark: str) -> bytes | None:
        return db.scalar(select(cls.packed).where(cls.mark == mark))

    @classmethod
    def keep(cls, db: Session, mark: str, packed: bytes, *, now: dt.datetime) -> None:
        """Keep what was learned; the oldest ones go."""
        made = insert_into(db, cls).values(mark=mark, packed=packed, learned_at=now)
        db.execute(made.on_conflict_do_update(index_elements=["mark"], set_={"learned_at": now}))
        newest = db.scalars(select(cls.mark).order_by(cls.learned_at.desc(), cls.mark).limit(KEPT)).all()
        db.execute(delete(cls).where(cls.mark.not_in(newest)).execution_options(synchronize_session=False))
