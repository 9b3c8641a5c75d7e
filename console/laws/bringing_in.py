"""Bringing a law in: choose a file, see what was found in it, complete its head, put it before another person.

Its views are on the page of the laws.
"""

from __future__ import annotations

import json
from typing import Any

from flask import flash, g, request
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import db, note, now, user
from console.laws import PAGE
from console.laws.document import BadDocument, read_document
from console.page import back_to, render
from console.sheets import LARGEST_FILE
from knowledge_base.law import FIELDS, LONGEST, ReadText, faults_of, law_of, read_law
from knowledge_base.normal import tidy
from models.approval import digest_of
from models.draft import Draft
from models.law import BRING_IN, LawText

WAITING_AT = "laws.file"  # where a text that was looked through waits to be proposed
FORM_AROUND = 20_000  # bytes of an upload that are not the file
HINTS = {
    "title": "文件的全名", "issuer": "比如“国务院”", "document_number": "没有就空着",
    "adopted": "这一版公布的日子，比如 2024-08-05；没有就空着", "effective": "从哪天起算数，比如 2024-10-01",
    "region": "空着就是全国", "source": "从哪里来的，比如网址",
}  # fmt: skip


@PAGE.get("/law-file", "policy", "draft")
def chosen() -> str:
    """Choose a file; or see what was found in the one that was chosen."""
    text = _waiting()
    return _shown(read_law(text) if text else None, Answers())


@PAGE.post("/law-file", "policy", "draft")
def look_through() -> Response | tuple[str, int]:
    """Nothing is brought in yet. A text without a fault waits to be completed."""
    found = read_law(g.text) if g.text else None
    if found is None or found.faults:
        return _shown(found, Answers(), fault=g.bad_document), 422
    Draft.keep(db(), user().id, WAITING_AT, json.dumps(g.text, ensure_ascii=False), now=now())
    return back_to("laws.chosen")


@PAGE.post("/law-file/proposal", "policy", "draft")
def propose() -> Response | tuple[str, int]:
    """Exactly what was shown: another file that was chosen meanwhile, in another window, is shown first."""
    text, answers = _waiting(), Answers()
    if not text or answers["digest"] != digest_of(text):
        flash("您在别处又选了一个文件，请再看一遍" if text else "这一份已经提交过了")
        return back_to("laws.chosen" if text else "laws.listing")
    found = read_law(text)
    head = {key: tidy(answers[key]) for key in FIELDS}
    answers.faults.update(faults_of(head))
    if not answers.ok:
        return _shown(found, answers), 422
    proposal = LawText.propose(db(), law_of(head, found.articles), by=user(), now=now())
    Draft.drop(db(), user().id, WAITING_AT)
    flash("提交了，等另一位同事定")
    note("policy.draft", f"law {proposal.subject}", BRING_IN)
    return back_to("laws.law", uid=proposal.subject)


@PAGE.post("/law-file/dismissal", "policy", "draft")
def dismiss() -> Response:
    Draft.drop(db(), user().id, WAITING_AT)
    return back_to("laws.chosen")


@PAGE.blueprint.url_value_preprocessor
def let_a_document_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: this one may be larger than a message of WeChat's."""
    if endpoint == "laws.look_through":
        request.max_content_length = LARGEST_FILE + FORM_AROUND


@PAGE.blueprint.before_request
def read_the_document() -> None:
    """Before the transaction: reading may take seconds, and SQLite has one writer, whom veterans' words wait for."""
    if request.endpoint != "laws.look_through":
        return
    file = request.files.get("file")
    g.text, g.bad_document = "", ""
    try:
        g.text = read_document(file.read(LARGEST_FILE + 1) if file is not None else b"")
    except BadDocument as bad:
        g.bad_document = str(bad)


def _waiting() -> str:
    text: str = json.loads(Draft.of(db(), user().id, WAITING_AT) or '""')
    return text


def _shown(found: ReadText | None, answers: Answers, *, fault: str = "") -> str:
    text = _waiting() if found is not None and not found.faults else ""
    given = {key: answers[key] for key in FIELDS} if answers.faults else found.head if found is not None else {}
    return render(
        "laws/file.html",
        found=found, answers=answers, fault=fault, given=given, digest=digest_of(text), fields=FIELDS, hints=HINTS,
        longest=LONGEST,
    )  # fmt: skip
