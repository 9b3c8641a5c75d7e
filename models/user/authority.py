"""Who may do what: the table in authority.csv, and what it means for one person. What is not in it is denied."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.station import Station
from models.user import User

ROLES = {
    "rep": "老兵代表", "volunteer": "接待志愿者", "officer": "站点干部", "staff": "工作人员", "editor": "政策编辑",
    "approver": "政策审核", "bwriter": "通知撰写", "bapprover": "通知审核", "supervisor": "负责人",
    "discipline": "纪检专人", "council": "议事会成员", "cashier": "出纳", "auditor": "审计", "admin": "管理员",
}  # fmt: skip
GROUPS = {"any": tuple(ROLES), "desk": ("volunteer", "officer", "staff")}
# authz-matrix 1: who reads cases, approves or changes accounts shows a second factor.
WITH_FACTOR = frozenset(
    {"officer", "staff", "approver", "bwriter", "bapprover", "supervisor", "discipline", "council", "cashier",
     "auditor", "admin"}
)  # fmt: skip
ON_OWN_DEVICE = frozenset({"rep", "volunteer"})  # may stay signed in for 14 days on a device of their own (R33)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `second`: the role of the other person without whom the act does not happen."""

    role: str
    resource: str
    action: str
    scope: str  # public | own | claimed | assigned | station | subtree | district | all
    view: str  # none | agg | meta | masked | full
    needs_reason: bool
    second: str
    logged: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """One role of a person and the stations it covers; None: the whole district and what belongs to no station."""

    role: str
    stations: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Actor:
    """The person at the console, as far as rules go."""

    user_id: int
    person: str
    grants: tuple[Granted, ...]

    @classmethod
    def of(cls, db: Session, user: User, *, now: dt.datetime) -> Actor:
        grants = user.grants(db, now=now)
        below = _tree(db) if any(grant.station_id for grant in grants) else {}
        held = (Granted(grant.role, below[grant.station_id] if grant.station_id else None) for grant in grants)
        return cls(user.id, user.person, tuple(held))

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def needs_factor(self) -> bool:
        return bool(self.roles & WITH_FACTOR)

    def rules(self, resource: str, action: str) -> Iterator[tuple[Rule, Granted]]:
        """The lines that allow an act to this person, each with the grant it comes from. Rights of roles unite."""
        for grant in self.grants:
            rule = table().get((grant.role, resource, action))
            if rule is not None:
                yield rule, grant

    def may(self, resource: str, action: str) -> bool:
        return next(self.rules(resource, action), None) is not None


@cache
def table() -> dict[tuple[str, str, str], Rule]:
    """The rules by role, resource and action; `a|b` and groups of roles spelled out."""
    rules: dict[tuple[str, str, str], Rule] = {}
    with (Path(__file__).parent / "authority.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            names = [role for part in line["role"].split("|") for role in GROUPS.get(part, (part,))]
            for role, resource, action in product(names, line["resource"].split("|"), line["action"].split("|")):
                rules[role, resource, action] = Rule(
                    role,
                    resource,
                    action,
                    line["scope"],
                    line["view"],
                    line["reason"] == "y",
                    "" if line["second"] == "-" else line["second"],
                    line["log"] == "y",
                )
    return rules


def is_public(resource: str, action: str) -> bool:
    """Whether anybody may, without signing in."""
    return ("anyone", resource, action) in table()


def is_logged(resource: str, action: str) -> bool:
    """Whether the act leaves an entry in the audit, whoever does it."""
    return any(rule.logged for (_, what, act), rule in table().items() if (what, act) == (resource, action))


def _tree(db: Session) -> dict[int, frozenset[int]]:
    """Every station with all that lie below it, itself included."""
    parents = {row.id: row.parent_id for row in db.execute(select(Station.id, Station.parent_id))}
    below: dict[int, set[int]] = {station_id: set() for station_id in parents}
    for station_id in parents:
        above: int | None = station_id
        while above is not None:
            below[above].add(station_id)
            above = parents[above]
    return {station_id: frozenset(found) for station_id, found in below.items()}
