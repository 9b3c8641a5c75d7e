"""Short ways to a petition that has come some way: 王姐 handles it, 李科 signs."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.message import Message
from models.petition import Petition
from models.petition.proposal import ANSWER, EXTEND, carry_out, propose
from models.user import User
from tests.make import NOON, make_petition, make_user

DAY = dt.timedelta(days=1)


def talk_of(db: Session, contact: str = "laozhou") -> Conversation:
    """A veteran who has just spoken, so that five messages may be sent."""
    return Conversation.of(db, "fake", contact, now=NOON, refills="message")


def staff(db: Session) -> tuple[User, User]:
    return make_user(db, "wangjie", "王姐"), make_user(db, "like", "李科")


def accepted(db: Session, by: User, *, now: dt.datetime = NOON) -> Petition:
    petition = make_petition(db, talk_of(db), now=now)
    petition.accept(db, by=by, now=now, words="受理了")
    return petition


def approved(
    db: Session, petition: Petition, act: str, words: str, *, by: tuple[User, User], now: dt.datetime, days: int = 0
) -> None:
    """Proposed by the one, approved by the other."""
    proposal = propose(db, petition, act, words, by=by[0], now=now, days=days)
    carry_out(db, petition, proposal, by=by[1], now=now, words=f"告诉本人：{words}", digest=proposal.digest)


def extended(db: Session, petition: Petition, days: int, *, by: tuple[User, User], now: dt.datetime) -> None:
    approved(db, petition, EXTEND, "要到省里调档案", by=by, now=now, days=days)


def answered(db: Session, petition: Petition, *, by: tuple[User, User], now: dt.datetime) -> None:
    approved(db, petition, ANSWER, "档案上是四年，补发两年的差额。", by=by, now=now)


def told(db: Session, petition: Petition) -> list[str]:
    """What was put in the outbox for the veteran."""
    sent = select(Message).where(Message.conversation_id == petition.conversation_id, Message.author == "staff")
    return [message.words for message in db.scalars(sent.order_by(Message.id))]


def happened(db: Session, petition: Petition) -> list[str]:
    return [event.what for event in petition.history(db)]
