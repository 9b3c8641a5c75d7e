"""One talk as its holder may see it: what was said in it, notes beside it, and the card of whom one speaks with."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import Case
from models.conversation import Conversation
from models.masking import mask
from models.media import Media
from models.message import WAITING, Message, Status
from models.people import Veteran
from models.reception import ReceptionTicket
from models.reception.line import place_of
from models.reception.note import TicketNote
from models.shown import masked_name
from models.station import Station
from models.user import User
from models.user.authority import Actor
from models.user.visible import visible

MOST_SHOWN = 200
# authz-matrix 3: the bot's turns of the run in which a person was asked for, nothing earlier. Who is silent for longer
# than a question stays fresh (handlers/policy.py) has begun something new.
ONE_SITTING = dt.timedelta(minutes=15)
MOST_BEFORE = 20
RECEPTIONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Said:
    """One bubble, or a note between the bubbles. `author`: veteran | bot | staff | note | system."""

    id: int
    author: str
    who: str
    words: str
    at: dt.datetime
    mine: bool = False
    kind: str = "text"
    status: str = ""
    trouble: str = ""
    files: tuple[Media, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether its way out is not over, so that its state may still change on the page."""
        return self.author == "staff" and self.status in (*WAITING, Status.HELD)


def transcript(
    db: Session, ticket: ReceptionTicket, me: User, *, name: str, after: int = 0, noted: int = 0
) -> list[Said]:
    """What belongs to this talk, in order: the last messages with their files, and the notes."""
    messages = _messages(db, ticket, after)
    notes = list(
        db.scalars(
            select(TicketNote)
            .where(TicketNote.ticket_id == ticket.id, TicketNote.id > noted)
            .order_by(TicketNote.id.desc())
            .limit(MOST_SHOWN)
        )
    )[::-1]
    names = _names(db, {each.user_id for each in messages} | {each.user_id for each in notes})
    files = _files(db, messages)
    bubbles = _bubbles(messages, files, names, me, name)
    return list(heapq.merge(bubbles, (_note(each, names, me) for each in notes), key=lambda said: said.at))


def states_of(db: Session, ticket: ReceptionTicket, ids: Sequence[int]) -> list[Message]:
    """Messages of staff in this talk, to see what has become of them."""
    theirs = (Message.conversation_id == ticket.conversation_id, Message.author == "staff", Message.id.in_(ids))
    return list(db.scalars(select(Message).where(*theirs).order_by(Message.id)))


def last_message(db: Session, ticket: ReceptionTicket) -> Message | None:
    """What the veteran said last in this talk, in words."""
    theirs = [each for each in _messages(db, ticket, 0) if each.author == "veteran" and each.words_sealed is not None]
    return theirs[-1] if theirs else None


def last_words(db: Session, ticket: ReceptionTicket) -> str:
    """The same as it is shown: what an answer is looked for by."""
    said = last_message(db, ticket)
    return said.shown if said is not None else ""


def _messages(db: Session, ticket: ReceptionTicket, after: int) -> list[Message]:
    talk = select(Message).where(Message.conversation_id == ticket.conversation_id, Message.id > after)
    talk = talk.where(Message.id >= _begins(db, ticket))
    if ticket.closed_at is not None:
        talk = talk.where(Message.said_at <= ticket.closed_at)
    return list(db.scalars(talk.order_by(Message.id.desc()).limit(MOST_SHOWN)))[::-1]


def _begins(db: Session, ticket: ReceptionTicket) -> int:
    """The first message of the sitting in which a person was asked for, never one of an earlier talk."""
    closed_before = db.scalar(
        select(func.max(ReceptionTicket.closed_at)).where(
            ReceptionTicket.conversation_id == ticket.conversation_id, ReceptionTicket.id < ticket.id
        )
    )
    columns = select(Message.id, Message.said_at).where(Message.conversation_id == ticket.conversation_id)
    before = columns.where(Message.said_at < ticket.opened_at)
    if closed_before is not None:
        before = before.where(Message.said_at > closed_before)
    next_at = ticket.opened_at
    begins = None
    for message_id, said_at in db.execute(before.order_by(Message.id.desc()).limit(MOST_BEFORE)):
        if next_at - said_at > ONE_SITTING:
            break
        begins, next_at = message_id, said_at
    if begins is not None:
        return begins
    first = select(func.min(Message.id)).where(
        Message.conversation_id == ticket.conversation_id, Message.said_at >= ticket.opened_at
    )
    return db.scalar(first) or 0


