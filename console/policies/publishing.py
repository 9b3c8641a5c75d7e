"""A version put before a second person, the versions there have been, and the questions every version is tried on."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from flask import abort, flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, library, note, now, user
from console.page import back_to, render
from console.policies import LONGEST_QUESTION, PAGE
from console.policies.editing import candidate
from console.policies.proposals import decide, shown
from console.policies.trying import bubble_of, try_out
from knowledge_base.article import Article, BadArticle, parse
from knowledge_base.article_form import as_text
from knowledge_base.library import shipped_text
from models.approval import Approval
from models.policy import PUBLISH, PolicyVersion
from models.policy.check import LEVELS, CheckResult
from models.policy.saved_question import SavedQuestion
from models.user import User
from models.wording import history

AROUND = 2  # lines shown about a change


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text beside its older form: `sign` is + where it is new, - where it is gone, blank where it stays."""

    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version in the history, with what it changed. Number 0 is what comes with the program."""

    number: int
    state: str
    by: str
    agreed_by: str
    at: object
    what_changed: str
    changes: list[Line]


@PAGE.get("/policies/<article_id>/publication", "policy", "approve")
def publication(article_id: str) -> str:
    return _publication(article_id, Answers())


@PAGE.post("/policies/<article_id>/publication/decision", "policy", "approve")
def decide_publication(article_id: str) -> Response | tuple[str, int]:
    answers, draft = Answers(), _proposed(article_id)
    checked = _checked(draft)

    def approve(proposal: Approval, digest: str) -> None:
        stops = checked is not None and checked.stops
        PolicyVersion.publish(db(), proposal, digest=digest, does_worse=stops, by=user(), now=now())

    decision = decide(Approval.waiting(db(), PUBLISH, article_id, now=now()), answers, approve)
    if not decision:
        return _publication(article_id, answers), 422
    note("policy.approve", f"article {article_id}", decision)
    return back_to("policies.listing")


@PAGE.get("/policies/<article_id>/versions", "policy", "read")
def versions(article_id: str) -> str:
    """Newest first, each beside the one before it."""
    article = library().everything.get(article_id)
    if article is None:
        abort(404)
    return render(
        "policies/versions.html",
        article=article, versions=list(_versions(article_id)), may_draft=actor().may("policy", "draft"),
        has_draft=PolicyVersion.draft_of(db(), article_id) is not None,
    )  # fmt: skip


@PAGE.post("/policies/<article_id>/versions/<int:number>/draft", "policy", "draft")
def draft_again(article_id: str, number: int) -> Response:
    """An older version as a new draft. It goes into use as any other does."""
    older = _text_of(article_id, number)
    if older is None:
        abort(404)
    PolicyVersion.save(db(), article_id, older, saved=0, what_changed=f"改回第 {number} 版", by=user(), now=now())
    flash(f"第 {number} 版放进草稿了，还没有提交")
    note("policy.draft", f"article {article_id}", f"version {number}")
    return back_to("policies.draft", article_id=article_id)


@PAGE.get("/policies/questions", "policy", "try")
def saved_questions() -> str:
    """All of them, and how the library in use answers each."""
    rows = []
    for each in SavedQuestion.all(db()):
        tried = try_out(each.words)
        first = tried.likely[0].article.id if tried.likely else ""
        rows.append((each, tried.heading, first == each.article_id))
    return render(
        "policies/saved.html", rows=rows, titles=library().everything, may_draft=actor().may("policy", "draft")
    )


@PAGE.post("/policies/questions", "policy", "draft")
def save_question() -> Response:
    answers = Answers()
    words = answers.text("words", "要存的问题", most=LONGEST_QUESTION, least=2)
    article_id = answers.choice("article_id", "它的答案是哪一条", tuple(library().everything))
    if answers.ok:
        SavedQuestion.keep(db(), words, article_id, by=user(), now=now())
        flash("存下了。以后每次改政策，都会先拿它试一试")
        note("policy.draft", f"article {article_id}", "question")
    else:
        flash("没有存：" + "；".join(answers.faults.values()))
    return back_to("policies.saved_questions")


@PAGE.post("/policies/questions/<uid>/removal", "policy", "draft")
def remove_question(uid: str) -> Response:
    found = db().scalars(select(SavedQuestion).where(SavedQuestion.uid == uid)).first()
    if found is None:
        abort(404)
    found.remove(db())
    flash("拿掉了")
    note("policy.draft", f"article {found.article_id}", "question removed")
    return back_to("policies.saved_questions")


def changes(older: str, newer: str) -> list[Line]:
    """What changed between two texts, line by line, with a little of what stands around it."""
    lines = difflib.unified_diff(older.splitlines(), newer.splitlines(), n=AROUND, lineterm="")
    return [Line(line[0] if line[0] != "@" else "…", line[1:] if line[0] != "@" else "") for line in list(lines)[2:]]


def _publication(article_id: str, answers: Answers) -> str:
    draft = _proposed(article_id)
    made = shown(history(db(), article_id, PUBLISH))
    article, checked = _article(draft), _checked(draft)
    return render(
        "policies/publication.html",
        article_id=article_id, article=article, draft=draft, answers=answers, checked=checked, levels=LEVELS,
        titles=library().everything, changes=changes(_in_use(article_id), draft.text),
        bubble=bubble_of(article),
        learned=bool(article and candidate(article)), open=[each for each in made if each.open],
    )  # fmt: skip


def _proposed(article_id: str) -> PolicyVersion:
    draft = PolicyVersion.draft_of(db(), article_id)
    if draft is None or Approval.waiting(db(), PUBLISH, article_id, now=now()) is None:
        abort(404)
    return draft


def _checked(draft: PolicyVersion) -> CheckResult | None:
    return CheckResult.from_json(draft.check_result) if draft.is_checked and draft.check_result else None


def _article(draft: PolicyVersion) -> Article | None:
    try:
        return parse(draft.text)
    except BadArticle:
        return None


def _in_use(article_id: str) -> str:
    """The text in use, empty for a new article."""
    article = library().everything.get(article_id)
    return as_text(article) if article else ""


def _text_of(article_id: str, number: int) -> str | None:
    if number == 0:
        return shipped_text(article_id)
    return next((each.text for each in PolicyVersion.history(db(), article_id) if each.number == number), None)


def _versions(article_id: str) -> Iterator[Version]:
    made = PolicyVersion.history(db(), article_id)
    ids = {id_ for each in made for id_ in (each.written_by_id, each.approved_by_id)}
    people = {row.id: row.shown_as for row in db().scalars(select(User).where(User.id.in_(ids)))}
    shipped = shipped_text(article_id)
    texts = [*(each.text for each in made), shipped or ""]
    for place, each in enumerate(made):
        yield Version(
            each.number, each.state, people[each.written_by_id], people.get(each.approved_by_id or 0, ""),
            each.approved_at,
            each.what_changed, changes(texts[place + 1], each.text),
        )  # fmt: skip
    if shipped is not None:
        yield Version(0, "live" if not made else "replaced", "", "", None, "", [])
