"""等您复核的: what colleagues propose for a petition, word for word, to be agreed to or sent back by another person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import abort, flash
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, today, turn_away, user
from console.page import Page, back_to, read_by_us, render
from console.petitions.page import said
from console.petitions.view import masked_names, told_in
from console.reveal import many_today
from handlers.petition import told as petition_told
from models.approval import LIVES, Approval
from models.petition import Petition
from models.petition.proposal import ACTS, ANSWER, DECLINE, EXTEND, FROM, carry_out, send_back
from models.user import User
from models.user.visible import visible

PAGE = Page("approvals", menu="等您复核", first="listing")
MOST = 100
LEAST_REASON = 6


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal as the approver reads it."""

    uid: str
    act: str
    number: str
    topic: str
    who: str
    by: str
    at: dt.datetime
    until: dt.datetime
    own: bool
    standing: str


@PAGE.get("/approvals", "petition", "approve")
def listing() -> str:
    found = _pairs(_waiting().limit(MOST))
    rows = [_row(approval, petition) for approval, petition in found if petition.status == FROM[approval.act]]
    return render("petitions/approvals.html", rows=rows, many=many_today())


@PAGE.get("/approvals/<uid>", "petition", "approve")
def page(uid: str) -> str:
    approval, petition = _one(uid)
    read_by_us("petition", "approve", petition.uid)
    return _shown(approval, petition, Answers())


@PAGE.post("/approvals/<uid>/decision", "petition", "approve")
def decide(uid: str) -> Response | tuple[str, int]:
    """Agreed to exactly what was seen: the page carries the digest of what it showed (S3)."""
    (approval, petition), answers = _one(uid), Answers()
    decision = answers.choice("decision", "同意还是退回", ("approve", "refuse"))
    reason = answers["reason"].strip()
    if decision == "refuse":
        reason = answers.text("reason", "退回的原因", least=LEAST_REASON, most=300)
    if not answers.ok:
        return _shown(approval, petition, answers), 422
    if decision == "approve":
        words = to_be_told(approval, petition)
        carry_out(db(), petition, approval, by=user(), now=now(), words=words, digest=answers["digest"])
        flash(f"同意了{ACTS[approval.act]}，已经告诉本人")
    else:
        send_back(db(), petition, approval, reason, by=user(), now=now())
        flash("退回了，提交的人看得到原因")
    note(f"petition.{decision}", petition.uid, approval.act)
    return back_to("approvals.listing")


def to_be_told(approval: Approval, petition: Petition) -> str:
    """What the veteran reads when this is agreed to now."""
    content = approval.content
    if approval.act == DECLINE:
        return said(petition_told.declined(petition, content["words"]))
    if approval.act == EXTEND:
        return said(petition_told.extended(petition, content["days"], content["words"], now=now()))
    return said(petition_told.answered(petition, now=now()))


def _waiting() -> Select[Approval]:
    """Newest last; the proposals on petitions this person may approve, so that no hidden one shows through."""
    reachable = visible(Petition, actor(), "petition", "approve").with_only_columns(Petition.uid)
    return (
        select(Approval)
        .where(Approval.act.in_(ACTS), Approval.state == "proposed", Approval.subject.in_(reachable))
        .where(Approval.proposed_at > now() - LIVES)
        .order_by(Approval.id)
    )


def _pairs(found: Select[Approval]) -> list[tuple[Approval, Petition]]:
    approvals = db().scalars(found).all()
    about = select(Petition).where(Petition.uid.in_([approval.subject for approval in approvals]))
    petitions = {petition.uid: petition for petition in db().scalars(about)}
    return [(approval, petitions[approval.subject]) for approval in approvals]


def _one(uid: str) -> tuple[Approval, Petition]:
    """One that waits or was decided; of a petition this person may not know of there is none."""
    approval = db().scalars(select(Approval).where(Approval.uid == uid, Approval.act.in_(ACTS))).first()
    if approval is None:
        abort(404)
    reachable = visible(Petition, actor(), "petition", "approve").where(Petition.uid == approval.subject)
    petition = db().scalars(reachable).first()
    if petition is None or petition.keeps_away(db(), user()):
        turn_away(uid, "petition.approve", hidden=True)
    return approval, petition


def _row(approval: Approval, petition: Petition) -> Proposed:
    by = db().get_one(User, approval.proposed_by_id)
    running = petition.clock.running
    return Proposed(
        approval.uid,
        ACTS[approval.act],
        petition.number,
        petition.topic,
        masked_names(petition),
        by.shown_as,
        approval.proposed_at,
        approval.proposed_at + LIVES,
        by.person == actor().person,
        running.standing(today()) if running else "",
    )


def _shown(approval: Approval, petition: Petition, answers: Answers) -> str:
    return render(
        "petitions/approval.html",
        answers=answers,
        row=_row(approval, petition),
        digest=approval.digest,
        content=approval.content,
        is_answer=approval.act == ANSWER,
        is_extension=approval.act == EXTEND,
        to_be_told=to_be_told(approval, petition),
        told=told_in(petition),
        clock=petition.clock,
        waits=approval.lives(now=now()),
    )
