"""What there is to do, and for whom: one statement for each kind of thing, however much there is (ux.md 6.6).

A number says how much is waiting for us, never how many people complained: fewer petitions are no success.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from models.approval import LIVES, Approval
from models.broadcast import SEND, Broadcast
from models.case import Case
from models.conversation import SHANGHAI
from models.law import BRING_IN, TAKE_OUT
from models.message import NOT_THROUGH, Message, Status
from models.petition import Petition
from models.petition.proposal import ACTS as PETITION_ACTS
from models.reception import ReceptionTicket
from models.reception.canned_replies import CHANGE
from models.station import Station
from models.user import RoleGrant, User
from models.user.accounts import ENDS_SOON, GRANT, RESET_FACTOR
from models.user.authority import Actor
from models.user.visible import visible
from models.wording import RETIRE, RETURN, REWORD, UNWORD

SOON = dt.timedelta(days=7)
SMALLEST_SHOWN = 10  # authz-matrix 2, `agg`: fewer than that may be somebody one knows

# Which acts wait for whom: whoever may do this decides them.
DECIDERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("petition", "approve"): tuple(PETITION_ACTS),
    ("broadcast", "approve"): (SEND,),
    ("user", "confirm_grant"): (GRANT,),
    ("user", "confirm_reset"): (RESET_FACTOR,),
    ("settings", "confirm"): (CHANGE,),
    ("policy", "retire"): (RETIRE, TAKE_OUT),
    ("policy", "approve"): (RETURN, BRING_IN),
    ("wording", "approve"): (REWORD,),
    ("wording", "retire"): (UNWORD,),
}


@dataclass(frozen=True, slots=True)
class Due:
    """Open petitions by the clock of the Regulation."""

    late: int
    soon: int
    nobody: int  # without anybody who handles it, or whose handler has left
    mine: int
    all: int

    @property
    def in_time(self) -> int:
        return self.all - self.late


@dataclass(frozen=True, slots=True)
class Month:
    """The reception since the first of the month."""

    talks: int
    rated: int
    satisfied: int


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """What an admin sees to."""

    invited: int
    ending: int
    silent_stations: int  # without hours or telephone
    stuck: int  # messages that wait for the operators


def due(db: Session, actor: Actor, *, today: dt.date, resource: str = "petition", action: str = "list") -> Due:
    ours = visible(Petition, actor, resource, action).with_only_columns(Petition.id)
    left = select(User.id).where(User.disabled_at.is_not(None))
    counted = (
        Case.due_on < today,
        Case.due_on.between(today, today + SOON),
        or_(Case.officer_id.is_(None), Case.officer_id.in_(left)),
        Case.officer_id == actor.user_id,
    )
    row = db.execute(
        select(*(_how_many(each) for each in counted), func.count(Case.id)).where(
            Case.id.in_(ours), Case.closed_at.is_(None)
        )
    ).one()
    return Due(late=row[0], soon=row[1], nobody=row[2], mine=row[3], all=row[4])


def to_decide(db: Session, actor: Actor, me: User, *, now: dt.datetime) -> dict[str, int]:
    """How many proposals of each act wait for this person: not their own ones, and nothing about themselves (S2)."""
    acts = [act for right, decided in DECIDERS.items() if actor.may(*right) for act in decided]
    if not acts:
        return {}
    petitions = visible(Petition, actor, "petition", "approve").with_only_columns(Petition.uid)
    notices = visible(Broadcast, actor, "broadcast", "approve").with_only_columns(Broadcast.uid)
    reached = or_(
        Approval.act.not_in((*PETITION_ACTS, SEND)), Approval.subject.in_(petitions), Approval.subject.in_(notices)
    )
    rows = db.execute(
        select(Approval.act, func.count())
        .join(User, User.id == Approval.proposed_by_id)
        .where(
            Approval.state == "proposed",
            Approval.proposed_at > now - LIVES,
            Approval.act.in_(acts),
            User.person != actor.person,
            ~Approval.subject.startswith(me.uid, autoescape=True),
            reached,
        )
        .group_by(Approval.act)
    )
    return {row[0]: row[1] for row in rows}


def urgent_waiting(db: Session, actor: Actor) -> int:
    """Who is in danger and has nobody yet."""
    ours = visible(ReceptionTicket, actor, "crisis", "review").with_only_columns(ReceptionTicket.id)
    waiting = (ReceptionTicket.state == "waiting", ReceptionTicket.urgent != "")
    return db.scalar(select(func.count()).where(ReceptionTicket.id.in_(ours), *waiting)) or 0


def month(db: Session, actor: Actor, *, now: dt.datetime) -> Month:
    first = now.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ours = visible(ReceptionTicket, actor, "dash", "read").with_only_columns(ReceptionTicket.id)
    row = db.execute(
        select(
            func.count(ReceptionTicket.id),
            func.count(ReceptionTicket.rating),
            _how_many(ReceptionTicket.rating == 1),
        ).where(ReceptionTicket.id.in_(ours), ReceptionTicket.taken_at >= first)
    ).one()
    return Month(*row)


def notices_of_mine(db: Session, actor: Actor) -> dict[str, int]:
    """The notices this person writes, by state."""
    ours = visible(Broadcast, actor, "broadcast", "list").with_only_columns(Broadcast.id)
    rows = select(Broadcast.state, func.count()).where(
        Broadcast.id.in_(ours), Broadcast.state.in_(("draft", "proposed", "approved", "sending"))
    )
    return {row[0]: row[1] for row in db.execute(rows.group_by(Broadcast.state))}


def housekeeping(db: Session, *, now: dt.datetime) -> Housekeeping:
    ending = RoleGrant.in_force(now).where(RoleGrant.until_at < now + ENDS_SOON).with_only_columns(func.count())
    parts: Sequence[ColumnElement[int]] = [
        select(func.count(User.id)).where(User.disabled_at.is_(None), User.password_hash == "").scalar_subquery(),
        ending.scalar_subquery(),
        select(func.count(Station.id))
        .where(Station.closed.is_(False), or_(Station.hours == "", Station.phone == ""))
        .scalar_subquery(),
        select(func.count(Message.id)).where(NOT_THROUGH, Message.status == Status.PARKED).scalar_subquery(),
    ]
    row = db.execute(select(*parts)).one()
    return Housekeeping(invited=row[0], ending=row[1], silent_stations=row[2], stuck=row[3])


def few_hidden(count: int) -> str:
    """A count of people as a figure may show it: nobody is found in a small one."""
    return f"{count:,}" if count >= SMALLEST_SHOWN else f"不到 {SMALLEST_SHOWN}"


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
