"""After a talk that left somebody dissatisfied: a new place in line, to be called back within a day."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.reception.rules import CALLED_BACK_WITHIN
from models.user import User

UNHAPPY = "unhappy"


def follow_up(db: Session, ticket: ReceptionTicket, *, now: dt.datetime) -> ReceptionTicket:
    """The ticket by which somebody calls back; it knows the number left before, and who spoke then."""
    conversation = db.get_one(Conversation, ticket.conversation_id)
    again = ReceptionTicket.open(db, conversation, reason=UNHAPPY, now=now)
    again.call_me()
    if ticket.phone and not again.phone:
        again.phone = ticket.phone
    spoke = db.get(User, ticket.closed_by_id) if ticket.closed_by_id else None
    who = f"{spoke.shown_as}接待的" if spoke else "上次接待"
    hours = int(CALLED_BACK_WITHIN.total_seconds() // 3600)
    TicketNote.add(db, again, f"对{who}那次不满意。请在 {hours} 小时内回话。", now=now)
    return again
