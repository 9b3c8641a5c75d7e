"""法规: laws and notices to read and to search; brought in by one person, put into use by another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import abort, flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, today, user
from console.laws.passage import Piece, anchors_of, passage_of, terms_of
from console.page import Page, back_to, render
from console.policies.proposals import LEAST_REASON, MOST_REASON, Proposed, decide, shown, works_on_policies
from knowledge_base.normal import tidy
from models.approval import Approval
from models.law import BRING_IN, OLDER, TAKE_OUT, LawArticle, LawText, standings
from models.law.search import search
from models.wording import history, waiting

PAGE = Page("laws")
MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class Found:
    """An article that was found: where it stands, and the words around what was looked for."""

    law: LawText
    article: LawArticle
    passage: list[Piece]


@PAGE.get("/laws", "policy", "read")
def listing() -> str:
    """Every law in use, the version that holds today first; or the articles that hold what is looked for."""
    answers = Answers()
    laws = _in_use()
    proposed = shown(waiting(db(), BRING_IN, TAKE_OUT, now=now())) if works_on_policies() else []
    query = tidy(answers["q"])
    found = _searched(query, [law for versions in laws for law, said in versions if said != OLDER])
    return render(
        "laws/list.html",
        answers=answers, query=query, found=found, most=MOST_FOUND, laws=laws, waiting=proposed,
        titles=_titles(proposed), may_draft=actor().may("policy", "draft"),
    )  # fmt: skip


@PAGE.get("/laws/<uid>", "policy", "read")
def law(uid: str) -> str:
    return _page(_law(uid), Answers())


@PAGE.post("/laws/<uid>/decision", "policy", "approve")
def decide_import(uid: str) -> Response | tuple[str, int]:
    return _decide(_law(uid), BRING_IN, LawText.approve)


@PAGE.post("/laws/<uid>/retirement", "policy", "draft")
def propose_retirement(uid: str) -> Response | tuple[str, int]:
    found, answers = _law(uid), Answers()
    reason = answers.text("reason", "原因", least=LEAST_REASON, most=MOST_REASON)
    if not answers.ok:
        return _page(found, answers), 422
    found.propose_end(db(), reason, by=user(), now=now())
    flash("提交了，等另一位同事定")
    note("policy.draft", f"law {found.uid}", TAKE_OUT)
    return back_to("laws.law", uid=found.uid)


@PAGE.post("/laws/<uid>/retirement/decision", "policy", "retire")
def decide_retirement(uid: str) -> Response | tuple[str, int]:
    return _decide(_law(uid), TAKE_OUT, LawText.retire)


def _decide(found: LawText, act: str, carry_out: Callable[..., None]) -> Response | tuple[str, int]:
    answers = Answers()

    def approve(proposal: Approval, digest: str) -> None:
        carry_out(db(), proposal, digest=digest, by=user(), now=now())

    decision = decide(Approval.waiting(db(), act, found.uid, now=now()), answers, approve)
    if not decision:
        return _page(found, answers), 422
    note("policy.approve" if act == BRING_IN else "policy.retire", f"law {found.uid}", decision)
    return back_to("laws.law", uid=found.uid)


def _page(found: LawText, answers: Answers) -> str:
    made = shown(history(db(), found.uid, BRING_IN, TAKE_OUT)) if works_on_policies() else []
    versions = select(LawText).where(LawText.name == found.name, LawText.region == found.region)
    in_use = versions.where(LawText.state == "live").order_by(LawText.effective.desc())
    beside = standings(list(db().scalars(in_use)), today=today())
    return render(
        "laws/law.html",
        law=found, answers=answers, said=dict(beside).get(found, ""),
        parts=[(heading, list(articles)) for heading, articles in groupby(found.articles, lambda each: each.heading)],
        beside=[(other, said) for other, said in beside if other is not found],
        proposals=[each for each in made if each.open], past=[each for each in made if not each.open],
        decides=_decides, may_draft=actor().may("policy", "draft"),
    )  # fmt: skip


def _in_use() -> list[list[tuple[LawText, str]]]:
    versions = groupby(LawText.live(db()), key=lambda law: (law.name, law.region))
    return [standings(list(laws), today=today()) for _, laws in versions]


def _searched(query: str, laws: Sequence[LawText]) -> list[Found]:
    terms = terms_of(query)
    articles = search(db(), terms, [law.id for law in laws], anchors=anchors_of(query), most=MOST_FOUND)
    return [Found(each.law, each, passage_of(each.words, terms)) for each in articles]


def _titles(proposed: Sequence[Proposed]) -> dict[str, str]:
    about = select(LawText.uid, LawText.title).where(LawText.uid.in_([each.subject for each in proposed]))
    return {row.uid: row.title for row in db().execute(about)} if proposed else {}


def _law(uid: str) -> LawText:
    """What waits for the other person is only there for those who work on it; what was replaced stays to be read."""
    found = db().scalars(select(LawText).where(LawText.uid == uid)).first()
    if found is None or (found.state == "draft" and not works_on_policies()):
        abort(404)
    return found


def _decides(proposal: Proposed) -> bool:
    """Whether the one who reads it may decide it."""
    return not proposal.own and actor().may("policy", "retire" if proposal.act == TAKE_OUT else "approve")
