"""Accounts of those who work here: opened by a one-time link, given roles by two people, closed in one act (S1-S8)."""

from __future__ import annotations

import datetime as dt
import re
import secrets

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.approval import Approval, NeedsAnother, TooLate
from models.base import DomainError, new_uid
from models.draft import Draft
from models.petition.officers import look_for_interests
from models.reception import ReceptionTicket
from models.station import Station
from models.user import EXCLUSIVE, RoleGrant, RolesClash, User
from models.user.authority import GROUPS, ROLES
from models.user.factor import forget
from models.user.sign_in import hash_of

SETUP_LIVES = dt.timedelta(hours=48)
GRANT, RESET_FACTOR = "user.grant", "user.reset_2fa"  # acts of an Approval
NEVER_EMPTY = ("admin", "discipline", "supervisor")  # S7: the last one stays until somebody else has the role
ENDS_SOON = dt.timedelta(days=30)
_NAME = re.compile(r"[\w.@-]{1,40}")
_SHOWN = re.compile(r"[^\s<>]{1,20}")


class BadAccount(DomainError):
    """A name that is taken or cannot be one, a role that does not exist, an account that is closed."""


class LastOne(DomainError):
    """The last holder of a role that must not be empty (S7)."""


def open_account(db: Session, name: str, *, shown_as: str, same_person: User | None = None) -> User:
    """A new account, without role and password. `same_person`: another account of the same human being (S2)."""
    name, shown_as = name.strip(), shown_as.strip()
    if not _NAME.fullmatch(name):
        raise BadAccount("登录名用汉字、字母、数字，最多 40 个，中间不空格")
    if not _SHOWN.fullmatch(shown_as):
        raise BadAccount("姓名最多 20 个字，中间不空格")
    if User.named(db, name) is not None:
        raise BadAccount(f"登录名“{name}”已经有人用了，请换一个")
    user = User(uid=new_uid(), name=name, shown_as=shown_as, epoch=0)
    user.person = same_person.person if same_person is not None else new_uid()
    db.add(user)
    db.flush()
    return user


def invite(user: User, *, now: dt.datetime) -> str:
    """The token of a one-time link by which the owner sets a password; the one before is worth nothing from now on."""
    check_open(user)
    token = secrets.token_urlsafe(24)
    user.setup_hash, user.setup_until = hash_of(token), now + SETUP_LIVES
    user.password_hash = ""
    user.end_sign_ins()
    return token


def check_open(user: User) -> None:
    if user.disabled_at is not None:
        raise BadAccount(f"{user.shown_as}的账号已经停用。要回来，请另开一个登录名")


def check_role(db: Session, user: User, role: str, *, now: dt.datetime) -> None:
    """Whether this person may be given this role beside what all their accounts hold (S1)."""
    if role not in ROLES:
        raise BadAccount(f"没有“{role}”这个岗位，可以是：{'、'.join(f'{key} {shown}' for key, shown in ROLES.items())}")
    check_open(user)
    accounts = select(User.id).where(User.person == user.person, User.disabled_at.is_(None))
    held = {grant.role for grant in db.scalars(RoleGrant.in_force(now).where(RoleGrant.user_id.in_(accounts)))}
    for one, others in EXCLUSIVE.items():
        clashing = held & others if role == one else held & {one} if role in others else set()
        if clashing:
            names = "、".join(ROLES[each] for each in sorted(clashing))
            raise RolesClash(f"{user.shown_as}是{names}，不能同时是{ROLES[role]}")


def give_role(
    db: Session,
    user: User,
    role: str,
    station: Station | None,
    *,
    by: str,
    now: dt.datetime,
    second: User | None = None,
) -> RoleGrant:
    """Give a role that works at once: `second` has confirmed it, or whoever is at the machine gives it (S8).

    The same role for the same station is renewed, so that nobody holds it twice.
    """
    check_role(db, user, role, now=now)
    station_id = station.id if station is not None else None
    for grant in user.grants(db, now=now):
        if (grant.role, grant.station_id) == (role, station_id):
            grant.ended_at = now
    db.flush()
    given = user.grant(db, role, station_id=station_id, by=by, now=now, confirmed_by=second, confirmed=True)
    look_for_interests(db, user, now=now)
    return given


# -- what takes two people --------------------


def propose_role(
    db: Session, user: User, role: str, station: Station | None, reason: str, *, by: User, now: dt.datetime
) -> Approval:
    """An admin asks for it, a supervisor confirms it (S8)."""
    check_role(db, user, role, now=now)
    content = {"user": user.uid, "role": role, "station": station.code if station else "", "reason": reason}
    return Approval.propose(db, GRANT, f"{user.uid}.{role}", content, by=by, now=now)


