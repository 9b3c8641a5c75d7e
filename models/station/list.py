"""A list of stations: what it would change in the register, looked through row by row; all of it, or nothing."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.approval import digest_of
from models.base import DomainError
from models.station import Station
from models.station.register import (
    CALLED,
    LEVELS,
    Entry,
    below_of,
    cells_of,
    columns_of,
    faults_of,
    ids_of,
    register,
    write,
)  # fmt: skip

_WAYS = {"district": "区 县 区县 区级", "town": "镇 乡 乡镇 街道 社区 镇街 镇级", "village": "村 居 村居 村级"}
_LEVELS = {way: level for level, ways in _WAYS.items() for way in (*ways.split(), LEVELS[level], level)}
_YES, _NO = ("是", "停用", "1"), ("", "否", "不", "在用", "0")


class BadRegister(DomainError):
    """A list with a row that cannot be taken."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one station: each field with what it was and what it will be, as people read it."""

    row: int
    entry: Entry
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Plan:
    """What a list would do. Nothing is done while one row is bad."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    closed: list[Change] = field(default_factory=list)
    same: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)  # the row and a sentence

    @property
    def does_something(self) -> bool:
        return bool(self.added or self.changed or self.closed)

    @property
    def digest(self) -> str:
        """Two plans with the same one do the same."""
        return digest_of(
            [[dataclasses.asdict(each) for each in kind] for kind in (self.added, self.changed, self.closed)]
        )

    @property
    def summed_up(self) -> str:
        return (
            f"新增 {len(self.added)} 个，改动 {len(self.changed)} 个，停用 {len(self.closed)} 个，不变 {self.same} 个"
        )


def plan_of(db: Session, rows: Sequence[Sequence[str]]) -> Plan:
    """What a table would do, its first row naming the columns in any order. Rows are counted as Excel counts them."""
    plan = Plan()
    head = [cell.strip() for cell in rows[0]] if rows else []
    columns = {head.index(called): name for name, called in CALLED.items() if called in head}
    missing = [CALLED[name] for name in ("code", "name", "level") if name not in columns.values()]
    doubled = [called for called, count in Counter(head).items() if called in CALLED.values() and count > 1]
    if missing or doubled:
        plan.faults.append((1, f"第一行少了这几栏：{'、'.join(missing)}" if missing else f"“{doubled[0]}”有两栏"))
        return plan
    there = register(db)
    entries = _entries(rows, columns, there, plan)
    coming = there | {entry.code: entry for _, entry in entries}
    below = below_of(coming.values())
    for row, entry in entries:
        faults = faults_of(entry, coming, below[entry.code])
        plan.faults.extend((row, sentence) for sentence in faults.values())
        _sort_in(plan, row, entry, there.get(entry.code))
    if not plan.faults and sum(each.level == "district" and not each.closed for each in coming.values()) > 1:
        plan.faults.append((1, "区级的站点只能有一个在用"))
    plan.faults.sort(key=lambda fault: fault[0])
    return plan


def carry_out(db: Session, plan: Plan) -> None:
    """Do what was planned, on the register as it is now."""
    if plan.faults:
        raise BadRegister(f"第 {plan.faults[0][0]} 行：{plan.faults[0][1]}")
    for level in LEVELS:  # those above first, since those below refer to them
        ids = ids_of(db)
        added = [
            columns_of(each.entry, ids) | {"code": each.entry.code} for each in plan.added if each.entry.level == level
        ]
        if added:
            db.execute(insert(Station), added)
    ids = ids_of(db)
    stations = {station.code: station for station in db.scalars(select(Station))}
    for change in (*plan.changed, *plan.closed):
        write(stations[change.entry.code], change.entry, ids)
    db.flush()


def _entries(
    rows: Sequence[Sequence[str]], columns: Mapping[int, str], there: Mapping[str, Entry], plan: Plan
) -> list[tuple[int, Entry]]:
    """The rows that say something, each with its number. What a table has no column for stays as it is."""
    entries: list[tuple[int, Entry]] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        said = {name: " ".join(cells[place].split()) if place < len(cells) else "" for place, name in columns.items()}
        if not any(said.values()):
            continue
        code = said["code"]
        if not code or code in seen:
            plan.faults.append((number, f"编码 {code} 和第 {seen[code]} 行一样" if code else "请写编码"))
            continue
        seen[code] = number
        closed = said.get("closed", "")
        if closed not in (*_YES, *_NO):
            plan.faults.append((number, f"“停用”填 是 或者空着，现在是“{closed[:12]}”"))
        known = there.get(code, Entry(code, "", ""))
        given: dict[str, str | bool] = dict(said)
        given["level"] = _LEVELS.get(said["level"], said["level"])
        given["closed"] = closed in _YES if "closed" in said else known.closed
        entries.append((number, dataclasses.replace(known, **given)))  # type: ignore[arg-type]
    return entries


def _sort_in(plan: Plan, row: int, entry: Entry, before: Entry | None) -> None:
    if before is None:
        plan.added.append(Change(row, entry))
        return
    old, new = (dict(zip(CALLED, cells_of(each), strict=True)) for each in (before, _readable(entry)))
    fields = tuple((CALLED[name], old[name], new[name]) for name in CALLED if old[name] != new[name])
    if not fields:
        plan.same += 1
    elif entry.closed and not before.closed:
        plan.closed.append(Change(row, entry, fields))
    else:
        plan.changed.append(Change(row, entry, fields))


def _readable(entry: Entry) -> Entry:
    return entry if entry.level in LEVELS else dataclasses.replace(entry, level="village")
