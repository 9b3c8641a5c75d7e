"""An invented district: one centre, 13 towns, 121 villages, and somebody for each role. Every name is made up."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.reception.note import CannedReply
from models.station import Station
from models.user import User
from models.user.accounts import give_role, open_account
from models.user.authority import WITH_FACTOR
from models.user.factor import new_seed

TOWNS, VILLAGES = 13, 121
DISTRICT = "990000"  # no region of the country begins with 99
HOURS = "周一至周五 9:00-12:00 13:30-17:00"
COUNT = "一二三四五六七八九十"
# 甲乙丙丁 are nobody's names. Who stands for a role, and the station of those whose role is a station's.
STAFF = {
    "volunteer": ("陈小甲", ""), "officer": ("李小乙", "990100"), "staff": ("王小丙", ""), "supervisor": ("张小丁", ""),
    "editor": ("刘小戊", ""), "approver": ("杨小己", ""), "bwriter": ("黄小庚", ""), "bapprover": ("周小辛", ""),
    "discipline": ("吴小壬", ""), "admin": ("徐小癸", ""), "rep": ("孙小卯", "990101"), "council": ("马小辰", ""),
    "cashier": ("朱小巳", ""), "auditor": ("胡小午", ""),
}  # fmt: skip
REPLIES = (
    "老战友，您好。您慢慢说，我在听。",
    "您说的我记下了。我先查一下，几分钟后回您。",
    "这件事我说不准，不敢乱答。我请管这一块的同志来回您。",
    "要我给您打电话吗？方便接电话的话，回一声。",
    "您想反映的事可以登记，登记了就有编号，能查到办到哪一步。",
)


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


def hire(db: Session, password_hash: str, *, now: dt.datetime) -> None:
    """An account for each role, called demo-<role>, all with one password; those that are there keep what they are."""
    for role, (shown_as, code) in STAFF.items():
        name = f"demo-{role}"
        user = User.named(db, name)
        if user is None:
            user = open_account(db, name, shown_as=shown_as)
            if role in WITH_FACTOR:
                user.totp, user.totp_since = new_seed(), now
        user.password_hash = password_hash
        if not user.grants(db, now=now) and user.disabled_at is None:
            station = db.scalars(select(Station).where(Station.code == code)).first() if code else None
            give_role(db, user, role, station, by="demo", now=now)


def give_replies(db: Session) -> None:
    """A few sentences for the reception, where there are none."""
    if not CannedReply.all(db, most=1):
        db.add_all(CannedReply(words=words, place=place) for place, words in enumerate(REPLIES))


def _station(db: Session, code: str, name: str, level: str, parent: Station | None) -> Station:
    station = Station(
        code=code,
        name=name,
        level=level,
        parent_id=parent.id if parent else None,
        hours=HOURS,
        phone=f"0851-0000 {code[2:]}",  # no exchange begins with 0000
    )
    db.add(station)
    db.flush()
    return station


def _said(number: int) -> str:
    return COUNT[number - 1] if number <= 10 else f"十{COUNT[number - 11]}"
