"""The register of stations: how an entry must look, and one of them written. Whole lists are in station/list.py."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.station import Station
from models.station.hours import BadHours, OfficeHours

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
_CODE = re.compile(r"[0-9A-Za-z]{4,12}")
_PHONE = re.compile(r"[0-9 +()（）,，、;；/-]*(?:转 ?[0-9]{1,6})?")


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


def faults_of(entry: Entry, known: Mapping[str, Entry], below: Iterable[Entry]) -> dict[str, str]:
    """A sentence for each field that cannot be taken. `known`: every station by code; `below`: those under this one."""
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
    return faults | _faults_below(entry, below)


def keep(db: Session, entry: Entry) -> dict[str, str]:
    """Write one entry, new or known by its code; or say, field by field, why not."""
    known = register(db)
    coming = known | {entry.code: entry}
    faults = faults_of(entry, coming, below_of(coming.values())[entry.code])
    if entry.level == "district" and any(
        each.level == "district" and not each.closed and each.code != entry.code for each in known.values()
    ):
        faults["level"] = "区级的站点只能有一个在用"
    if not faults:
        station = db.scalars(select(Station).where(Station.code == entry.code)).first() or Station(code=entry.code)
        write(station, entry, ids_of(db))
        db.add(station)
        db.flush()
    return faults


def in_order(entries: Iterable[Entry]) -> list[tuple[int, Entry]]:
    """Every station below the one it belongs to, with how deep it lies."""
    below = below_of(sorted(entries, key=lambda each: each.code))

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


def ids_of(db: Session) -> dict[str, int]:
    return {row.code: row.id for row in db.execute(select(Station.code, Station.id))}


def columns_of(entry: Entry, ids: Mapping[str, int]) -> dict[str, object]:
    told = ("name", "level", "hours", "phone", "address", "duty", "closed")
    return {name: getattr(entry, name) for name in told} | {"parent_id": ids[entry.above] if entry.above else None}


def write(station: Station, entry: Entry, ids: Mapping[str, int]) -> None:
    for name, value in columns_of(entry, ids).items():
        setattr(station, name, value)


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


def below_of(entries: Iterable[Entry]) -> defaultdict[str, list[Entry]]:
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
