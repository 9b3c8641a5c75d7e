"""Questions that the library must go on answering: tried on every version before it goes into use."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, DomainError, UtcDateTime, new_uid
from models.user import User

MOST_QUESTIONS = 2000


class TooManyQuestions(DomainError):
    """More saved questions than can be tried within seconds."""


class SavedQuestion(Base):
    """A question as people ask it, and the article that answers it."""

    __tablename__ = "saved_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    words: Mapped[str] = mapped_column(String(300), unique=True)
    article_id: Mapped[str] = mapped_column(String(20), index=True)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    @classmethod
    def all(cls, db: Session) -> list[SavedQuestion]:
        return list(db.scalars(select(cls).order_by(cls.article_id, cls.id)))

    @classmethod
    def keep(cls, db: Session, words: str, article_id: str, *, by: User, now: dt.datetime) -> SavedQuestion:
        """Keep a question; the same words asked again belong to the article named last."""
        found = db.scalars(select(cls).where(cls.words == words)).first()
        if found is None:
            if len(cls.all(db)) >= MOST_QUESTIONS:
                raise TooManyQuestions(f"已存的问题最多 {MOST_QUESTIONS} 条，先拿掉几条再存")
            found = cls(uid=new_uid(), words=words)
            db.add(found)
        found.article_id, found.saved_by_id, found.saved_at = article_id, by.id, now
        db.flush()
        return found

    def remove(self, db: Session) -> None:
        db.delete(self)
        db.flush()
