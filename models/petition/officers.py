"""Who may be given a petition: officers of its station or of one above it, and the district's staff."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import keys_of
from models.case import Interest
from models.petition import Petition, readers
from models.station import Station
from models.user import RoleGrant, User

HANDLING = ("officer", "staff")


def officers_for(db: Session, petition: Petition, *, now: dt.datetime) -> list[User]:
    """By name; without those who have declared an interest. Whoever is named in it is refused when it is given out."""
    above = stations_above(db, petition.station_id)
    withdrawn = select(Interest.person).where(Interest.case_id == petition.id, Interest.lifted_at.is_(None))
    rows = db.execute(
        RoleGrant.in_force(now)
        .with_only_columns(User, RoleGrant.role, RoleGrant.station_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role.in_(HANDLING), User.disabled_at.is_(None), User.person.not_in(withdrawn))
        .order_by(User.shown_as, User.id)
    )
    reach = (user for user, role, where in rows if role == "staff" or where is None or where in above)
    return list({user.id: user for user in reach}.values())


def look_for_interests(db: Session, user: User, *, now: dt.datetime) -> None:
    """Somebody new keeps away from what names them, from the first day (W1); restricted petitions are looked through
    for who may read them. One whose key is not in the ring opens for nobody, so nothing is found in it.
    """
    petitions = select(Petition).order_by(Petition.id)
    if db.scalar(readers(now).where(RoleGrant.user_id == user.id)) is None:
        petitions = petitions.where(Petition.restricted.is_(False))
    for petition in db.scalars(petitions).all():
        if petition.story_sealed is None or keys_of(db).has_key_of(petition.story_sealed):
            petition.find_interest(db, user, now=now)


def stations_above(db: Session, station_id: int | None) -> set[int]:
    """A station and all above it."""
    parents = {row.id: row.parent_id for row in db.execute(select(Station.id, Station.parent_id))}
    above: set[int] = set()
    while station_id is not None and station_id not in above:
        above.add(station_id)
        station_id = parents.get(station_id)
    return above
