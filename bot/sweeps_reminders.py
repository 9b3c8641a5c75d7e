"""Sweeps over reminders: `(db, now) -> how many`, each harmless when run twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.channels import Channel
from handlers.kit.phrase import worded
from handlers.reminder.kept import line_of
from handlers.reminder.words import TOLD, TOLD_EARLIEST
from models.reminder import Reminder
from models.wording import Wording

BATCH = 100


class ReminderSweep:
    """It knows the channels: without a template, who was silent for long has to be telephoned."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    def tell_reminders(self, db: Session, now: dt.datetime) -> int:
        """Tell what is due, between nine and six; how many were told."""
        template = any(channel.can_notify for channel in self._channels.values())
        wordings, told = Wording.live(db), 0
        for conversation_id, reminder_id in Reminder.due(db, now=now, most=BATCH):
            reminder = Reminder.locked(db, conversation_id, reminder_id, now=now)
            if reminder is not None:
                note = f"到期提醒：{line_of(reminder)}。请告诉对方。"
                words = _words(reminder, wordings)
                told += reminder.tell(db, words, note=note, template=template, now=now) is not None
        return told


def forget_reminders(db: Session, now: dt.datetime) -> int:
    """A week after its day a reminder serves nobody any more."""
    return Reminder.drop_over(db, now=now, most=BATCH)


def _words(reminder: Reminder, wordings: Mapping[str, str]) -> str:
    phrase = TOLD_EARLIEST if reminder.earliest else TOLD
    return worded([phrase(what=reminder.what, day=reminder.spoken_day)], wordings)
