"""Who is on duty and may go on with a talk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.case import Interest
from models.reception import ReceptionTicket
from models.station import Station
from models.user import RoleGrant, User
from models.user.authority import GROUPS

OF_THE_DISTRICT = "staff"  # takes any chat, whatever station the grant names (authz-matrix 5)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a talk can be handed to: from where, and with how many talks in hand."""

    user: User
    station: str
    held: int


def colleagues_for(db: Session, ticket: ReceptionTicket, *, besides: User, now: dt.datetime) -> list[Colleague]:
    """Who may take this very chat now: on duty, of a station it belongs to, with no interest in it (W3)."""
    stations = {row.id: row for row in db.execute(select(Station.id, Station.parent_id, Station.name))}
    above = _above(ticket.station_id, {each.id: each.parent_id for each in stations.values()})
    grants = RoleGrant.in_force(now).with_only_columns(User, RoleGrant.role, RoleGrant.station_id)
    rows = db.execute(
        grants.join(User, User.id == RoleGrant.user_id)
        .where(
            User.on_duty,
            User.disabled_at.is_(None),
            User.id != besides.id,
            RoleGrant.role.in_(GROUPS["desk"]),
            User.person.not_in(_withdrawn_from(ticket)),
        )
        .order_by(User.shown_as, User.id)
    )
    held = _held_by_each(db)
    found: dict[int, Colleague] = {}
    for user, role, station_id in rows:
        if role == OF_THE_DISTRICT or ticket.urgent or station_id is None or station_id in above:
            where = stations[station_id].name if station_id in stations else "区里"
            found.setdefault(user.id, Colleague(user, where, held.get(user.id, 0)))
    return list(found.values())


def _above(station_id: int | None, parents: dict[int, int | None]) -> set[int]:
    """The station and all above it."""
    above: set[int] = set()
    while station_id is not None:
        above.add(station_id)
        station_id = parents.get(station_id)
    return above


def _withdrawn_from(ticket: ReceptionTicket) -> Select[str]:
    return select(Interest.person).where(
        Interest.conversation_id == ticket.conversation_id, Interest.lifted_at.is_(None)
    )


def _held_by_each(db: Session) -> dict[int | None, int]:
    counted = select(ReceptionTicket.taken_by_id, func.count()).where(ReceptionTicket.state == "taken")
    return {row[0]: row[1] for row in db.execute(counted.group_by(ReceptionTicket.taken_by_id))}
