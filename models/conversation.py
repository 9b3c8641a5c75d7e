"""A conversation with one contact of one channel: what was heard, what may be sent, how fast it is heard."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, Table, UniqueConstraint, case, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, inserting, keys_of, new_uid, stored
from models.message import RESTRICTED, Answer, Message, Priority, Status
from models.no_notices import NoNotices
from models.statement import Statement

SHANGHAI = ZoneInfo("Asia/Shanghai")

# platform.md 6.1: two buckets, refilled to their maximum by the veteran's own acts.
PER_MESSAGE, MESSAGE_WINDOW = 5, dt.timedelta(hours=48)
PER_ACT, ACT_WINDOW = 3, dt.timedelta(seconds=60)
KEPT_FOR_A_PERSON = 1

# R61: more than this is stored, but not answered one by one.
MOST_A_MINUTE, MOST_A_DAY, TOLD_EVERY = 20, 200, dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a channel hands in: what was said, when, under which key of the platform."""

    external_id: str
    kind: str
    words: str
    said_at: dt.datetime


class Conversation(Base):
    """One contact of one channel. Locking this row takes two messages of one person in turn."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "contact"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    channel: Mapped[str] = mapped_column(String(20))
    contact: Mapped[str] = mapped_column(String(64))
    veteran_id: Mapped[int | None] = mapped_column(ForeignKey("veterans.id"))
    mode: Mapped[str] = mapped_column(String(8), default="bot")  # bot | waiting | person
    follows: Mapped[bool] = mapped_column(default=True)
    misunderstood: Mapped[int] = mapped_column(default=0)
    heard_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # the veteran's own last act; keeping counts from it
    message_quota: Mapped[int] = mapped_column(default=0)
    message_quota_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    act_quota: Mapped[int] = mapped_column(default=0)
    act_quota_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    minute: Mapped[int] = mapped_column(default=0)
    heard_this_minute: Mapped[int] = mapped_column(default=0)
    day: Mapped[int] = mapped_column(default=0)
    heard_this_day: Mapped[int] = mapped_column(default=0)
    told_too_fast_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    holds_messages: Mapped[bool] = mapped_column(default=False)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))  # where the person lives, once told
    no_notices_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 退订通知
    no_notices_listed: Mapped[bool] = mapped_column(default=False)  # the list that outlives the database says the same

    @classmethod
    def of(cls, db: Session, channel: str, contact: str, *, now: dt.datetime, refills: str = "nothing") -> Conversation:
        """The conversation with a contact who has just been heard, locked until the transaction ends.

        It is made when this is the first word. The message is counted, and what it `refills` is full again. What
        refills nothing is the platform's doing and not the veteran's: it takes its turn, and is not heard (R50).
        One statement that always writes: on PostgreSQL the update takes the row lock, so what is read afterwards is
        read behind it, never from a snapshot taken before the wait.
        """
        values = {
            "channel": channel,
            "contact": contact,
            "uid": new_uid(),
            "heard_at": now,
            "minute": int(now.timestamp()) // 60,
            "day": now.astimezone(SHANGHAI).toordinal(),
        }
        full = _full_again(refills, now)
        row = _locking(tuple(full)).run(db, values | full) or {}
        conversation = stored(db, cls, row)
        made_now = row["uid"] == values["uid"]
        known = NoNotices.is_back(db, conversation.contact_index(db)) if made_now else None
        if known is not None:
            conversation.no_notices_at, conversation.no_notices_listed = now, known
        return conversation

    def contact_index(self, db: Session) -> str:
        """The contact as a blind index: what is kept of it when it must not be readable any more (R51)."""
        return keys_of(db).index("conversations.contact", f"{self.channel} {self.contact}")

    def hear(self, db: Session, arrival: Arrival, *, masked: str, now: dt.datetime) -> int | None:
        """Keep what was said; its id. None when this very message has been kept before."""
        uid = new_uid()
        heard = Message.store(
            db,
            uid=uid,
            conversation_id=self.id,
            author="veteran",
            kind=arrival.kind,
            external_id=f"{self.channel}:{arrival.external_id}",
            words_sealed=_seal(db, uid, arrival.words) if arrival.words else None,
            masked=masked,
            status=Status.RECEIVED,
            said_at=arrival.said_at,
        )
        if heard is not None and self.holds_messages:
            self.release_held(db, now=now)
        return heard

    def answer(
        self, db: Session, words: str, *, to: int, now: dt.datetime, routed: str = "", handed_over: bool = False
    ) -> Answer:
        """Put the bot's answer to a message in the outbox, or store it as handed over by the door at once."""
        uid = new_uid()
        status = Status.HANDED_OVER if handed_over else Status.QUEUED
        said = Message.store(
            db,
            uid=uid,
            conversation_id=self.id,
            author="bot",
            kind="text",
            words_sealed=_seal(db, uid, words, restricted=routed == RESTRICTED),
            reply_to_id=to,
            routed=routed[:40],
            status=status,
            due_at=now,
            said_at=now,
            settled_at=now if handed_over else None,
        )
        return Answer(_known(said), words, status, now)

    def say(
        self,
        db: Session,
        words: str,
        *,
        now: dt.datetime,
        author: str = "bot",
        user_id: int | None = None,
        priority: int = Priority.REPLY,
        due_at: dt.datetime | None = None,
    ) -> Message:
        """Put a message in the outbox; it leaves by the worker."""
        uid = new_uid()
        said = Message.store(
            db,
            uid=uid,
            conversation_id=self.id,
            author=author,
            user_id=user_id,
            kind="text",
            words_sealed=_seal(db, uid, words),
            status=Status.QUEUED,
            priority=priority,
            due_at=due_at or now,
            said_at=now,
        )
        return db.get_one(Message, _known(said))

    def belongs_to(self, station_id: int, *, surely: bool = True) -> None:
        """Where this person is at home: whose code was scanned; where that is not known, where a matter is.

        Never told from a restricted petition: the place would show in the reception.
        """
        if surely or self.station_id is None:
            self.station_id = station_id

    # -- what may be sent --------------------

    def sends_left(self, *, now: dt.datetime) -> int:
        """How many messages we may plan on. Quotas do not add up (6.1), so the larger bucket counts."""
        message = self.message_quota if self.message_quota_until and now < self.message_quota_until else 0
        act = self.act_quota if self.act_quota_until and now < self.act_quota_until else 0
        return max(message, act)

    def may_send(self, author: str, *, now: dt.datetime) -> bool:
        """Whether one more may leave. The last of the five is kept for a person's answer."""
        kept = 0 if author == "staff" else KEPT_FOR_A_PERSON
        living_act = self.act_quota if self.act_quota_until and now < self.act_quota_until else 0
        return living_act > 0 or self.sends_left(now=now) > kept

    def spend(self, *, now: dt.datetime) -> None:
        """One was accepted: from the minute's bucket while it lives, else from the two days'."""
        if self.act_quota > 0 and self.act_quota_until and now < self.act_quota_until:
            self.act_quota -= 1
        else:
            self.message_quota = max(0, self.message_quota - 1)

    def window_closed(self) -> None:
        """WeChat said so (45015, 45047): its word counts, not our ledger."""
        self.message_quota = self.act_quota = 0

    def hold(self, db: Session, message: Message) -> None:
        """Keep a message that may not leave until the veteran speaks again, and what the same author said after it.

        Notices are not kept: they have other ways to go (broadcast/spread.py).
        """
        held = {"status": Status.HELD, "due_at": None, "trouble": "waits until the veteran speaks"}
        behind = (Message.conversation_id == self.id, Message.author == message.author, Message.id > message.id)
        db.execute(
            update(Message)
            .where(*behind, Message.status == Status.QUEUED, Message.priority < Priority.NOTICE)
            .values(held)
            .execution_options(synchronize_session=False)
        )
        message.status, message.due_at, message.trouble = Status.HELD, None, str(held["trouble"])
        self.holds_messages = True

    def release_held(self, db: Session, *, now: dt.datetime) -> None:
        db.execute(
            update(Message)
            .where(Message.conversation_id == self.id, Message.status == Status.HELD)
            .values(status=Status.QUEUED, due_at=now, tries=0)
            .execution_options(synchronize_session=False)
        )
        self.holds_messages = False

    # -- how fast it is heard --------------------

    @property
    def too_fast(self) -> bool:
        """Whether this person sends more than we answer (R61)."""
        return self.heard_this_minute > MOST_A_MINUTE or self.heard_this_day > MOST_A_DAY

    def tell_too_fast(self, *, now: dt.datetime) -> bool:
        """Whether it is time to say so again: once in ten minutes."""
        if self.told_too_fast_at and now - self.told_too_fast_at < TOLD_EVERY:
            return False
        self.told_too_fast_at = now
        return True


