"""An office in which something happens: 老周 has a matter and was spoken with, others wait, notices went out."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from models.broadcast import Broadcast, Recipient
from models.conversation import Conversation
from models.people import Veteran
from models.petition import Petition
from models.reception import ReceptionTicket
from models.station import Station
from models.user import User
from tests.make import NOON, make_petition

PHONE = "13800006021"


def somebody(
    db: Session, name: str = "周建国", *, phone: str = PHONE, station: str = "52011501", contact: str = ""
) -> Conversation:
    """A veteran who has agreed to be known, and lives in a place."""
    veteran = Veteran(created_at=NOON - dt.timedelta(days=40))
    db.add(veteran)
    db.flush()
    veteran.told(name=name, phone=phone)
    talk = Conversation.of(db, "fake", contact or f"contact-{veteran.id}", now=NOON, refills="message")
    talk.veteran_id = veteran.id
    talk.station_id = db.query(Station).filter_by(code=station).one().id if station else None
    db.flush()
    return talk


def veteran_of(db: Session, talk: Conversation) -> Veteran:
    return db.get_one(Veteran, talk.veteran_id)


def a_matter(db: Session, talk: Conversation, *, days_ago: float = 1, **changes: object) -> Petition:
    """A petition of this person, filed so many days ago."""
    told = {"phone": PHONE, "names": ["周建国"]} | changes
    return make_petition(db, talk, now=NOON - dt.timedelta(days=days_ago), **told)


def was_spoken_with(
    db: Session, talk: Conversation, by: User, summary: str, *, days_ago: float = 1, urgent: str = ""
) -> ReceptionTicket:
    """A talk that is over."""
    then = NOON - dt.timedelta(days=days_ago)
    ticket = ReceptionTicket.open(db, talk, reason="asked", now=then, urgent=urgent)
    ticket.take(db, by=by, now=then)
    ticket.close(db, outcome="answered", by=by, summary=summary, now=then)
    return ticket


def waits(db: Session, talk: Conversation, *, urgent: str = "", minutes: float = 3) -> ReceptionTicket:
    return ReceptionTicket.open(db, talk, reason="asked", urgent=urgent, now=NOON - dt.timedelta(minutes=minutes))


def had_a_notice(db: Session, talk: Conversation, by: User, title: str) -> None:
    notice = Broadcast(
        title=title,
        words="请带身份证。",
        kind="event",
        state="done",
        send_at=NOON,
        written_by_id=by.id,
        written_at=NOON,
    )
    db.add(notice)
    db.flush()
    db.add(Recipient(broadcast_id=notice.id, conversation_id=talk.id, way="message", trouble=""))
    db.flush()
