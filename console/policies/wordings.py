"""话术: every phrase of the bot with the program's words and the office's own; written by one, agreed to by another.

Its views are on the page of the policies, which is their place in the menu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from flask import abort, flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, user
from console.page import back_to, render
from console.policies import PAGE
from console.policies.phrase_names import DIALOGUES, as_read, blanks_of, dialogue_of
from console.policies.proposals import LEAST_REASON, MOST_REASON, Proposed, decide, shown
from handlers.kit.phrase import PHRASES, Phrase
from knowledge_base.normal import tidy
from models.approval import Approval
from models.draft import Draft
from models.wording import REWORD, UNWORD, Wording, history, waiting
from models.wording.rules import LONGEST, faults_in, fits

STATES = {"": "全部", "own": "本单位改过", "moved": "原话改过", "waiting": "等人定"}


@dataclass(frozen=True, slots=True)
class Row:
    """A phrase in the list: what is said now, and what there is to know of it."""

    phrase: Phrase
    said: str
    own: bool
    moved: bool
    waits: bool


@PAGE.get("/wordings", "policy", "read")
def wordings() -> str:
    answers = Answers()
    live = Wording.in_force(db())
    proposed = shown(waiting(db(), REWORD, UNWORD, now=now())) if _works_on_wordings() else []
    waits = {each.subject for each in proposed}
    rows = [_row(phrase, live.get(phrase.key), waits=phrase.key in waits) for phrase in _in_order()]
    found = [row for row in rows if _is_in(row, tidy(answers["q"]), answers["group"], answers["state"])]
    return render(
        "wordings/list.html",
        answers=answers, found=len(found), total=len(rows), own=sum(row.own for row in rows), states=STATES,
        groups=[(name, list(rows)) for name, rows in groupby(found, key=lambda row: dialogue_of(row.phrase.key))],
        dialogues=[("", "全部"), *((name, name) for name in dict.fromkeys(dialogue_of(row.phrase.key) for row in rows))],
        waiting=proposed,
        narrowed=bool(answers["q"] or answers["group"] or answers["state"]), dialogue_of=dialogue_of,
    )  # fmt: skip


@PAGE.get("/wordings/<key>", "policy", "read")
def phrase(key: str) -> str:
    return _page(_phrase(key), Answers())


@PAGE.post("/wordings/<key>", "wording", "draft")
def propose_words(key: str) -> Response | tuple[str, int]:
    found, answers = _phrase(key), Answers()
    words = _checked(found, answers)
    if not answers.ok:
        return _page(found, answers, typed=answers["words"]), 422
    Wording.draft(db(), key, words, default=found.default, by=user(), now=now())
    Draft.drop(db(), user().id, _place(key))
    flash("提交了，等另一位同事定")
    note("wording.draft", f"phrase {key}")
    return back_to("policies.phrase", key=key)


@PAGE.post("/wordings/<key>/trial", "wording", "try")
def preview_words(key: str) -> str | tuple[str, int]:
    """See it as it reads on the phone, before anybody is asked. It is kept as a draft of one's own."""
    found, answers = _phrase(key), Answers()
    words = _checked(found, answers)
    Draft.keep(db(), user().id, _place(key), words, now=now())
    page = _page(found, answers, typed=answers["words"], tried=words)
    return page if answers.ok else (page, 422)


@PAGE.post("/wordings/<key>/decision", "wording", "approve")
def decide_words(key: str) -> Response | tuple[str, int]:
    found = _phrase(key)

    def approve(proposal: Approval, digest: str) -> None:
        Wording.approve(db(), proposal, default=found.default, digest=digest, by=user(), now=now())

    return _decide(found, REWORD, Answers(), approve)