def _bubbles(
    messages: Sequence[Message], files: dict[int, list[Media]], names: dict[int | None, str], me: User, name: str
) -> Iterator[Said]:
    """Messages keep their order; a clock of WeChat's that runs behind ours does not put a note between them wrongly."""
    at = dt.datetime.min.replace(tzinfo=dt.UTC)
    for each in messages:
        at = max(at, each.said_at)
        who = {"veteran": name, "bot": "机器"}.get(each.author) or names.get(each.user_id, "")
        yield Said(
            each.id, each.author, who, each.shown, at, each.author == "staff" and each.user_id == me.id, each.kind,
            each.status, each.trouble, () if each.sealed_apart else tuple(files.get(each.id, ())),
        )  # fmt: skip


def _note(note: TicketNote, names: dict[int | None, str], me: User) -> Said:
    author = "note" if note.user_id is not None else "system"
    return Said(note.id, author, names.get(note.user_id, ""), note.words, note.at, note.user_id == me.id)


def _names(db: Session, ids: set[int | None]) -> dict[int | None, str]:
    people = select(User.id, User.shown_as).where(User.id.in_([each for each in ids if each is not None]))
    return {row.id: row.shown_as for row in db.execute(people)}


def _files(db: Session, messages: Sequence[Message]) -> dict[int, list[Media]]:
    found: dict[int, list[Media]] = defaultdict(list)
    ids = [message.id for message in messages if message.kind in ("image", "voice", "video")]
    for media in db.scalars(select(Media).where(Media.message_id.in_(ids)).order_by(Media.id)) if ids else ():
        found[media.message_id].append(media)
    return found


@dataclass(frozen=True, slots=True)
class Reception:
    """An earlier talk, as much of it as the next one may know."""

    at: dt.datetime
    outcome: str
    summary: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Card:
    """Whom one speaks with (authz-matrix 3): no paper, bank, address, medical or money facts, no earlier transcript."""

    name: str
    place: str
    phone: str  # masked
    call_back: bool
    cases: tuple[Case, ...]
    receptions: tuple[Reception, ...]


def card(db: Session, ticket: ReceptionTicket, actor: Actor) -> Card:
    conversation, veteran, station = db.execute(
        select(Conversation, Veteran, Station)
        .outerjoin(Veteran, Veteran.id == Conversation.veteran_id)
        .outerjoin(Station, Station.id == func.coalesce(ticket.station_id, Conversation.station_id))
        .where(Conversation.id == ticket.conversation_id)
    ).one()
    ours = visible(Case, actor, "petition", "status").where(Case.conversation_id == conversation.id)
    cases = db.scalars(ours.where(Case.closed_at.is_(None)).order_by(Case.id.desc()).limit(5))
    before = select(ReceptionTicket).where(
        ReceptionTicket.conversation_id == conversation.id,
        ReceptionTicket.state == "closed",
        ReceptionTicket.closed_by_id.is_not(None),
        ReceptionTicket.id != ticket.id,
    )
    talks = db.scalars(before.order_by(ReceptionTicket.closed_at.desc()).limit(RECEPTIONS_SHOWN))
    return Card(
        masked_name(veteran.name if veteran else ""),
        place_of(station),
        mask(ticket.phone or (veteran.phone if veteran else "")).text,
        ticket.call_back,
        tuple(cases),
        tuple(_reception(each) for each in talks),
    )


def _reception(ticket: ReceptionTicket) -> Reception:
    """Of a crisis only that there was one: its words stay with those who heard them."""
    summary = "" if ticket.urgent else ticket.summary
    return Reception(ticket.closed_at or ticket.opened_at, ticket.outcome, summary, bool(ticket.urgent))
