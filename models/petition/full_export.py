"""Tables in full: who has asked for one, and which may be downloaded now, once (R43)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from models.approval import LIVES, Approval
from models.audit import AuditEntry

FULL = "export.petitions_full"  # an act of an Approval, and of the entry in the audit that says it was taken
FAILED = "export.failed"  # the entry that takes another one back: no file was made


def waiting(db: Session, *, now: dt.datetime) -> Sequence[Approval]:
    proposed = select(Approval).where(Approval.act == FULL, Approval.state == "proposed")
    return db.scalars(proposed.where(Approval.proposed_at > now - LIVES).order_by(Approval.id)).all()


def takeable(db: Session, user_id: int, *, now: dt.datetime) -> Sequence[Approval]:
    """What was agreed to within a day, for this account, and not taken yet."""
    told = select(AuditEntry.subject).where(AuditEntry.act.in_((FULL, FAILED))).group_by(AuditEntry.subject)
    taken = told.having(func.sum(case((AuditEntry.act == FULL, 1), else_=-1)) > 0)
    agreed = (Approval.act == FULL, Approval.state == "approved", Approval.decided_at > now - LIVES)
    ours = select(Approval).where(*agreed, Approval.proposed_by_id == user_id, Approval.uid.not_in(taken))
    return db.scalars(ours.order_by(Approval.id)).all()
