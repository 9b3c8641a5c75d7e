"""The 老兵接待室: a veteran asks for a person, waits in line, is taken, handed over, and the talk is closed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, case, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Sealed, UtcDateTime, new_uid
from models.conversation import Conversation
from models.message import Message
from models.reception.note import TicketNote
from models.reception.rules import (
    HANDED_FOR,
    LONGEST_REPLY,
    LONGEST_SUMMARY,
    MENDED_WITHIN,
    OUTCOMES,
    AlreadyClosed,
    AlreadyTaken,
    CannotSay,
    NoSendLeft,
    NotOnDuty,
    clock,
)
from models.send_window import SendWindow
from models.shown import masked_words
from models.telling import ask_for_rating, tell
from models.user import User

MINUTES_A_TALK = 5  # what one talk takes, until the room has figures of its own
OVER = "这次接待已经结束了"


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
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # waits for this colleague to take it
    handed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    returned: Mapped[int] = mapped_column(default=0)  # how often it came back to the line from silent hands
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[str] = mapped_column(String(20), default="")
    summary_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    rating: Mapped[int | None]  # 1 satisfied, 2 so so, 3 not
    rated_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, index=True)  # consoles hear of it by this

    phone = Sealed()
    summary = Sealed()

    @classmethod
    def open(
        cls, db: Session, conversation: Conversation, *, reason: str, now: dt.datetime, urgent: str = ""
    ) -> ReceptionTicket:
        """The ticket of this conversation: the one still open, marked urgent if need be, or a new one."""
        ticket = cls.of(db, conversation)
        if ticket is None:
            ticket = cls(
                uid=new_uid(), conversation_id=conversation.id, station_id=conversation.station_id, reason=reason,
                state="waiting", opened_at=now, urgent="", changed_at=now,
            )  # fmt: skip
            db.add(ticket)
        if urgent:
            ticket.urgent, ticket.changed_at = urgent, now
        if conversation.mode == "bot":
            conversation.mode = "waiting"
        db.flush()
        return ticket

    @classmethod
    def of(cls, db: Session, conversation: Conversation) -> ReceptionTicket | None:
        """The ticket that is open for a conversation."""
        return db.scalars(select(cls).where(cls.conversation_id == conversation.id, cls.state != "closed")).first()

    def ahead(self, db: Session) -> int:
        """How many wait in front: urgent ones first, then who came back to the line, then by time of asking."""
        place = self._place_in_line()
        earlier = or_(
            ReceptionTicket.opened_at < self.opened_at,
            (ReceptionTicket.opened_at == self.opened_at) & (ReceptionTicket.id < self.id),
        )
        before = or_(place_in_line() < place, (place_in_line() == place) & earlier)
        waiting = select(func.count()).where(ReceptionTicket.state == "waiting", ReceptionTicket.id != self.id, before)
        return db.scalar(waiting) or 0

    def take(self, db: Session, *, by: User, now: dt.datetime, words: str = "") -> None:
        """A volunteer takes the chat; the bot is silent from now on, after telling who speaks now.

        Who gets it from a colleague says nothing: that has been told at the handing over.
        """
        conversation = self._lock(db)
        if self.state == "closed":
            raise AlreadyClosed(OVER)
        if self.state == "taken":
            if self.taken_by_id != by.id:
                raise self._held_by_another(db)
            return
        if self.handed_to_id not in (None, by.id) and self.kept_until > now:
            raise AlreadyTaken(f"刚转给{_shown(db, self.handed_to_id)}，{clock(self.kept_until)} 以后别人才能接")
        told = self.handed_to_id == by.id
        self.state, self.taken_by_id, self.taken_at, self.changed_at = "taken", by.id, now, now
        self.handed_to_id = self.handed_at = None
        conversation.mode = "person"
        if not told:
            tell(db, conversation, words, now=now)

    def reply(self, db: Session, words: str, *, by: User, now: dt.datetime) -> Message:
        """What the volunteer says, through the one outbox."""
        conversation = self._hold(db, by)
        if not words.strip() or len(words) > LONGEST_REPLY:
            raise CannotSay(f"要写 1 到 {LONGEST_REPLY} 个字，现在 {len(words.strip())} 个")
        window = SendWindow.of(db, conversation, now=now)
        if not window.follows:
            raise NoSendLeft("没有发出去：对方取消了关注，微信送不到。请打电话")
        if not window.open:
            raise NoSendLeft("没有发出去：微信只让连发几条，现在用完了，要等对方再说话。急的事请打电话")
        self.changed_at = now
        return conversation.say(db, words, now=now, author="staff", user_id=by.id)

    def note(self, db: Session, words: str, *, by: User, now: dt.datetime) -> None:
        """What colleagues should know; the veteran never sees it. Numbers of people are masked in it."""
        self._hold(db, by)
        if not words.strip():
            raise CannotSay("备注还没有写")
        TicketNote.add(db, self, words, by=by, now=now)
        self.changed_at = now

    def hand_over(
        self, db: Session, *, by: User, to: User | None, reason: str, now: dt.datetime, words: str = ""
    ) -> None:
        """Ask a colleague on duty to go on, or put the chat back into the line, for a reason they can read.

        The colleague has it alone for three minutes. The veteran is told once and need not say it all again.
        """
        conversation = self._hold(db, by)
        if not reason.strip():
            raise CannotSay("给接手的人留一句话")
        if to is not None and (to.id == by.id or not to.on_duty or to.disabled_at is not None):
            raise NotOnDuty(f"{to.shown_as}现在不在班，请转给别人")
        TicketNote.add(db, self, f"转给{to.shown_as if to else '接待队列'}：{reason}", by=by, now=now)
        self._back_to_line(conversation, now)
        self.handed_to_id, self.handed_at = to.id if to else None, now
        tell(db, conversation, words, now=now)

    def put_back(self, db: Session, *, why: str, now: dt.datetime, words: str = "") -> bool:
        """Whoever holds the chat does not go on with it: head of the line, noted for the next. False when nobody does.

        The veteran is told the first time only; sends are few.
        """
        conversation = self._lock(db)
        if self.state != "taken":
            return False
        self._back_to_line(conversation, now)
        self.returned += 1
        TicketNote.add(db, self, why, now=now)
        if self.returned == 1:
            tell(db, conversation, words, now=now)
        return True

    @classmethod
    def put_back_all_of(cls, db: Session, user: User, *, why: str, now: dt.datetime, words: str = "") -> int:
        """Every chat that somebody holds goes back: duty is over, a role has ended, an account is closed."""
        held = select(cls).where(cls.taken_by_id == user.id, cls.state == "taken").order_by(cls.conversation_id)
        return sum(ticket.put_back(db, why=why, now=now, words=words) for ticket in db.scalars(held).all())

    def call_me(self) -> None:
        """The veteran would rather be telephoned."""
        self.call_back = True

    def close(
        self,
        db: Session,
        *,
        outcome: str,
        now: dt.datetime,
        by: User | None = None,
        summary: str = "",
        words: str = "",
        asking: str = "",
    ) -> bool:
        """The talk, or the waiting, is over; the bot answers again. An urgent ticket is closed by a person only.

        `by` holds the chat and sums it up in a line; without one, the veteran has left. `words` say good-bye; `asking`
        says it and asks for one digit. True when that was asked.
        """
        conversation = self._hold(db, by) if by else self._lock(db)
        if self.state == "closed":
            raise AlreadyClosed(OVER)
        if by is not None:
            self.summary, self.closed_by_id = _summed_up(summary, outcome), by.id
        self.state, self.closed_at, self.outcome, self.changed_at = "closed", now, outcome, now
        conversation.mode = "bot"
        may_ask = bool(asking) and not self.urgent
        if may_ask and ask_for_rating(db, conversation, asking, ticket_id=self.id, now=now):
            return True
        tell(db, conversation, words, now=now)
        return False

    def correct_summary(self, db: Session, summary: str, *, by: User, now: dt.datetime) -> None:
        """Whoever closed it may mend the line for a day (authz-matrix 3)."""
        db.refresh(self, with_for_update=True)
        if self.closed_by_id != by.id or self.closed_at is None or now - self.closed_at > MENDED_WITHIN:
            raise AlreadyClosed("小结只能由结束接待的人在 24 小时内改")
        self.summary, self.changed_at = _summed_up(summary, self.outcome), now

    def rate(self, rating: int, *, now: dt.datetime) -> None:
        """How the veteran found it: 1 satisfied, 2 so so, 3 not. The first word counts."""
        if self.rating is None:
            self.rating, self.rated_at, self.changed_at = rating, now, now

    @property
    def kept_until(self) -> dt.datetime:
        """Until when only the colleague it was handed to may take it."""
        return (self.handed_at or self.opened_at) + HANDED_FOR

    def _hold(self, db: Session, by: User) -> Conversation:
        """Lock the chat for an act that only its holder may do."""
        conversation = self._lock(db)
        if self.state == "closed":
            raise AlreadyClosed(OVER)
        if self.state != "taken":
            raise AlreadyTaken("这个对话已经回到队列，要先接待")
        if self.taken_by_id != by.id:
            raise self._held_by_another(db)
        return conversation

    def _back_to_line(self, conversation: Conversation, now: dt.datetime) -> None:
        self.state, self.taken_by_id, self.taken_at, self.changed_at = "waiting", None, None, now
        conversation.mode = "waiting"

    def _place_in_line(self) -> int:
        if self.urgent:
            return 0
        return 1 if self.returned or self.handed_at else 2

    def _held_by_another(self, db: Session) -> AlreadyTaken:
        since = clock(self.taken_at) if self.taken_at else ""
        return AlreadyTaken(f"别人已经接了：{_shown(db, self.taken_by_id)} {since} 接的")

    def _lock(self, db: Session) -> Conversation:
        """The conversation first, as the engine does: two that lock in another order would wait for each other."""
        conversation = self._conversation(db)
        db.flush()  # a refresh forgets what has been changed but not written
        db.refresh(conversation, with_for_update=True)
        db.refresh(self, with_for_update=True)
        return conversation

    def _conversation(self, db: Session) -> Conversation:
        conversation = db.get(Conversation, self.conversation_id)
        if conversation is None:
            raise RuntimeError("a ticket without its conversation")
        return conversation


def place_in_line() -> ColumnElement[int]:
    """Danger first, then who came back to the line, then everybody else; among equals whoever asked first."""
    came_back = or_(ReceptionTicket.returned > 0, ReceptionTicket.handed_at.is_not(None))
    return case((ReceptionTicket.urgent != "", 0), (came_back, 1), else_=2)


def _shown(db: Session, user_id: int | None) -> str:
    user = db.get(User, user_id) if user_id is not None else None
    return user.shown_as if user else ""


def _summed_up(summary: str, outcome: str) -> str:
    """The line that goes with an outcome, fit to be kept."""
    if outcome not in OUTCOMES:
        raise CannotSay("请选这次办得怎么样")
    words = masked_words(summary, LONGEST_SUMMARY)
    if not words:
        raise CannotSay("请写一句话小结")
    return words
