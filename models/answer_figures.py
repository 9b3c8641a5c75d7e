"""How the policy answers did lately: how often each was given, and what veterans said to it.

Counted are the newest messages only, a hundred thousand at most: what is looked through stays bounded however long the
transcript grows, and `since` says from when on the figures are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.message import Message

SPAN = dt.timedelta(days=30)
MOST_LOOKED_AT = 100_000
ANSWER = "policy:"  # how `Message.routed` names an answer; the article's id follows
LIST = "choices:"  # an offer of several, to choose from
NO_ANSWER = "not_found"
MOST_QUESTIONS = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """One article: times given, times called useful and not useful. Most people say neither."""

    given: int = 0
    useful: int = 0
    useless: int = 0


@dataclass(frozen=True, slots=True)
class InVain:
    """A question that found nothing, or an answer that was of no use: then of which article."""

    message: Message
    article_id: str


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


def asked_in_vain(
    db: Session,
    among: Select[Message],
    lately: Lately,
    is_choice: Callable[[str], bool],
    *,
    most: int = MOST_QUESTIONS,
) -> list[InVain]:
    """What was asked without an answer, or with one that was called useless, newest first, while the words are kept.

    `among`: what the reader may see. `is_choice` says of words that they only pick from a list: then what the list was
    given for is the question.
    """
    reply = aliased(Message)
    useless = and_(reply.useful.is_(False), reply.routed.startswith(ANSWER))
    failed = select(reply.id, reply.conversation_id, reply.reply_to_id, reply.routed).where(
        lately.covers(reply), reply.reply_to_id.is_not(None), or_(reply.routed == NO_ANSWER, useless)
    )
    replies = db.execute(failed.order_by(reply.id.desc()).limit(most)).all()
    heard = _readable(db, among, [row.reply_to_id for row in replies])
    picked = {row.id: row.conversation_id for row in replies if _picks(heard.get(row.reply_to_id), is_choice)}
    lists = _lists_before(db, picked, lately)
    heard |= _readable(db, among, [asked for asked in lists.values() if asked])
    asked = [(heard.get(lists.get(row.id) or row.reply_to_id), row.routed) for row in replies]
    return [
        InVain(message, _article_of(routed))
        for message, routed in asked
        if message is not None and not _picks(message, is_choice)
    ]


def _readable(db: Session, among: Select[Message], ids: Sequence[int]) -> dict[int, Message]:
    kept = among.where(Message.id.in_(ids), Message.words_sealed.is_not(None))
    return {message.id: message for message in db.scalars(kept)} if ids else {}


def _picks(message: Message | None, is_choice: Callable[[str], bool]) -> bool:
    return message is not None and is_choice(message.words)


def _lists_before(db: Session, replies: Mapping[int, int], lately: Lately) -> dict[int, int]:
    """The question that a list was the answer to, by the reply it led to; `replies` name their conversations."""
    lists = select(Message.id, Message.conversation_id, Message.reply_to_id).where(
        lately.covers(), Message.routed.startswith(LIST), Message.conversation_id.in_(set(replies.values()))
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for row in db.execute(lists.order_by(Message.id)) if replies else ():
        found.setdefault(row.conversation_id, []).append((row.id, row.reply_to_id))
    before = {reply: [asked for id_, asked in found.get(talk, ()) if id_ < reply] for reply, talk in replies.items()}
    return {reply: asked[-1] for reply, asked in before.items() if asked}


def _article_of(routed: str) -> str:
    return routed.removeprefix(ANSWER) if routed.startswith(ANSWER) else ""
