"""The sweep of the notices: what is due goes into the outbox in batches, what is over is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.channels import Channel
from models.broadcast.spread import finish, spread


class NoticeSweep:
    """It knows the channels, since those without a template need a call where the others are notified."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    def spread_broadcasts(self, db: Session, now: dt.datetime) -> int:
        """One batch of one notice, or the end of those that are over; how many people it was for."""
        template = any(channel.can_notify for channel in self._channels.values())
        return spread(db, now, template=template) or finish(db, now)
