"""Writing an article: a form kept as a draft, seen as it reads on the phone, tried, and put before another person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import abort, flash, request
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, desk, library, note, now, today, user
from console.page import back_to, render
from console.policies import PAGE, VERIFIED
from console.policies.proposals import LEAST_REASON, MOST_REASON, shown
from console.policies.trying import Tried, bubble_of, try_out
from handlers.policy.answer import faults_in_use, pages
from knowledge_base.article import Article, BadArticle, parse
from knowledge_base.article_form import FIELDS, fields_in, fields_of, text_of
from knowledge_base.deadline import UNITS
from knowledge_base.library import Library
from knowledge_base.normal import tidy
from knowledge_base.search import Index, mark_of_articles
from models.policy import LONGEST_TEXT, PUBLISH, PolicyVersion
from models.policy.check import LEVELS, CheckResult
from models.policy.learned import LearnedIndex
from models.policy.saved_question import SavedQuestion
from models.wording import history

TOLD = {"save": "草稿存好了", "check": "存好了，正在试，几秒钟后刷新就能看到", "propose": "提交了，等另一位同事定"}
_ID = re.compile(r"[A-Z][0-9]{2,3}")
CATEGORY = re.compile(r"([A-Z]) .+")


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as its writer sees it. `article` is None while the text is none; `faults` say why, or what to mend."""

    fields: dict[str, str]
    faults: list[str]
    article: Article | None
    saved: int


@PAGE.get("/policies/new", "policy", "draft")
def new() -> str:
    return _form(Written(beginning(), [], None, 0), Answers(), "")


@PAGE.post("/policies/new", "policy", "draft")
def begin() -> Response | tuple[str, int]:
    """The first draft of a new article. Its number comes after the last one of its category."""
    answers, fields = Answers(), _typed()
    category = CATEGORY.fullmatch(fields["category"])
    if category is None:
        answers.faults["category"] = "类别要从单子里选，或者写成“Q 新的类别”"
        return _form(Written(fields, [], None, 0), answers, ""), 422
    fields["id"] = next_id(category[1])
    return _keep(fields["id"], fields, answers)


@PAGE.get("/policies/<article_id>/draft", "policy", "draft")
def draft(article_id: str) -> str:
    return _form(_written(article_id), Answers(), article_id)


@PAGE.post("/policies/<article_id>/draft", "policy", "draft")
def keep_draft(article_id: str) -> Response | tuple[str, int]:
    _written(article_id)  # 404 for what is neither an article nor a draft
    return _keep(article_id, {**_typed(), "id": article_id}, Answers())


@PAGE.post("/policies/<article_id>/draft/removal", "policy", "draft")
def drop_draft(article_id: str) -> Response:
    found = PolicyVersion.draft_of(db(), article_id)
    if found is None:
        abort(404)
    found.drop()
    flash("草稿不要了。在用的没有变")
    note("policy.draft", f"article {article_id}", "dropped")
    return back_to("policies.listing")


def _keep(article_id: str, fields: dict[str, str], answers: Answers) -> Response | tuple[str, int]:
    """Kept whatever it is; put before another person only when it is sound."""
    act = answers.choice("act", "存、试还是提交", tuple(TOLD))
    text = text_of(fields)
    if len(text) > LONGEST_TEXT:
        answers.faults["ways"] = f"整条最多 {LONGEST_TEXT} 字，现在 {len(text)} 字"
    what_changed = tidy(answers["what_changed"])[:MOST_REASON]
    if act == "propose":
        what_changed = answers.text("what_changed", "改了什么、为什么", least=LEAST_REASON, most=MOST_REASON)
    if not answers.ok and len(text) > LONGEST_TEXT:
        return _form(Written(fields, [], None, _saved()), answers, article_id), 422
    kept = PolicyVersion.save(db(), article_id, text, saved=_saved(), what_changed=what_changed, by=user(), now=now())
    written = _read(kept)
    if act == "propose" and (written.faults or not answers.ok):
        # What was typed is kept; only the proposal has to wait.
        return _form(written, answers, article_id), 422
    if act == "check":
        kept.ask_for_check()
    if act == "propose":
        kept.propose(db(), by=user(), now=now())
    flash(TOLD.get(act, TOLD["save"]))
    note("policy.draft", f"article {article_id}", act)
    return back_to("policies.draft", article_id=article_id)


def _typed() -> dict[str, str]:
    """The fields of the form, line by line tidied."""
    return {name: "\n".join(tidy(line) for line in request.form.get(name, "").splitlines()) for name in FIELDS}


def _saved() -> int:
    given = request.form.get("saved", "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def beginning() -> dict[str, str]:
    """What the form of a new article begins with."""
    return {"checked": today().isoformat(), "verified": "law", "region": "全国"}


def next_id(letter: str) -> str:
    """The number of the next new article of a category."""
    taken = {*library().everything, *(draft.article_id for draft in PolicyVersion.drafts(db()))}
    return next(name for number in range(1, 1000) if (name := f"{letter}{number:02}") not in taken)


def _written(article_id: str) -> Written:
    """The draft of an article, or else what a draft would begin with."""
    kept = PolicyVersion.draft_of(db(), article_id)
    if kept is not None:
        return _read(kept)
    article = library().everything.get(article_id)
    if article is None:
        abort(404)
    return Written(fields_of(article), [], article, 0)


def _read(kept: PolicyVersion) -> Written:
    try:
        article = parse(kept.text)
    except BadArticle as problem:
        return Written(fields_in(kept.text), [str(problem)], None, kept.saved)
    return Written(fields_in(kept.text), faults_in_use(article, today=today()), article, kept.saved)


def candidate(article: Article) -> Library | None:
    """The library as it would be with this article, once the jobs process has learned it."""
    everything = {**library().everything, article.id: article}
    packed = LearnedIndex.of(db(), mark_of_articles(everything.values()))
    index = Index.unpack(everything.values(), packed) if packed else None
    return library().with_articles([article], index=index).on(today()) if index else None


def _form(written: Written, answers: Answers, article_id: str) -> str:
    kept = PolicyVersion.draft_of(db(), article_id) if article_id else None
    article, question = written.article, tidy(request.args.get("q", ""))
    checked = CheckResult.from_json(kept.check_result) if kept and kept.is_checked and kept.check_result else None
    learned = candidate(article) if article and (checked or question) else None
    tried: Tried | None = try_out(question, learned) if question and learned else None
    made = shown(history(db(), article_id, PUBLISH)) if article_id else []
    return render(
        "policies/draft.html",
        article_id=article_id, written=written, fields=written.fields, answers=answers, kept=kept,
        live=library().everything.get(article_id),
        bubble=bubble_of(article),
        pages=pages(article, library()) if article else [],
        checked=checked, waits=bool(kept and kept.waits_for_check), levels=LEVELS, tried=tried, question=question,
        may_ask=learned is not None, titles=library().everything,
        categories=sorted({each.category for each in library().everything.values()}),
        verified=VERIFIED, units=UNITS, what_changed=answers["what_changed"] or (kept.what_changed if kept else ""),
        open=[each for each in made if each.open], past=[each for each in made if not each.open],
        questions=[each for each in SavedQuestion.all(db()) if each.article_id == article_id],
        trial=desk().trial, may_approve=actor().may("policy", "approve"),
    )  # fmt: skip
