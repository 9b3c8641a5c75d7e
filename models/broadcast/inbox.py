"""The notices of one person, to be read again: a template message shows the beginning only."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.broadcast import Broadcast, Recipient, Way
from models.conversation import Conversation

READ_FOR = dt.timedelta(days=30)
TOLD = (Way.MESSAGE, Way.TEMPLATE, Way.CALL)  # the ways of those it was meant for to the end


def notices_for(db: Session, conversation: Conversation, *, now: dt.datetime, most: int = 3) -> list[str]:
    """The words of the last notices that were meant for this person, newest first; none that was stopped before."""
    mine = (
        select(Broadcast.words)
        .join(Recipient, Recipient.broadcast_id == Broadcast.id)
        .where(
            Recipient.conversation_id == conversation.id,
            Recipient.way.in_(TOLD),
            Broadcast.state.in_(("sending", "done")),
            Broadcast.send_at > now - READ_FOR,
        )
    )
    return list(db.scalars(mine.order_by(Broadcast.send_at.desc(), Broadcast.id.desc()).limit(most)))
