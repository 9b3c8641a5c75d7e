"""The reception's limits, and what it says when one is met. The sentences may be shown to staff."""

from __future__ import annotations

import datetime as dt

from models.base import DomainError
from models.conversation import SHANGHAI

OUTCOMES = {
    "answered": "答清楚了",
    "petition": "转成信访办件",
    "aid": "转成困难帮扶",
    "call_or_visit": "约好打电话或上门",
    "no_answer": "对方没再回话",
}
LONGEST_REPLY = 600  # one message of WeChat's (R16); a longer one would use up several sends
LONGEST_SUMMARY = 100
MENDED_WITHIN = dt.timedelta(hours=24)
HANDED_FOR = dt.timedelta(minutes=3)  # how long a chat waits for the one colleague it was handed to
SILENT_AFTER = dt.timedelta(minutes=10)
URGENT_WITHIN = dt.timedelta(seconds=60)
CALLED_BACK_WITHIN = dt.timedelta(hours=24)  # who was not satisfied


class AlreadyTaken(DomainError):
    """The chat is in other hands, or in none."""


class AlreadyClosed(DomainError):
    """The talk is over."""


class NoSendLeft(DomainError):
    """WeChat lets nothing through until the veteran speaks again; the telephone is left."""


class NotOnDuty(DomainError):
    """A chat is handed to somebody who is there only."""


class CannotSay(DomainError):
    """Nothing was written, or more than one message holds."""


def clock(moment: dt.datetime) -> str:
    """A time of day as colleagues say it: 09:08."""
    return f"{moment.astimezone(SHANGHAI):%H:%M}"
