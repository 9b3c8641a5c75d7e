"""A volunteer's own answer, handed to the policy editors: it may become an article, after the road of two people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigId, Sealed, UtcDateTime, new_uid
from models.conversation import Conversation
from models.masking import mask, mask_secrets
from models.policy.asked import KEPT, AlreadyDealt
from models.reception import ReceptionTicket
from models.user import User


class SuggestedAnswer(Base):
    """What a veteran asked and what a colleague answered, numbers masked; gone when an editor has seen to it."""

    __tablename__ = "suggested_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), unique=True)  # the answer
    question_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    question = Sealed()
    reply = Sealed()

    @classmethod
    def suggest(
        cls,
        db: Session,
        ticket: ReceptionTicket,
        message_id: int,
        question: str,
        reply: str,
        *,
        by: User,
        now: dt.datetime,
    ) -> SuggestedAnswer:
        """Hand an answer given in a talk to the editors. Raises AlreadyDealt where it lies with them."""
        if cls.among(db, [message_id]):
            raise AlreadyDealt("这一句已经提给政策编辑了")
        made = cls(uid=new_uid(), conversation_id=ticket.conversation_id, message_id=message_id, by_id=by.id, at=now)
        db.add(made)
        made.question, made.reply = _masked(question), _masked(reply)
        db.flush()
        return made

    @classmethod
    def among(cls, db: Session, message_ids: Collection[int]) -> set[int]:
        """Which of these answers lie with the editors."""
        return set(db.scalars(select(cls.message_id).where(cls.message_id.in_(message_ids))))

    def done(self, db: Session) -> None:
        """An editor has seen to it."""
        db.delete(self)
        db.flush()

    @classmethod
    def drop_all(cls, db: Session, conversation: Conversation) -> None:
        db.execute(
            delete(cls).where(cls.conversation_id == conversation.id).execution_options(synchronize_session="fetch")
        )

    @classmethod
    def drop_over(cls, db: Session, *, now: dt.datetime) -> None:
        db.execute(delete(cls).where(cls.at <= now - KEPT).execution_options(synchronize_session=False))


def _masked(words: str) -> str:
    return mask(mask_secrets(words.strip()).text).text
