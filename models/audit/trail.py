"""The audit as people read it: newest first, by who, what and day; without the matters nobody else may know of (X2)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models.audit import NAMELESS, AuditEntry, nameless
from models.audit.stated_reason import NAMED, StatedReason
from models.case import Case, Interest
from models.conversation import SHANGHAI
from models.user import User
from models.user.authority import Actor

A_PAGE = 50
LOOKED_THROUGH = 100_000  # without a day: the newest so many; there is no index but the id
CHECKED = 100_000
READS_REASONS = "supervisor"  # who answers for what is looked at; whoever runs the machines reads no words of people
OVER = "保存期满，已经删掉"  # the words of a reason, after years (bot/retention.py)
UNSHOWN = "写了原因，负责人看得到"
REFUSED = "refused"  # somebody tried what they may not
MACHINE = "os:"  # how the audit names whoever is at the machine itself


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: an actor as the audit names them, an act or the beginning of one, a day."""

    actor: str = ""
    act: str = ""
    day: dt.date | None = None
    before: int = 0  # older than this entry


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    at: dt.datetime
    who: str
    act: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The state of the chain, as far as it was checked."""

    checked: int
    first: int
    last: int
    broken: tuple[int, ...]


def trail(db: Session, actor: Actor, wanted: Wanted) -> tuple[list[Line], bool]:
    """One page, and whether there is more."""
    asked = _within(db, wanted).where(~_own_vain_tries(db, actor))
    found = db.scalars(asked.order_by(AuditEntry.id.desc()).limit(A_PAGE + 1)).all()
    entries = found[:A_PAGE]
    people, subjects = _people(db, entries), {entry.subject for entry in entries}
    hidden, numbers = _matters(db, actor, subjects)
    reasons = _reasons(db, actor, {entry.detail for entry in entries})
    lines = []
    for entry in entries:
        secret = entry.subject in hidden or entry.subject.startswith("restricted")
        lines.append(
            Line(
                entry.id, entry.at, people.get(entry.actor, entry.actor), entry.act,
                nameless()
                if secret
                else people.get(entry.subject) or numbers.get(entry.subject, entry.subject),
                "" if secret else reasons.get(entry.detail, entry.detail),
            )
        )  # fmt: skip
    return lines, len(found) > A_PAGE


def chain(db: Session) -> Chain:
    """Whether each of the newest entries follows from the one before. `frontdoor db check` looks at all of them."""
    last = db.scalar(select(func.max(AuditEntry.id))) or 0
    first = max(1, last - CHECKED + 1)
    key: bytes = db.info["audit_key"]
    before = db.scalars(select(AuditEntry.digest).where(AuditEntry.id < first).order_by(AuditEntry.id.desc()).limit(1))
    previous = before.first() or ""
    columns = (AuditEntry.id, AuditEntry.at, AuditEntry.actor, AuditEntry.act, AuditEntry.subject, AuditEntry.detail)
    rows = db.execute(select(*columns, AuditEntry.digest).where(AuditEntry.id >= first).order_by(AuditEntry.id))
    broken, checked = [], 0
    for id_, at, *facts, digest in rows.yield_per(5_000):
        checked += 1
        if digest != _digest(previous, at, facts, key):
            broken.append(id_)
        previous = digest
    return Chain(checked, first, last, tuple(broken[:20]))


def first_of(db: Session, moment: dt.datetime) -> int:
    """The id of the first entry at or after a moment, by halving: entries are written in the order of time."""
    low, high = 1, (db.scalar(select(func.max(AuditEntry.id))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        entry = db.execute(
            select(AuditEntry.id, AuditEntry.at).where(AuditEntry.id >= middle).order_by(AuditEntry.id).limit(1)
        ).first()
        if entry is None or entry.at >= moment:
            high = middle
        else:
            low = entry.id + 1
    return low


def _within(db: Session, wanted: Wanted) -> Select[AuditEntry]:
    if wanted.day is not None:
        morning = dt.datetime.combine(wanted.day, dt.time(), SHANGHAI)
        found = select(AuditEntry).where(
            AuditEntry.id >= first_of(db, morning), AuditEntry.id < first_of(db, morning + dt.timedelta(days=1))
        )
    else:
        newest = db.scalar(select(func.max(AuditEntry.id))) or 0
        found = select(AuditEntry).where(AuditEntry.id > newest - LOOKED_THROUGH)
    if wanted.before:
        found = found.where(AuditEntry.id < wanted.before)
    if wanted.actor:
        whole = AuditEntry.actor == wanted.actor
        found = found.where(AuditEntry.actor.startswith(wanted.actor) if wanted.actor == MACHINE else whole)
    if wanted.act:
        found = found.where(
            or_(AuditEntry.act == wanted.act, AuditEntry.act.startswith(f"{wanted.act}.", autoescape=True))
        )
    return found


def _own_vain_tries(db: Session, actor: Actor) -> ColumnElement[bool]:
    """The reader's own tries of what is not there for them: read here, they would tell that it is (X2)."""
    ours = [f"user {id_}" for id_ in db.scalars(select(User.id).where(User.person == actor.person))]
    hidden = AuditEntry.subject.startswith(NAMELESS, autoescape=True)
    return and_(AuditEntry.act == REFUSED, hidden, AuditEntry.actor.in_(ours))


def _matters(db: Session, actor: Actor, subjects: set[str]) -> tuple[set[str], dict[str, str]]:
    """The subjects that are restricted matters, or ones the reader keeps away from: nobody may tell which they are.

    And of the others their numbers.
    """
    named = or_(Case.uid.in_(subjects), Case.number.in_(subjects))
    withdrawn = select(Interest.case_id).where(
        Interest.person == actor.person, Interest.lifted_at.is_(None), Interest.case_id.is_not(None)
    )
    secret = or_(Case.restricted, Case.id.in_(withdrawn))
    hidden: set[str] = set()
    numbers: dict[str, str] = {}
    for case, is_secret in db.execute(select(Case, secret).where(named)):
        if is_secret:
            hidden |= {case.uid, case.number}
        else:
            numbers |= dict.fromkeys((case.uid, case.number), f"case {case.spoken_number}")
    return hidden, numbers


def _people(db: Session, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """`user 7` as colleagues know them."""
    named = {name for entry in entries for name in (entry.actor, entry.subject) if name.startswith("user ")}
    ids = [int(name[5:]) for name in named if name[5:].isascii() and name[5:].isdigit()]
    return {f"user {id_}": shown for id_, shown in db.execute(select(User.id, User.shown_as).where(User.id.in_(ids)))}


def _reasons(db: Session, actor: Actor, details: set[str]) -> dict[str, str]:
    """Details that refer to a reason somebody typed: its words, for who may read them (R42)."""
    if READS_REASONS in actor.roles:
        return {detail: f"原因：{row.reason or OVER}" for detail, row in StatedReason.of_details(db, details).items()}
    return {detail: UNSHOWN for detail in details if detail.startswith(NAMED)}


def _digest(previous: str, at: dt.datetime, facts: Sequence[str], key: bytes) -> str:
    """The same as AuditEntry.digest_after, without making a row of each: a hundred thousand take a second."""
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    told = json.dumps([moment, *facts], ensure_ascii=False)
    return hmac.new(key, f"{previous}{told}".encode(), hashlib.sha256).hexdigest()
