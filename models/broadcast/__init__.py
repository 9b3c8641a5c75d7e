"""A notice to many: written, looked at by a second person, spread through the one outbox, never twice to anybody.

Whom it is for is in broadcast/audience.py, how it reaches them in broadcast/spread.py, what became of it in
broadcast/result.py, what it may say in broadcast/rules.py.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.approval import Approval, NeedsAnother, TooLate, digest_of
from models.base import Base, BigId, DomainError, UtcDateTime, dialect_of, new_uid
from models.broadcast.audience import audience_of
from models.broadcast.rules import LAST_LINE, MOST_A_DAY, BadNotice, check_lengths, check_time, check_words, next_hours
from models.conversation import SHANGHAI, Conversation
from models.message import Message, Priority, Status
from models.user import User

SEND = "broadcast.send"
KINDS = {"policy": "政策", "event": "活动", "visit": "走访慰问", "other": "其他"}
DAY_LOCK = 7_201_002  # PostgreSQL advisory lock: one approval counts the notices of the day at a time


class NotADraft(DomainError):
    """The notice is on its way, or over."""


class NobodyToTell(DomainError):
    """The audience is empty."""


class WrongCount(DomainError):
    """The number typed is not the number of people."""


class TooManyToday(DomainError):
    """Three notices a day are enough (R63)."""


class Way(StrEnum):
    """How a notice reaches one person."""

    PLANNED = "planned"  # approved for this person, not on its way yet
    MESSAGE = "message"  # said in the chat, since the platform's window is open
    TEMPLATE = "template"  # a template message: the window is closed
    CALL = "call"  # neither is possible: somebody should telephone
    NONE = "none"  # left out: unfollowed, or wants no notices, since it was proposed
    DROPPED = "dropped"  # their town was taken out on the way


@dataclass(frozen=True, slots=True)
class Notice:
    """What the writer wants: the words, for whom, and when (None: as soon as it is approved)."""

    title: str
    words: str
    kind: str = "other"
    station_id: int | None = None
    send_at: dt.datetime | None = None


class Broadcast(Base):
    """One notice. Its words are public, so they are not sealed."""

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    title: Mapped[str] = mapped_column(String(60))  # for staff only
    words: Mapped[str] = mapped_column(String(600))
    kind: Mapped[str] = mapped_column(String(12))  # policy | event | visit | other
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))  # this branch; none: everybody
    state: Mapped[str] = mapped_column(String(10), default="draft")  # draft|proposed|approved|sending|stopped|done
    send_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    counted: Mapped[int] = mapped_column(default=0)  # how many it was for when it was proposed
    spread_to_id: Mapped[int] = mapped_column(default=0)  # conversations up to this id are on their way
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    stopped_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def draft(cls, db: Session, notice: Notice, *, by: User, now: dt.datetime) -> Broadcast:
        """Begin a notice; it may be unfinished."""
        made = cls(uid=new_uid(), state="draft", counted=0, spread_to_id=0)
        made._write(notice, by=by, now=now)
        db.add(made)
        db.flush()
        return made

    def edit(self, db: Session, notice: Notice, *, by: User, now: dt.datetime) -> None:
        """Change a notice that is not on its way yet. Whatever was proposed or approved is void (S3)."""
        self.lock(db)
        if self.state not in ("draft", "proposed", "approved"):
            raise NotADraft("这条通知已经开始发了，不能再改")
        self._take_back(db, now=now)
        self._write(notice, by=by, now=now)

    def take_back(self, db: Session, *, now: dt.datetime) -> None:
        """The writer has thought better of it: a draft again, unless it is on its way."""
        self.lock(db)
        if self.state not in ("proposed", "approved"):
            raise NotADraft("这条通知现在拿不回来")
        self._take_back(db, now=now)
        if self.send_at is not None and self.send_at <= now:
            self.send_at = None  # it was the moment of the approval

    def propose(self, db: Session, *, by: User, own_hosts: Iterable[str], now: dt.datetime) -> Approval:
        """Freeze the words and the people, and ask a colleague to look at it."""
        self.lock(db)
        if self.state != "draft":
            raise NotADraft("这条通知已经交上去了")
        check_words(self.title, self.words, own_hosts=own_hosts)
        check_time(self.send_at, now=now)
        self._gather(db)
        if not self.counted:
            raise NobodyToTell("这个范围里现在没有能通知的人")
        self.state = "proposed"
        return Approval.propose(db, SEND, self.uid, self.frozen(db), by=by, now=now)

    def approve(self, db: Session, typed: str, *, seen: str, by: User, now: dt.datetime) -> None:
        """Another person agrees by typing for how many people it is; it leaves at its time, between eight and eight.

        `seen` is the digest of what that person has read: what was changed or added meanwhile is agreed to by nobody.
        """
        self.lock(db)
        approval = self._waiting(db, now=now)
        if db.get_one(User, self.written_by_id).person == by.person:
            raise NeedsAnother("自己写的不能自己审，要请另一位同事")
        if head_count(typed) != self.counted:
            raise WrongCount(f"人数不对。这条通知要发给多少人，请看清楚再填：“{typed.strip()[:12]}”不是")
        moment = next_hours(max(self.send_at or now, now))
        self._check_day(db, moment)
        if digest_of(self.frozen(db)) != approval.digest:
            raise TooLate("内容或者人改过了，请退回，重新交一次")
        approval.approve(db, by=by, now=now, digest=seen)
        self.state, self.send_at = "approved", moment
        self.approved_by_id, self.approved_at = by.id, now

    def reject(self, db: Session, reason: str, *, by: User, now: dt.datetime) -> None:
        """Send it back to its writer, and say what to change."""
        self.lock(db)
        if not reason.strip():
            raise BadNotice("请写明哪里要改")
        self._waiting(db, now=now).refuse(db, reason.strip(), by=by, now=now)
        self._take_back(db, now=now)

    def stop(self, db: Session, *, by: User, now: dt.datetime) -> int:
        """Nothing more leaves; how many people it spared. What the platform has already cannot be called back."""
        self.lock(db)
        if self.state not in ("approved", "sending"):
            raise NotADraft("这条通知现在没有在发")
        self.state, self.stopped_by_id, self.stopped_at = "stopped", by.id, now
        unsent = (Status.QUEUED, Status.CLAIMED, Status.HELD)
        stopped = db.execute(
            update(Message)
            .where(Message.id.in_(self._message_ids()), Message.status.in_(unsent))
            .values(status=Status.STOPPED, settled_at=now, due_at=None, trouble="the notice was stopped")
            .execution_options(synchronize_session=False)
        )
        planned = select(func.count()).where(Recipient.broadcast_id == self.id, Recipient.way == Way.PLANNED)
        return int(getattr(stopped, "rowcount", 0)) + (db.scalar(planned) or 0)

    @property
    def text(self) -> str:
        """The words as they arrive: each notice says how to have no more of them."""
        return f"{self.words.strip()}\n\n{LAST_LINE}"

    def frozen(self, db: Session) -> dict[str, Any]:
        """What an approval is bound to: every word, and every person (R63)."""
        people = select(Recipient.conversation_id).where(Recipient.broadcast_id == self.id)
        listed = ",".join(map(str, db.scalars(people.order_by(Recipient.conversation_id))))
        return {
            "title": self.title,
            "words": self.words,
            "kind": self.kind,
            "station": self.station_id,
            "send_at": self.send_at.astimezone(dt.UTC).isoformat() if self.send_at else "",
            "counted": self.counted,
            "people": hashlib.sha256(listed.encode()).hexdigest(),
        }

    def sent_back(self, db: Session) -> str:
        """What the colleague wrote who sent it back last."""
        last = select(Approval).where(Approval.act == SEND, Approval.subject == self.uid).order_by(Approval.id.desc())
        approval = db.scalars(last.limit(1)).first()
        return approval.answer if approval is not None and approval.state == "refused" else ""

    def _write(self, notice: Notice, *, by: User, now: dt.datetime) -> None:
        check_lengths(notice.title, notice.words)
        if notice.kind not in KINDS:
            raise BadNotice("请选这条通知是哪一类")
        self.title, self.words, self.kind = notice.title.strip(), notice.words.strip(), notice.kind
        self.station_id, self.send_at = notice.station_id, notice.send_at
        self.written_by_id, self.written_at = by.id, now

    def proposal(self, db: Session, *, now: dt.datetime) -> Approval | None:
        """What waits for a colleague's word, if it does and is not a day old."""
        return Approval.waiting(db, SEND, self.uid, now=now) if self.state == "proposed" else None

    def _waiting(self, db: Session, *, now: dt.datetime) -> Approval:
        approval = self.proposal(db, now=now)
        if approval is None:
            raise TooLate("这条通知改过了、定过了，或者交上来超过一天，要重新交一次")
        return approval

    def _take_back(self, db: Session, *, now: dt.datetime) -> None:
        """A draft again: nobody is chosen, nothing is agreed."""
        asked = (Approval.act == SEND, Approval.subject == self.uid, Approval.state == "proposed")
        db.execute(update(Approval).where(*asked).values(state="refused", decided_at=now))
        db.execute(delete(Recipient).where(Recipient.broadcast_id == self.id))
        self.state, self.counted, self.approved_by_id, self.approved_at = "draft", 0, None, None

    def _gather(self, db: Session) -> None:
        """One row for each person, in one statement: who follows, lives in the branch, and wants notices."""
        people = select(literal(self.id), Conversation.id, literal(str(Way.PLANNED)), literal(""))
        columns = ["broadcast_id", "conversation_id", "way", "trouble"]
        db.execute(insert(Recipient).from_select(columns, people.where(*audience_of(self.station_id))))
        mine = select(func.count()).where(Recipient.broadcast_id == self.id)
        self.counted = db.scalar(mine) or 0

    def _check_day(self, db: Session, moment: dt.datetime) -> None:
        if dialect_of(db) == "postgresql":
            db.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": DAY_LOCK})
        morning = moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        that_day = and_(Broadcast.send_at >= morning, Broadcast.send_at < morning + dt.timedelta(days=1))
        left = or_(
            Broadcast.state.in_(("approved", "sending", "done")),
            and_(Broadcast.state == "stopped", Broadcast.spread_to_id > 0),
        )
        if (db.scalar(select(func.count()).where(that_day, left)) or 0) >= MOST_A_DAY:
            raise TooManyToday(f"{morning.month} 月 {morning.day} 日已经有 {MOST_A_DAY} 条通知了，请退回改到别的日子")

    def _message_ids(self) -> Select[int | None]:
        return select(Recipient.message_id).where(Recipient.broadcast_id == self.id, Recipient.message_id.is_not(None))

    def lock(self, db: Session) -> None:
        db.flush()  # a refresh forgets what has been changed but not written
        db.refresh(self, with_for_update=True)


class Recipient(Base):
    """One person a notice is for, and what became of it; made when it is proposed, so an approval is bound to them."""

    __tablename__ = "broadcast_recipients"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "conversation_id"),
        Index("ix_broadcast_recipients_broadcast_id_way", "broadcast_id", "way"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("messages.id"), index=True)
    way: Mapped[str] = mapped_column(String(8))  # Way
    trouble: Mapped[str] = mapped_column(String(80), default="")
    called_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    signed_up_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 报名

    @classmethod
    def of(cls, db: Session, message: Message) -> Recipient | None:
        """Whose notice a message is; None for what is no notice."""
        if message.priority != Priority.NOTICE:
            return None
        return db.scalars(select(cls).where(cls.message_id == message.id)).first()


def head_count(typed: str) -> int | None:
    """The number somebody typed: 1059, 1,059, １０５９ 人; None when it is none."""
    bare = re.sub(r"[\s,，人]", "", unicodedata.normalize("NFKC", typed))
    return int(bare) if re.fullmatch(r"[0-9]{1,9}", bare) else None
