"""A veteran as those see one who handle matters: found by a whole number only, shown masked, and who looked (R47, R52).

There is no search by name or words: what is sealed is never searched, and a list of people is nobody's business.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.base import keys_of
from models.broadcast import Broadcast, Recipient, Way
from models.conversation import Conversation
from models.masking import find_phone, mask
from models.people import Veteran
from models.petition import STATUSES, Petition
from models.reception import ReceptionTicket
from models.reception.line import place_of
from models.reception.rules import OUTCOMES
from models.reception.talk import RECEPTIONS_SHOWN
from models.shown import masked_name, masked_words
from models.station import Station
from models.user import User
from models.user.authority import Actor
from models.user.visible import visible

MOST_FOUND = 10
MOST_SHOWN = 30
LOOKED_THROUGH = 200_000  # entries of the audit, the newest: it has no index by subject
LONGEST_SUMMARY = 100


@dataclass(frozen=True, slots=True)
class Found:
    """One person a number leads to, as much as is needed to open the card."""

    uid: str
    name: str
    phone: str
    place: str


@dataclass(frozen=True, slots=True)
class Matter:
    number: str
    topic: str
    status: str
    filed_at: dt.datetime
    due_on: dt.date | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Talk:
    at: dt.datetime
    by: str
    outcome: str
    summary: str


@dataclass(frozen=True, slots=True)
class Notice:
    title: str
    at: dt.datetime | None
    way: str


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody opened something of this person."""

    at: dt.datetime
    who: str
    act: str


@dataclass(frozen=True, slots=True)
class Card:
    uid: str
    name: str
    phone: str
    place: str
    follows: bool
    since: dt.datetime
    matters: tuple[Matter, ...]
    talks: tuple[Talk, ...]
    notices: tuple[Notice, ...]
    looks: tuple[Look, ...]
    whole: bool  # False: somebody holds a talk with this person and sees what the talk needs (authz-matrix 3)


def find(db: Session, actor: Actor, typed: str) -> list[Found]:
    """Who a whole phone number or case number belongs to, among those the actor may search; never part of either."""
    phone = find_phone(typed)
    figures = re.sub(r"[^0-9]", "", typed)
    if phone is not None:
        index = keys_of(db).index
        told = visible(Petition, actor, "veteran", "search").where(
            Petition.phone_index == index("petitions.phone", phone)
        )
        ours = or_(Veteran.phone_index == index("veterans.phone", phone), Veteran.id.in_(_whose(told)))
    elif len(figures) == 10:
        numbered = visible(Petition, actor, "veteran", "search").where(Petition.number == figures)
        ours = Veteran.id.in_(_whose(numbered))
    else:
        return []
    people = select(Veteran).where(ours, reached(actor, "search")).order_by(Veteran.id).limit(MOST_FOUND)
    veterans = db.scalars(people).all()
    places = _places(db, [veteran.id for veteran in veterans])
    return [
        Found(each.uid, masked_name(each.name), mask(each.phone).text, places.get(each.id, "")) for each in veterans
    ]


def reached(actor: Actor, action: str) -> ColumnElement[bool]:
    """Whose talk or matter the actor may reach for this act. A person belongs to no station by themselves."""
    talks = visible(Conversation, actor, "veteran", action).with_only_columns(Conversation.veteran_id)
    matters = visible(Petition, actor, "veteran", action).with_only_columns(Petition.veteran_id)
    return or_(
        Veteran.id.in_(talks.where(Conversation.veteran_id.is_not(None))),
        Veteran.id.in_(matters.where(Petition.veteran_id.is_not(None))),
    )


def is_hidden_person(db: Session, veteran: Veteran, actor: Actor) -> bool:
    """Whether all that there is of this person is withdrawn from the actor (W3)."""
    from_anybody = Actor(actor.user_id, "", actor.grants)
    ours = select(Veteran.id).where(Veteran.id == veteran.id)
    free = db.scalar(ours.where(reached(from_anybody, "card")))
    return free is not None and db.scalar(ours.where(reached(actor, "card"))) is None


