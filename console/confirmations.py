"""What an admin has asked for and a supervisor decides: roles, lost second factors, settings (S8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, user
from console.page import Page, back_to, render
from models.approval import Approval
from models.reception.canned_replies import CHANGE, carry_out, present
from models.user.account_list import asked
from models.user.accounts import GRANT, RESET_FACTOR, confirm_factor_reset, confirm_role

PAGE = Page("confirmations", menu="管理确认", first="listing")
ACTS = (GRANT, RESET_FACTOR, CHANGE)
LEAST_REASON = 6


@PAGE.get("/confirmations", "user", "confirm_grant")
def listing() -> str:
    return _shown(Answers())


@PAGE.post("/confirmations/roles", "user", "confirm_grant", fresh=True)
def decide_role() -> Response | tuple[str, int]:
    return _decide(GRANT, "user.confirm_grant", confirm_role)


@PAGE.post("/confirmations/factors", "user", "confirm_reset", fresh=True)
def decide_factor_reset() -> Response | tuple[str, int]:
    return _decide(RESET_FACTOR, "user.confirm_reset", confirm_factor_reset)


@PAGE.post("/confirmations/settings", "settings", "confirm", fresh=True)
def decide_settings() -> Response | tuple[str, int]:
    return _decide(CHANGE, "settings.confirm", carry_out)


def _decide(act: str, noted: str, agree: Callable[..., Any]) -> Response | tuple[str, int]:
    """Agree to exactly what was read, or send it back and say why."""
    answers = Answers()
    uid = answers["uid"]
    approval = db().scalars(select(Approval).where(Approval.uid == uid, Approval.act == act)).first()
    if approval is None:
        abort(404)
    if answers.choice("decision", "同意还是退回", ("agree", "refuse")) == "refuse":
        reason = answers.text(f"reason-{uid}", "退回的原因", least=LEAST_REASON, most=200)
        if answers.ok:
            approval.refuse(db(), reason, by=user(), now=now())
    elif answers.ok:
        agree(db(), approval, by=user(), now=now(), digest=answers["digest"])
    if not answers.ok:
        return _shown(answers), 422
    agreed = approval.state == "approved"
    flash("同意了，现在就生效。" if agreed else "退回了。")
    note(noted if agreed else f"{act}.refused", f"approval {approval.uid}", approval.subject)
    return back_to("confirmations.listing")


def _shown(answers: Answers) -> str:
    """What may be decided, and what this person has a hand in and another supervisor decides."""
    found = asked(db(), ACTS, now=now())
    ours = actor().person
    return render(
        "confirmations/list.html",
        answers=answers,
        waiting=[each for each in found if ours not in (each.by_person, each.about_person)],
        others=[each for each in found if ours in (each.by_person, each.about_person)],
        replies=present(db()) if any(each.act == CHANGE for each in found) else [],
    )
