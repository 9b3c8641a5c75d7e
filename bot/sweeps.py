"""Small sweeps over rows: `(db, now) -> how many`. Each is harmless when run twice; the rows are the schedule."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from handlers import BY_NAME
from handlers.kit.phrase import Phrase, worded
from models.audit import AuditEntry
from models.case import Case, CaseEvent
from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.media import Media
from models.message import Message, Priority, Status
from models.reception import ReceptionTicket

logger = logging.getLogger(__name__)

BATCH = 500
FORMS = [name for name, dialogue in BY_NAME.items() if dialogue.keeps_place]
REMIND_AFTER = dt.timedelta(hours=20)  # within the 48 hours in which WeChat lets a word through
DRAFTS_KEPT = dt.timedelta(days=30)
QUESTIONS_KEPT = dt.timedelta(days=30)  # R50: words of people we do not know
HELD_FOR = dt.timedelta(days=30)
MEDIA_AFTER_CLOSE = dt.timedelta(days=90)

STILL_OPEN = Phrase(
    "sweeps.still_open", "上次反映问题填到一半，都还在。想接着填，说“接着填”；不办了，回复 9。30 天后自动删掉。"
)


def remind_drafts(db: Session, now: dt.datetime) -> int:
    """Remind once of a form left half-way, if the platform lets a message through at all."""
    left = select(DialogueRun, Conversation).join(Conversation, Conversation.id == DialogueRun.conversation_id)
    left = left.where(
        DialogueRun.status.in_(("open", "parked")),
        DialogueRun.dialogue.in_(FORMS),
        DialogueRun.touched_at <= now - REMIND_AFTER,
        DialogueRun.reminded_at.is_(None),
    ).limit(BATCH)
    runs = db.execute(left).all()
    for run, conversation in runs:
        run.reminded_at = now
        if conversation.follows and conversation.mode == "bot" and conversation.may_send("bot", now=now):
            conversation.say(db, worded([STILL_OPEN()], {}), now=now, priority=Priority.NUDGE)
    return len(runs)


def delete_drafts(db: Session, now: dt.datetime) -> int:
    """What was told for a form that was never sent is deleted after 30 days."""
    old = select(DialogueRun).where(
        DialogueRun.status != "closed", DialogueRun.dialogue.in_(FORMS), DialogueRun.touched_at <= now - DRAFTS_KEPT
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


def forget_questions(db: Session, now: dt.datetime) -> int:
    """Words older than 30 days of people who neither agreed to be kept nor have a matter or a talk with us (R50)."""
    unknown = (
        Conversation.veteran_id.is_(None),
        ~exists().where(Case.conversation_id == Conversation.id),
        ~exists().where(ReceptionTicket.conversation_id == Conversation.id, ReceptionTicket.state != "closed"),
    )
    old = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.words_sealed.is_not(None), Message.said_at <= now - QUESTIONS_KEPT, *unknown)
        .limit(BATCH)
    )
    ids = list(db.scalars(old))
    if ids:
        db.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(words_sealed=None)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def report_audit_head(db: Session, now: dt.datetime) -> int:
    """Put the end of the audit's chain into the log, which leaves the machine: a tail cut later shows (R54)."""
    head = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).first()
    if head is not None:
        logger.info("audit_head", extra={"entry": head.id, "digest": head.digest})
    return 0


def forget_media(db: Session, now: dt.datetime) -> int:
    """Files 90 days after their matter was closed, and files of no matter after 30 days."""
    filed = select(CaseEvent.media_uid).join(Case, Case.id == CaseEvent.case_id)
    still_needed = filed.where((Case.closed_at.is_(None)) | (Case.closed_at > now - MEDIA_AFTER_CLOSE))
    old = (
        select(Media)
        .join(Message, Message.id == Media.message_id)
        .where(Media.state == "kept", Message.said_at <= now - QUESTIONS_KEPT, Media.uid.not_in(still_needed))
        .limit(BATCH)
    )
    media = db.scalars(old).all()
    for file in media:
        file.state = "erase"
    return len(media)
