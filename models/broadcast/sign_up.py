"""报名: who was told of an event says that they come, so that whoever prepares it knows for how many."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.broadcast import Broadcast, Recipient
from models.broadcast.inbox import READ_FOR, TOLD
from models.conversation import Conversation

EVENT = "event"


def event_for(
    db: Session, conversation: Conversation, *, now: dt.datetime, signed_up: bool = False
) -> Row[Recipient, str] | None:
    """The last event this person was told of, and its words; `signed_up`: of those they mean to come to."""
    told = (
        select(Recipient, Broadcast.words)
        .join(Broadcast, Broadcast.id == Recipient.broadcast_id)
        .where(
            Recipient.conversation_id == conversation.id,
            Recipient.way.in_(TOLD),
            Broadcast.kind == EVENT,
            Broadcast.state.in_(("sending", "done")),
            Broadcast.send_at > now - READ_FOR,
        )
    )
    if signed_up:
        told = told.where(Recipient.signed_up_at.is_not(None))
    return db.execute(told.order_by(Broadcast.send_at.desc(), Broadcast.id.desc()).limit(1)).first()


def sign_up(db: Session, conversation: Conversation, *, now: dt.datetime) -> str:
    """They mean to come to the last event they were told of; its words, empty when there is none."""
    found = event_for(db, conversation, now=now)
    if found is None:
        return ""
    recipient, words = found
    recipient.signed_up_at = recipient.signed_up_at or now
    return str(words)


def sign_off(db: Session, conversation: Conversation, *, now: dt.datetime) -> str:
    """They cannot come after all; the words of the event they had signed up for last, empty when there is none."""
    found = event_for(db, conversation, now=now, signed_up=True)
    if found is None:
        return ""
    recipient, words = found
    recipient.signed_up_at = None
    return str(words)
