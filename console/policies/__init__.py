"""The policy library: what is answered and why, how it does, trying a question, taking an article out of use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from flask import abort, flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, library, note, now, today, user
from console.page import Page, back_to, render
from console.policies.proposals import LEAST_REASON, MOST_REASON, Proposed, decide, shown, works_on_policies
from console.policies.trying import bubble_of, try_out
from knowledge_base.article import Article
from knowledge_base.citation import in_pieces, name_of
from knowledge_base.normal import plain, tidy
from models.answer_figures import Count, Lately, counts
from models.approval import Approval
from models.law import LawText
from models.policy import PUBLISH, PolicyVersion
from models.wording import RETIRE, RETURN, RetiredArticle, history, waiting

PAGE = Page("policies", menu="政策", first="listing")
VERIFIED = {"law": "核对过原文", "secondary": "没查到原文", "local": "各地不同", "pending": "等本地填写"}
STATES = {"": "全部", "used": "在用", "retired": "停用", "ending": "快到期", **VERIFIED}
ENDS_SOON = dt.timedelta(days=30)
LONGEST_QUESTION = 200
_EXAMPLE = "优待证怎么办"


@dataclass(frozen=True, slots=True)
class Row:
    """An article in the list."""

    article: Article
    retired: bool
    proposed: str
    count: Count


@PAGE.get("/policies", "policy", "read")
def listing() -> str:
    answers = Answers()
    retired, lately = RetiredArticle.ids(db()), Lately.at(db(), now=now())
    proposed = waiting(db(), RETIRE, RETURN, PUBLISH, now=now()) if works_on_policies() else []
    asked_for = {each.subject: each for each in shown(proposed)}
    counted = counts(db(), lately)
    rows = [
        Row(
            article,
            article.id in retired,
            asked_for[article.id].called if article.id in asked_for else "",
            counted.get(article.id, Count()),
        )
        for article in _searched(tidy(answers["q"]))
    ]
    rows = [row for row in rows if _is_in(row, answers["group"], answers["state"])]
    return render(
        "policies/list.html",
        answers=answers, groups=_grouped(rows), found=len(rows), total=len(library().everything),
        categories=[("", "全部"), *((name, name) for name in _categories())], states=STATES,
        verified=VERIFIED, since=lately.since, waiting=list(asked_for.values()), titles=library().everything,
        narrowed=bool(answers["q"] or answers["group"] or answers["state"]), publish=PUBLISH,
        ends_soon=[row.article.id for row in rows if _ends_soon(row)],
        drafts=PolicyVersion.drafts(db()) if actor().may("policy", "draft") else [],
        may_draft=actor().may("policy", "draft"), may_approve=actor().may("policy", "approve"),
    )  # fmt: skip


@PAGE.get("/policies/trial", "policy", "try")
def trial() -> str | tuple[str, int]:
    answers = Answers()
    if not answers["q"]:
        return render("policies/trial.html", answers=answers, tried=None, example=_EXAMPLE)
    question = answers.text("q", "要问的话", most=LONGEST_QUESTION)
    if not answers.ok:
        return render("policies/trial.html", answers=answers, tried=None, example=_EXAMPLE), 422
    tried = try_out(question)
    choices = [(each.article.id, each.article.title) for each in tried.likely]
    return render(
        "policies/trial.html",
        answers=answers, tried=tried, example=_EXAMPLE, choices=choices, may_draft=actor().may("policy", "draft"),
    )  # fmt: skip


@PAGE.get("/policies/<article_id>", "policy", "read")
def article(article_id: str) -> str:
    return _page(_article(article_id), Answers())


@PAGE.post("/policies/<article_id>/retirement", "policy", "draft")
def propose_retirement(article_id: str) -> Response | tuple[str, int]:
    return _propose(_article(article_id), RetiredArticle.propose, "提交了，等另一位同事定")


@PAGE.post("/policies/<article_id>/return", "policy", "draft")
def propose_return(article_id: str) -> Response | tuple[str, int]:
    return _propose(_article(article_id), RetiredArticle.propose_return, "提交了，等另一位同事定")


@PAGE.post("/policies/<article_id>/retirement/decision", "policy", "retire")
def decide_retirement(article_id: str) -> Response | tuple[str, int]:
    return _decide(_article(article_id), RETIRE, RetiredArticle.retire)


@PAGE.post("/policies/<article_id>/return/decision", "policy", "approve")
def decide_return(article_id: str) -> Response | tuple[str, int]:
    return _decide(_article(article_id), RETURN, RetiredArticle.bring_back)


def _propose(found: Article, propose: Callable[..., Approval], told: str) -> Response | tuple[str, int]:
    answers = Answers()
    reason = answers.text("reason", "原因", least=LEAST_REASON, most=MOST_REASON)
    if not answers.ok:
        return _page(found, answers), 422
    proposal = propose(db(), found.id, reason, by=user(), now=now())
    flash(told)
    note("policy.draft", f"article {found.id}", proposal.act)
    return back_to("policies.article", article_id=found.id)


def _decide(found: Article, act: str, carry_out: Callable[..., None]) -> Response | tuple[str, int]:
    answers = Answers()

    def approve(proposal: Approval, digest: str) -> None:
        carry_out(db(), proposal, digest=digest, by=user(), now=now())

    decision = decide(Approval.waiting(db(), act, found.id, now=now()), answers, approve)
    if not decision:
        return _page(found, answers), 422
    note("policy.retire" if act == RETIRE else "policy.approve", f"article {found.id}", decision)
    return back_to("policies.article", article_id=found.id)


def _page(found: Article, answers: Answers) -> str:
    lately = Lately.at(db(), now=now())
    made = shown(history(db(), found.id, RETIRE, RETURN)) if works_on_policies() else []
    return render(
        "policies/article.html",
        article=found, answers=answers, verified=VERIFIED,
        bubble=bubble_of(found),
        related=[library().everything[id_] for id_ in found.related if id_ in library().everything],
        cited=in_pieces(found.article), law=LawText.in_force(db(), _laws_of(found), today=today()),
        retired=db().get(RetiredArticle, found.id), proposals=[each for each in made if each.open],
        past=[each for each in made if not each.open], decides=_decides,
        has_draft=PolicyVersion.draft_of(db(), found.id) is not None,
        count=counts(db(), lately, article_id=found.id).get(found.id, Count()), since=lately.since,
        may_try=actor().may("policy", "try"), may_draft=actor().may("policy", "draft"), example=_EXAMPLE,
    )  # fmt: skip


def _laws_of(found: Article) -> set[str]:
    """What the law it rests on may be called."""
    return {name_of(found.source), name_of(found.cite)}


def _decides(proposal: Proposed) -> bool:
    """Whether the one who reads it may decide it."""
    return not proposal.own and actor().may("policy", "retire" if proposal.act == RETIRE else "approve")


def _article(article_id: str) -> Article:
    """Also one that is out of use: it can be read, and brought back."""
    found = library().everything.get(article_id)
    if found is None:
        abort(404)
    return found


def _searched(query: str) -> list[Article]:
    """Articles that hold the words; when none does, those the search thinks of."""
    everything = library().everything
    words = query.lower()
    holding = [article for article in everything.values() if words in _text_of(article)]
    if holding:
        return holding
    return [everything[hit.id] for hit in library().search(plain(query)).possible]


def _text_of(article: Article) -> str:
    told = (article.id, article.title, article.answer, article.details, article.source, article.article, *article.ways)
    return "\n".join(told).lower()


def _is_in(row: Row, group: str, state: str) -> bool:
    if group and row.article.category != group:
        return False
    if state in ("used", "retired"):
        return row.retired == (state == "retired")
    if state == "ending":
        return _ends_soon(row)
    return state not in VERIFIED or row.article.verified == state


def ends_soon(article: Article, *, today: dt.date) -> bool:
    """Whether its last day is near: somebody has to look for what comes after it."""
    return article.valid_until is not None and today <= article.valid_until <= today + ENDS_SOON


def _ends_soon(row: Row) -> bool:
    return not row.retired and ends_soon(row.article, today=today())


def _categories() -> list[str]:
    return sorted({article.category for article in library().everything.values()})


def _grouped(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    ordered = sorted(rows, key=lambda row: row.article.id)
    return [(category, list(found)) for category, found in groupby(ordered, key=lambda row: row.article.category)]
