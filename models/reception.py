"""The 老兵接待室: a veteran asks for a person, waits in line, is taken, handed over, and the talk is closed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, DomainError, Sealed, UtcDateTime, new_uid
from models.conversation import Conversation
from models.people import User

MINUTES_A_TALK = 5  # what one talk takes, until the room has figures of its own


class AlreadyTaken(DomainError):
    """Two volunteers wanted the same chat; the other one has it."""


class AlreadyClosed(DomainError):
    """The talk is over."""


class ReceptionTicket(Base):
    """One wish to speak to a person, from the asking to the end of the talk."""

    __tablename__ = "reception_tickets"
    __table_args__ = (
        Index("ix_reception_tickets_state_urgent_opened_at", "state", "urgent", "opened_at"),
        Index(
            "uq_reception_tickets_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
            sqlite_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    reason: Mapped[str] = mapped_column(String(20))  # asked | urgent | trouble | unanswered | hardship | …
    urgent: Mapped[str] = mapped_column(String(12), default="")  # the kind of crisis; empty when there is none
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting | taken | closed
    call_back: Mapped[bool] = mapped_column(default=False)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(20), default="")

    phone = Sealed()

    @classmethod
    def open(
        cls, db: Session, conversation: Conversation, *, reason: str, now: dt.datetime, urgent: str = ""
    ) -> ReceptionTicket:
        """The ticket of this conversation: the one still open, marked urgent if need be, or a new one."""
        ticket = cls.of(db, conversation)
        if ticket is None:
            ticket = cls(
                uid=new_uid(), conversation_id=conversation.id, reason=reason, state="waiting", opened_at=now, urgent=""
            )
            db.add(ticket)
        if urgent:
            ticket.urgent = urgent
        if conversation.mode == "bot":
            conversation.mode = "waiting"
        db.flush()
        return ticket

    @classmethod
    def of(cls, db: Session, conversation: Conversation) -> ReceptionTicket | None:
        """The ticket that is open for a conversation."""
        return db.scalars(select(cls).where(cls.conversation_id == conversation.id, cls.state != "closed")).first()

    def ahead(self, db: Session) -> int:
        """How many wait in front: urgent ones first, then by time of asking."""
        earlier = or_(
            ReceptionTicket.opened_at < self.opened_at,
            (ReceptionTicket.opened_at == self.opened_at) & (ReceptionTicket.id < self.id),
        )
        before = earlier & (ReceptionTicket.urgent != "") if self.urgent else earlier | (ReceptionTicket.urgent != "")
        waiting = select(func.count()).where(ReceptionTicket.state == "waiting", ReceptionTicket.id != self.id, before)
        return db.scalar(waiting) or 0

    def take(self, db: Session, *, by: User, now: dt.datetime) -> None:
        """A volunteer takes the chat; the bot is silent from now on."""
        self._lock(db)
        if self.state == "closed":
            raise AlreadyClosed("这次接待已经结束了")
        if self.state == "taken" and self.taken_by_id != by.id:
            raise AlreadyTaken("别人已经接了")
        self.state, self.taken_by_id, self.taken_at = "taken", by.id, now
        self._conversation(db).mode = "person"

    def reply(self, db: Session, words: str, *, by: User, now: dt.datetime) -> None:
        """What the volunteer says, through the one outbox."""
        if self.state != "taken" or self.taken_by_id != by.id:
            raise AlreadyTaken("这个对话不在您手里")
        self._conversation(db).say(db, words, now=now, author="staff", user_id=by.id)

    def call_me(self) -> None:
        """The veteran would rather be telephoned."""
        self.call_back = True

    def close(self, db: Session, *, outcome: str, now: dt.datetime) -> None:
        """The talk, or the waiting, is over; the bot answers again. An urgent ticket is closed by a person only."""
        self._lock(db)
        if self.state == "closed":
            raise AlreadyClosed("这次接待已经结束了")
        self.state, self.closed_at, self.outcome = "closed", now, outcome
        self._conversation(db).mode = "bot"

    def _lock(self, db: Session) -> None:
        db.refresh(self, with_for_update=True)

    def _conversation(self, db: Session) -> Conversation:
        conversation = db.get(Conversation, self.conversation_id)
        if conversation is None:
            raise RuntimeError("a ticket without its conversation")
        return conversation
