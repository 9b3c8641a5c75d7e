"""Sweeps over the reception's talks: `(db, now) -> how many`, each harmless when run twice."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.metrics import ALARMS
from handlers.kit.phrase import worded
from handlers.reception_words import ANOTHER_GOES_ON
from models.reception.overdue import escalate_untaken, silent_talks
from models.reception.rules import SILENT_AFTER
from models.user import User
from models.wording import Wording

logger = logging.getLogger(__name__)


def return_silent(db: Session, now: dt.datetime) -> int:
    """A talk whose veteran has waited for ten minutes goes back to the head of the line."""
    silent = silent_talks(db, now=now)
    names = {row.id: row.shown_as for row in db.execute(select(User.id, User.shown_as))} if silent else {}
    minutes = int(SILENT_AFTER.total_seconds() // 60)
    wordings, done = Wording.live(db), 0
    for ticket in silent:
        why = f"{names.get(ticket.taken_by_id or 0, '')}{minutes} 分钟没有回话，回到队列。"
        done += ticket.put_back(db, why=why, now=now, words=worded([ANOTHER_GOES_ON()], wordings))
    return done


def escalate_urgent(db: Session, now: dt.datetime) -> int:
    """Somebody in danger has waited for a minute: an alarm, once; the program calls nobody (decision 5)."""
    untaken = escalate_untaken(db, now=now)
    for ticket in untaken:
        logger.error("urgent_untaken", extra={"ticket_id": ticket.id})
        ALARMS.labels("urgent_untaken").inc()
    return len(untaken)
