"""Articles out as a file, to be worked on elsewhere, and back in as drafts: looked through first, all of it or nothing.

Its views are on the page of the policies.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from flask import Response, flash, g, request
from werkzeug.wrappers import Response as BaseResponse

from console.answers import Answers
from console.desk import db, library, note, now, today, user
from console.page import back_to, render
from console.policies import PAGE
from console.policies.article_table import KINDS, LARGEST_LIBRARY, Entry, as_file, entries_in, kind_of
from console.policies.incoming import CHANGED, FAULTY, HELD, NEW, SAME, Plan, carry_out, plan_of
from console.sheets import KIND, BadSheet
from knowledge_base.article import Article
from models.draft import Draft

WAITING_AT = "policies.exchange"  # where a file that was looked through waits for its confirmation
FORM_AROUND = 20_000  # bytes of an upload that are not the file
TYPES = {".xlsx": KIND, ".md": "text/markdown; charset=utf-8"}


@PAGE.get("/policies/exchange", "policy", "draft")
def exchange() -> str:
    """Choose what to bring out, or a file to bring in; or see what the one that was chosen would do."""
    return _shown(Answers())


@PAGE.get("/policies/exchange/file", "policy", "draft")
def bring_out() -> Response | tuple[str, int]:
    answers = Answers()
    kind = answers.choice("kind", "哪种文件", tuple(KINDS))
    articles = _selected(answers)
    if not answers.ok:
        return _shown(answers), 422
    name = f"policies{kind}"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store, private"}
    return Response(as_file(articles, kind), content_type=TYPES[kind], headers=headers)


@PAGE.post("/policies/exchange", "policy", "draft")
def look_through() -> BaseResponse | tuple[str, int]:
    """Nothing is brought in yet. A file without a fault waits to be confirmed."""
    plan = _plan(g.entries) if g.entries else None
    if plan is None or plan.broken:
        return _shown(Answers(), plan, fault=g.bad_file or ("" if plan else "这个文件里没有政策")), 422
    kept = {"counted": g.counted, "entries": [asdict(entry) for entry in g.entries]}
    Draft.keep(db(), user().id, WAITING_AT, json.dumps(kept, ensure_ascii=False), now=now())
    return back_to("policies.exchange")


@PAGE.post("/policies/exchange/confirmation", "policy", "draft")
def confirm() -> BaseResponse:
    """All of it, and exactly what was shown; if something has changed meanwhile, it is shown again."""
    entries, _ = _waiting()
    plan = _plan(entries)
    if not entries or Answers()["digest"] != plan.digest:
        flash("这期间有改动，请再看一遍" if entries else "这个文件已经导入过了")
        return back_to("policies.exchange")
    count = carry_out(db(), plan, by=user(), now=now())
    Draft.drop(db(), user().id, WAITING_AT)
    flash(f"开好了 {count} 份草稿。每一份还要提交，另一位同事同意了才用上")
    note("policy.draft", "questions" if not count else f"article {plan.drafts[0].article_id}", f"imported {count}")
    return back_to("policies.listing")


@PAGE.post("/policies/exchange/dismissal", "policy", "draft")
def dismiss() -> BaseResponse:
    Draft.drop(db(), user().id, WAITING_AT)
    return back_to("policies.exchange")


@PAGE.blueprint.url_value_preprocessor
def let_a_file_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: this one may be larger than a message of WeChat's."""
    if endpoint == "policies.look_through":
        request.max_content_length = LARGEST_LIBRARY + FORM_AROUND


@PAGE.blueprint.before_request
def read_the_file() -> None:
    """Before the transaction: reading may take seconds, and SQLite has one writer, whom veterans' words wait for."""
    if request.endpoint != "policies.look_through":
        return
    file = request.files.get("file")
    g.entries, g.counted, g.bad_file = [], "", ""
    try:
        kind = kind_of(file.filename or "" if file is not None else "")
        g.entries, g.counted = (
            entries_in(file.read(LARGEST_LIBRARY + 1) if file is not None else b"", kind),
            KINDS[kind],
        )
    except BadSheet as bad:
        g.bad_file = str(bad)


def _selected(answers: Answers) -> list[Article]:
    """Those named by their numbers; else those of a category; else all."""
    everything = library().everything
    named = answers["ids"].upper().replace("，", " ").replace("、", " ").replace(",", " ").split()
    if missing := [id_ for id_ in named if id_ not in everything]:
        answers.faults["ids"] = f"没有 {missing[0][:10]} 这一条"
    chosen = [everything[id_] for id_ in dict.fromkeys(named) if id_ in everything] or list(everything.values())
    group = answers["group"]
    found = [article for article in chosen if named or group in ("", article.category)]
    if not found:
        answers.faults["group"] = "这一类没有条目"
    return sorted(found, key=lambda article: article.id)


def _plan(entries: list[Entry]) -> Plan:
    return plan_of(db(), entries, library().everything, today=today())


def _waiting() -> tuple[list[Entry], str]:
    """The file that waits for its confirmation, and what its articles are counted by."""
    kept = json.loads(Draft.of(db(), user().id, WAITING_AT) or "{}")
    return [Entry(**entry) for entry in kept.get("entries", ())], kept.get("counted", "")


def _shown(answers: Answers, plan: Plan | None = None, *, fault: str = "") -> str:
    entries, counted = _waiting() if plan is None and not fault else ([], g.get("counted", ""))
    return render(
        "policies/exchange.html",
        answers=answers, fault=fault, plan=_plan(entries) if entries else plan, counted=counted or "行",
        kinds=(NEW, CHANGED, HELD, SAME), faulty=FAULTY, held=HELD, same=SAME,
        categories=[("", "全部"), *((each, each) for each in _categories())],
        files=[(".xlsx", "Excel 表", "一行一条，一栏一项"), (".md", "Markdown", "一条接一条，和程序里的文件一样")],
    )  # fmt: skip


def _categories() -> list[str]:
    return sorted({article.category for article in library().everything.values()})
