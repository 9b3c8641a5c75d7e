"""Things tests need, made plainly."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from models.conversation import SHANGHAI, Conversation
from models.petition import Petition
from models.station import Station
from models.user import User

DATA_KEY, INDEX_KEY, AUDIT_KEY = b"d" * 32, b"i" * 32, b"a" * 32
NOON = dt.datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)  # a Wednesday, ten in the morning: somebody is there
NIGHT = dt.datetime(2026, 11, 25, 22, 0, tzinfo=SHANGHAI)


def make_district(db: Session, *, hours: str = "周一至周五 9:00-12:00 13:30-17:00", phone: str = "") -> Station:
    district = Station(code="520115", name="观山湖区退役军人服务中心", level="district", hours=hours, phone=phone)
    db.add(district)
    db.flush()
    town = Station(code="52011501", name="金华镇退役军人服务站", level="town", parent_id=district.id)
    db.add(town)
    db.flush()
    db.add(Station(code="5201150101", name="翁贡村退役军人服务站", level="village", parent_id=town.id))
    db.flush()
    return district


def make_user(db: Session, name: str = "xiaochen", shown_as: str = "小陈") -> User:
    user = User(name=name, shown_as=shown_as)
    db.add(user)
    db.flush()
    return user


def make_petition(db: Session, conversation: Conversation, *, now: dt.datetime = NOON, **changes: Any) -> Petition:
    told = {
        "topic": "安置就业",
        "story": "八六年退伍，补助只算了两年，档案上是四年。",
        "where": "金华镇翁贡村",
        "unit": "镇退役军人服务站",
        "wish": "重新算",
        "raised_before": False,
        "names": ["王建国"],
        "phone": "13800006021",
        "media_uids": [],
    }
    return Petition.file(db, conversation, now=now, **(told | changes))
