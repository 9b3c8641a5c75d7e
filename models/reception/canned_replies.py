"""常用语, the sentences volunteers put into the box: changed as a list, by an admin, once a supervisor has read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.approval import Approval, TooLate, digest_of
from models.base import DomainError
from models.reception.note import CannedReply
from models.user import User

CHANGE = "settings.canned"
SUBJECT = "canned_replies"
MOST, LONGEST = 30, 200


class BadReplies(DomainError):
    """Too many sentences, one that is too long, or nothing changed."""


def present(db: Session) -> list[str]:
    return [reply.words for reply in CannedReply.all(db, most=MOST)]


def lines_in(text: str) -> list[str]:
    """One sentence a line, each once."""
    lines = list(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))
    if len(lines) > MOST:
        raise BadReplies(f"最多 {MOST} 句，现在 {len(lines)} 句")
    long = next((line for line in lines if len(line) > LONGEST), "")
    if long:
        raise BadReplies(f"一句最多 {LONGEST} 个字，这句有 {len(long)} 个：“{long[:12]}…”")
    return lines


def propose(db: Session, lines: Sequence[str], reason: str, *, by: User, now: dt.datetime) -> Approval:
    before = present(db)
    if list(lines) == before:
        raise BadReplies("和现在的一样，没有改动")
    content = {"lines": list(lines), "before": digest_of(before), "reason": reason}
    return Approval.propose(db, CHANGE, SUBJECT, content, by=by, now=now)


def carry_out(db: Session, approval: Approval, *, by: User, now: dt.datetime, digest: str) -> None:
    """The new list, as it was read."""
    content = approval.approve(db, by=by, now=now, digest=digest)
    if content["before"] != digest_of(present(db)):
        raise TooLate("常用语这期间改过了，要按现在的重新提交")
    db.execute(delete(CannedReply))
    db.add_all(CannedReply(words=words, place=place) for place, words in enumerate(content["lines"]))
    db.flush()
