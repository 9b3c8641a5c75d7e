"""What became of a notice, counted straight from the rows: how many, where, and for each person why."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from models.base import DomainError
from models.broadcast import Broadcast, Recipient, Way
from models.broadcast.towns import towns_of
from models.conversation import Conversation
from models.masking import mask
from models.message import WAITING, Message, Status
from models.people import Veteran
from models.shown import masked_name
from models.station import Station

NOWHERE = "没登记住哪里"


class Standing(StrEnum):
    """How it stands with one person. Every one is in exactly one of these, so the numbers add up."""

    WAITING = "waiting"
    SENT = "sent"
    TEMPLATE = "template"
    CALL = "call"
    CALLED = "called"
    FAILED = "failed"
    UNKNOWN = "unknown"
    STOPPED = "stopped"
    LEFT_OUT = "left_out"


NAMES = {
    Standing.WAITING: "还没发",
    Standing.SENT: "微信收下了",
    Standing.TEMPLATE: "发了模板消息",
    Standing.CALL: "要打电话",
    Standing.CALLED: "打过电话了",
    Standing.FAILED: "没发成",
    Standing.UNKNOWN: "不确定收到没有",
    Standing.STOPPED: "停发了",
    Standing.LEFT_OUT: "后来退订或取消关注",
}
ON_THE_SHEET = (Standing.CALL, Standing.FAILED, Standing.UNKNOWN, Standing.CALLED)

# What the outbox notes in English, as staff read it; WeChat's own reasons are Chinese already.
REASONS = {
    "the notice was stopped": "停发的时候还没轮到",
    "its words were erased": "本人删了自己的资料",
    "the worker stopped": "正在发的时候程序断了",
    "restored from a backup": "恢复备份的时候还没轮到",
}


class NotOnTheSheet(DomainError):
    """This person has had the notice, or is not one of its people."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a notice stands, as a whole and in each town."""

    counts: Counter[Standing]
    towns: dict[str, Counter[Standing]]
    signed_up: int = 0

    @property
    def everybody(self) -> int:
        return self.counts.total()

    @property
    def settled(self) -> int:
        return self.everybody - self.counts[Standing.WAITING]

    @property
    def to_call(self) -> int:
        """Who has surely not had it, or perhaps not, and was not telephoned."""
        return sum(self.counts[each] for each in ON_THE_SHEET if each != Standing.CALLED)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a notice, as staff may see one without asking: masked."""

    id: int
    name: str
    veteran_uid: str
    phone: str
    known: bool  # has told a name or a number; others can only be told in passing
    town: str
    place: str
    standing: Standing
    reason: str
    called_at: dt.datetime | None
    signed_up_at: dt.datetime | None


def progress(db: Session, notice: Broadcast) -> Progress:
    standing = _standing_in(notice).label("standing")
    rows = _with_message(select(standing, Conversation.station_id, func.count()).select_from(Recipient))
    rows = rows.where(Recipient.broadcast_id == notice.id).group_by(standing, Conversation.station_id)
    towns = _towns(db)
    whole: Counter[Standing] = Counter()
    by_town: dict[str, Counter[Standing]] = {}
    for value, station_id, count in db.execute(rows):
        whole[Standing(value)] += count
        by_town.setdefault(towns.get(station_id, NOWHERE), Counter())[Standing(value)] += count
    order = [*towns.values(), NOWHERE]
    signed_up = select(func.count()).where(Recipient.broadcast_id == notice.id, Recipient.signed_up_at.is_not(None))
    in_order = dict(sorted(by_town.items(), key=lambda town: order.index(town[0])))
    return Progress(whole, in_order, db.scalar(signed_up) or 0)


def people(
    db: Session,
    notice: Broadcast,
    standings: Collection[Standing],
    *,
    most: int | None = None,
    after: int = 0,
    only: Collection[int] | None = None,
    signed_up: bool = False,
) -> list[Person]:
    """The people of a notice who stand so, by place; `most` at a time, from the one at `after` on.

    `signed_up`: of these only who means to come.
    """
    standing = _standing_in(notice).label("standing")
    columns = (Recipient, standing, Message.trouble, Message.status, Conversation.station_id, Veteran)
    rows = _with_message(select(*columns).select_from(Recipient)).outerjoin(
        Veteran, Veteran.id == Conversation.veteran_id
    )
    rows = rows.where(Recipient.broadcast_id == notice.id, standing.in_(standings))
    rows = rows if only is None else rows.where(Recipient.id.in_(only))
    rows = rows.where(Recipient.signed_up_at.is_not(None)) if signed_up else rows
    rows = rows.order_by(func.coalesce(Conversation.station_id, 2**31 - 1), Recipient.id).offset(after)
    towns, places = _towns(db), _places(db)
    return [
        Person(
            id=recipient.id,
            name=masked_name(veteran.name if veteran else ""),
            veteran_uid=veteran.uid if veteran else "",
            phone=mask(veteran.phone).text if veteran else "",
            known=bool(veteran and (veteran.name_sealed or veteran.phone_sealed)),
            town=towns.get(station_id, NOWHERE),
            place=places.get(station_id, NOWHERE),
            standing=Standing(value),
            reason=reason_of(recipient.trouble, trouble or "", status or ""),
            called_at=recipient.called_at,
            signed_up_at=recipient.signed_up_at,
        )
        for recipient, value, trouble, status, station_id, veteran in db.execute(rows.limit(most))
    ]


def sample(db: Session, notice: Broadcast, *, most: int = 5) -> list[Person]:
    """A few of those it is for, whom chance names: a colleague sees whether they are the right ones."""
    drawn = select(Recipient.id).where(Recipient.broadcast_id == notice.id).order_by(func.random()).limit(most)
    return people(db, notice, tuple(Standing), only=list(db.scalars(drawn)))


def mark_called(db: Session, notice: Broadcast, recipient_id: int, *, now: dt.datetime) -> None:
    """Somebody has told this person by telephone; a second mark keeps the first time."""
    standing = _with_message(select(_standing_in(notice)).select_from(Recipient))
    standing = standing.where(Recipient.broadcast_id == notice.id, Recipient.id == recipient_id)
    found = db.scalar(standing)
    if found not in ON_THE_SHEET:
        raise NotOnTheSheet("这个人不在要打电话的名单里")
    mine = update(Recipient).where(Recipient.id == recipient_id, Recipient.called_at.is_(None))
    db.execute(mine.values(called_at=now).execution_options(synchronize_session="fetch"))


def reason_of(of_person: str, of_message: str, status: str) -> str:
    """Why somebody did not have it, in plain words; empty when there is nothing to explain."""
    if of_person:
        return of_person
    known = REASONS.get(of_message) or re.sub(r"^-?[0-9]+ ", "", of_message)
    if status == Status.UNKNOWN:
        return "发的时候断了，不知道对方收到没有"
    if status not in (Status.FAILED, Status.PARKED, Status.STOPPED):
        return ""
    if re.search(r"[\u4e00-\u9fff]", known):
        return known
    return f"微信没有收，编号 {known}" if re.fullmatch(r"-?[0-9]+", known) else "我们的程序出了错，没发出去"


def _standing_in(notice: Broadcast) -> ColumnElement[str]:
    by_template = Recipient.way == Way.TEMPLATE
    return case(
        (Recipient.called_at.is_not(None), str(Standing.CALLED)),
        (Recipient.way == Way.NONE, str(Standing.LEFT_OUT)),
        (Recipient.way == Way.DROPPED, str(Standing.STOPPED)),
        (Recipient.way == Way.CALL, str(Standing.CALL)),
        (Recipient.way == Way.PLANNED, str(Standing.STOPPED if notice.state == "stopped" else Standing.WAITING)),
        (Message.status.in_(WAITING), str(Standing.WAITING)),
        ((Message.status == Status.SENT) & by_template, str(Standing.TEMPLATE)),
        (Message.status == Status.SENT, str(Standing.SENT)),
        (Message.status == Status.UNKNOWN, str(Standing.UNKNOWN)),
        (Message.status == Status.STOPPED, str(Standing.STOPPED)),
        else_=str(Standing.FAILED),
    )


def _with_message(rows: Any) -> Any:
    rows = rows.join(Conversation, Conversation.id == Recipient.conversation_id)
    return rows.outerjoin(Message, Message.id == Recipient.message_id)


def _towns(db: Session) -> dict[int | None, str]:
    return {station_id: town.name for station_id, town in towns_of(db).items()}


def _places(db: Session) -> dict[int | None, str]:
    return {station.id: station.name for station in db.scalars(select(Station))}
