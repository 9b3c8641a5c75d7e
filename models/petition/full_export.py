"""Tables in full: who has asked for one, and which may be downloaded now, once (R43)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.approval import LIVES, Approval
from models.audit import AuditEntry

FULL = "export.petitions_full"  # an act of an Approval, and of the entry in the audit that says it was taken


def waiting(db: Session, *, now: dt.datetime) -> Sequence[Approval]:
    proposed = select(Approval).where(Approval.act == FULL, Approval.state == "proposed")
    return db.scalars(proposed.where(Approval.proposed_at > now - LIVES).order_by(Approval.id)).all()


def takeable(db: Session, user_id: int, *, now: dt.datetime) -> Sequence[Approval]:
    """What was agreed to within a day, for this account, and not taken yet."""
    taken = select(AuditEntry.subject).where(AuditEntry.act == FULL)
    agreed = (Approval.act == FULL, Approval.state == "approved", Approval.decided_at > now - LIVES)
    ours = select(Approval).where(*agreed, Approval.proposed_by_id == user_id, Approval.uid.not_in(taken))
    return db.scalars(ours.order_by(Approval.id)).all()
