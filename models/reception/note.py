"""What staff write down beside a talk, and the sentences they use often."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Sealed, UtcDateTime, new_uid
from models.masking import mask, mask_secrets
from models.user import User


class TicketNote(Base):
    """What staff write down beside a talk; the veteran never sees it."""

    __tablename__ = "ticket_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("reception_tickets.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none: the system's own note
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    words = Sealed()

    @classmethod
    def add(cls, db: Session, ticket: Any, words: str, *, now: dt.datetime, by: User | None = None) -> TicketNote:
        """Note something beside a ticket; numbers of people and military detail are masked as in what veterans say."""
        note = cls(uid=new_uid(), ticket_id=ticket.id, user_id=by.id if by else None, at=now)
        db.add(note)
        note.words = mask(mask_secrets(words.strip()).text).text
        db.flush()
        return note


class CannedReply(Base):
    """A sentence volunteers use often; put into the box, never sent by itself."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(200))
    place: Mapped[int] = mapped_column(default=0)  # in the list

    @classmethod
    def all(cls, db: Session, *, most: int = 30) -> list[CannedReply]:
        return list(db.scalars(select(cls).order_by(cls.place, cls.id).limit(most)))
