"""The office's own words for a phrase of the bot, and articles it has taken out of use: with who, when and why."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime, new_uid


class Wording(Base):
    """One wording of one phrase. Rows are never changed but for their state, so the history is all there."""

    __tablename__ = "wordings"
    __table_args__ = (
        Index(
            "uq_wordings_live",
            "key",
            unique=True,
            postgresql_where=text("state = 'live'"),
            sqlite_where=text("state = 'live'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    key: Mapped[str] = mapped_column(String(60), index=True)
    words: Mapped[str] = mapped_column(String(400))
    default_then: Mapped[str] = mapped_column(String(400))  # the program's words when this was written
    state: Mapped[str] = mapped_column(String(8), default="draft")  # draft | live | retired
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class RetiredArticle(Base):
    """A policy article that is answered from no more; never deleted."""

    __tablename__ = "retired_articles"

    article_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    retired_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
