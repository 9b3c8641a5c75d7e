"""What becomes of a petition only when two people agree: not to accept it, to take longer, the written answer.

One who handles it proposes, another person approves or sends it back (S2); the approval is bound to what was proposed
and to how the petition stood then, and lives for a day (S3).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.approval import Approval, TooLate
from models.case import CaseEvent, NotNow
from models.petition import NotClear, Petition, clear
from models.petition.clock import MOST_EXTENSION, day_of
from models.user import User

DECLINE, EXTEND, ANSWER = "petition.decline", "petition.extend", "petition.answer"
ACTS = {DECLINE: "不予受理", EXTEND: "延长期限", ANSWER: "书面答复"}
FROM = {DECLINE: "received", EXTEND: "accepted", ANSWER: "accepted"}
BECOMES = {DECLINE: "declined", EXTEND: "extended", ANSWER: "answered"}  # in the history


def propose(
    db: Session, petition: Petition, act: str, words: str, *, by: User, now: dt.datetime, days: int = 0
) -> Approval:
    """Put an act before another person: the reason the veteran will read, or the answer itself."""
    petition.begin(db, FROM[act], by=by)
    words = clear(words)
    if act == EXTEND:
        may_be_extended(petition, days, now=now)
    content = {"words": words, "days": days, "stands": _standing(db, petition)}
    petition.note(db, "proposed", now=now, words=ACTS[act], by=by, shown=False)
    return Approval.propose(db, act, petition.uid, content, by=by, now=now)


def carry_out(
    db: Session, petition: Petition, approval: Approval, *, by: User, now: dt.datetime, words: str, digest: str
) -> None:
    """Approve what was seen, and do it at once. `words` are what the veteran is told."""
    petition.begin(db, FROM[approval.act], by=by)
    content = approval.approve(db, by=by, now=now, digest=digest)
    if content["stands"] != _standing(db, petition):
        raise TooLate("这件事在这期间有了变化，要按现在的情况重新提交")
    if approval.act == DECLINE:
        petition.status, petition.told_at, petition.closed_at = "declined", now, now
    elif approval.act == EXTEND:
        may_be_extended(petition, content["days"], now=now)
        petition.extended_days += content["days"]
    else:
        petition.status, petition.answered_at, petition.answer = "answered", now, content["words"]
    petition.happened(db, BECOMES[approval.act], by=by, now=now, words=words)


def send_back(db: Session, petition: Petition, approval: Approval, reason: str, *, by: User, now: dt.datetime) -> None:
    """Not like this: the proposer reads why, and may propose again."""
    petition.begin(db, FROM[approval.act], by=by)
    reason = clear(reason, 500)
    approval.refuse(db, reason, by=by, now=now)
    petition.note(db, "sent_back", now=now, words=f"{ACTS[approval.act]}：{reason}", by=by, shown=False)


def may_be_extended(petition: Petition, days: int, *, now: dt.datetime) -> None:
    """条例 34: within the time, by thirty days at most, all extensions together; a review has none."""
    if petition.stage:
        raise NotNow("复查、复核要在 30 天内答复，不能延长（《信访工作条例》第三十五、三十六条）")
    left = MOST_EXTENSION - petition.extended_days
    if not 1 <= days <= left:
        raise NotClear(
            f"延长要写天数，最多 {left} 天（《信访工作条例》第三十四条）" if left else "已经延长满 30 天，不能再延长"
        )
    if petition.due_on is not None and day_of(now) > petition.due_on:
        raise NotNow("已经超期，不能再延长，请尽快书面答复")


def waiting(db: Session, petition: Petition, *, now: dt.datetime) -> list[Approval]:
    """What is proposed for a petition and not decided."""
    proposed = _ours(petition).where(Approval.state == "proposed")
    return [approval for approval in db.scalars(proposed.order_by(Approval.id)) if approval.lives(now=now)]


def last_sent_back(db: Session, petition: Petition) -> Approval | None:
    """The last proposal, when somebody sent it back: its reason is shown to those who may try again."""
    last = _ours(petition).order_by(Approval.id.desc()).limit(1)
    found = db.scalars(last).first()
    return found if found is not None and found.state == "refused" and found.answer_sealed is not None else None


def _ours(petition: Petition) -> Select[Approval]:
    """Proposals of this file's acts on it; there are others (petition/printing.py)."""
    return select(Approval).where(Approval.subject == petition.uid, Approval.act.in_(ACTS))


def _standing(db: Session, petition: Petition) -> list[str | int]:
    """What an approval must still find as it was: any change in between, and any new word of the veteran, calls for a
    new proposal (S3).
    """
    added = select(func.count()).where(CaseEvent.case_id == petition.id, CaseEvent.what == "added")
    return [petition.status, petition.extended_days, petition.station_id or 0, db.scalar(added) or 0]
