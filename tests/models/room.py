"""The reception room of the tests: veterans who ask for a person and speak, colleagues on duty."""

from __future__ import annotations

import datetime as dt
import itertools

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.conversation import Arrival, Conversation
from models.message import Message, Status
from models.people import Veteran
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.station import Station
from models.user import User
from tests.make import NOON, make_user

_numbers = itertools.count(1)


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def a_talk(
    db: Session,
    *said: str,
    name: str = "王建国",
    now: dt.datetime = NOON,
    station: Station | None = None,
    urgent: str = "",
) -> ReceptionTicket:
    """Somebody writes, asks for a person, and says this while waiting."""
    veteran = Veteran(created_at=now)
    db.add(veteran)
    db.flush()
    veteran.told(name=name, phone="13800006021")
    conversation = Conversation.of(db, "fake", f"contact-{next(_numbers)}", now=now, refills="message")
    conversation.veteran_id = veteran.id
    conversation.station_id = station.id if station else None
    db.flush()
    says(db, conversation, "8", now=now)
    reason = "urgent" if urgent else "asked"
    ticket = ReceptionTicket.open(db, conversation, reason=reason, urgent=urgent, now=now)
    for words in said:
        says(db, conversation, words, now=now)
    return ticket


def says(db: Session, conversation: Conversation, words: str, *, now: dt.datetime, kind: str = "text") -> int:
    """The veteran says something; WeChat lets five more through."""
    conversation = Conversation.of(db, "fake", conversation.contact, now=now, refills="message")
    heard = conversation.hear(db, Arrival(f"m:{next(_numbers)}", kind, words, now), masked="", now=now)
    assert heard is not None
    return heard


def talk_of(db: Session, ticket: ReceptionTicket) -> Conversation:
    return db.get_one(Conversation, ticket.conversation_id)


def a_volunteer(
    db: Session,
    shown_as: str = "小陈",
    *,
    role: str = "volunteer",
    station: Station | None = None,
    on_duty: bool = True,
    now: dt.datetime = NOON,
) -> User:
    user = make_user(db, name=f"user-{next(_numbers)}", shown_as=shown_as)
    user.on_duty = on_duty
    user.grant(db, role, station_id=station.id if station else None, by="test", now=now - minutes(1), confirmed=True)
    return user


def told(db: Session, ticket: ReceptionTicket) -> list[str]:
    """What went to the veteran's phone, or waits to."""
    ours = select(Message).where(Message.conversation_id == ticket.conversation_id, Message.author != "veteran")
    return [message.words for message in db.scalars(ours.order_by(Message.id))]


def notes(db: Session, ticket: ReceptionTicket) -> list[str]:
    return [note.words for note in db.scalars(select(TicketNote).where(TicketNote.ticket_id == ticket.id))]


def everything_left(db: Session, ticket: ReceptionTicket, *, now: dt.datetime) -> None:
    """The worker has sent what was queued."""
    conversation = talk_of(db, ticket)
    queued = (Message.conversation_id == conversation.id, Message.status == Status.QUEUED)
    for message in db.scalars(select(Message).where(*queued)):
        conversation.spend(now=now)
        message.settle(Status.SENT, now=now)
    db.flush()
