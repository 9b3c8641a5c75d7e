"""Small sweeps over rows: `(db, now) -> how many`. Each is harmless when run twice; the rows are the schedule.

Those that end what is kept take the periods as well (`keep`, R50).
"""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.retention import Retention
from handlers import BY_NAME
from handlers.kit.phrase import worded
from handlers.told_later import STILL_OPEN
from models.audit import AuditEntry
from models.case import Case, CaseEvent
from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.media import Media
from models.message import Message, Priority, Status
from models.people import HANDLING, Consent, Veteran
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.wording import Wording

logger = logging.getLogger(__name__)

BATCH = 500
FORMS = [name for name, dialogue in BY_NAME.items() if dialogue.keeps_place]
REMIND_AFTER = dt.timedelta(hours=20)  # within the 48 hours in which WeChat lets a word through
HELD_FOR = dt.timedelta(days=30)
KEEP = Retention()
# A talk with a person, or a crisis, ends with its ticket and not with the calendar; neither keeps words in its run.
LASTING = [name for name, dialogue in BY_NAME.items() if dialogue.fresh_for > dt.timedelta(days=1)]


def remind_drafts(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """Remind once of a form left half-way, if the platform lets a message through at all."""
    left = select(DialogueRun, Conversation).join(Conversation, Conversation.id == DialogueRun.conversation_id)
    left = left.where(
        DialogueRun.status.in_(("open", "parked")),
        DialogueRun.dialogue.in_(FORMS),
        DialogueRun.touched_at <= now - REMIND_AFTER,
        DialogueRun.reminded_at.is_(None),
    ).limit(BATCH)
    runs, wordings = db.execute(left).all(), Wording.live(db)
    for run, conversation in runs:
        run.reminded_at = now
        if conversation.follows and conversation.mode == "bot" and conversation.may_send("bot", now=now):
            conversation.say(
                db, worded([STILL_OPEN(days=keep.drafts.days)], wordings), now=now, priority=Priority.NUDGE
            )
    return len(runs)


def delete_drafts(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """What was told for a form that was never sent, or a complaint nobody said yes to, is deleted after 30 days."""
    old = select(DialogueRun).where(
        DialogueRun.status != "closed",
        DialogueRun.dialogue.not_in(LASTING),
        DialogueRun.touched_at <= now - keep.drafts,
    )
    runs = db.scalars(old.limit(BATCH)).all()
    for run in runs:
        run.close()
    return len(runs)


def settle_held(db: Session, now: dt.datetime) -> int:
    """Held messages leave when the ledger allows it again; after 30 days of silence they are given up."""
    # Those without a living ledger wait for the veteran; picked as well, they would fill the batch for ever.
    living = or_(Conversation.message_quota_until > now, Conversation.act_quota_until > now)
    held = select(Conversation).where(Conversation.holds_messages, living).limit(BATCH)
    released = 0
    for conversation in db.scalars(held):
        if conversation.may_send("bot", now=now):
            conversation.release_held(db, now=now)
            released += 1
    given_up = (
        update(Message)
        .where(Message.status == Status.HELD, Message.said_at <= now - HELD_FOR)
        .values(status=Status.FAILED, trouble="30 days without a word from the veteran", settled_at=now)
        .execution_options(synchronize_session=False)
    )
    return released + int(getattr(db.execute(given_up), "rowcount", 0))


def lapse_media(db: Session, now: dt.datetime) -> int:
    """Files whose copy at WeChat is gone before we could fetch them."""
    return Media.lapse(db, now=now)


def report_audit_head(db: Session, now: dt.datetime) -> int:
    """Put the end of the audit's chain into the log, which leaves the machine: a tail cut later shows (R54)."""
    head = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).first()
    if head is not None:
        logger.info("audit_head", extra={"entry": head.id, "digest": head.digest})
    return 0


def forget_questions(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """Words older than 30 days of people who neither agree to be kept nor have a matter or a talk with us (R50)."""
    strangers = select(Conversation.id).where(
        ~_known(),
        ~exists().where(ReceptionTicket.conversation_id == Conversation.id, ReceptionTicket.state != "closed"),
    )
    return _drop_words(db, Message.said_at <= now - keep.questions, Message.conversation_id.in_(strangers))


def forget_chats(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """All words of people we know, two years after the last of them and of their last matter (R50)."""
    quiet = select(Conversation.id).where(_known(), ~_lately(now - keep.chats))
    return _drop_words(db, Message.conversation_id.in_(quiet))


def forget_profiles(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """Name and phone of a person all of whose chats are that old; what a petition says of both stays with it."""
    lively = select(Conversation.veteran_id).where(Conversation.veteran_id.is_not(None), _lately(now - keep.chats))
    told = or_(Veteran.name_sealed.is_not(None), Veteran.phone_sealed.is_not(None))
    old = select(Veteran).where(told, Veteran.created_at <= now - keep.chats, Veteran.id.not_in(lively))
    veterans = db.scalars(old.limit(BATCH)).all()
    for veteran in veterans:
        veteran.forget()
    return len(veterans)


def forget_phones(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """The number left for a call-back, 90 days after its ticket was closed (R50)."""
    old = select(ReceptionTicket).where(
        ReceptionTicket.phone_sealed.is_not(None),
        ReceptionTicket.state == "closed",
        ReceptionTicket.closed_at <= now - keep.phones,
    )
    tickets = db.scalars(old.limit(BATCH)).all()
    for ticket in tickets:
        ticket.phone_sealed = None
    return len(tickets)


def forget_talks(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """What staff wrote down of a talk, when it is as old as chats are kept."""
    old = and_(ReceptionTicket.state == "closed", ReceptionTicket.closed_at <= now - keep.chats)
    tickets = db.scalars(select(ReceptionTicket).where(old, ReceptionTicket.summary_sealed.is_not(None)).limit(BATCH))
    notes = select(TicketNote).join(ReceptionTicket, ReceptionTicket.id == TicketNote.ticket_id)
    written = db.scalars(notes.where(old, TicketNote.words_sealed.is_not(None)).limit(BATCH)).all()
    for note in written:
        note.words_sealed = None
    summed_up = tickets.all()
    for ticket in summed_up:
        ticket.summary_sealed = None
    return max(len(written), len(summed_up))


def forget_media(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """Files 90 days after their matter was closed, and files of no matter after 30 days."""
    filed = select(CaseEvent.media_uid).join(Case, Case.id == CaseEvent.case_id)
    still_needed = filed.where((Case.closed_at.is_(None)) | (Case.closed_at > now - keep.files))
    old = (
        select(Media)
        .join(Message, Message.id == Media.message_id)
        .where(Media.state == "kept", Message.said_at <= now - keep.questions, Media.uid.not_in(still_needed))
        .limit(BATCH)
    )
    media = db.scalars(old).all()
    for file in media:
        file.state = "erase"
    return len(media)


def _known() -> ColumnElement[bool]:
    """Whether the person of a conversation agrees to be kept, or has a matter."""
    agrees = exists().where(
        Consent.veteran_id == Conversation.veteran_id, Consent.purpose == HANDLING, Consent.withdrawn_at.is_(None)
    )
    return or_(agrees, exists().where(_is_theirs()))


def _lately(since: dt.datetime) -> ColumnElement[bool]:
    """Whether anything was said in a conversation, or a matter closed, after a moment; or something is open still.

    Neither events of the platform's own nor notices to many are part of what is said between two.
    """
    said = aliased(Message)  # the table itself may stand in the query around this one
    by_us = (said.author != "veteran", said.priority != Priority.NOTICE)  # the veteran's own last word is heard_at
    return or_(
        Conversation.heard_at > since,
        exists().where(said.conversation_id == Conversation.id, said.said_at > since, *by_us),
        exists().where(_is_theirs(), or_(Case.closed_at.is_(None), Case.closed_at > since)),
        exists().where(ReceptionTicket.conversation_id == Conversation.id, ReceptionTicket.state != "closed"),
    )


def _is_theirs() -> ColumnElement[bool]:
    return or_(Case.conversation_id == Conversation.id, Case.veteran_id == Conversation.veteran_id)


def _drop_words(db: Session, *which: ColumnElement[bool]) -> int:
    """Words go; that something was said remains."""
    ids = list(db.scalars(select(Message.id).where(Message.words_sealed.is_not(None), *which).limit(BATCH)))
    if ids:
        db.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(words_sealed=None)
            .execution_options(synchronize_session=False)
        )
    return len(ids)