def card(db: Session, actor: Actor, veteran: Veteran) -> Card:
    """What may be known of a person across all chats; a restricted matter is not on it (X2)."""
    whole = any(rule.scope != "claimed" for rule, _ in actor.rules("veteran", "card"))
    talks = visible(Conversation, actor, "veteran", "card").where(Conversation.veteran_id == veteran.id)
    conversations = db.scalars(talks.order_by(Conversation.id.desc()).limit(MOST_SHOWN)).all()
    ids = [conversation.id for conversation in conversations]
    matters = _matters(db, actor, veteran, open_only=not whole)
    tickets = _tickets(db, actor, ids, most=MOST_SHOWN if whole else RECEPTIONS_SHOWN)
    subjects = [veteran.uid, *(case.uid for case in matters), *(ticket.uid for ticket, _ in tickets)]
    return Card(
        uid=veteran.uid,
        name=masked_name(veteran.name),
        phone=mask(veteran.phone).text,
        place=_places(db, [veteran.id]).get(veteran.id, ""),
        follows=any(conversation.follows for conversation in conversations),
        since=veteran.created_at,
        matters=tuple(_matter(case) for case in matters),
        talks=tuple(_talk(ticket, by) for ticket, by in tickets),
        notices=_notices(db, ids) if whole else (),
        looks=_looks(db, subjects) if whole else (),
        whole=whole,
    )


def _whose(found: Select[Petition]) -> Select[int | None]:
    return found.with_only_columns(Petition.veteran_id).where(Petition.veteran_id.is_not(None))


def _places(db: Session, veteran_ids: Sequence[int]) -> dict[int | None, str]:
    """Where each lives, as far as it was told: the last chat that knows a station."""
    rows = db.execute(
        select(Conversation.veteran_id, Station)
        .join(Station, Station.id == Conversation.station_id)
        .where(Conversation.veteran_id.in_(veteran_ids))
        .order_by(Conversation.id)
    )
    return {veteran_id: place_of(station) for veteran_id, station in rows}


def _matters(db: Session, actor: Actor, veteran: Veteran, *, open_only: bool) -> Sequence[Petition]:
    ours = visible(Petition, actor, "veteran", "card").where(Petition.veteran_id == veteran.id)
    ours = ours.where(Petition.closed_at.is_(None)) if open_only else ours
    return db.scalars(ours.order_by(Petition.id.desc()).limit(MOST_SHOWN)).all()


def _tickets(
    db: Session, actor: Actor, conversation_ids: Sequence[int], *, most: int
) -> list[tuple[ReceptionTicket, str]]:
    """Talks that are over, the last first; in all chats the actor may see, whoever held them."""
    rows = db.execute(
        select(ReceptionTicket, User.shown_as)
        .outerjoin(User, User.id == ReceptionTicket.closed_by_id)
        .where(
            ReceptionTicket.conversation_id.in_(conversation_ids),
            ReceptionTicket.state == "closed",
            ReceptionTicket.closed_by_id.is_not(None),
        )
        .order_by(ReceptionTicket.closed_at.desc(), ReceptionTicket.id.desc())
        .limit(most)
    )
    return [(ticket, by or "") for ticket, by in rows]


def _notices(db: Session, conversation_ids: Sequence[int]) -> tuple[Notice, ...]:
    rows = db.execute(
        select(Broadcast.title, Broadcast.send_at, Recipient.way)
        .join(Recipient, Recipient.broadcast_id == Broadcast.id)
        .where(
            Recipient.conversation_id.in_(conversation_ids), Recipient.way.in_((Way.MESSAGE, Way.TEMPLATE, Way.CALL))
        )
        .order_by(Broadcast.id.desc())
        .limit(MOST_SHOWN)
    )
    return tuple(Notice(title, at, way) for title, at, way in rows)


def _looks(db: Session, subjects: Sequence[str]) -> tuple[Look, ...]:
    """Who opened this card, or a matter on it, most recently."""
    newest = db.scalar(select(func.max(AuditEntry.id))) or 0
    entries = db.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject.in_(subjects), AuditEntry.id > newest - LOOKED_THROUGH)
        .order_by(AuditEntry.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    names = {f"user {id_}": shown for id_, shown in _shown(db, [entry.actor for entry in entries])}
    return tuple(Look(entry.at, names.get(entry.actor, "系统"), entry.act) for entry in entries)


def _shown(db: Session, actors: Sequence[str]) -> list[tuple[int, str]]:
    ids = {int(actor[5:]) for actor in actors if re.fullmatch(r"user [0-9]{1,9}", actor)}
    return [(id_, shown) for id_, shown in db.execute(select(User.id, User.shown_as).where(User.id.in_(ids)))]


def _matter(petition: Petition) -> Matter:
    status = STATUSES.get(petition.status, petition.status)
    return Matter(petition.number, petition.topic, status, petition.filed_at, petition.due_on, petition.is_open)


def _talk(ticket: ReceptionTicket, by: str) -> Talk:
    """Of a crisis only that there was a talk: its words stay with those who heard them."""
    summary = "" if ticket.urgent else masked_words(ticket.summary, LONGEST_SUMMARY)
    return Talk(ticket.closed_at or ticket.opened_at, by, OUTCOMES.get(ticket.outcome, ""), summary)
