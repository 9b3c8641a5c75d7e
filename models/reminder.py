"""A reminder: a day a veteran must not miss, kept at their wish, told at most twice, gone when the day is over."""

from __future__ import annotations

import datetime as dt
import json
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigId, DomainError, Sealed, UtcDateTime, new_uid
from models.conversation import SHANGHAI, Conversation
from models.message import Message, Priority, Status
from models.people import Veteran
from models.petition.clock import day_of, in_words
from models.reception import ReceptionTicket
from models.reception.follow_up import to_be_called
from models.reception.note import TicketNote
from models.send_window import SendWindow

TOLD_BEFORE = (7, 1)  # days before the last one; of a "not before" it is told on the day itself
FROM, UNTIL = dt.time(9), dt.time(18)  # in Guiyang; nobody is woken
KEPT_AFTER = dt.timedelta(days=7)  # to be looked up once more; then nothing of it is needed any more (PIPL 47)
MOST_KEPT = 9  # a person has; they are chosen by one digit
ROUTE = "reminder"  # where its messages come from; also why such a ticket is in line


class TooManyReminders(DomainError):
    """One has to be dropped first."""


class Told(StrEnum):
    """How a reminder was told."""

    MESSAGE = "message"  # in the chat or by template; with neither, as soon as the veteran speaks
    COLLEAGUE = "colleague"  # a person speaks with the veteran, or will: they tell it
    CALL = "call"  # a place in line, to be telephoned


class Reminder(Base):
    """One day of one person. What is to be done tells of the person, so it is sealed; a day alone tells nothing."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    matter_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    falls_on: Mapped[dt.date]
    earliest: Mapped[bool] = mapped_column(default=False)  # the day is the first one, not the last
    next_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, index=True)
    message_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("messages.id"))  # that told it last

    _matter = Sealed()

    @property
    def what(self) -> str:
        """What is to be done, as it is read out."""
        return str(json.loads(self._matter)["what"])

    @property
    def article_id(self) -> str:
        """The article it comes from; empty where the person did not want that to be kept."""
        return str(json.loads(self._matter)["article"])

    @property
    def spoken_day(self) -> str:
        return in_full(self.falls_on)

    @classmethod
    def keep(
        cls,
        db: Session,
        conversation: Conversation,
        *,
        article_id: str,
        what: str,
        falls_on: dt.date,
        earliest: bool,
        now: dt.datetime,
    ) -> Reminder:
        """Remember a day, in the stead of the one kept for the same article. Raises TooManyReminders."""
        kept = cls.of(db, conversation)
        same = [reminder for reminder in kept if article_id and reminder.article_id == article_id]
        if len(kept) - len(same) >= MOST_KEPT:
            raise TooManyReminders(f"最多记 {MOST_KEPT} 个日子")
        for old in same:
            db.delete(old)
        reminder = cls(uid=new_uid(), conversation_id=conversation.id, falls_on=falls_on, earliest=earliest)
        db.add(reminder)
        reminder._matter = json.dumps({"article": article_id, "what": what}, ensure_ascii=False)
        reminder.next_at = next_telling(falls_on, earliest=earliest, now=now)
        db.flush()
        return reminder

    @classmethod
    def of(cls, db: Session, conversation: Conversation) -> list[Reminder]:
        """Those of one person, the nearest day first."""
        mine = select(cls).where(cls.conversation_id == conversation.id)
        return list(db.scalars(mine.order_by(cls.falls_on, cls.id)))

    @classmethod
    def drop_all(cls, db: Session, conversation: Conversation) -> None:
        db.execute(
            delete(cls).where(cls.conversation_id == conversation.id).execution_options(synchronize_session="fetch")
        )

    @classmethod
    def due(cls, db: Session, *, now: dt.datetime, most: int) -> list[tuple[int, int]]:
        """What is to be told now, as ids of conversation and reminder in the order in which they are locked.

        Before nine and after six o'clock nothing is.
        """
        if not FROM <= now.astimezone(SHANGHAI).time() < UNTIL:
            return []
        waiting = select(cls.conversation_id, cls.id).where(cls.next_at <= now)
        rows = db.execute(waiting.order_by(cls.conversation_id, cls.id).limit(most))
        return [(conversation_id, reminder_id) for conversation_id, reminder_id in rows]

    @classmethod
    def locked(cls, db: Session, conversation_id: int, reminder_id: int, *, now: dt.datetime) -> Reminder | None:
        """One that is due, behind the lock of its conversation; None when it was told or dropped meanwhile."""
        db.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)
        reminder = db.get(cls, reminder_id, with_for_update=True, populate_existing=True)
        return reminder if reminder and reminder.next_at and reminder.next_at <= now else None

    def tell(self, db: Session, words: str, *, note: str, template: bool, now: dt.datetime) -> Told | None:
        """Tell it once; the next time is set in the same transaction, so nobody is told twice.

        `words` go to the veteran, `note` to a colleague who is with them, or who has to telephone since WeChat lets
        nothing through and the channel has no `template`. None when it came too late to help, or the words before
        still wait for the veteran.
        """
        self.next_at = next_telling(self.falls_on, earliest=self.earliest, now=now)
        conversation = db.get_one(Conversation, self.conversation_id)
        if (self.falls_on < day_of(now) and not self.earliest) or self._still_held(db):
            return None
        ticket = ReceptionTicket.of(db, conversation)
        if ticket is not None:
            TicketNote.add(db, ticket, note, now=now)
            ticket.changed_at = now
            return Told.COLLEAGUE
        reaches = template or SendWindow.of(db, conversation, now=now).open_to_the_bot
        if not reaches and (phone := self._phone(db, conversation)):
            to_be_called(db, conversation, reason=ROUTE, phone=phone, note=note, now=now)
            return Told.CALL
        message = conversation.say(db, words, now=now, priority=Priority.NUDGE)
        message.routed, self.message_id = ROUTE, message.id
        return Told.MESSAGE

    @classmethod
    def drop_over(cls, db: Session, *, now: dt.datetime, most: int) -> int:
        """Those whose day is over go, a week later; how many."""
        over = select(cls.id).where(cls.falls_on < day_of(now) - KEPT_AFTER).limit(most)
        ids = list(db.scalars(over))
        db.execute(delete(cls).where(cls.id.in_(ids)).execution_options(synchronize_session="fetch"))
        return len(ids)

    def _still_held(self, db: Session) -> bool:
        """Whether the last words about it wait until the veteran speaks: they name the day, and that is enough."""
        before = db.get(Message, self.message_id) if self.message_id is not None else None
        return before is not None and before.status == Status.HELD

    def _phone(self, db: Session, conversation: Conversation) -> str:
        veteran = db.get(Veteran, conversation.veteran_id) if conversation.veteran_id is not None else None
        return veteran.phone if veteran else ""


def in_full(day: dt.date) -> str:
    """2026 年 12 月 20 日: with the year, since a deadline may be years off."""
    return f"{day.year} 年 {in_words(day)}"


def next_telling(falls_on: dt.date, *, earliest: bool, now: dt.datetime) -> dt.datetime | None:
    """At nine in the morning of the next day of telling; None when there is none after today."""
    days = (falls_on,) if earliest else tuple(falls_on - dt.timedelta(days=ahead) for ahead in TOLD_BEFORE)
    coming = [day for day in days if day > day_of(now)]
    return dt.datetime.combine(min(coming), FROM, SHANGHAI) if coming else None
