"""The register of stations: how an entry must look, and what a list of them would change, all of it or nothing."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.approval import digest_of
from models.base import DomainError
from models.office_hours import BadHours, OfficeHours
from models.station import Station

LEVELS = {"district": "区", "town": "镇（街道、社区）", "village": "村（居）"}
ABOVE = {"district": (), "town": ("district",), "village": ("town", "district")}
# The field's name, how its column is called, how long it may be, and how to fill it in.
COLUMNS = (
    ("code", "编码", 12, "每个站点一个，4 到 12 位数字或字母，定了就不再改。按它认站点。"),
    ("name", "名称", 40, "全称，如：金华镇退役军人服务站。"),
    ("level", "级别", 12, "填 区、镇 或 村。街道、社区填 镇。"),
    ("above", "上级编码", 12, "上一级站点的编码。区级的空着。"),
    ("hours", "接待时间", 120, "如：周一至周五 9:00-12:00 13:30-17:00。几段用“；”分开。"),
    ("phone", "电话", 30, "战友能打通的电话，可以带分机：0851-84000000 转 8001。"),
    ("address", "地址", 120, "走路能找到的写法。"),
    ("duty", "值班人员", 40, "战友会看到的名字，可以空着。"),
    ("closed", "停用", 2, "停用的填 是，其余空着。不在表里的站点不会动。"),
)
CALLED = {name: called for name, called, _, _ in COLUMNS}
MOST_AT_ONCE = 5_000
_CODE = re.compile(r"[0-9A-Za-z]{4,12}")
_PHONE = re.compile(r"[0-9 +()（）,，、;；/-]*(?:转 ?[0-9]{1,6})?")
_WAYS = {"district": "区 县 区县 区级", "town": "镇 乡 乡镇 街道 社区 镇街 镇级", "village": "村 居 村居 村级"}
_LEVELS = {way: level for level, ways in _WAYS.items() for way in (*ways.split(), LEVELS[level], level)}
_YES, _NO = ("是", "停用", "1"), ("", "否", "不", "在用", "0")


class BadRegister(DomainError):
    """An entry that cannot be taken, or a list with one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One station as somebody writes it down. `above` is the code of the station above."""

    code: str
    name: str
    level: str
    above: str = ""
    hours: str = ""
    phone: str = ""
    address: str = ""
    duty: str = ""
    closed: bool = False


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


def register(db: Session) -> dict[str, Entry]:
    """Every station by its code."""
    stations = db.scalars(select(Station).order_by(Station.code)).all()
    codes = {station.id: station.code for station in stations}
    return {station.code: entry_of(station, codes) for station in stations}


def entry_of(station: Station, codes: Mapping[int, str]) -> Entry:
    return Entry(
        station.code, station.name, station.level, codes[station.parent_id] if station.parent_id else "",
        station.hours, station.phone, station.address, station.duty, station.closed,
    )  # fmt: skip


def faults_of(entry: Entry, known: Mapping[str, Entry]) -> dict[str, str]:
    """A sentence for each field that cannot be taken. `known`: every other station, by its code."""
    faults = {
        name: f"{called}最多 {most} 个字"
        for name, called, most, _ in COLUMNS
        if isinstance(value := getattr(entry, name), str) and len(value) > most
    }
    if not _CODE.fullmatch(entry.code):
        faults["code"] = "编码要 4 到 12 位数字或字母"
    if len(entry.name) < 2:
        faults["name"] = "请写名称"
    if not _PHONE.fullmatch(entry.phone):
        faults["phone"] = f"电话“{entry.phone[:30]}”里只能有数字、横线和“转”"
    try:
        OfficeHours.read(entry.hours)
    except BadHours as bad:
        faults["hours"] = f"接待时间：{bad}"
    place = _fault_of_place(entry, known)
    if place:
        faults["above" if entry.level in LEVELS else "level"] = place
    return faults


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
    below = _below(coming.values())
    for row, entry in entries:
        faults = faults_of(entry, coming) | _faults_below(entry, below[entry.code])
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
        ids = _ids(db)
        added = [
            _columns(each.entry, ids) | {"code": each.entry.code} for each in plan.added if each.entry.level == level
        ]
        if added:
            db.execute(insert(Station), added)
    ids = _ids(db)
    stations = {station.code: station for station in db.scalars(select(Station))}
    for change in (*plan.changed, *plan.closed):
        _write(stations[change.entry.code], change.entry, ids)
    db.flush()


def keep(db: Session, entry: Entry) -> dict[str, str]:
    """Write one entry, new or known by its code; or say, field by field, why not."""
    known = register(db)
    coming = known | {entry.code: entry}
    faults = faults_of(entry, coming) | _faults_below(entry, _below(coming.values())[entry.code])
    if entry.level == "district" and any(
        each.level == "district" and not each.closed and each.code != entry.code for each in known.values()
    ):
        faults["level"] = "区级的站点只能有一个在用"
    if not faults:
        station = db.scalars(select(Station).where(Station.code == entry.code)).first() or Station(code=entry.code)
        _write(station, entry, _ids(db))
        db.add(station)
        db.flush()
    return faults


def in_order(entries: Iterable[Entry]) -> list[tuple[int, Entry]]:
    """Every station below the one it belongs to, with how deep it lies."""
    below = _below(sorted(entries, key=lambda each: each.code))

    def walk(above: str, depth: int) -> Iterator[tuple[int, Entry]]:
        for entry in below[above]:
            yield depth, entry
            yield from walk(entry.code, depth + 1)

    return list(walk("", 0))


def cells_of(entry: Entry) -> list[str]:
    """An entry as a row of the sheet, in the order of COLUMNS."""
    shown = dataclasses.asdict(entry) | {
        "level": LEVELS[entry.level][0],
        "closed": "是" if entry.closed else "",
    }
    return [shown[name] for name, *_ in COLUMNS]


def _ids(db: Session) -> dict[str, int]:
    return {row.code: row.id for row in db.execute(select(Station.code, Station.id))}


def _columns(entry: Entry, ids: Mapping[str, int]) -> dict[str, object]:
    told = ("name", "level", "hours", "phone", "address", "duty", "closed")
    return {name: getattr(entry, name) for name in told} | {"parent_id": ids[entry.above] if entry.above else None}


def _write(station: Station, entry: Entry, ids: Mapping[str, int]) -> None:
    for name, value in _columns(entry, ids).items():
        setattr(station, name, value)


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


def _fault_of_place(entry: Entry, known: Mapping[str, Entry]) -> str:
    if entry.level not in LEVELS:
        return f"级别填 区、镇 或 村，现在是“{entry.level[:12]}”"
    if entry.level == "district":
        return "区级的上级编码要空着" if entry.above else ""
    above = known.get(entry.above)
    if above is None:
        return f"没有编码是“{entry.above[:12]}”的上级站点" if entry.above else "请写上级编码"
    if above.level not in ABOVE[entry.level]:
        return f"上级 {above.name} 是{LEVELS.get(above.level, above.level)}一级的，不能做它的上级"
    if above.closed and not entry.closed:
        return f"上级 {above.name} 停用了，它也要停用或者换一个上级"
    return ""


def _below(entries: Iterable[Entry]) -> defaultdict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.above].append(entry)
    return found


def _faults_below(entry: Entry, below: Iterable[Entry]) -> dict[str, str]:
    """What stands in the way of a station that is closed, or changes its level, because of those below it."""
    below = [each for each in below if not each.closed]
    if entry.closed and entry.level == "district":
        return {"closed": "区级的站点不能停用"}
    if entry.closed and below:
        return {"closed": f"下面还有在用的站点（{below[0].name}等 {len(below)} 个），先把它们停用或者换上级"}
    misplaced = [each for each in below if each.level in LEVELS and entry.level not in ABOVE[each.level]]
    if misplaced:
        return {"level": f"下面还有 {misplaced[0].name}，级别不能这样改"}
    return {}


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
