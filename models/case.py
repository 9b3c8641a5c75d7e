"""Case: what any matter has, whatever it is about: number, status, history, files, and who asked for news when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, DomainError, Sealed, UtcDateTime, insert_into, new_uid
from models.conversation import SHANGHAI, Conversation

URGE_EVERY = dt.timedelta(days=3)


class NotNow(DomainError):
    """What was asked cannot be done to a case in this state."""


class CaseNumber(Base):
    """The last number given out on a day; counting happens in the database, so no number is given twice."""

    __tablename__ = "case_numbers"

    day: Mapped[str] = mapped_column(String(6), primary_key=True)
    last: Mapped[int]

    @classmethod
    def next(cls, db: Session, *, now: dt.datetime) -> str:
        """Ten digits that can be spoken: the date in Guiyang and a count, 2611020037."""
        day = now.astimezone(SHANGHAI).strftime("%y%m%d")
        made = insert_into(db, cls).values(day=day, last=1)
        counted = made.on_conflict_do_update(index_elements=["day"], set_={"last": cls.last + 1}).returning(cls.last)
        return f"{day}{db.scalar(counted):04d}"


class Case(Base):
    """A matter of one veteran. Kinds of matters are joined tables of their own."""

    __tablename__ = "cases"
    __mapper_args__ = {"polymorphic_on": "kind"}

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(10), unique=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    veteran_id: Mapped[int | None] = mapped_column(ForeignKey("veterans.id"), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    status: Mapped[str] = mapped_column(String(12))
    filed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    urged_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @property
    def spoken_number(self) -> str:
        return f"{self.number[:6]} {self.number[6:]}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def note(self, db: Session, what: str, *, now: dt.datetime, words: str = "", media_uid: str = "") -> None:
        """Add a line to the history; `words` is what the veteran may read too."""
        event = CaseEvent(uid=new_uid(), case_id=self.id, what=what, at=now, media_uid=media_uid)
        db.add(event)
        event.words = words

    def history(self, db: Session) -> list[CaseEvent]:
        return list(db.scalars(select(CaseEvent).where(CaseEvent.case_id == self.id).order_by(CaseEvent.id)))

    def add(self, db: Session, words: str, *, now: dt.datetime, media_uid: str = "") -> None:
        """The veteran adds words or a picture, at any time, also to a closed matter."""
        self.note(db, "added", now=now, words=words, media_uid=media_uid)

    def urge(self, db: Session, *, now: dt.datetime) -> bool:
        """The veteran asks for news; noted once in three days, so that each asking is answered. False in between."""
        if not self.is_open:
            raise NotNow("这件事已经办结了")
        if self.urged_at and now - self.urged_at < URGE_EVERY:
            return False
        self.urged_at = now
        self.note(db, "urged", now=now)
        return True

    def withdraw(self, db: Session, *, now: dt.datetime) -> None:
        """The veteran takes the matter back; it stays on record under its number."""
        if not self.is_open:
            raise NotNow("这件事已经结束了")
        self.status, self.closed_at = "withdrawn", now
        self.note(db, "withdrawn", now=now)

    @classmethod
    def of(cls, db: Session, conversation: Conversation) -> list[Case]:
        """All matters filed from a conversation, newest first (R37: level 1 is the openid that filed them)."""
        return list(db.scalars(select(Case).where(Case.conversation_id == conversation.id).order_by(Case.id.desc())))


class CaseEvent(Base):
    """One line of a case's history."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    what: Mapped[str] = mapped_column(String(12))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    media_uid: Mapped[str] = mapped_column(String(16), default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    words = Sealed()
