"""The reception as those who work there see it: who waits, whom I speak with, what I did today. Few statements each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.conversation import SHANGHAI, Conversation
from models.message import Message
from models.people import Veteran
from models.reception import ReceptionTicket, place_in_line
from models.shown import masked_name, masked_words
from models.station import Station
from models.user import User
from models.user.authority import Actor
from models.user.visible import visible

MOST_SHOWN = 60
LONGEST_WORDS = 40  # authz-matrix 3: before taking
SHORTEST_WORDS = 6  # "转人工" says nothing of the matter
ASKED_JUST_BEFORE = dt.timedelta(seconds=20)  # WeChat's clock and ours, and a repeated push
LAST_SAID = 12

Found = Row[ReceptionTicket, Veteran, Station, str]  # those behind an outer join may be None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One place in line, as much of it as may be seen before taking it."""

    uid: str
    name: str
    place: str
    opened_at: dt.datetime
    words: str
    urgent: str
    reason: str
    call_back: bool
    came_back: bool
    handed_to: str
    kept_until: dt.datetime | None  # until then only that colleague may take it
    for_me: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One talk in my hands: what was said last, and how long the veteran has been waiting for an answer."""

    uid: str
    name: str
    place: str
    taken_at: dt.datetime
    words: str
    urgent: str
    unanswered: int
    waits_since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Done:
    """One talk I closed today."""

    uid: str
    name: str
    place: str
    opened_at: dt.datetime
    taken_at: dt.datetime | None
    closed_at: dt.datetime
    outcome: str
    summary: str
    rating: int | None


def may_take(actor: Actor) -> ColumnElement[bool]:
    """Which tickets this person may take: those of the stations, and whoever is in danger, wherever (matrix 3)."""
    ours = visible(ReceptionTicket, actor, "chat", "take").with_only_columns(ReceptionTicket.id)
    in_danger = visible(ReceptionTicket, actor, "crisis", "take").with_only_columns(ReceptionTicket.id)
    return or_(
        ReceptionTicket.id.in_(ours),
        ReceptionTicket.id.in_(in_danger.where(ReceptionTicket.urgent != "")),
    )


def waiting_line(db: Session, actor: Actor, *, now: dt.datetime) -> list[Waiting]:
    """Who waits, in the order in which they should be taken."""
    handed = aliased(User)
    rows = db.execute(
        _with_people(handed)
        .outerjoin(handed, handed.id == ReceptionTicket.handed_to_id)
        .where(ReceptionTicket.state == "waiting", may_take(actor))
        .order_by(place_in_line(), ReceptionTicket.opened_at, ReceptionTicket.id)
        .limit(MOST_SHOWN)
    ).all()
    words = _first_words(db, [row[0] for row in rows if not row[0].urgent])
    return [_waiting(row, words.get(row[0].id, ""), actor, now) for row in rows]


def mine(db: Session, actor: Actor) -> list[Held]:
    """The talks in my hands, the oldest first."""
    rows = db.execute(
        _with_people(User)
        .outerjoin(User, User.id == ReceptionTicket.taken_by_id)
        .where(ReceptionTicket.id.in_(_ids(visible(ReceptionTicket, actor, "chat", "read"))))
        .order_by(ReceptionTicket.taken_at, ReceptionTicket.id)
        .limit(MOST_SHOWN)
    ).all()
    said = _said_in(db, [row[0] for row in rows])
    return [_held(row, said[row[0].id]) for row in rows]


def today(db: Session, actor: Actor, *, now: dt.datetime) -> list[Done]:
    """What I closed since midnight, the latest first."""
    rows = db.execute(
        _with_people(User)
        .outerjoin(User, User.id == ReceptionTicket.closed_by_id)
        .where(_closed_by_me_today(actor, now))
        .order_by(ReceptionTicket.closed_at.desc())
        .limit(MOST_SHOWN)
    ).all()
    return [
        Done(
            ticket.uid, masked_name(veteran.name if veteran else ""), place_of(station), ticket.opened_at,
            ticket.taken_at, ticket.closed_at or now, ticket.outcome, ticket.summary, ticket.rating,
        )
        for ticket, veteran, station, _ in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait, and how many of them in danger; how many I hold; how many I closed today; whether I am on duty."""

    waiting: int
    urgent: int
    held: int
    done: int
    on_duty: bool


