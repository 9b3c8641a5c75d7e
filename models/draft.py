"""What staff have typed but not sent, and forms that were sent: nothing is lost, nothing happens twice."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Sealed, UtcDateTime, insert_into, new_uid


class Draft(Base):
    """Words typed at one place of the console, kept on the server only: nothing of a chat stays in a browser (R60)."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("user_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    place: Mapped[str] = mapped_column(String(80))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    saved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    words = Sealed()

    @classmethod
    def keep(cls, db: Session, user_id: int, place: str, words: str, *, now: dt.datetime) -> None:
        """Keep the words of a place in the stead of what was kept before; empty words keep nothing."""
        if not words.strip():
            cls.drop(db, user_id, place)
            return
        draft = db.scalars(select(cls).where(cls.user_id == user_id, cls.place == place)).first()
        if draft is None:
            draft = cls(uid=new_uid(), user_id=user_id, place=place, saved_at=now)
            db.add(draft)
        draft.words, draft.saved_at = words, now
        db.flush()

    @classmethod
    def of(cls, db: Session, user_id: int, place: str) -> str:
        draft = db.scalars(select(cls).where(cls.user_id == user_id, cls.place == place)).first()
        return draft.words if draft else ""

    @classmethod
    def drop(cls, db: Session, user_id: int, place: str) -> None:
        db.execute(
            delete(cls).where(cls.user_id == user_id, cls.place == place).execution_options(synchronize_session=False)
        )


class Submission(Base):
    """A form that has been sent, by the key it carried: a double tap or a lost answer sends it again in vain."""

    __tablename__ = "submissions"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)

    @classmethod
    def first(cls, db: Session, key: str, user_id: int, *, now: dt.datetime) -> bool:
        """Whether this form comes for the first time."""
        made = insert_into(db, cls).values(key=key, user_id=user_id, at=now)
        return db.scalar(made.on_conflict_do_nothing(index_elements=["key"]).returning(cls.key)) is not None
