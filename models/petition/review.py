"""复查 and 复核: a petition about an answer, with a number and a clock of its own, tied to the first (条例 35, 36).

Within thirty days of the written answer the veteran may ask the next organ up, which answers within thirty days;
against that once more. Asking is a right: nobody accepts or declines it here, so its clock runs from the day it is
asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import CaseEvent, Interest, NotNow
from models.conversation import Conversation
from models.petition import Petition, clear
from models.petition.clock import day_of
from models.station import Station
from models.user import User

CALLED = {0: "", 1: "复查", 2: "复核"}
ANSWERING = ("proposed", "answered")  # lines of the history by which somebody took part in the answer


def may_be_asked(db: Session, petition: Petition, *, now: dt.datetime) -> bool:
    """Whether the veteran may ask for a review of this answer today."""
    term = petition.clock.review
    if petition.restricted or petition.status not in ("answered", "closed") or term is None:
        return False
    return term.left(day_of(now)) >= 0 and review_of(db, petition) is None


def ask_review(db: Session, petition: Petition, words: str, *, media_uids: Sequence[str], now: dt.datetime) -> Petition:
    """Record what the veteran finds wrong with the answer. Whoever took part in it keeps away from the review (W1)."""
    petition.lock(db)
    if not may_be_asked(db, petition, now=now):
        raise NotNow("这件事现在不能申请复查")
    talk = db.get_one(Conversation, petition.conversation_id) if petition.conversation_id is not None else None
    review = Petition.file(
        db,
        talk,
        topic=petition.topic,
        story=clear(words),
        where=petition.where,
        unit=petition.unit,
        wish=petition.wish,
        raised_before=True,
        names=[name for name in petition.names.split("、") if name],
        phone=petition.phone,
        media_uids=media_uids,
        now=now,
    )
    review.stage, review.review_of_id = petition.stage + 1, petition.id
    review.status, review.told_at, review.accepted_at = "accepted", now, now
    review.station_id = _one_up(db, petition)
    review.due_on = review.clock.due_on
    petition.note(db, "ask_review", now=now, words=f"编号 {review.spoken_number}")
    for user in _who_answered(db, petition):
        Interest.declare(db, review, f"办过原来那件（{petition.spoken_number}）", of=user, now=now, with_talk=False)
    return review


def review_of(db: Session, petition: Petition) -> Petition | None:
    """The review that was asked for, unless it was taken back."""
    asked = select(Petition).where(Petition.review_of_id == petition.id, Petition.status != "withdrawn")
    return db.scalars(asked.limit(1)).first()


def _one_up(db: Session, petition: Petition) -> int | None:
    """The station above the one that answered; the district has none here, and passes it on."""
    if petition.station_id is None:
        return None
    return db.get_one(Station, petition.station_id).parent_id or petition.station_id


def _who_answered(db: Session, petition: Petition) -> Sequence[User]:
    took_part = select(CaseEvent.user_id).where(CaseEvent.case_id == petition.id, CaseEvent.what.in_(ANSWERING))
    ids = {petition.officer_id, *db.scalars(took_part)} - {None}
    return db.scalars(select(User).where(User.id.in_(ids)).order_by(User.id)).all()
