"""What the bot tells a veteran on behalf of the reception: only while a send is left for it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.send_window import SendWindow

ANSWERED_BY_DIGIT = "rating"  # the dialogue that hears the answer (handlers/rating.py)
OVER_WITH_THE_TALK = "reception"  # the run of who waited: nothing of it is worth keeping once the talk is over


def tell(db: Session, conversation: Conversation, words: str, *, now: dt.datetime) -> bool:
    """Say it, unless WeChat lets nothing through or the last send has to be kept for a person's answer."""
    if not words or not SendWindow.of(db, conversation, now=now).open_to_the_bot:
        return False
    conversation.say(db, words, now=now)
    return True


def ask_for_rating(db: Session, conversation: Conversation, words: str, *, ticket_id: int, now: dt.datetime) -> bool:
    """Say good-bye and ask for one digit. False, and nothing is said, where the digit would be taken for another's:
    while a form or a list is open that the veteran returns to now."""
    run = DialogueRun.open_in(db, conversation)
    if run is not None and run.dialogue not in (OVER_WITH_THE_TALK, ANSWERED_BY_DIGIT):
        return False
    if not tell(db, conversation, words, now=now):
        return False
    state = {"at": "rating", "ticket": ticket_id}
    if run is None:
        DialogueRun.begin(db, conversation, ANSWERED_BY_DIGIT, state, now=now)
    else:
        run.become(db, ANSWERED_BY_DIGIT, state, now=now)
    return True
