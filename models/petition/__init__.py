"""A petition: recorded as told, with a receipt and the clock of the 信访工作条例 (2022); and what one person may do to it.

What takes two people (not to accept it, to extend, to answer) is in petition/proposal.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ForeignKey, LargeBinary, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import DomainError, Sealed, UtcDateTime, keys_of, new_uid
from models.case import Case, CaseNumber, Interest, MustWithdraw, NotNow
from models.conversation import Conversation
from models.message import RESTRICTED, Priority
from models.petition.clock import Clock, day_of
from models.station import Station
from models.user import RoleGrant, User

MOST_REPRESENTATIVES = 5  # 条例 20
LONGEST_SENTENCE = 120  # of progress: one bubble, one thought (ux.md 7)

# Every status a petition can have, as people who work here read it; what the veteran reads is in
# handlers/petition/status.py under the same names.
STATUSES = {
    "received": "收到，待告知",
    "accepted": "正在办",
    "answered": "已答复",
    "closed": "已办结",
    "declined": "没有受理",
    "withdrawn": "本人撤回",
}
OPEN = ("received", "accepted", "answered")
READER = "discipline"  # the one role for whose eyes a restricted petition is (X1)


class NotClear(DomainError):
    """Words that are missing, or longer than they may be."""


class Petition(Case):
    """What somebody wants put right. Fields are what 条例 19 asks for: name, address, request, facts and reasons."""

    __tablename__ = "petitions"
    id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20))
    raised_before: Mapped[bool]
    told_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # accepted or not: the veteran was told
    accepted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    extended_days: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    stage: Mapped[int] = mapped_column(default=0)  # 1 复查, 2 复核: petition/review.py
    review_of_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    story_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    where_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    unit_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    wish_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    names_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(40), index=True)

    # Two of its keys refer to cases; this one says which of them makes both rows one petition.
    __mapper_args__ = {"polymorphic_identity": "petition", "inherit_condition": id == Case.id}  # noqa: A003

    story = Sealed()
    where = Sealed()
    unit = Sealed()
    wish = Sealed()
    names = Sealed()
    phone = Sealed()
    answer = Sealed()

    @classmethod
    def file(
        cls,
        db: Session,
        conversation: Conversation | None,
        *,
        topic: str,
        story: str,
        where: str,
        unit: str,
        wish: str,
        raised_before: bool,
        names: Sequence[str],
        phone: str,
        media_uids: Sequence[str],
        now: dt.datetime,
        by: User | None = None,
        restricted: bool = False,
    ) -> Petition:
        """Record a petition as told. Without name or phone it is anonymous: no written answer can be promised (23).

        `by`: somebody here wrote it down for the veteran, who agreed to that. At the counter there is no conversation.
        `restricted`: 检举控告, from its first moment for the discipline contact alone (petition/restricted.py).
        """
        if len(names) > MOST_REPRESENTATIVES:
            raise ValueError("more representatives than 条例 20 allows")
        station = Station.named(db, where)
        petition = cls(
            uid=new_uid(),
            number=CaseNumber.apart(db, now=now) if restricted else CaseNumber.next(db, now=now),
            restricted=restricted,
            conversation_id=conversation.id if conversation else None,
            veteran_id=conversation.veteran_id if conversation else None,
            station_id=station.id if station else None,
            status="received",
            filed_at=now,
            due_on=Clock(day_of(now)).due_on,
            topic=topic,
            raised_before=raised_before,
        )
        db.add(petition)
        petition.story, petition.where, petition.unit, petition.wish = story, where, unit, wish
        petition.names, petition.phone = "、".join(names), phone
        petition.phone_index = keys_of(db).index("petitions.phone", phone) if phone and not restricted else None
        db.flush()
        petition.note(db, "received", now=now, by=by)
        if conversation and station and not restricted:
            conversation.belongs_to(station.id, surely=False)
        for uid in media_uids:
            petition.add(db, "", now=now, media_uid=uid)
        for user in petition._readers(db, now=now):
            petition.find_interest(db, user, now=now)
        return petition

    def _readers(self, db: Session, *, now: dt.datetime) -> Sequence[User]:
        """Who might come to see it. An interest is noted for nobody else: it takes the veteran's other matters away as
        well, and who is accused in a restricted one would learn from that.
        """
        users = select(User).where(User.disabled_at.is_(None))
        if self.restricted:
            users = users.where(User.id.in_(readers(now)))
        return db.scalars(users.order_by(User.id)).all()

    @property
    def sealed_apart(self) -> bool:
        return bool(self.restricted)

    @property
    def anonymous(self) -> bool:
        return self.names_sealed is None and self.phone_sealed is None

    @property
    def clock(self) -> Clock:
        """The terms of the Regulation as they stand for this petition."""
        told, accepted, answered = (
            day_of(moment) if moment else None for moment in (self.told_at, self.accepted_at, self.answered_at)
        )
        return Clock(
            day_of(self.filed_at), told, accepted, self.extended_days, answered, over=not self.is_open, stage=self.stage
        )

    @property
    def tell_by(self) -> dt.date:
        """The last day to tell whether it is accepted: 15 days, the day of receipt not counted."""
        return self.clock.tell.last

    # -- what one person may do --------------------

    def accept(self, db: Session, *, by: User, now: dt.datetime, words: str) -> None:
        """The competent organ takes it on, and the veteran is told (条例 23). From today there are sixty days."""
        self.begin(db, "received", by=by)
        self.status, self.told_at, self.accepted_at = "accepted", now, now
        self.happened(db, "accepted", by=by, now=now, words=words)

    def assign(self, db: Session, officer: User, *, by: User, now: dt.datetime) -> None:
        """Who handles it from now on. Whether that person's roles reach it is for the caller to check."""
        self.begin(db, *OPEN, by=by)
        if officer.disabled_at is not None or self.keeps_away(db, officer):
            raise MustWithdraw(f"{officer.shown_as}不能经手这件事，请另选一位")
        if self.officer_id != officer.id:
            self.officer_id = officer.id
            self.note(db, "assigned", now=now, words=f"承办人：{officer.shown_as}", by=by, shown=False)

    def forward(self, db: Session, station: Station, *, by: User, now: dt.datetime, words: str) -> None:
        """Hand it to the station it belongs to (条例 22), and tell the veteran where it lies. The clock goes on."""
        self.begin(db, *OPEN, by=by)
        if station.closed:
            raise NotNow(f"{station.name}已经停用，请另选一处")
        if self.station_id == station.id:
            return
        self.station_id, self.officer_id = station.id, None
        self.happened(db, "forwarded", by=by, now=now, words=words)

    def progress(self, db: Session, sentence: str, *, by: User, now: dt.datetime, words: str) -> None:
        """One plain sentence on what has been done; the veteran reads it when asking how it stands."""
        self.begin(db, *OPEN, by=by)
        sentence = clear(sentence, LONGEST_SENTENCE)
        self.note(db, "progress", now=now, words=sentence, by=by)
        self.tell(db, words, by=by, now=now)

    def remark(self, db: Session, words: str, *, by: User, now: dt.datetime) -> None:
        """A note for those who work here; the veteran never sees it."""
        self.begin(db, *OPEN, "declined", "closed", by=by)
        self.note(db, "note", now=now, words=clear(words), by=by, shown=False)

    def close(self, db: Session, *, by: User, now: dt.datetime, words: str) -> None:
        """The answer has been given and nothing is left to do. The right to a review does not end with it."""
        self.begin(db, "answered", by=by)
        self.status, self.closed_at = "closed", now
        self.happened(db, "closed", by=by, now=now, words=words)

    # -- what every act begins and ends with --------------------

    def begin(self, db: Session, *statuses: str, by: User) -> None:
        """Lock the petition and see that this may be done now, by this person."""
        self.lock(db)
        if self.keeps_away(db, by):
            raise MustWithdraw("您要回避这件事，不能经手")
        if self.status not in statuses:
            raise NotNow(f"这件事现在是“{STATUSES[self.status]}”，不能这样办")

    def happened(self, db: Session, what: str, *, by: User, now: dt.datetime, words: str) -> None:
        """The next day the law asks for is kept with the row, the history has a line, and the veteran is told."""
        self.due_on = self.clock.due_on
        self.note(db, what, now=now, words=words, by=by)
        self.tell(db, words, by=by, now=now)

    def tell(self, db: Session, words: str, *, by: User, now: dt.datetime) -> None:
        """Tell the veteran in the chat; when that cannot be now, the history says so, for somebody to telephone."""
        talk = db.get(Conversation, self.conversation_id) if self.conversation_id is not None else None
        if talk is None or not talk.follows:
            self.note(db, "untold", now=now, words="微信上联系不到本人，请打电话或者寄信告诉。", by=by, shown=False)
            return
        if not talk.may_send("staff", now=now):
            waits = "微信现在发不出去，要等本人再说话才送到。要紧的，请打电话告诉。"
            self.note(db, "untold", now=now, words=waits, by=by, shown=False)
        said = talk.say(db, words, now=now, author="staff", user_id=by.id, priority=Priority.NUDGE)
        if self.restricted:
            said.routed = RESTRICTED
            said.words = words  # under the other key now

    # -- who keeps away (W1) --------------------

    def keeps_away(self, db: Session, user: User) -> bool:
        """Whether this person must not handle it: has declared an interest, or is named in it."""
        if Interest.find(db, user.person, self) is not None:
            return True
        return bool(self._interest_of(user)) and not Interest.was_seen(db, user.person, self)

    def find_interest(self, db: Session, user: User, *, now: dt.datetime) -> None:
        """Whoever filed it or is named in it keeps away by itself; a supervisor may find nothing in it."""
        reason = self._interest_of(user)
        if reason and not Interest.was_seen(db, user.person, self):
            Interest.declare(db, self, reason, of=user, now=now)

    def _interest_of(self, user: User) -> str:
        if user.shown_as in self.names.split("、") or (self.phone and self.phone == user.name):
            return "是提出这件事的人"
        if len(user.shown_as) > 1 and user.shown_as in f"{self.story}\n{self.unit}\n{self.wish}":
            return "这件事里提到"
        return ""


def readers(now: dt.datetime) -> Select[tuple[int]]:
    """The accounts of those who may read restricted petitions."""
    return RoleGrant.in_force(now).where(RoleGrant.role == READER).with_only_columns(RoleGrant.user_id)


def clear(words: str, most: int = 2_000) -> str:
    """Words that say something and fit."""
    words = words.strip()
    if not words:
        raise NotClear("请写清楚，不能空着")
    if len(words) > most:
        raise NotClear(f"写长了，最多 {most} 个字")
    return words