def counts(db: Session, actor: Actor, *, now: dt.datetime) -> Counts:
    """The figures above every list, in one statement."""
    waits = (ReceptionTicket.state == "waiting") & may_take(actor)
    conditions = (
        waits,
        waits & (ReceptionTicket.urgent != ""),
        ReceptionTicket.id.in_(_ids(visible(ReceptionTicket, actor, "chat", "read"))),
        _closed_by_me_today(actor, now),
    )
    numbers = (select(func.count(ReceptionTicket.id)).where(each).scalar_subquery() for each in conditions)
    on_duty = select(User.on_duty).where(User.id == actor.user_id).scalar_subquery()
    found = db.execute(select(*numbers, on_duty)).one()
    return Counts(found[0], found[1], found[2], found[3], on_duty=bool(found[4]))


def place_of(station: Station | None) -> str:
    """The town or village of a station, as it is written on a card."""
    name = station.name if station else ""
    return name.removesuffix("退役军人服务站").removesuffix("退役军人服务中心")


def _with_people(user: type[User]) -> Select[ReceptionTicket, Veteran, Station, str]:
    """Tickets with whose they are and where from; the caller joins the user it wants named."""
    return (
        select(ReceptionTicket, Veteran, Station, user.shown_as)
        .join(Conversation, Conversation.id == ReceptionTicket.conversation_id)
        .outerjoin(Veteran, Veteran.id == Conversation.veteran_id)
        .outerjoin(Station, Station.id == func.coalesce(ReceptionTicket.station_id, Conversation.station_id))
    )


def _waiting(row: Found, words: str, actor: Actor, now: dt.datetime) -> Waiting:
    ticket, veteran, station, handed_to = row
    for_me = ticket.handed_to_id == actor.user_id
    kept = ticket.handed_to_id is not None and not for_me and ticket.kept_until > now
    return Waiting(
        ticket.uid, masked_name(veteran.name if veteran else ""), place_of(station), ticket.opened_at, words,
        ticket.urgent, ticket.reason, ticket.call_back, ticket.returned > 0, handed_to or "",
        ticket.kept_until if kept else None, for_me,
    )  # fmt: skip


def _held(row: Found, said: Sequence[Message]) -> Held:
    ticket, veteran, station, _ = row
    heard = [message for message in said if message.author == "veteran"]
    answered = max((message.id for message in said if message.author == "staff"), default=0)
    open_ones = [message for message in heard if message.id > answered]
    since = max(open_ones[0].said_at, ticket.taken_at or ticket.opened_at) if open_ones else None
    last = next((message.shown for message in reversed(heard) if message.words_sealed is not None), "")
    words = masked_words(last, LONGEST_WORDS)
    return Held(
        ticket.uid,
        masked_name(veteran.name if veteran else ""),
        place_of(station),
        ticket.taken_at or ticket.opened_at,
        words,
        ticket.urgent,
        len(open_ones),
        since,
    )


def _closed_by_me_today(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    ours = _ids(visible(ReceptionTicket, actor, "chat", "correct_summary"))
    return (
        (ReceptionTicket.closed_by_id == actor.user_id)
        & (ReceptionTicket.closed_at >= midnight)
        & ReceptionTicket.id.in_(ours)
    )


def _ids(tickets: Select[ReceptionTicket]) -> Select[int]:
    return tickets.with_only_columns(ReceptionTicket.id)


def _first_words(db: Session, tickets: Sequence[ReceptionTicket]) -> dict[int, str]:
    """What each said to the reception first; what was told the machine before is not theirs to see yet."""
    found = {}
    for ticket_id, said in _said_in(db, tickets).items():
        telling = (words for each in said if len(words := each.shown.strip()) >= SHORTEST_WORDS)
        found[ticket_id] = masked_words(next(telling, ""), LONGEST_WORDS)
    return found


def _said_in(db: Session, tickets: Sequence[ReceptionTicket]) -> dict[int, list[Message]]:
    """The last words between people in each of these talks, oldest first: one statement for all of them."""
    if not tickets:
        return {}
    begins = {ticket.conversation_id: ticket.opened_at - ASKED_JUST_BEFORE for ticket in tickets}
    newest = func.row_number().over(partition_by=Message.conversation_id, order_by=Message.id.desc())
    ranked = (
        select(Message.id, newest.label("age"))
        .where(
            Message.conversation_id.in_(list(begins)),
            Message.author.in_(("veteran", "staff")),
            Message.said_at >= min(begins.values()),
        )
        .subquery()
    )
    last = select(Message).join(ranked, Message.id == ranked.c.id).where(ranked.c.age <= LAST_SAID)
    said: dict[int, list[Message]] = defaultdict(list)
    for message in db.scalars(last.order_by(Message.id)):
        if message.said_at >= begins[message.conversation_id]:
            said[message.conversation_id].append(message)
    return {ticket.id: said[ticket.conversation_id] for ticket in tickets}
