"""A restricted petition on paper: one discipline contact asks for it, with a reason, another one agrees (matrix 5)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.approval import LIVES, Approval, TooLate
from models.case import CaseEvent
from models.petition import Petition, clear
from models.user import User

PRINT = "restricted.print"
OURS = ("proposed", "printed")  # lines that come of printing itself, and change nothing of what is printed


def ask_for_paper(db: Session, petition: Petition, reason: str, *, by: User, now: dt.datetime) -> Approval:
    petition.lock(db)
    reason = clear(reason, 200)
    petition.note(db, "proposed", now=now, words=f"打印，原因：{reason}", by=by, shown=False)
    content = {"reason": reason, "stands": _standing(db, petition)}
    return Approval.propose(db, PRINT, petition.uid, content, by=by, now=now)


def agree_to_paper(db: Session, petition: Petition, *, by: User, now: dt.datetime, digest: str) -> None:
    """Agreed to what was seen (S3): a word of the veteran in between calls for a new question."""
    petition.lock(db)
    proposal = waiting(db, petition, now=now)
    if proposal is None:
        raise TooLate("没有等着同意的打印")
    content = proposal.approve(db, by=by, now=now, digest=digest)
    if content["stands"] != _standing(db, petition):
        raise TooLate("这件事在这期间有了变化，要重新提出")
    petition.note(db, "printed", now=now, words="同意打印。", by=by, shown=False)


def waiting(db: Session, petition: Petition, *, now: dt.datetime) -> Approval | None:
    return Approval.waiting(db, PRINT, petition.uid, now=now)


def printable(db: Session, petition: Petition, *, by: User, now: dt.datetime) -> Approval | None:
    """What was agreed to within a day, for the person who asked for it and nobody else."""
    agreed = (Approval.act == PRINT, Approval.subject == petition.uid, Approval.state == "approved")
    last = select(Approval).where(*agreed, Approval.decided_at > now - LIVES).order_by(Approval.id.desc()).limit(1)
    found = db.scalars(last).first()
    asked = db.get_one(User, found.proposed_by_id) if found is not None else None
    fits = found is not None and found.content["stands"] == _standing(db, petition)
    return found if fits and asked is not None and asked.person == by.person else None


def _standing(db: Session, petition: Petition) -> list[str | int]:
    """What is on the paper: its status, and how many lines its history has."""
    lines = select(func.count()).where(CaseEvent.case_id == petition.id, CaseEvent.what.not_in(OURS))
    return [petition.status, db.scalar(lines) or 0]
