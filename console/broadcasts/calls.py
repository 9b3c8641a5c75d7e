"""The sheet of those to be telephoned: town by town, masked; numbers in full for a reason that is stated once (R42)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.broadcasts import PAGE
from console.desk import actor, db, note, now, seen, turn_away
from console.page import back_to, read_by_us, render
from console.reveal import (
    MOST_A_DAY,
    SHORTEST_REASON,
    CannotReveal,
    reveal_as_stated,
    state_reason,
    stated_reason,
)
from models.audit.stated_reason import HOLDS_FOR
from models.broadcast import Broadcast, Recipient
from models.broadcast.result import NAMES, ON_THE_SHEET, Person, mark_called, people
from models.conversation import Conversation
from models.people import Veteran
from models.user.visible import visible

LONGEST_REASON = 100


@dataclass(slots=True)
class Town:
    """The sheet of one town: who can be telephoned, and how many told neither name nor number."""

    known: list[Person]
    nameless: int


@PAGE.get("/broadcasts/<uid>/calls", "broadcast", "list")
def calls(uid: str) -> str:
    read_by_us("broadcast", "list", uid)
    return _sheet(seen(Broadcast, uid, "broadcast", "list"), Answers())


@PAGE.post("/broadcasts/<uid>/calls/<int:recipient>", "broadcast", "list")
def called(uid: str, recipient: int) -> Response:
    notice = seen(Broadcast, uid, "broadcast", "list")
    mark_called(db(), notice, recipient, now=now())
    note("broadcast.call", uid, f"recipient {recipient}")
    return back_to("broadcasts.calls", uid=uid, _anchor=f"person-{recipient}")


@PAGE.post("/broadcasts/<uid>/calls/reasons", "veteran", "reveal_phone")
def reason(uid: str) -> Response | tuple[str, int]:
    """Why the numbers of this sheet have to be seen. One reason for all of them: whoever telephones sixty people
    would type anything at the fifth; each number is counted and written down all the same.
    """
    notice, answers = seen(Broadcast, uid, "broadcast", "list"), Answers()
    given = answers.text("reason", "为什么要看", least=SHORTEST_REASON, most=LONGEST_REASON)
    if not answers.ok:
        return _sheet(notice, answers), 422
    state_reason(_about(notice), given)
    flash("记下了，半小时内可以看这张名单上的号码")
    return back_to("broadcasts.calls", uid=uid)


@PAGE.post("/broadcasts/<uid>/calls/<int:recipient>/phone", "veteran", "reveal_phone")
def number(uid: str, recipient: int) -> str | tuple[str, int]:
    """The number in full, for whoever may see it and has said why; once, on this page."""
    notice = seen(Broadcast, uid, "broadcast", "list")
    veteran = _whose(notice, recipient)
    try:
        value = reveal_as_stated(_about(notice), veteran)
    except CannotReveal as problem:
        return _sheet(notice, Answers(), refused=str(problem)), 422
    return _sheet(notice, Answers(), revealed={recipient: value})


def _about(notice: Broadcast) -> str:
    """What a reason is stated for: this sheet and no other."""
    return f"calls {notice.uid}"


def _whose(notice: Broadcast, recipient_id: int) -> Veteran:
    """The person behind a row of the sheet, if this one may be seen in full by who asks."""
    if not people(db(), notice, ON_THE_SHEET, only=[recipient_id]):
        abort(404)
    allowed = visible(Conversation, actor(), "veteran", "reveal_phone").with_only_columns(Conversation.id)
    mine = select(Recipient.conversation_id).where(Recipient.id == recipient_id)
    talk = db().scalars(select(Conversation).where(Conversation.id.in_(mine), Conversation.id.in_(allowed))).first()
    if talk is None or talk.veteran_id is None:
        turn_away(notice.uid, "veteran.reveal_phone", hidden=False)
    return db().get_one(Veteran, talk.veteran_id)


def _sheet(notice: Broadcast, answers: Answers, *, revealed: dict[int, str] | None = None, refused: str = "") -> str:
    """Those who surely or perhaps have not had it, town by town; it prints."""
    towns: dict[str, Town] = {}
    for person in people(db(), notice, ON_THE_SHEET):
        town = towns.setdefault(person.town, Town([], 0))
        if person.known:
            town.known.append(person)
        else:
            town.nameless += 1
    known = [person for town in towns.values() for person in town.known]
    may_reveal = actor().may("veteran", "reveal_phone")
    stated = stated_reason(_about(notice)) if may_reveal else None
    return render(
        "broadcasts/calls.html", notice=notice, towns=towns, names=NAMES, answers=answers,
        nameless=sum(town.nameless for town in towns.values()),
        open=sum(person.called_at is None for person in known), known=len(known),
        revealed=revealed or {}, refused=refused, may_reveal=may_reveal, stated=stated,
        until=stated.at + HOLDS_FOR if stated else None, least=SHORTEST_REASON, longest=LONGEST_REASON,
        most=MOST_A_DAY, may_open=actor().may("veteran", "card"), now=now(),
    )  # fmt: skip
