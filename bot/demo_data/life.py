"""Life for the invented office: written once, when there is nothing yet in the database of a demonstration."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.demo_data import is_demo
from bot.demo_data.decisions import ask_for_second_words, send_a_notice
from bot.demo_data.matters import file_matters, hear_of_matters_today
from bot.demo_data.past import Past
from bot.demo_data.talks import ask_the_machine, receive_people_today, speak_with_people
from knowledge_base.library import Library
from models.approval import LIVES, Approval
from models.conversation import Conversation

A_WHILE = dt.timedelta(minutes=35)
LEFT_AT_LEAST = dt.timedelta(hours=8)  # so long a proposal lives on from the start of a demonstration


def enliven(db: Session, library: Library, *, now: dt.datetime) -> None:
    """The last weeks of an office that does not exist. Nothing where somebody has spoken, or in a real one."""
    if not is_demo(db) or db.scalars(select(Conversation.id).limit(1)).first() is not None:
        return
    past = Past(db, library, now)
    ask_the_machine(past)
    file_matters(past)
    speak_with_people(past)
    send_a_notice(past)
    hear_of_matters_today(past)
    receive_people_today(past)
    ask_for_second_words(past)
    past.write_audit()


def renew(db: Session, *, now: dt.datetime) -> int:
    """What waits for a second person waits again, since it runs out after a day; how many."""
    if not is_demo(db):
        return 0
    over = select(Approval).where(Approval.state == "proposed", Approval.proposed_at <= now - LIVES + LEFT_AT_LEAST)
    approvals = db.scalars(over).all()
    for approval in approvals:
        approval.proposed_at = now - A_WHILE
    return len(approvals)
