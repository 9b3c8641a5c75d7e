"""Erasure: what a person asked to be forgotten, and the list that is played again after a restore (R51)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime
from models.case import Case, CaseEvent
from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.media import Media
from models.message import Message
from models.model_draft import ModelDraft
from models.no_notices import NoNotices
from models.people import Consent, Veteran
from models.policy.asked import Asker
from models.policy.suggested import SuggestedAnswer
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.reminder import Reminder

GONE = "gone:"  # before the name of a conversation, in the stead of the openid


class Erasure(Base):
    """Who was erased, as a blind index: the list itself must not name anybody."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_index: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    unlinked: Mapped[bool] = mapped_column(default=False)  # the tie to the openid was cut as well
    listed: Mapped[bool] = mapped_column(default=False)  # written to the list that outlives the database

    @classmethod
    def of(cls, db: Session, conversation: Conversation, *, now: dt.datetime) -> Erasure:
        """Forget profile, chat, drafts, reminders, files. A petition stays under its number, with what it was told."""
        cls.drop_drafts(db, conversation)
        for kept in (Reminder, Asker, SuggestedAnswer, ModelDraft):
            kept.drop_all(db, conversation)
        db.execute(
            update(Message)
            .where(Message.conversation_id == conversation.id, Message.words_sealed.is_not(None))
            .values(words_sealed=None)
            .execution_options(synchronize_session=False)
        )
        db.execute(
            update(ReceptionTicket)
            .where(ReceptionTicket.conversation_id == conversation.id)
            .values(phone_sealed=None, summary_sealed=None)
            .execution_options(synchronize_session="fetch")
        )
        talks = select(ReceptionTicket.id).where(ReceptionTicket.conversation_id == conversation.id)
        db.execute(
            update(TicketNote)
            .where(TicketNote.ticket_id.in_(talks))
            .values(words_sealed=None)
            .execution_options(synchronize_session=False)
        )
        Media.erase_of(db, conversation, spared=_files_on_record(db, conversation))
        if conversation.veteran_id is not None:
            db.get_one(Veteran, conversation.veteran_id).forget()
            Consent.take_back(db, conversation.veteran_id, now=now)
        erasure = cls(contact_index=conversation.contact_index(db), at=now)
        db.add(erasure)
        return erasure

    @classmethod
    def unlink(cls, db: Session, conversation: Conversation, *, now: dt.datetime) -> Erasure:
        """The person unfollowed or closed the account: erase, and cut the tie to the openid (platform.md 13, 28).

        That no notices are wanted outlives it, under the blind index alone: who comes back said so before.
        """
        erasure = cls.of(db, conversation, now=now)
        erasure.unlinked = True
        if conversation.no_notices_at is not None:
            NoNotices.remember(db, erasure.contact_index)
        ticket = ReceptionTicket.of(db, conversation)
        if ticket is not None and not ticket.urgent:
            ticket.close(db, outcome="no longer follows", now=now)
        conversation.contact, conversation.follows, conversation.mode = f"{GONE}{conversation.uid}", False, "bot"
        return erasure

    @staticmethod
    def drop_drafts(db: Session, conversation: Conversation) -> None:
        runs = select(DialogueRun).where(DialogueRun.conversation_id == conversation.id, DialogueRun.status != "closed")
        for run in db.scalars(runs):
            run.close()


def _files_on_record(db: Session, conversation: Conversation) -> frozenset[str]:
    """Files that belong to a matter on record."""
    filed = select(CaseEvent.media_uid).join(Case, Case.id == CaseEvent.case_id)
    ours = filed.where(Case.conversation_id == conversation.id, CaseEvent.media_uid != "")
    return frozenset(db.scalars(ours))
