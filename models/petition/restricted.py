"""检举控告: a petition that only the discipline contact may know of (条例 30; authz-matrix X1, X2).

It is told as one in the chat, or handed over by somebody who finds that it is one. Its words have a key of their own
(R40), and leave the transcript.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.approval import Approval
from models.base import Sealed, new_uid
from models.case import CaseEvent
from models.conversation import Conversation
from models.message import MOVED, RESTRICTED, WAITING, Message
from models.petition import OPEN, Petition, clear, readers
from models.user import User

MOST_TOLD = 100  # messages that are looked through for the story
LOOKED_THROUGH = dt.timedelta(days=31)  # a form left half-way is kept for thirty days
REPORTED = "检举、控告"  # what it is about, in the place of a topic


class NobodyReads(Exception):
    """Whoever might read this report is named in it (X3)."""


def report(
    db: Session,
    conversation: Conversation,
    *,
    story: str,
    whom: str,
    where: str,
    raised_before: bool,
    names: Sequence[str],
    phone: str,
    media_uids: Sequence[str],
    since: int,
    now: dt.datetime,
) -> Petition:
    """Record a report of somebody; restricted from its first moment. `since` is the first message that told of it."""
    if not _somebody_else_reads(db, f"{story}\n{whom}", names, now=now):
        raise NobodyReads
    petition = Petition.file(
        db,
        conversation,
        topic=REPORTED,
        story=story,
        where=where,
        unit=whom,
        wish="",
        raised_before=raised_before,
        names=names,
        phone=phone,
        media_uids=media_uids,
        now=now,
        restricted=True,
    )
    _move_words(db, petition, since=since)
    return petition


def hide(db: Session, message_id: int) -> None:
    """What the veteran says for a report is shown to nobody from now on, though the report is not filed yet."""
    _put_apart(db.get_one(Message, message_id))


def hide_story(db: Session, conversation: Conversation, story: Sequence[str]) -> int | None:
    """Hide likewise what was told before it was known to be a report; the first of these messages."""
    theirs = (Message.conversation_id == conversation.id, Message.author == "veteran")
    last = db.scalars(select(Message).where(*theirs).order_by(Message.id.desc()).limit(MOST_TOLD)).all()
    told = [message for message in last if message.words_sealed is not None and message.words in story]
    for message in told:
        _put_apart(message)
    return min((message.id for message in told), default=None)


def hand_over(db: Session, petition: Petition, *, by: User, now: dt.datetime) -> None:
    """From now on it is gone for all but the discipline contact; in, never out. Nothing about it is said aloud."""
    petition.begin(db, *OPEN, by=by)
    told = [(row, name, getattr(row, name)) for row, name in _sealed_of(db, petition)]
    petition.restricted, petition.officer_id, petition.phone_index = True, None, None
    for row, name, words in told:
        setattr(row, name, words)  # the same, under the other key
    for proposal in db.scalars(select(Approval).where(Approval.subject == petition.uid, Approval.state == "proposed")):
        proposal.state, proposal.decided_at = "refused", now
    petition.note(db, "handed_over", now=now, by=by, shown=False)
    _move_words(db, petition)


def answer(db: Session, petition: Petition, text: str, *, by: User, now: dt.datetime, words: str) -> None:
    """The discipline contact's answer, alone: nobody else may know enough to agree to it (authz-matrix 5)."""
    petition.begin(db, "received", "accepted", by=by)
    petition.answer = clear(text)
    petition.status, petition.answered_at, petition.told_at = "answered", now, petition.told_at or now
    petition.happened(db, "answered", by=by, now=now, words=words)


def _put_apart(message: Message, words: str = "") -> None:
    """The same words, or others in their place, under the other key."""
    kept = words or message.words
    message.routed, message.masked = RESTRICTED, ""
    message.words = kept


def _somebody_else_reads(db: Session, told: str, names: Sequence[str], *, now: dt.datetime) -> bool:
    """Whether there is a reader who is neither named in it nor the one who tells it."""
    able = db.scalars(select(User).where(User.id.in_(readers(now)), User.disabled_at.is_(None)))
    return any(user.shown_as not in names and user.shown_as not in told for user in able)


def _sealed_of(db: Session, petition: Petition) -> Iterator[tuple[Petition | CaseEvent, str]]:
    """Every sealed field of it that holds something, and of its history."""
    rows: list[Petition | CaseEvent] = [petition, *petition.history(db)]
    for row in rows:
        for name, field in vars(type(row)).items():
            if isinstance(field, Sealed) and getattr(row, field.column) is not None:
                yield row, name


def _move_words(db: Session, petition: Petition, *, since: int | None = None) -> None:
    """What was said while it was told leaves the transcript; the veteran's own words go into the petition's history.

    So does whatever was said about it afterwards under its number, but not what is still on its way to the veteran.
    """
    for message in _said_of(db, petition, since):
        if message.words_sealed is None:
            continue
        if message.author == "veteran" and message.words != MOVED:
            event = CaseEvent(uid=new_uid(), case_id=petition.id, what="said", at=message.said_at)
            db.add(event)
            event.words = message.words
        _put_apart(message, "" if message.status in WAITING else MOVED)


def _said_of(db: Session, petition: Petition, since: int | None) -> Iterator[Message]:
    """The messages from the first word of the story to the receipt, and later ones that name its number."""
    said = select(Message).where(
        Message.conversation_id == petition.conversation_id,
        Message.said_at >= petition.filed_at - LOOKED_THROUGH,
    )
    story, begun = {line for line in petition.story.splitlines() if line}, False
    for message in db.scalars(said.order_by(Message.id)).all():
        begun = begun or message.id == since or (message.author == "veteran" and message.words in story)
        while_told = begun and message.said_at <= petition.filed_at
        if while_told or petition.spoken_number in message.words:
            yield message
