"""What WeChat still lets through to one person, with what is on its way counted in: what a volunteer may plan on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.conversation import KEPT_FOR_A_PERSON, Conversation
from models.message import WAITING, Message, Priority


@dataclass(frozen=True, slots=True)
class SendWindow:
    """How many messages may still leave, and until when. The ledger counts a message only once it has left."""

    left: int
    until: dt.datetime | None
    follows: bool

    @classmethod
    def of(cls, db: Session, conversation: Conversation, *, now: dt.datetime) -> SendWindow:
        under_way = select(func.count()).where(
            Message.conversation_id == conversation.id,
            Message.status.in_(WAITING),
            Message.author != "veteran",
            Message.priority < Priority.NOTICE,  # a notice never takes what an answer needs
        )
        left = conversation.sends_left(now=now) - (db.scalar(under_way) or 0)
        return cls(max(0, left), _until(conversation, now), conversation.follows)

    @property
    def open(self) -> bool:
        return self.follows and self.left > 0

    @property
    def open_to_the_bot(self) -> bool:
        """The last one is kept for a person's answer."""
        return self.follows and self.left > KEPT_FOR_A_PERSON


def _until(conversation: Conversation, now: dt.datetime) -> dt.datetime | None:
    """The two days of a message while they have something left, else the minute of a tap."""
    buckets = (
        (conversation.message_quota, conversation.message_quota_until),
        (conversation.act_quota, conversation.act_quota_until),
    )
    return next((until for quota, until in buckets if quota and until and now < until), None)
