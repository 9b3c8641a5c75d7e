"""A district at work: 100,000 conversations, a million messages, a line of those who wait, talks in hand, volunteers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchmarks.inbound.filling import fill
from bot.office import open_office
from bot.schema import upgrade
from bot.settings import read_settings
from models.conversation import Conversation
from models.message import Message
from models.reception import ReceptionTicket
from models.user import User
from models.user.sign_in import SignIn

PHONES = 100_000
CLOSED, WAITING, VOLUNTEERS = 20_000, 60, 70


@dataclass(frozen=True, slots=True)
class World:
    """Who is signed in, by the token of the cookie, and the talk each of them holds."""

    tokens: tuple[str, ...]
    talks: tuple[str, ...]  # uid of the ticket
    contacts: tuple[str, ...]  # of the veteran in that talk


def build(environ: Mapping[str, str]) -> World:
    """Fill the empty database of these settings."""
    office = open_office(read_settings(environ))
    upgrade(office.engine)
    office.engine.dispose()
    fill(office.settings.database_url, phones=PHONES)
    with office.sessions.begin() as db:
        now = office.clock()
        _close_old_talks(db, now)
        _fill_the_line(db, now)
        world = _sit_down(db, now)
    office.engine.dispose()
    return world


def _close_old_talks(db: Session, now: dt.datetime) -> None:
    for number in range(CLOSED):
        at = now - dt.timedelta(minutes=10 + number)
        over = {"taken_at": at, "closed_at": at, "changed_at": at, "outcome": "answered", "state": "closed"}
        db.add(ReceptionTicket(conversation_id=number + 1000, reason="asked", opened_at=at, **over))
    db.flush()


def _fill_the_line(db: Session, now: dt.datetime) -> None:
    for number in range(WAITING):
        conversation = _talked(db, 30_000 + number)
        at = now - dt.timedelta(seconds=20 * number)
        ReceptionTicket.open(db, conversation, reason="asked", now=at, urgent="self-harm" if number == 1 else "")


def _sit_down(db: Session, now: dt.datetime) -> World:
    tokens, talks, contacts = [], [], []
    for number in range(VOLUNTEERS):
        user = User(name=f"volunteer{number}", shown_as=f"志愿{number}", on_duty=True)
        db.add(user)
        db.flush()
        user.grant(db, "volunteer", station_id=None, by="benchmark", now=now, confirmed=True)
        tokens.append(SignIn.begin(db, user, own_device=False, now=now)[1])
        conversation = _talked(db, 40_000 + number)
        ticket = ReceptionTicket.open(db, conversation, reason="asked", now=now)
        ticket.state, ticket.taken_by_id, ticket.taken_at, conversation.mode = "taken", user.id, now, "person"
        talks.append(ticket.uid)
        contacts.append(conversation.contact)
    return World(tuple(tokens), tuple(talks), tuple(contacts))


def _talked(db: Session, conversation_id: int) -> Conversation:
    """A conversation whose words can be opened: those that were filled in are random bytes."""
    conversation = db.get_one(Conversation, conversation_id)
    for message in db.scalars(select(Message).where(Message.conversation_id == conversation_id)):
        message.words = "优待证去年在村里填的表，照片也照了，都三个月了还没下来，帮我问一下"
    db.execute(update(Conversation).where(Conversation.id == conversation_id).values(message_quota=5))
    return conversation
