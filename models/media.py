"""Photos, voice and video a veteran sent: fetched by the worker before WeChat's copy lapses, kept sealed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigId, UtcDateTime, new_uid
from models.conversation import Conversation

LAPSES_AFTER = dt.timedelta(days=3)  # platform.md 9.5
LEASE = dt.timedelta(minutes=5)


class Media(Base):
    """One file of one message. `state`: wanted → kept, or refused (not what it claims), lapsed (gone), erased."""

    __tablename__ = "media"
    __table_args__ = (Index("ix_media_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(8))  # image | voice | video
    external_id: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(8), default="wanted")
    due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    lapses_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(80), default="")
    type: Mapped[str] = mapped_column(String(20), default="")
    size: Mapped[int] = mapped_column(default=0)

    @classmethod
    def want(
        cls, db: Session, conversation: Conversation, message_id: int, kind: str, external_id: str, *, now: dt.datetime
    ) -> Media:
        """Note a file to be fetched. Fetching is the worker's: no network inside a request."""
        media = cls(
            uid=new_uid(),
            message_id=message_id,
            conversation_id=conversation.id,
            channel=conversation.channel,
            kind=kind,
            external_id=external_id,
            due_at=now,
            lapses_at=now + LAPSES_AFTER,
        )
        db.add(media)
        db.flush()
        return media

    @classmethod
    def claim_due(cls, db: Session, *, now: dt.datetime, most: int = 5) -> list[Media]:
        """Files to fetch now, the nearest to lapsing first; ours for five minutes."""
        due = (
            select(cls)
            .where(cls.state == "wanted", cls.due_at <= now)
            .order_by(cls.lapses_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        claimed = list(db.scalars(due))
        for media in claimed:
            media.due_at, media.tries = now + LEASE, media.tries + 1
        return claimed

    def kept(self, *, type: str, size: int) -> None:  # noqa: A002  the column is named as the web names it
        self.state, self.type, self.size, self.trouble = "kept", type, size, ""

    def refuse(self, reason: str) -> None:
        self.state, self.trouble = "refused", reason[:80]

    def try_again(self, reason: str, *, now: dt.datetime) -> None:
        """Later, with growing pauses, until WeChat's copy has lapsed."""
        self.trouble, self.due_at = reason[:80], now + dt.timedelta(minutes=2**self.tries)

    @classmethod
    def lapse(cls, db: Session, *, now: dt.datetime) -> int:
        """Give up on files whose copy at WeChat is gone."""
        gone = update(cls).where(cls.state == "wanted", cls.lapses_at <= now).values(state="lapsed")
        return int(getattr(db.execute(gone), "rowcount", 0))

    @classmethod
    def erase_of(cls, db: Session, conversation: Conversation, *, spared: frozenset[str] = frozenset()) -> None:
        """Mark a conversation's files for erasing; the worker removes them. `spared` belong to petitions on record."""
        for media in db.scalars(select(cls).where(cls.conversation_id == conversation.id, cls.state != "erased")):
            if media.uid not in spared:
                media.state = "erase"

    @classmethod
    def to_erase(cls, db: Session, *, most: int = 20) -> list[tuple[int, str]]:
        """Files whose owner asked to be forgotten, by id and name on disk."""
        return [(media.id, media.uid) for media in db.scalars(select(cls).where(cls.state == "erase").limit(most))]