@cache
def _locking(full: tuple[str, ...]) -> Statement:
    """Make or find, lock, count and refill in one statement."""
    table = cast(Table, Conversation.__table__)
    same = ("minute", "day", *full)
    heard = ("heard_at",) if full else ()  # what refills is what the veteran does

    def compose(dialect: str) -> Any:
        made = inserting(dialect, table, ("channel", "contact", "uid", "heard_at", *same))
        new = made.excluded
        counted = {
            "heard_this_minute": case((table.c.minute == new.minute, table.c.heard_this_minute + 1), else_=1),
            "heard_this_day": case((table.c.day == new.day, table.c.heard_this_day + 1), else_=1),
        }
        again = {name: new[name] for name in (*heard, *same)} | counted
        first = made.values(heard_this_minute=1, heard_this_day=1)
        return first.on_conflict_do_update(index_elements=["channel", "contact"], set_=again).returning(table)

    return Statement(compose)


def _full_again(refills: str, now: dt.datetime) -> dict[str, object]:
    """The bucket that an act of the veteran fills to its maximum."""
    if refills == "message":
        return {"message_quota": PER_MESSAGE, "message_quota_until": now + MESSAGE_WINDOW}
    if refills == "act":
        return {"act_quota": PER_ACT, "act_quota_until": now + ACT_WINDOW}
    return {}


def _seal(db: Session, uid: str, words: str, *, restricted: bool = False) -> bytes:
    return keys_of(db).seal(words.encode(), bound_to=f"messages.words_sealed.{uid}", restricted=restricted)


def _known(message_id: int | None) -> int:
    if message_id is None:
        raise RuntimeError("a message of ours has no external id to be repeated by")
    return message_id
