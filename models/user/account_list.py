"""The accounts as an admin sees them: who, as what, where, until when. A few statements, however many there are."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.approval import LIVES, Approval
from models.station import Station
from models.user import RoleGrant, User
from models.user.accounts import ENDS_SOON
from models.user.authority import ROLES, WITH_FACTOR

MOST = 500
WHOLE_DISTRICT = "全区"


@dataclass(frozen=True, slots=True)
class Held:
    """One role in force."""

    id: int
    role: str
    shown: str
    station: str
    until: dt.datetime
    ends_soon: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `state`: closed | invited | lapsed (its link was never used) | open."""

    uid: str
    name: str
    shown_as: str
    state: str
    roles: tuple[Held, ...]
    factor_since: dt.datetime | None
    setup_until: dt.datetime | None
    needs_factor: bool
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits for a supervisor, as those read it who decide."""

    uid: str
    act: str
    digest: str
    content: dict[str, str]
    whom: str
    role: str
    station: str
    by: str
    by_person: str
    about_person: str
    at: dt.datetime


def accounts(db: Session, *, now: dt.datetime, named: str = "", closed: bool = False) -> list[Account]:
    """Those in use, or those that are closed, by name."""
    found = select(User).where(User.disabled_at.is_not(None) if closed else User.disabled_at.is_(None))
    if named:
        found = found.where(User.shown_as.contains(named, autoescape=True) | User.name.contains(named, autoescape=True))
    return described(db, db.scalars(found.order_by(User.shown_as, User.id).limit(MOST)).all(), now=now)


def described(db: Session, users: Sequence[User], *, now: dt.datetime) -> list[Account]:
    held = roles_of(db, [user.id for user in users], now=now)
    return [_account(user, tuple(held[user.id]), now) for user in users]


def roles_of(db: Session, user_ids: Iterable[int], *, now: dt.datetime) -> defaultdict[int, list[Held]]:
    in_force = RoleGrant.in_force(now).with_only_columns(RoleGrant, Station.name)
    rows = db.execute(
        in_force.outerjoin(Station, Station.id == RoleGrant.station_id)
        .where(RoleGrant.user_id.in_(list(user_ids)))
        .order_by(RoleGrant.id)
    )
    held: defaultdict[int, list[Held]] = defaultdict(list)
    for grant, station in rows:
        soon = grant.until_at - now < ENDS_SOON
        shown = ROLES.get(grant.role, grant.role)
        held[grant.user_id].append(Held(grant.id, grant.role, shown, station or WHOLE_DISTRICT, grant.until_at, soon))
    return held


def asked(db: Session, acts: Iterable[str], *, now: dt.datetime, most: int = 100) -> list[Asked]:
    """The living proposals of these acts, the oldest first."""
    waiting = select(Approval).where(
        Approval.act.in_(list(acts)), Approval.state == "proposed", Approval.proposed_at > now - LIVES
    )
    approvals = db.scalars(waiting.order_by(Approval.id).limit(most)).all()
    contents = {approval.id: approval.content for approval in approvals}
    by_id = {user.id: user for user in _users(db, User.id, {approval.proposed_by_id for approval in approvals})}
    by_uid = {user.uid: user for user in _users(db, User.uid, {content.get("user") for content in contents.values()})}
    rows = db.execute(select(Station.code, Station.name)) if approvals else ()
    names = {row[0]: row[1] for row in rows}
    return [
        _asked(approval, contents[approval.id], by_id[approval.proposed_by_id], by_uid, names) for approval in approvals
    ]


def _asked(
    approval: Approval, content: dict[str, str], by: User, by_uid: dict[str, User], stations: dict[str, str]
) -> Asked:
    about = by_uid.get(content.get("user", ""))
    code = content.get("station", "")
    return Asked(
        approval.uid, approval.act, approval.digest, content, f"{about.shown_as}（{about.name}）" if about else "",
        ROLES.get(content.get("role", ""), ""), stations.get(code, code) or WHOLE_DISTRICT, by.shown_as, by.person,
        about.person if about else "", approval.proposed_at,
    )  # fmt: skip


def _users(db: Session, column: object, values: set[object]) -> Iterable[User]:
    given = [value for value in values if value is not None]
    return db.scalars(select(User).where(column.in_(given))) if given else ()  # type: ignore[attr-defined]


def _account(user: User, roles: tuple[Held, ...], now: dt.datetime) -> Account:
    return Account(
        user.uid, user.name, user.shown_as, _state(user, now), roles, user.totp_since, user.setup_until,
        any(held.role in WITH_FACTOR for held in roles), user.on_duty,
    )  # fmt: skip


def _state(user: User, now: dt.datetime) -> str:
    if user.disabled_at is not None:
        return "closed"
    if user.password_hash:
        return "open"
    return "invited" if user.setup_until is not None and user.setup_until > now else "lapsed"