@PAGE.post("/wordings/<key>/default", "wording", "draft")
def propose_default(key: str) -> Response | tuple[str, int]:
    found, answers = _phrase(key), Answers()
    reason = answers.text("reason", "原因", least=LEAST_REASON, most=MOST_REASON)
    if not answers.ok:
        return _page(found, answers), 422
    Wording.propose_default(db(), key, reason, by=user(), now=now())
    flash("提交了，等另一位同事定")
    note("wording.draft", f"phrase {key}", UNWORD)
    return back_to("policies.phrase", key=key)


@PAGE.post("/wordings/<key>/default/decision", "wording", "retire")
def decide_default(key: str) -> Response | tuple[str, int]:
    def approve(proposal: Approval, digest: str) -> None:
        Wording.retire(db(), proposal, digest=digest, by=user(), now=now())

    return _decide(_phrase(key), UNWORD, Answers(), approve)


def _decide(
    found: Phrase, act: str, answers: Answers, approve: Callable[[Approval, str], None]
) -> Response | tuple[str, int]:
    decision = decide(Approval.waiting(db(), act, found.key, now=now()), answers, approve)
    if not decision:
        return _page(found, answers), 422
    note("wording.approve" if act == REWORD else "wording.retire", f"phrase {found.key}", decision)
    return back_to("policies.phrase", key=found.key)


def _checked(found: Phrase, answers: Answers) -> str:
    """The words as they would be said; what is wrong with them stands beside the field."""
    words = tidy(answers["words"])
    faults = faults_in(words, found.default)
    row = Wording.in_force(db()).get(found.key)
    if row is not None and row.words == words:
        faults.append("和现在说的一样，没有改动")
    if faults:
        answers.faults["words"] = "；".join(faults)
    return words


def _page(found: Phrase, answers: Answers, *, typed: str = "", tried: str = "") -> str:
    row = Wording.in_force(db()).get(found.key)
    made = shown(history(db(), found.key, REWORD, UNWORD)) if _works_on_wordings() else []
    draft = Draft.of(db(), user().id, _place(found.key))
    return render(
        "wordings/one.html",
        phrase=found, answers=answers, row=_row(found, row, waits=False), own=row, dialogue=dialogue_of(found.key),
        blanks=blanks_of(found), typed=typed or draft or (row.words if row else found.default), tried=tried,
        fits=row is None or fits(row.words, found.default), as_read=as_read, longest=LONGEST, place=_place(found.key),
        proposals=[each for each in made if each.open], past=[each for each in made if not each.open],
        decides=_decides, may_draft=actor().may("wording", "draft"),
    )  # fmt: skip


def _decides(proposal: Proposed) -> bool:
    """Whether the one who reads it may decide it."""
    return not proposal.own and actor().may("wording", "approve" if proposal.act == REWORD else "retire")


def _works_on_wordings() -> bool:
    return actor().may("wording", "draft") or actor().may("wording", "approve")


def _phrase(key: str) -> Phrase:
    found = PHRASES.get(key)
    if found is None:
        abort(404)
    return found


def _row(found: Phrase, row: Wording | None, *, waits: bool) -> Row:
    own = row is not None and fits(row.words, found.default)
    said = row.words if row is not None and own else found.default
    return Row(found, said, own=own, moved=row is not None and row.default_then != found.default, waits=waits)


def _in_order() -> list[Phrase]:
    """Dialogue by dialogue, the urgent words first; within one, as it is spoken."""
    order = list(DIALOGUES)
    prefixes = [key.split(".")[0] for key in PHRASES]
    order += [prefix for prefix in dict.fromkeys(prefixes) if prefix not in DIALOGUES]
    return sorted(PHRASES.values(), key=lambda found: order.index(found.key.split(".")[0]))


def _is_in(row: Row, query: str, group: str, state: str) -> bool:
    if group and dialogue_of(row.phrase.key) != group:
        return False
    if state in ("own", "moved") and not getattr(row, state):
        return False
    if state == "waiting" and not row.waits:
        return False
    words = query.lower()
    return words in f"{row.phrase.key}\n{row.said}\n{row.phrase.default}".lower()


def _place(key: str) -> str:
    return f"wording {key}"
