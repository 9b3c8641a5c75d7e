"""What tests of notices need: followers in any number, a notice at any stage, and those who write and check it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.base import new_uid
from models.broadcast import Broadcast, Notice, Recipient
from models.conversation import MESSAGE_WINDOW, PER_MESSAGE, Conversation
from models.message import Message
from models.people import Veteran
from models.station import Station
from models.user import User
from tests.make import NOON

OWN = ("jrzj.example.cn",)
WORDS = "12 月 3 日（星期四）下午 2 点，区领导来军人之家接访。地点：一楼接待室。"


def make_followers(
    db: Session,
    contacts: Iterable[str],
    *,
    spoke_at: dt.datetime | None = NOON,
    station: str = "",
    channel: str = "fake",
    **changes: Any,
) -> list[int]:
    """Followers in bulk; `spoke_at` opens the platform's window, None leaves it closed. Their ids."""
    where = db.scalars(select(Station.id).where(Station.code == station)).one() if station else None
    spoken = {"message_quota": PER_MESSAGE, "message_quota_until": spoke_at + MESSAGE_WINDOW} if spoke_at else {}
    rows = [
        {"uid": new_uid(), "channel": channel, "contact": contact, "heard_at": spoke_at or NOON, "station_id": where}
        | spoken
        | changes
        for contact in contacts
    ]
    return sorted(db.scalars(insert(Conversation).returning(Conversation.id), rows))


def make_known(db: Session, conversation_id: int, *, name: str, phone: str = "") -> Veteran:
    """The person behind a conversation has told a name and a number."""
    veteran = Veteran(uid=new_uid(), created_at=NOON)
    db.add(veteran)
    db.flush()
    veteran.told(name=name, phone=phone)
    db.get_one(Conversation, conversation_id).veteran_id = veteran.id
    return veteran


def somebody(db: Session, name: str, *, person: str = "") -> User:
    found = db.scalars(select(User).where(User.name == name)).first()
    if found is not None:
        return found
    user = User(name=name, shown_as=name)
    if person:
        user.person = person
    db.add(user)
    db.flush()
    return user


def make_draft(db: Session, *, now: dt.datetime = NOON, by: str = "写的人", **changes: Any) -> Broadcast:
    wanted = {"title": "12 月 3 日接访", "words": WORDS, "kind": "event"} | changes
    return Broadcast.draft(db, Notice(**wanted), by=somebody(db, by), now=now)


def make_proposed(db: Session, *, now: dt.datetime = NOON, **changes: Any) -> Broadcast:
    notice = make_draft(db, now=now, **changes)
    notice.propose(db, by=somebody(db, "写的人"), own_hosts=OWN, now=now)
    return notice


def make_approved(db: Session, *, now: dt.datetime = NOON, **changes: Any) -> Broadcast:
    notice = make_proposed(db, now=now, **changes)
    approve(db, notice, str(notice.counted), now=now)
    return notice


def approve(db: Session, notice: Broadcast, typed: str, *, by: str = "审的人", now: dt.datetime = NOON) -> None:
    """Somebody has read what waits, and types a number."""
    proposal = notice.proposal(db, now=now)
    notice.approve(db, typed, seen=proposal.digest if proposal else "", by=somebody(db, by), now=now)


def rows_of(db: Session, notice: Broadcast) -> list[Recipient]:
    mine = select(Recipient).where(Recipient.broadcast_id == notice.id).order_by(Recipient.conversation_id)
    return list(db.scalars(mine.execution_options(populate_existing=True)))


def messages_of(db: Session, notice: Broadcast) -> list[Message]:
    mine = select(Message).join(Recipient, Recipient.message_id == Message.id)
    mine = mine.where(Recipient.broadcast_id == notice.id).order_by(Message.id)
    return list(db.scalars(mine.execution_options(populate_existing=True)))
