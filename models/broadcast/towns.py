"""Towns: where the people of a notice live, and one town taken out while the notice is on its way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from models.base import DomainError
from models.broadcast import Broadcast, NobodyToTell, NotADraft, Recipient, Way
from models.conversation import Conversation
from models.message import Message, Status
from models.shown import masked_words
from models.station import Station

SHORTEST_WHY, LONGEST_WHY = 4, 30  # it stands beside every person of the town
STOPPED = "the notice was stopped"  # as the outbox notes it; result.py has it in plain words
UNSENT = (Status.QUEUED, Status.CLAIMED, Status.HELD)
NOT_HAD = (*UNSENT, Status.SENDING, Status.FAILED, Status.PARKED)


class CannotDrop(DomainError):
    """Nobody there waits for this notice, or it is not said why they are not to have it."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A town in which somebody has not had the notice yet."""

    code: str
    name: str
    count: int


def towns_of(db: Session) -> dict[int, Station]:
    """The town of every station, the district's centre being its own; in the order of their codes."""
    stations = {station.id: station for station in db.scalars(select(Station).order_by(Station.code))}
    return {station.id: _up_to_town(station, stations) for station in stations.values()}


def untold_towns(db: Session, notice: Broadcast) -> list[Untold]:
    """Where the notice can still be kept from somebody, with how many."""
    rows = select(Conversation.station_id, func.count()).select_from(Recipient).outerjoin(*_MESSAGE)
    rows = rows.join(Conversation, Conversation.id == Recipient.conversation_id)
    rows = rows.where(*_not_had(notice)).group_by(Conversation.station_id)
    found = {row[0]: row[1] for row in db.execute(rows)}
    counts: dict[Station, int] = {}
    for station_id, town in towns_of(db).items():
        counts[town] = counts.get(town, 0) + found.get(station_id, 0)
    return [Untold(town.code, town.name, count) for town, count in counts.items() if count]


def drop_town(db: Session, notice: Broadcast, code: str, why: str, *, now: dt.datetime) -> int:
    """Nobody of this town who has not had it gets it any more, and each one's line says so; for how many people.

    The others have what was approved for them: leaving somebody out needs no second person (authz-matrix: stop). Who
    is to be telephoned, or might be tried again, is left out as well; what the platform has cannot be called back.
    """
    notice.lock(db)
    if notice.state not in ("approved", "sending"):
        raise NotADraft("这条通知现在没有在发")
    there = [station_id for station_id, town in towns_of(db).items() if town.code == code]
    untold = select(Recipient.id).join(Conversation, Conversation.id == Recipient.conversation_id).outerjoin(*_MESSAGE)
    untold = untold.where(*_not_had(notice))
    chosen = untold.where(Conversation.station_id.in_(there))
    everybody, count = _how_many(db, untold), _how_many(db, chosen)
    reason = f"{_name(db, code)}停发：{_why(why)}"
    if not count:
        raise CannotDrop("这个镇没有还没收到的人了")
    if notice.state == "approved" and count == everybody:
        raise NobodyToTell("去掉这个镇就没有人了，请用“停发”")
    _leave_out(db, notice, chosen, reason, now)
    return count


def dropped_towns(db: Session, notice: Broadcast) -> list[tuple[str, int]]:
    """What was taken out, in the words that stand beside each person, with how many people."""
    rows = select(Recipient.trouble, func.count(), func.min(Recipient.id)).group_by(Recipient.trouble)
    rows = rows.where(Recipient.broadcast_id == notice.id, Recipient.way == Way.DROPPED)
    return [(why, count) for why, count, _ in db.execute(rows.order_by(func.min(Recipient.id)))]


_MESSAGE = (Message, Message.id == Recipient.message_id)


def _not_had(notice: Broadcast) -> list[ColumnElement[bool]]:
    """Who was not told, by whatever way, and has not been left out."""
    on_paper = Recipient.way.in_((Way.PLANNED, Way.CALL))
    on_its_way = and_(Recipient.way.in_((Way.MESSAGE, Way.TEMPLATE)), Message.status.in_(NOT_HAD))
    return [Recipient.broadcast_id == notice.id, Recipient.called_at.is_(None), or_(on_paper, on_its_way)]


def _leave_out(db: Session, notice: Broadcast, chosen: Select[int], reason: str, now: dt.datetime) -> None:
    """What is being sent this moment ends as it ends: if it fails, it is not tried again (spread.py: note_outcome)."""
    people = update(Recipient).where(Recipient.id.in_(chosen)).values(way=Way.DROPPED, trouble=reason)
    db.execute(people.execution_options(synchronize_session=False))
    theirs = select(Recipient.message_id).where(Recipient.broadcast_id == notice.id, Recipient.way == Way.DROPPED)
    db.execute(
        update(Message)
        .where(Message.id.in_(theirs), Message.status.in_(UNSENT))
        .values(status=Status.STOPPED, settled_at=now, due_at=None, trouble=STOPPED)
        .execution_options(synchronize_session=False)
    )


def _how_many(db: Session, rows: Select[int]) -> int:
    return db.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _why(why: str) -> str:
    words = masked_words(why, LONGEST_WHY)
    if len(words) < SHORTEST_WHY:
        raise CannotDrop(f"请写明为什么不发给这个镇，至少 {SHORTEST_WHY} 个字")
    return words


def _name(db: Session, code: str) -> str:
    name = db.scalar(select(Station.name).where(Station.code == code)) or ""
    return name.removesuffix("退役军人服务站").removesuffix("退役军人服务中心")


def _up_to_town(station: Station, stations: dict[int, Station]) -> Station:
    above = station
    while above.level == "village" and above.parent_id in stations:
        above = stations[above.parent_id]
    return above
