"""What one colleague proposes and another decides, as both of them read it. Shared by policies and wordings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import flash
from sqlalchemy import select

from console.answers import Answers
from console.desk import actor, db, now, user
from models.approval import Approval, TooLate
from models.law import ACTS as LAW_ACTS
from models.policy import PUBLISH
from models.user import User
from models.wording import ACTS as OWN_ACTS

ACTS = OWN_ACTS | LAW_ACTS | {PUBLISH: "用新的一版"}
LEAST_REASON, MOST_REASON = 6, 200


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal and what became of it. `own`: by the very person who reads it, who must not decide (S2)."""

    act: str
    called: str
    subject: str
    words: str
    reason: str
    by: str
    at: dt.datetime
    own: bool
    open: bool
    outcome: str
    digest: str


def works_on_policies() -> bool:
    """Whether whoever is at the desk writes policies or decides about them."""
    return actor().may("policy", "draft") or actor().may("policy", "approve")


def shown(proposals: Iterable[Approval]) -> list[Proposed]:
    """For a page: names looked up once for all of them."""
    found = list(proposals)
    ids = {each.proposed_by_id for each in found} | {each.decided_by_id for each in found if each.decided_by_id}
    people = {row.id: row for row in db().scalars(select(User).where(User.id.in_(ids)))} if ids else {}
    me = user().person
    return [_shown(each, people, me) for each in found]


def decide(proposal: Approval | None, answers: Answers, approve: Callable[[Approval, str], None]) -> str:
    """Carry out what the form decides; the decision for the audit, empty when the form has faults.

    The form carries the digest of what it showed, so nothing else can be agreed to (S3).
    """
    if proposal is None:
        raise TooLate("这一份已经定过，或者放了一天以上，要重新提交")
    decision = answers.choice("decision", "同意还是退回", ("approve", "refuse"))
    reason = "" if decision != "refuse" else answers.text("why", "退回的原因", least=LEAST_REASON, most=MOST_REASON)
    if not answers.ok:
        return ""
    if decision == "approve":
        approve(proposal, answers["digest"])
        flash(f"同意了，{_from_now_on(proposal)}")
    else:
        proposal.refuse(db(), reason, by=user(), now=now())
        flash("退回了，提交的人看得到原因")
    return decision


def _from_now_on(proposal: Approval) -> str:
    told = {"停用": "几秒钟后就不再答这一条", "恢复使用": "几秒钟后就答这一条"}
    told |= {"启用法规": "现在就查得到", "停用法规": "现在就查不到了", "用新的一版": "几秒钟后就照新的答"}
    return told.get(ACTS[proposal.act], "下一条消息就这样说")


def _shown(each: Approval, people: dict[int, User], me: str) -> Proposed:
    proposer, content = people[each.proposed_by_id], each.content
    return Proposed(
        act=each.act,
        called=ACTS[each.act],
        subject=each.subject,
        words=content.get("words", ""),
        reason=content.get("reason", ""),
        by=proposer.shown_as,
        at=each.proposed_at,
        own=proposer.person == me,
        open=each.lives(now=now()),
        outcome=_outcome(each, people),
        digest=each.digest,
    )


def _outcome(each: Approval, people: dict[int, User]) -> str:
    if each.state == "proposed":
        return "等人定" if each.lives(now=now()) else "一天内没人定，作废了"
    if each.decided_by_id is None:
        return "换了新的一份"
    decider = people[each.decided_by_id].shown_as
    return f"{decider}同意了" if each.state == "approved" else f"{decider}退回：{each.answer}"
