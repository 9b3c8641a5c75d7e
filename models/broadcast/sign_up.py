"""报名: who was told of an event says that they come, so that whoever prepares it knows for how many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.broadcast import Broadcast, Recipient
from models.broadcast.inbox import READ_FOR, TOLD
from models.conversation import Conversation

EVENT = "event"
MOST = 7  # the newest; 8 asks for a person wherever it is said


@dataclass(frozen=True, slots=True)
class Event:
    """An event one person was told of. By its number they may name it: the oldest first, so that a newer one changes
    none of them.
    """

    number: int
    words: str
    recipient: Recipient

    @property
    def is_coming(self) -> bool:
        return self.recipient.signed_up_at is not None

    def sign_up(self, *, now: dt.datetime) -> None:
        """They mean to come; since when is not changed by saying so twice."""
        self.recipient.signed_up_at = self.recipient.signed_up_at or now

    def sign_off(self) -> None:
        """They cannot come after all."""
        self.recipient.signed_up_at = None


def events_for(db: Session, conversation: Conversation, *, now: dt.datetime) -> list[Event]:
    """The last events, of thirty days, that this person was told of and that were not stopped."""
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
    rows = db.execute(told.order_by(Broadcast.send_at.desc(), Broadcast.id.desc()).limit(MOST)).all()
    return [Event(number, words, recipient) for number, (recipient, words) in enumerate(reversed(rows), start=1)]


def meant(events: Sequence[Event], *, coming: bool) -> list[Event]:
    """What 报名 (`coming`) or 取消报名 may be about: those that it changes; 报名 said once more, the last one."""
    changed = [event for event in events if event.is_coming != coming]
    return changed or (list(events[-1:]) if coming else [])
