"""An invented district: one centre, 13 towns, 121 villages. Every name says that it is made up."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.station import Station

TOWNS, VILLAGES = 13, 121
DISTRICT = "990000"  # no region of the country begins with 99
HOURS = "周一至周五 9:00-12:00 13:30-17:00"
COUNT = "一二三四五六七八九十"


def is_demo(db: Session) -> bool:
    """Whether a database holds the invented district; production refuses it (R68)."""
    return db.scalars(select(Station.id).where(Station.code == DISTRICT)).first() is not None


def fill(db: Session) -> None:
    """Put the invented stations into an empty database; nothing happens in one that has stations."""
    if db.scalars(select(Station.id).limit(1)).first() is not None:
        return
    district = _station(db, DISTRICT, "演示区退役军人服务中心", "district", None)
    towns = [
        _station(db, f"99{n:02d}00", f"演示{_said(n)}镇退役军人服务站", "town", district) for n in range(1, TOWNS + 1)
    ]
    for number in range(VILLAGES):
        town, place = towns[number % TOWNS], number // TOWNS + 1
        name = f"演示{_said(number % TOWNS + 1)}镇第{_said(place)}村退役军人服务站"
        _station(db, f"{town.code[:4]}{place:02d}", name, "village", town)


def _station(db: Session, code: str, name: str, level: str, parent: Station | None) -> Station:
    station = Station(
        code=code,
        name=name,
        level=level,
        parent_id=parent.id if parent else None,
        hours=HOURS,
        phone="0851-0000 0000" if parent is None else "",
    )
    db.add(station)
    db.flush()
    return station


def _said(number: int) -> str:
    return COUNT[number - 1] if number <= 10 else f"十{COUNT[number - 11]}"
