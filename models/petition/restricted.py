"""检举控告: a petition that only the discipline contact may know of (条例 30; authz-matrix X1, X2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.approval import Approval
from models.base import new_uid
from models.case import CaseEvent
from models.message import WAITING, Message
from models.petition import OPEN, Petition, clear
from models.user import User

MOVED = "〔已转专人〕"  # what stays in the transcript
LOOKED_THROUGH = dt.timedelta(days=31)  # a form left half-way is kept for thirty days


def hand_over(db: Session, petition: Petition, *, by: User, now: dt.datetime) -> None:
    """From now on it is gone for all but the discipline contact; in, never out. Nothing about it is said aloud."""
    petition.begin(db, *OPEN, by=by)
    petition.restricted, petition.officer_id = True, None
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


def _move_words(db: Session, petition: Petition) -> None:
    """What was said while it was told leaves the transcript; the veteran's own words go into the petition's history.

    So does whatever was said about it afterwards under its number, but not what is still on its way to the veteran.
    """
    for message in _said_of(db, petition):
        if message.author == "veteran" and message.words_sealed is not None:
            event = CaseEvent(uid=new_uid(), case_id=petition.id, what="said", at=message.said_at)
            db.add(event)
            event.words = message.words
        message.words, message.masked = MOVED, ""


def _said_of(db: Session, petition: Petition) -> Iterator[Message]:
    """The messages from the first word of the story to the receipt, and later ones that name its number."""
    said = select(Message).where(
        Message.conversation_id == petition.conversation_id,
        Message.said_at >= petition.filed_at - LOOKED_THROUGH,
        Message.status.not_in(WAITING),
    )
    story, begun = {line for line in petition.story.splitlines() if line}, False
    for message in db.scalars(said.order_by(Message.id)).all():
        begun = begun or (message.author == "veteran" and message.words in story)
        while_told = begun and message.said_at <= petition.filed_at
        if while_told or petition.spoken_number in message.words:
            yield message
