"""Sweeps that end what the console keeps of its staff: `(db, now, keep) -> how many`, each harmless when run twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.retention import Retention
from bot.sweeps import BATCH, KEEP
from models.audit.stated_reason import StatedReason
from models.draft import Draft, Submission
from models.model_draft import KEPT, ModelDraft
from models.user.sign_in import SignIn, SignInTry

FORMS_ONCE_FOR = dt.timedelta(days=7)  # how long a form that was sent is known: no browser keeps a page for longer


def forget_typed(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """Words that staff typed and did not send, 30 days after they were last changed."""
    return _delete(db, Draft.id, Draft.saved_at <= now - keep.drafts)


def forget_forms(db: Session, now: dt.datetime, _keep: Retention = KEEP) -> int:
    """Keys of forms that were sent; what was sent is kept elsewhere."""
    return _delete(db, Submission.key, Submission.at <= now - FORMS_ONCE_FOR)


def forget_sign_ins(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """Sign-ins that are over, and tries that failed, as long as the law wants such logs kept."""
    over = func.coalesce(SignIn.ended_at, SignIn.ends_at) <= now - keep.sign_ins
    return max(_delete(db, SignIn.id, over), _delete(db, SignInTry.id, SignInTry.at <= now - keep.sign_ins))


def forget_reasons(db: Session, now: dt.datetime, keep: Retention = KEEP) -> int:
    """The words of a stated reason. That one was stated, by whom, when and for what, stays: the audit names it."""
    old = select(StatedReason.id).where(StatedReason.reason_sealed.is_not(None), StatedReason.at <= now - keep.reasons)
    ended = update(StatedReason).where(StatedReason.id.in_(old.limit(BATCH))).values(reason_sealed=None)
    return int(getattr(db.execute(ended.execution_options(synchronize_session=False)), "rowcount", 0))


def forget_model_drafts(db: Session, now: dt.datetime, _keep: Retention = KEEP) -> int:
    """What the helper model drafted, a week after; what was said of it is in the chat."""
    return _delete(db, ModelDraft.id, ModelDraft.at <= now - KEPT)


ENDING = (forget_typed, forget_forms, forget_sign_ins, forget_reasons, forget_model_drafts)


def _delete(db: Session, key: InstrumentedAttribute[Any], condition: ColumnElement[bool]) -> int:
    """One batch of rows, by their primary key."""
    old = select(key).where(condition).limit(BATCH)
    gone = delete(key.class_).where(key.in_(old)).execution_options(synchronize_session=False)
    return int(getattr(db.execute(gone), "rowcount", 0))
