"""The platform's access token: one row for all processes, renewed by one of them at a time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import LargeBinary, String, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Sealed, UtcDateTime, insert_into, new_uid

RENEWING_TAKES = dt.timedelta(seconds=20)  # longer than the token call's time-outs of 3 and 10 s


class ChannelToken(Base):
    """A token with its end. Expiry is kept here, never in a client, so that every process knows it."""

    __tablename__ = "channel_tokens"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    renewing_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    stopped_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(String(120), default="")

    token = Sealed()

    @classmethod
    def of(cls, db: Session, channel: str) -> ChannelToken:
        """The row, locked to the end of the transaction: what is decided from it must not be overtaken.

        Unlocked, one process would take back what another has just renewed, and ask for a third token.
        """
        made = insert_into(db, cls).values(channel=channel, uid=new_uid(), trouble="")
        db.execute(made.on_conflict_do_nothing(index_elements=["channel"]))
        return db.get_one(cls, channel, populate_existing=True, with_for_update=True)

    def usable(self, *, now: dt.datetime) -> str:
        """The token, or an empty text when there is none in force."""
        return self.token if self.expires_at and now < self.expires_at else ""

    def claim_renewal(self, db: Session, *, now: dt.datetime) -> bool:
        """Whether the caller is the one to renew. The others wait for its result."""
        free = or_(ChannelToken.renewing_until.is_(None), ChannelToken.renewing_until <= now)
        claimed = (
            update(ChannelToken)
            .where(ChannelToken.channel == self.channel, free)
            .values(renewing_until=now + RENEWING_TAKES)
            .execution_options(synchronize_session=False)
        )
        return bool(getattr(db.execute(claimed), "rowcount", 0))

    def renewed(self, token: str, *, expires_at: dt.datetime) -> None:
        self.token, self.expires_at, self.renewing_until, self.trouble = token, expires_at, None, ""
        self.stopped_until = None

    def failed(self, trouble: str, *, stopped_until: dt.datetime | None) -> None:
        """Renewing did not work; until `stopped_until` nobody tries again."""
        self.renewing_until, self.trouble, self.stopped_until = None, trouble[:120], stopped_until

    def drop(self, token: str) -> None:
        """The platform refused this very token; another process may have renewed it meanwhile."""
        if self.token == token:
            self.expires_at = None
