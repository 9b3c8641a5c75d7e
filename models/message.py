"""Everything said, both ways: the transcript and the outbox in one table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Table,
    and_,
    exists,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.base import Base, BigId, Sealed, UtcDateTime, inserting, new_uid
from models.statement import Statement

LEASE = dt.timedelta(minutes=2)
MOST_TRIES = 5
NOTICES_AT_ONCE = 5
BACK_OFF = (1, 3, 9, 60, 300, 600)  # seconds; WeChat asks for 1, 3 and 9 after "system error" (platform.md 5.2)


class Status(StrEnum):
    """Where a message stands. Incoming ones are RECEIVED; the rest is the way out."""

    RECEIVED = "received"
    QUEUED = "queued"
    CLAIMED = "claimed"  # a worker has it, nothing has left yet
    SENDING = "sending"  # the call to the platform has begun: should the worker die now, nobody can know the outcome
    HANDED_OVER = "handed_over"  # given to WeChat in the answer to a push
    SENT = "sent"  # accepted by WeChat; there is no receipt of delivery
    HELD = "held"  # WeChat lets nothing through until the veteran speaks again
    UNKNOWN = "unknown"  # never sent twice (platform.md 6.2)
    FAILED = "failed"
    PARKED = "parked"  # failed again and again for a reason of ours; reported to the operators
    STOPPED = "stopped"


WAITING = (Status.QUEUED, Status.CLAIMED, Status.SENDING)
UNSETTLED = (*WAITING, Status.HELD, Status.UNKNOWN, Status.FAILED, Status.PARKED)


# Word for word as the index has it: SQLite takes a partial index for nothing else, and would read the whole transcript.
_IN_THE_OUTBOX = "status in ('queued', 'claimed', 'sending')"
_NOT_THROUGH = f"status in ({', '.join(repr(str(status)) for status in UNSETTLED)})"
IN_THE_OUTBOX, NOT_THROUGH = text(f"messages.{_IN_THE_OUTBOX}"), text(f"messages.{_NOT_THROUGH}")


RESTRICTED = "restricted"  # where a message went that belongs to a restricted petition (X1, R40)
MOVED = "〔已转专人〕"  # what everybody else sees in its place


class Priority:
    """Who goes first when several messages are due."""

    REPLY = 0
    NUDGE = 5
    NOTICE = 9


@dataclass(frozen=True, slots=True)
class Answer:
    """What was put in the outbox as the answer to something heard."""

    id: int
    words: str
    status: str
    said_at: dt.datetime


class Message(Base):
    """One thing said by one side of a conversation."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        # Only what is still to be done is indexed: the outbox stays small however long the transcript grows.
        Index(
            "ix_messages_due",
            "due_at",
            postgresql_where=text(_IN_THE_OUTBOX),
            sqlite_where=text(_IN_THE_OUTBOX),
        ),
        Index(
            "ix_messages_unsettled",
            "status",
            postgresql_where=text(_NOT_THROUGH),
            sqlite_where=text(_NOT_THROUGH),
        ),
        Index("ix_messages_reply_to_id", "reply_to_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    author: Mapped[str] = mapped_column(String(8))  # veteran | bot | staff
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(40), default="text")
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    masked: Mapped[str] = mapped_column(String(40), default="")
    routed: Mapped[str] = mapped_column(String(40), default="")
    useful: Mapped[bool | None]
    reply_to_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("messages.id"))
    status: Mapped[str] = mapped_column(String(12))
    priority: Mapped[int] = mapped_column(default=Priority.REPLY)
    due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(80), default="")
    said_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    words = Sealed()

    @property
    def sealed_apart(self) -> bool:
        return self.routed == RESTRICTED

    @property
    def shown(self) -> str:
        """The words for those who work here: of a restricted petition they read that there were some, never which."""
        return MOVED if self.sealed_apart else self.words

    @classmethod
    def store(cls, db: Session, **values: Any) -> int | None:
        """Store a message; its id, or None when one with its external id has been stored before.

        Two of these run for every word that is said, so the statement is built once and no object is made.
        """
        row = _storing(tuple(values)).run(db, values)
        return row["id"] if row else None

    @classmethod
    def claim_due(cls, db: Session, *, now: dt.datetime, most: int = 20) -> list[Message]:
        """Take the messages that may leave now; they are ours for two minutes.

        Only the first unsettled message of a conversation can be claimed, so a chat leaves in order; what is in another
        worker's hands blocks those behind it, and so does what is held, though the bot's never a volunteer's. Notices
        belong to no talk; their turn comes when nothing else is due (broadcast/spread.py).
        """
        cls._give_up_dead_leases(db, now=now)
        ids = list(db.scalars(cls._due(now).limit(most))) or list(db.scalars(cls._due_notices(now)))
        if not ids:
            return []
        db.execute(
            update(cls)
            .where(cls.id.in_(ids))
            .values(status=Status.CLAIMED, due_at=now + LEASE, tries=cls.tries + 1)
            .execution_options(synchronize_session=False)
        )
        taken = select(cls).where(cls.id.in_(ids)).order_by(cls.priority, cls.id)
        return list(db.scalars(taken.execution_options(populate_existing=True)))

    @classmethod
    def _due(cls, now: dt.datetime) -> Select[int]:
        ahead = aliased(cls)
        held = and_(ahead.status == Status.HELD, ahead.author == cls.author)
        blocked = exists().where(
            ahead.conversation_id == cls.conversation_id,
            or_(ahead.status.in_(WAITING), held),
            tuple_(ahead.priority, ahead.id) < tuple_(cls.priority, cls.id),
        )
        due = select(cls.id).where(IN_THE_OUTBOX, cls.status == Status.QUEUED, cls.due_at <= now)
        due = due.where(cls.priority < Priority.NOTICE, ~blocked).order_by(cls.priority, cls.id)
        return due.with_for_update(skip_locked=True)

    @classmethod
    def _due_notices(cls, now: dt.datetime) -> Select[int]:
        """A few at a time, and only when nothing else is due: whatever comes meanwhile waits for no more than these."""
        due = select(cls.id).where(IN_THE_OUTBOX, cls.status == Status.QUEUED, cls.due_at <= now)
        due = due.where(cls.priority == Priority.NOTICE).order_by(cls.due_at, cls.id)
        return due.limit(NOTICES_AT_ONCE).with_for_update(skip_locked=True)

    @classmethod
    def _give_up_dead_leases(cls, db: Session, *, now: dt.datetime) -> None:
        """A worker that died before its call began lost nothing; one that died during it leaves an unknown outcome."""
        for before, after in ((Status.CLAIMED, Status.QUEUED), (Status.SENDING, Status.UNKNOWN)):
            db.execute(
                update(cls)
                .where(NOT_THROUGH, cls.status == before, cls.due_at <= now)
                .values(status=after, trouble="the worker stopped")
                .execution_options(synchronize_session=False)
            )

    def begin_sending(self, db: Session, *, now: dt.datetime) -> bool:
        """Note that the call begins now, under a lease of its own: those before it in the batch may have taken long.

        False when the message is no longer ours (stopped, or the lease ran out).
        """
        done = db.execute(
            update(Message)
            .where(Message.id == self.id, Message.status == Status.CLAIMED)
            .values(status=Status.SENDING, due_at=now + LEASE)
            .execution_options(synchronize_session=False)
        )
        ours = bool(getattr(done, "rowcount", 0))
        if ours:
            self.status, self.due_at = Status.SENDING, now + LEASE
        return ours

    @classmethod
    def hand_over(cls, db: Session, message_id: int, *, now: dt.datetime) -> bool:
        """Give a message that still waits to the platform in an answer; False when a worker was faster."""
        done = db.execute(
            update(cls)
            .where(cls.id == message_id, cls.status == Status.QUEUED)
            .values(status=Status.HANDED_OVER, settled_at=now)
            .execution_options(synchronize_session="fetch")
        )
        return bool(getattr(done, "rowcount", 0))

    @classmethod
    def take_back(cls, db: Session, message_id: int) -> None:
        """What was to go out in an answer did not: the worker sends it."""
        handed_over = (cls.id == message_id, cls.status == Status.HANDED_OVER)
        back = {"status": Status.QUEUED, "settled_at": None}
        db.execute(update(cls).where(*handed_over).values(back).execution_options(synchronize_session="fetch"))

    def settle(self, status: Status, *, now: dt.datetime, trouble: str = "") -> None:
        self.status, self.settled_at, self.trouble = status, now, trouble[:80]

    def try_again(
        self, *, now: dt.datetime, trouble: str, after: dt.timedelta | None = None, our_fault: bool = False
    ) -> None:
        """Back into the queue after a pause that grows.

        What fails by a fault of ours is parked after the fifth try, so that it never stops the others (R64). The
        platform's own trouble is no fault of the message: it waits until the window closes, and is held then.
        """
        if our_fault and self.tries >= MOST_TRIES:
            self.settle(Status.PARKED, now=now, trouble=trouble)
            return
        pause = after if after is not None else dt.timedelta(seconds=BACK_OFF[min(self.tries, len(BACK_OFF)) - 1])
        self.status, self.due_at, self.trouble = Status.QUEUED, now + pause, trouble[:80]

    @classmethod
    def rate_answer(cls, db: Session, conversation_id: int, *, before: int, useful: bool) -> None:
        """A message rates the policy answer that came before it; the rating stays with the answer."""
        answered = (
            select(cls)
            .where(cls.conversation_id == conversation_id, cls.id < before, cls.routed.startswith("policy:"))
            .order_by(cls.id.desc())
            .limit(1)
        )
        answer = db.scalars(answered).first()
        if answer is not None:
            answer.useful = useful

    @classmethod
    def reply_to(cls, db: Session, heard_id: int) -> Answer | None:
        """What was answered to a message, if anything was; erased words are no answer any more."""
        said = db.scalars(select(cls).where(cls.reply_to_id == heard_id, cls.author == "bot").order_by(cls.id)).first()
        return Answer(said.id, said.words, said.status, said.said_at) if said else None

    @classmethod
    def transcript(cls, db: Session, conversation_id: int, *, most: int = 30) -> Iterator[Message]:
        """The last words of a conversation, oldest first."""
        newest = select(cls).where(cls.conversation_id == conversation_id).order_by(cls.id.desc()).limit(most)
        return reversed(list(db.scalars(newest)))


@cache
def _storing(names: tuple[str, ...]) -> Statement:
    table = cast(Table, Message.__table__)

    def compose(dialect: str) -> Any:
        made = inserting(dialect, table, names).on_conflict_do_nothing(index_elements=["external_id"])
        return made.returning(table.c.id)

    return Statement(compose)
