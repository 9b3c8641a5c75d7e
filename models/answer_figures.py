"""How the policy answers did lately: how often each was given, and what veterans said to it.

Counted are the newest messages only, a hundred thousand at most: what is looked through stays bounded however long the
transcript grows, and `since` says from when on the figures are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from models.message import Message

SPAN = dt.timedelta(days=30)
MOST_LOOKED_AT = 100_000
ANSWER = "policy:"  # how `Message.routed` names an answer; the article's id follows
NO_ANSWER = "not_found"


@dataclass(frozen=True, slots=True)
class Count:
    """One article: times given, times called useful and not useful. Most people say neither."""

    given: int = 0
    useful: int = 0
    useless: int = 0


@dataclass(frozen=True, slots=True)
class Lately:
    """The messages that are looked at: those after `after`, said since `since`."""

    since: dt.datetime
    after: int

    @classmethod
    def at(cls, db: Session, *, now: dt.datetime) -> Lately:
        after = (db.scalar(select(func.max(Message.id))) or 0) - MOST_LOOKED_AT
        since = now - SPAN
        if after > 0:
            oldest = select(Message.said_at).where(Message.id > after).order_by(Message.id).limit(1)
            since = max(since, db.scalar(oldest) or since)
        return cls(since, after)

    def covers(self, message: type[Message] = Message) -> ColumnElement[bool]:
        return and_(message.id > self.after, message.said_at >= self.since)


def counts(db: Session, lately: Lately, *, article_id: str = "") -> dict[str, Count]:
    """By article; of one article only, when it is named. One query either way."""
    answered = Message.routed == f"{ANSWER}{article_id}" if article_id else Message.routed.startswith(ANSWER)
    rows = db.execute(
        select(
            Message.routed,
            func.count(),
            func.count().filter(Message.useful.is_(True)),
            func.count().filter(Message.useful.is_(False)),
        )
        .where(lately.covers(), answered)
        .group_by(Message.routed)
    )
    return {routed.removeprefix(ANSWER): Count(given, useful, useless) for routed, given, useful, useless in rows}


def unanswered(db: Session, among: Select[Message], lately: Lately, *, most: int = 200) -> Sequence[Message]:
    """What was asked and not answered, newest first, as far as the words are kept. `among`: what the reader may see."""
    reply = aliased(Message)
    asked = select(reply.reply_to_id).where(lately.covers(reply), reply.routed == NO_ANSWER)
    newest = among.where(Message.id.in_(asked), Message.words_sealed.is_not(None))
    return db.scalars(newest.order_by(Message.id.desc()).limit(most)).all()
