"""Whom a notice is for: who follows, lives in the branch and wants notices; and how each of them can be reached."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models.conversation import KEPT_FOR_A_PERSON, Conversation
from models.station import Station

UNREADABLE = "unreadable"  # the contact under which pushes nobody can read are kept; no person is behind it


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people a notice is for, by the way it would reach them now; and who is left out at their own wish."""

    message: int = 0
    template: int = 0
    call: int = 0
    unsubscribed: int = 0

    @property
    def everybody(self) -> int:
        return self.message + self.template + self.call


def count_audience(db: Session, station_id: int | None, *, now: dt.datetime, template: bool) -> Audience:
    """How many a notice for this branch would reach now, and how; `template`: whether the channel has one."""
    open_now = func.sum(case((window_open(now), 1), else_=0))
    everybody, reached = db.execute(select(func.count(), open_now).where(*audience_of(station_id))).one()
    left_out = select(func.count()).where(*_followers(station_id), Conversation.no_notices_at.is_not(None))
    message, unsubscribed = int(reached or 0), db.scalar(left_out) or 0
    silent = int(everybody) - message
    return Audience(message, silent if template else 0, 0 if template else silent, unsubscribed)


def followers_by_station(db: Session) -> Counter[int | None]:
    """How many want notices at each station, those below it not counted; None: who has not told where."""
    rows = select(Conversation.station_id, func.count()).where(*audience_of(None)).group_by(Conversation.station_id)
    return Counter({row[0]: row[1] for row in db.execute(rows)})


def audience_of(station_id: int | None) -> list[ColumnElement[bool]]:
    """The conditions of a conversation that gets notices of this branch; None: of the whole district."""
    return [*_followers(station_id), Conversation.no_notices_at.is_(None)]


def window_open(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a notice may leave as a message: `Conversation.may_send("bot")` as a condition.

    So the last of the five is kept for a person's answer here too.
    """
    act = and_(Conversation.act_quota > 0, Conversation.act_quota_until > now)
    message = and_(Conversation.message_quota > KEPT_FOR_A_PERSON, Conversation.message_quota_until > now)
    return func.coalesce(or_(act, message), False)


def branch(station_id: int) -> Select[int]:
    """The ids of a station and all below it."""
    below = select(Station.id).where(Station.id == station_id).cte("branch", recursive=True)
    below = below.union_all(select(Station.id).join(below, Station.parent_id == below.c.id))
    return select(below.c.id)


def _followers(station_id: int | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Conversation.follows.is_(True), Conversation.contact != UNREADABLE]
    return [*conditions, Conversation.station_id.in_(branch(station_id))] if station_id is not None else conditions
