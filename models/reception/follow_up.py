"""A new place in line for somebody who has to be telephoned: after a talk that left them dissatisfied, or when WeChat
does not let through what they have to know."""

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
    spoke = db.get(User, ticket.closed_by_id) if ticket.closed_by_id else None
    who = f"{spoke.shown_as}接待的" if spoke else "上次接待"
    hours = int(CALLED_BACK_WITHIN.total_seconds() // 3600)
    note = f"对{who}那次不满意。请在 {hours} 小时内回话。"
    return to_be_called(db, conversation, reason=UNHAPPY, phone=ticket.phone, note=note, now=now)


def to_be_called(
    db: Session, conversation: Conversation, *, reason: str, phone: str, note: str, now: dt.datetime
) -> ReceptionTicket:
    """The ticket by which somebody telephones, with the number if there is one, and what to say in a note."""
    ticket = ReceptionTicket.open(db, conversation, reason=reason, now=now)
    ticket.call_me()
    if phone and not ticket.phone:
        ticket.phone = phone
    TicketNote.add(db, ticket, note, now=now)
    return ticket
