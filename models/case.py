"""Case: what any matter has, whatever it is about: number, status, history, files, and who asked for news when."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable

from sqlalchemy import ForeignKey, LargeBinary, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from models.base import Base, DomainError, Sealed, UtcDateTime, insert_into, new_uid
from models.conversation import SHANGHAI, Conversation
from models.reception import ReceptionTicket
from models.user import User

URGE_EVERY = dt.timedelta(days=3)


class NotNow(DomainError):
    """What was asked cannot be done to a case in this state."""


class MustWithdraw(DomainError):
    """Whoever has an interest in a matter, or might be taken to have one, keeps away from it (条例 28; W1-W3)."""


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

    @classmethod
    def apart(cls, db: Session, *, now: dt.datetime) -> str:
        """One out of the row, of the upper half of the day's: no gap among the others tells of what it belongs to."""
        day = now.astimezone(SHANGHAI).strftime("%y%m%d")
        while True:
            number = f"{day}{5_000 + secrets.randbelow(5_000):04d}"
            if db.scalar(select(Case.id).where(Case.number == number)) is None:
                return number


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
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    restricted: Mapped[bool] = mapped_column(default=False)  # 检举控告: for the discipline contact's eyes only (X1)
    status: Mapped[str] = mapped_column(String(12))
    due_on: Mapped[dt.date | None] = mapped_column(index=True)  # the last day for what the law asks next
    filed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    urged_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @property
    def spoken_number(self) -> str:
        return f"{self.number[:6]} {self.number[6:]}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def lock(self, db: Session) -> None:
        """The row as it is now, ours until the transaction ends; after the conversation, as everybody locks the two.

        A refresh alone would drop what is not written yet.
        """
        db.flush()
        talk = db.get(Conversation, self.conversation_id) if self.conversation_id is not None else None
        if talk is not None:
            db.refresh(talk, with_for_update=True)
        db.refresh(self, with_for_update=True)

    def note(
        self,
        db: Session,
        what: str,
        *,
        now: dt.datetime,
        words: str = "",
        media_uid: str = "",
        by: User | None = None,
        shown: bool = True,
    ) -> None:
        """Add a line to the history; the veteran may read its words too, unless it is not `shown`."""
        event = CaseEvent(uid=new_uid(), case_id=self.id, what=what, at=now, media_uid=media_uid, shown=shown)
        event.user_id = by.id if by else None
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
        self.lock(db)  # somebody at the console may be deciding on it this moment
        if not self.is_open:
            raise NotNow("这件事已经结束了")
        self.status, self.closed_at, self.due_on = "withdrawn", now, None
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
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none: the veteran's act, or the system's
    shown: Mapped[bool] = mapped_column(default=True)  # whether the veteran may read it
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    words = Sealed()

    @property
    def sealed_apart(self) -> bool:
        return _is_restricted(self)


class Interest(Base):
    """Somebody who works here must not see a matter: declared, or found by the system (回避, W1–W3)."""

    __tablename__ = "interests"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    person: Mapped[str] = mapped_column(String(16), index=True)  # User.person, so that it holds for all accounts
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    reason = Sealed()

    @property
    def sealed_apart(self) -> bool:
        return _is_restricted(self)

    @classmethod
    def find(cls, db: Session, person: str, case: Case) -> Interest | None:
        """The interest of a person in a matter, or in the talk it came from, that has not been lifted."""
        about = cls.case_id == case.id
        if case.conversation_id is not None:
            about = or_(about, cls.conversation_id == case.conversation_id)
        return db.scalars(select(cls).where(cls.person == person, about, cls.lifted_at.is_(None)).limit(1)).first()

    @classmethod
    def declare(
        cls,
        db: Session,
        case: Case,
        reason: str,
        *,
        of: User,
        now: dt.datetime,
        by: User | None = None,
        words: str = "",
        with_talk: bool = True,
    ) -> Interest:
        """From now on the matter, and the talk it came from, are gone for this person (W2); `by` none: found (W1).

        A talk in hand goes back into the line, and the veteran is told so in `words`. Without the talk it is this
        matter alone, and others of the same veteran may still be handled.
        """
        case.lock(db)
        standing = cls.find(db, of.person, case)
        if standing is not None:
            return standing
        talk = case.conversation_id if with_talk else None
        made = cls(uid=new_uid(), person=of.person, case_id=case.id, conversation_id=talk, at=now)
        db.add(made)
        made.reason = reason
        if case.officer_id is not None and db.get_one(User, case.officer_id).person == of.person:
            case.officer_id = None
        if talk is not None and (ticket := _held_by(db, of.person, talk)) is not None:
            ticket.put_back(db, why=f"{of.shown_as}要回避，请别的同事接着接待", now=now, words=words)
        case.note(db, "interest", now=now, words=f"{of.shown_as}要回避，不经手这件事。", by=by, shown=False)
        db.flush()
        return made

    @classmethod
    def was_seen(cls, db: Session, person: str, case: Case) -> bool:
        """Whether it has been looked at before: what a supervisor lifted is not found again."""
        return (
            db.scalars(select(cls.id).where(cls.person == person, cls.case_id == case.id).limit(1)).first() is not None
        )

    def lift(self, db: Session, reason: str, *, by: User, now: dt.datetime) -> None:
        """A supervisor who is free of interest finds that there is none (W2), and says why."""
        case = db.get_one(Case, self.case_id)
        if by.person == self.person:
            raise MustWithdraw("自己的回避不能自己解除，要请另一位负责人")
        if Interest.find(db, by.person, case) is not None:
            raise MustWithdraw("您也要回避这件事，不能解除别人的回避")
        if self.lifted_at is not None:
            raise NotNow("这个回避已经解除了")
        self.lifted_by_id, self.lifted_at = by.id, now
        case.note(db, "interest", now=now, words=f"解除一位同事的回避。原因：{reason}", by=by, shown=False)


def still_urged(db: Session, cases: Iterable[Case]) -> set[int]:
    """Ids of the open matters whose veteran has asked for news and has been told nothing since."""
    urged = {case.id for case in cases if case.urged_at is not None and case.is_open}
    if not urged:
        return urged
    told = select(CaseEvent.case_id).join(Case, Case.id == CaseEvent.case_id).where(Case.id.in_(urged))
    return urged - set(
        db.scalars(told.where(CaseEvent.user_id.is_not(None), CaseEvent.shown, CaseEvent.at >= Case.urged_at))
    )


def _is_restricted(row: CaseEvent | Interest) -> bool:
    """Whether a row belongs to a restricted matter, whose words have a key of their own (R40)."""
    session = object_session(row)
    case = session.get(Case, row.case_id) if session is not None and row.case_id is not None else None
    return case is not None and bool(case.restricted)


def _held_by(db: Session, person: str, conversation_id: int | None) -> ReceptionTicket | None:
    """The talk of this conversation that a person has in hand, with whichever account."""
    held = select(ReceptionTicket).join(User, User.id == ReceptionTicket.taken_by_id)
    ours = held.where(ReceptionTicket.conversation_id == conversation_id, ReceptionTicket.state == "taken")
    return db.scalars(ours.where(User.person == person)).first()
