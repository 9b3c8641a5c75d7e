"""What has happened in the invented office: told by the verbs of the models and by the engine, never as rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels import Inbound
from bot.channels.invented import InventedPeople
from bot.conversation import receive
from handlers.kit.phrase import Line, worded
from handlers.kit.turn import Reading
from knowledge_base.library import Library
from models.audit import AuditEntry
from models.conversation import Conversation
from models.message import IN_THE_OUTBOX, Message, Priority, Status
from models.people import Veteran
from models.petition import Petition
from models.reception import ReceptionTicket
from models.station import Station
from models.user import User

BETWEEN = dt.timedelta(seconds=20)  # two words of one person


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is nobody: surname, two characters, the last of which counts them (see STAFF)."""

    name: str
    place: str
    phone: str


@dataclass
class Past:
    """The days before `now`. `at` is always a moment of theirs; things have to be told in their order."""

    db: Session
    library: Library
    now: dt.datetime
    _acts: list[tuple[dt.datetime, int, str, str]] = field(default_factory=list)
    _staff: dict[str, User] = field(default_factory=dict)
    _said: int = 0

    def ago(self, **span: float) -> dt.datetime:
        return self.now - dt.timedelta(**span)

    def staff(self, role: str) -> User:
        """Whoever stands for a role."""
        if role not in self._staff:
            self._staff[role] = self.db.scalars(select(User).where(User.name == f"demo-{role}")).one()
        return self._staff[role]

    # -- what people outside do --------------------

    def says(self, who: str, *words: str, at: dt.datetime) -> Conversation:
        """One thing after another, the last one at this moment; what is answered counts as read."""
        for place, each in enumerate(words):
            moment = at - BETWEEN * (len(words) - 1 - place)
            self._said += 1
            inbound = Inbound(who, f"m:{self._said}", "text", moment, each)
            self.db.flush()  # the engine reads past the session
            reading = Reading.of(each, self.library)
            receive(
                self.db, InventedPeople.name, inbound, reading, self.library, now=moment,
                may_hand_over=lambda _words: True,
            )  # fmt: skip
        return self.talk_of(who)

    def introduces(self, person: Person, *, at: dt.datetime) -> Conversation:
        """They agree to be known, begin a form and leave it; the reception learns name, number and village."""
        talk = self.says(person.name, "2", "1", "9", at=at)
        self.db.get_one(Veteran, talk.veteran_id).told(name=person.name, phone=person.phone)
        return self.lives_in(talk, person.place)

    def lives_in(self, talk: Conversation, place: str) -> Conversation:
        station = Station.named(self.db, place)
        talk.station_id = station.id if station else None
        self.db.flush()
        return talk

    def talk_of(self, who: str) -> Conversation:
        theirs = (Conversation.channel == InventedPeople.name, Conversation.contact == who)
        return self.db.scalars(select(Conversation).where(*theirs)).one()

    def ticket_of(self, who: str) -> ReceptionTicket:
        """The one that waits or is in somebody's hands."""
        ticket = ReceptionTicket.of(self.db, self.talk_of(who))
        if ticket is None:
            raise LookupError(f"{who} waits for nobody")
        return ticket

    def petition_of(self, who: str) -> Petition:
        """The last matter this person filed."""
        filed = select(Petition).where(Petition.conversation_id == self.talk_of(who).id)
        return self.db.scalars(filed.order_by(Petition.id.desc()).limit(1)).one()

    # -- what the office does --------------------

    def delivered(self, at: dt.datetime) -> None:
        """As the worker would: what may leave has left, the rest is held."""
        queued = select(Message).where(IN_THE_OUTBOX, Message.due_at <= at).order_by(Message.priority, Message.id)
        for message in self.db.scalars(queued).all():
            talk = self.db.get_one(Conversation, message.conversation_id)
            if message.priority < Priority.NOTICE and not talk.may_send(message.author, now=at):
                talk.hold(self.db, message)
            else:
                talk.spend(now=at)
                message.settle(Status.SENT, now=at)

    def noted(self, by: User, act: str, subject: str, at: dt.datetime) -> None:
        """An act of the console's, for the audit; and what it said to somebody has left."""
        self._acts.append((at, by.id, act, subject))
        self.delivered(at)

    def write_audit(self) -> None:
        """The chain is written in the order of time."""
        for at, user_id, act, subject in sorted(self._acts):
            AuditEntry.write(self.db, actor=f"user {user_id}", act=act, subject=subject, now=at)


def said(line: Line) -> str:
    """What a veteran is told, in the program's words: a new office has none of its own."""
    return worded([line], {})
