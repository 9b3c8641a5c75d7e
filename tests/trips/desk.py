"""What trips share: a volunteer at the desk, what the service has stored, and minutes that pass at once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.channel_token import ChannelToken
from models.conversation import Conversation
from models.message import WAITING, Message, Status
from models.reception import ReceptionTicket
from models.user import User
from simulator import Bubble, Phone
from tests.make import make_user
from tests.trips.service import Service

VOLUNTEER = "trip-desk"
SEND, TOKEN = "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"


def words(bubbles: Sequence[Bubble]) -> str:
    return "\n".join(bubble.text for bubble in bubbles)


def volunteer(db: Session) -> User:
    return db.scalars(select(User).where(User.name == VOLUNTEER)).first() or make_user(db, name=VOLUNTEER)


def conversation_of(db: Session, phone: Phone) -> Conversation:
    return db.scalars(select(Conversation).where(Conversation.contact == phone.openid)).one()


def ticket_of(db: Session, phone: Phone) -> ReceptionTicket:
    ticket = ReceptionTicket.of(db, conversation_of(db, phone))
    assert ticket is not None
    return ticket


def in_talk(service: Service, name: str) -> Phone:
    """The phone of somebody whom the volunteer has taken; names are used once."""
    phone = service.platform.phone(name)
    assert "接待室" in words(phone.says("转人工"))
    with service.sessions.begin() as db:
        ticket = ticket_of(db, phone)
        ticket.take(db, by=volunteer(db), now=now())
    return phone


def reply(service: Service, phone: Phone, *said: str) -> None:
    """The volunteer writes, also what the desk would refuse because no send is left: here the outbox is tried."""
    with service.sessions.begin() as db:
        conversation, user = conversation_of(db, phone), volunteer(db)
        for each in said:
            conversation.say(db, each, now=now(), author="staff", user_id=user.id)


def staff_messages(service: Service, phone: Phone) -> list[Message]:
    with service.sessions.begin() as db:
        theirs = select(Message).where(
            Message.author == "staff", Message.conversation_id == conversation_of(db, phone).id
        )
        return list(db.scalars(theirs.order_by(Message.id)))


def statuses(service: Service, phone: Phone) -> list[str]:
    """How the volunteer's messages stand, oldest first."""
    return [str(message.status) for message in staff_messages(service, phone)]


def heard_messages(service: Service, phone: Phone) -> list[Message]:
    """What the service has stored of what this phone sent."""
    with service.sessions.begin() as db:
        theirs = (
            select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.contact == phone.openid, Message.author == "veteran")
        )
        return list(db.scalars(theirs.order_by(Message.id)))


def words_of(service: Service, message: Message) -> str:
    with service.sessions.begin() as db:
        return db.get_one(Message, message.id).words


def replies_to(service: Service, heard: Message) -> list[Message]:
    with service.sessions.begin() as db:
        return list(db.scalars(select(Message).where(Message.reply_to_id == heard.id)))


def shown(phone: Phone, fragment: str) -> int:
    """How often the chat shows something, whoever said it but its owner."""
    return sum(fragment in bubble for bubble in phone.bubbles if bubble.who != "me")


def calls(service: Service, path: str, since: int = 0, errcode: int | None = None) -> int:
    """How often the API was called."""
    made = service.platform.calls[since:]
    return sum(call.path == path and errcode in (None, call.errcode) for call in made)


def wait_for(condition: Callable[[], object], *, within: float = 20.0) -> None:
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def token_expires(service: Service) -> None:
    """Two hours pass for the token."""
    with service.sessions.begin() as db:
        for row in db.scalars(select(ChannelToken)):
            row.expires_at = None


def minutes_pass(service: Service, minutes: float) -> None:
    """Everything that waits has waited so much longer: back-offs, leases, and the pause of the token."""
    span = dt.timedelta(minutes=minutes)
    with service.sessions.begin() as db:
        for message in db.scalars(select(Message).where(Message.status.in_(WAITING)).with_for_update()):
            if message.due_at is not None:
                message.due_at -= span
        for row in db.scalars(select(ChannelToken)):
            row.stopped_until = row.stopped_until and row.stopped_until - span


def settled(service: Service, phone: Phone) -> bool:
    return not set(statuses(service, phone)) & {str(status) for status in WAITING}


SENT, UNKNOWN, HELD, FAILED, QUEUED = (
    str(status) for status in (Status.SENT, Status.UNKNOWN, Status.HELD, Status.FAILED, Status.QUEUED)
)
