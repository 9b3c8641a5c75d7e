"""设置: what the office decides for itself. An admin changes it and says why, a supervisor confirms."""

from __future__ import annotations

from flask import flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import db, note, now, user
from console.page import Page, back_to, render
from knowledge_base.normal import tidy
from models.base import DomainError
from models.reception.canned_replies import CHANGE, LONGEST, MOST, SUBJECT, lines_in, present, propose
from models.user.account_list import asked

PAGE = Page("settings", menu="设置", first="listing")
LEAST_REASON = 6


@PAGE.get("/settings", "settings", "edit")
def listing() -> str:
    return _shown(Answers())


@PAGE.post("/settings/canned-replies", "settings", "edit", fresh=True)
def change_replies() -> Response | tuple[str, int]:
    """The whole list at once: its order is its meaning."""
    answers = Answers()
    reason = answers.text("reason", "原因", least=LEAST_REASON, most=200)
    try:
        lines = lines_in(tidy(answers["words"]))
        if answers.ok:
            propose(db(), lines, reason, by=user(), now=now())
    except DomainError as refused:
        answers.faults["words"] = str(refused)
    if not answers.ok:
        return _shown(answers), 422
    flash("交上去了。负责人确认以后，接待室就能用；24 小时内没确认，要重新提。")
    note("settings.edit", SUBJECT)
    return back_to("settings.listing")


def _shown(answers: Answers) -> str:
    return render(
        "settings/list.html",
        answers=answers,
        replies="\n".join(present(db())),
        waiting=asked(db(), (CHANGE,), now=now()),
        most=MOST,
        longest=LONGEST,
    )