def propose_factor_reset(db: Session, user: User, reason: str, *, by: User, now: dt.datetime) -> Approval:
    """The phone with the codes is gone, and so is the paper."""
    check_open(user)
    if user.totp_sealed is None:
        raise BadAccount(f"{user.shown_as}还没有绑定手机验证器")
    return Approval.propose(db, RESET_FACTOR, user.uid, {"user": user.uid, "reason": reason}, by=by, now=now)


def confirm_role(db: Session, approval: Approval, *, by: User, now: dt.datetime, digest: str) -> RoleGrant:
    """The role works from now on, for a year."""
    user, content = _agree(db, approval, GRANT, by=by, now=now, digest=digest)
    station = station_of(db, content["station"])
    proposer = f"user {approval.proposed_by_id}"
    return give_role(db, user, content["role"], station, by=proposer, now=now, second=by)


def confirm_factor_reset(db: Session, approval: Approval, *, by: User, now: dt.datetime, digest: str) -> User:
    """The old phone is worth nothing; the owner binds another one at the next sign-in."""
    user, _ = _agree(db, approval, RESET_FACTOR, by=by, now=now, digest=digest)
    forget(db, user)
    return user


def _agree(
    db: Session, approval: Approval, act: str, *, by: User, now: dt.datetime, digest: str
) -> tuple[User, dict[str, str]]:
    """Whom it is about and what was agreed to. Nobody confirms what is for themselves, from whatever account."""
    if approval.act != act:
        raise TooLate("这一份不是这一类，请回到列表重新打开")
    content = approval.approve(db, by=by, now=now, digest=digest)
    user = db.scalars(select(User).where(User.uid == content["user"])).one()
    if user.person == by.person:
        raise NeedsAnother("给自己的要请另一位负责人确认")
    check_open(user)
    return user, content


def station_of(db: Session, code: str) -> Station | None:
    """The station of a code that is in use; no code is the whole district."""
    if not code:
        return None
    station = db.scalars(select(Station).where(Station.code == code)).first()
    if station is None:
        raise BadAccount(f"没有编码是 {code} 的站点")
    if station.closed:
        raise BadAccount(f"{station.name}已经停用")
    return station


# -- the end of it --------------------


def disable(db: Session, user: User, *, now: dt.datetime, words: str = "") -> int:
    """Close an account: no sign-in lives on, no role, no draft, and the talks it holds go back to the head of the line.

    How many talks those were. `words` are told the veterans, who go on with somebody else.
    """
    check_open(user)
    for grant in user.grants(db, now=now):
        _keep_one(db, user, grant.role, now=now)
    user.disabled_at, user.on_duty, user.password_hash = now, False, ""
    user.setup_hash = user.setup_until = None
    user.end_sign_ins()
    db.execute(
        update(RoleGrant)
        .where(RoleGrant.user_id == user.id, RoleGrant.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )
    db.execute(delete(Draft).where(Draft.user_id == user.id).execution_options(synchronize_session=False))
    return _give_up_talks(db, user, f"{user.shown_as}的账号停用了，请接着帮对方办。", now=now, words=words)


def end_role(db: Session, user: User, grant: RoleGrant, *, now: dt.datetime, words: str = "") -> int:
    """Take one role away, at once; who leaves the reception gives up the talks in hand. How many those were."""
    if grant.user_id != user.id or grant not in user.grants(db, now=now):
        raise BadAccount("这个岗位已经结束了")
    others = [other for other in user.grants(db, now=now) if other.id != grant.id]
    if grant.role not in {other.role for other in others}:
        _keep_one(db, user, grant.role, now=now)
    grant.ended_at = now
    user.end_sign_ins()
    if grant.role not in GROUPS["desk"]:
        return 0
    user.on_duty = user.on_duty and any(other.role in GROUPS["desk"] for other in others)
    return _give_up_talks(db, user, f"{user.shown_as}换了岗位，请接着帮对方办。", now=now, words=words)


def _give_up_talks(db: Session, user: User, why: str, *, now: dt.datetime, words: str) -> int:
    db.flush()
    return ReceptionTicket.put_back_all_of(db, user, why=why, now=now, words=words)


def is_last(db: Session, user: User, role: str, *, now: dt.datetime) -> bool:
    """Whether nobody else has a role that must not be empty (S7).

    Locks the grants of the role, so that two who leave at the same moment do not each count the other.
    """
    if role not in NEVER_EMPTY:
        return False
    holders = db.scalars(RoleGrant.in_force(now).where(RoleGrant.role == role).order_by(RoleGrant.id).with_for_update())
    others = {grant.user_id for grant in holders} - {user.id}
    still_here = select(User.id).where(User.id.in_(others), User.disabled_at.is_(None)).limit(1)
    return db.scalars(still_here).first() is None


def _keep_one(db: Session, user: User, role: str, *, now: dt.datetime) -> None:
    if is_last(db, user, role, now=now):
        raise LastOne(f"{user.shown_as}是最后一位{ROLES[role]}。先给接手的人加上这个岗位，再来停用")
