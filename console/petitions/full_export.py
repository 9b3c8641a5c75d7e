"""The table in full, of what one handles: asked for with a reason, agreed to by a leader, downloaded once (R43).

Also in full a telephone number stays masked: each is seen for a reason of its own (R42).
"""

from __future__ import annotations

from typing import Any

from flask import abort, flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, signed, user
from console.page import Later, Page, back_to, render
from console.petitions import Wanted, listed
from console.petitions.export import MOST_ROWS, foot_of, sent_as_table, wanted_of
from console.petitions.page import REASON
from console.petitions.view import told_in, topic_of
from models.approval import LIVES, Approval
from models.petition import STATUSES, Petition
from models.petition.clock import day_of
from models.petition.full_export import FULL, takeable, waiting
from models.user import User
from models.user.visible import visible

PAGE = Page("petition_full_export")
HEAD = (
    "编号",
    "哪方面",
    "姓名",
    "电话",
    "什么事",
    "在哪里",
    "哪个单位",
    "希望怎么办",
    "办到哪步",
    "提出日期",
    "书面答复",
)
WIDTHS = (13, 16, 14, 15, 60, 20, 20, 30, 12, 13, 50)


@PAGE.post("/petitions/full-exports", "export", "petitions_full", fresh=True)
def ask() -> Response | tuple[str, int]:
    """What is asked for is what the list shows now; a later petition is not in it."""
    answers = Answers()
    reason = answers.text("full_reason", "导出的原因", least=REASON, most=200)
    petitions = wanted_of(Wanted.read(answers), "petitions_full", answers, "full_reason")
    if answers.ok and not petitions:
        answers.faults["full_reason"] = "筛出来的没有您承办的"
    if not answers.ok:
        return listed(Wanted.read(answers), answers), 422
    content = {"reason": reason, "uids": [petition.uid for petition in petitions]}
    Approval.propose(db(), FULL, user().uid, content, by=user(), now=now())
    note("export.ask", "petitions", f"{len(petitions)} rows")
    flash("提出了，等负责人同意，一天内有效")
    return back_to("petition_full_export.listing" if actor().may("export", "approve") else "petitions.listing")


@PAGE.post("/petitions/full-exports/<uid>/file", "export", "petitions_full", fresh=True)
def take(uid: str) -> Later:
    """Once; what is not theirs any more is left out."""
    approval = next((each for each in takeable(db(), signed().user_id, now=now()) if each.uid == uid), None)
    if approval is None:
        abort(404)
    uids = approval.content["uids"][:MOST_ROWS]
    ours = visible(Petition, actor(), "export", "petitions_full").where(Petition.uid.in_(uids)).order_by(Petition.id)
    petitions = [petition for petition in db().scalars(ours) if not petition.keeps_away(db(), user())]
    rows = [list(HEAD), *(_row(petition) for petition in petitions), [], [foot_of(approval.uid, len(petitions))]]
    note(FULL, uid, f"{len(petitions)} rows")
    return Later(lambda: sent_as_table(uid, WIDTHS, rows))


@PAGE.get("/full-exports", "export", "approve")
def listing() -> str:
    return render(
        "petitions/full_exports.html", rows=[_shown(each) for each in waiting(db(), now=now())], answers=Answers()
    )


@PAGE.post("/full-exports/<uid>/decision", "export", "approve", fresh=True)
def decide(uid: str) -> Response | tuple[str, int]:
    approval = db().scalars(select(Approval).where(Approval.uid == uid, Approval.act == FULL)).first()
    if approval is None:
        abort(404)
    answers = Answers()
    decision = answers.choice("decision", "同意还是退回", ("approve", "refuse"))
    if not answers.ok:
        return render(
            "petitions/full_exports.html", rows=[_shown(each) for each in waiting(db(), now=now())], answers=answers
        ), 422
    if decision == "approve":
        approval.approve(db(), by=user(), now=now(), digest=answers["digest"])
    else:
        approval.refuse(db(), "没有同意导出", by=user(), now=now())
    note(f"export.{decision}", approval.uid, FULL)
    flash("同意了，提出的人一天内可以下载一次" if decision == "approve" else "退回了")
    return back_to("petition_full_export.listing")


def _shown(approval: Approval) -> dict[str, Any]:
    by = db().get_one(User, approval.proposed_by_id)
    return {
        "uid": approval.uid,
        "digest": approval.digest,
        "by": by.shown_as,
        "own": by.person == actor().person,
        "reason": approval.content["reason"],
        "count": len(approval.content["uids"]),
        "at": approval.proposed_at,
        "until": approval.proposed_at + LIVES,
    }


def _row(petition: Petition) -> list[str]:
    told, filed = told_in(petition), day_of(petition.filed_at)
    return [
        petition.number, topic_of(petition), told.names, told.phone, told.story, told.where, told.unit, told.wish,
        STATUSES[petition.status], filed.isoformat(), petition.answer,
    ]  # fmt: skip
