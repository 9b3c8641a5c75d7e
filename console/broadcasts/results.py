"""What became of a notice: numbers that move, each person with the reason, the sheet of those to be telephoned."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.broadcasts import PAGE, STATES
from console.desk import actor, db, note, now, seen, user
from console.page import back_to, read_by_us, render
from console.reveal import ACT, MANY, MOST_A_DAY, TOLD_AT, CannotReveal, revealed_today
from models.broadcast import Broadcast, Recipient
from models.broadcast.result import NAMES, ON_THE_SHEET, Person, Standing, mark_called, people, progress
from models.broadcast.rules import in_hours
from models.broadcast.spread import send_again
from models.conversation import Conversation
from models.people import Veteran
from models.user.visible import visible

PAGE_OF_PEOPLE = 50


@dataclass(slots=True)
class Town:
    """The sheet of one town: who can be telephoned, and how many told neither name nor number."""

    known: list[Person]
    nameless: int


@PAGE.get("/broadcasts/<uid>/progress", "broadcast", "list", quiet=True)
def numbers(uid: str) -> str:
    """The part of the page that is fetched again every few seconds."""
    notice = seen(Broadcast, uid, "broadcast", "list")
    return render(
        "broadcasts/numbers.html", notice=notice, found=progress(db(), notice), names=NAMES, standing=Standing,
        state=STATES[notice.state], by_day=in_hours(now()),
    )  # fmt: skip


@PAGE.post("/broadcasts/<uid>/stop", "broadcast", "stop")
def stop(uid: str) -> Response:
    notice = seen(Broadcast, uid, "broadcast", "stop")
    spared = notice.stop(db(), by=user(), now=now())
    flash(f"停发了，还没发的 {spared:,} 人不会收到")
    note("broadcast.stop", uid, f"spared {spared}")
    return back_to("broadcasts.one", uid=uid)


@PAGE.post("/broadcasts/<uid>/retries", "broadcast", "draft")
def send_failed_again(uid: str) -> Response:
    notice = seen(Broadcast, uid, "broadcast", "list")
    count = send_again(db(), notice, by=user(), now=now())
    flash(f"再发一次，{count:,} 人")
    note("broadcast.retry", uid, f"for {count}")
    return back_to("broadcasts.one", uid=uid)


@PAGE.get("/broadcasts/<uid>/people", "broadcast", "list")
def results(uid: str) -> str:
    """Person by person, masked, with the reason."""
    notice, answers = seen(Broadcast, uid, "broadcast", "list"), Answers()
    chosen = answers["show"] if answers["show"] in set(Standing) else ""
    after = int(answers["after"]) if answers["after"].isdecimal() and len(answers["after"]) < 8 else 0
    found = progress(db(), notice)
    shown = people(db(), notice, [Standing(chosen)] if chosen else tuple(Standing), most=PAGE_OF_PEOPLE, after=after)
    read_by_us("broadcast", "list", uid)
    total = found.counts[Standing(chosen)] if chosen else found.everybody
    return render(
        "broadcasts/people.html", notice=notice, found=found, shown=shown, chosen=chosen, names=NAMES,
        after=after, until=after + len(shown), total=total, step=PAGE_OF_PEOPLE,
    )  # fmt: skip


@PAGE.get("/broadcasts/<uid>/calls", "broadcast", "list")
def calls(uid: str) -> str:
    read_by_us("broadcast", "list", uid)
    return _sheet(seen(Broadcast, uid, "broadcast", "list"))


@PAGE.post("/broadcasts/<uid>/calls/<int:recipient>", "broadcast", "list")
def called(uid: str, recipient: int) -> Response:
    notice = seen(Broadcast, uid, "broadcast", "list")
    mark_called(db(), notice, recipient, now=now())
    note("broadcast.call", uid, f"recipient {recipient}")
    return back_to("broadcasts.calls", uid=uid, _anchor=f"person-{recipient}")


@PAGE.post("/broadcasts/<uid>/calls/<int:recipient>/phone", "veteran", "reveal_phone")
def number(uid: str, recipient: int) -> str | tuple[str, int]:
    """The number in full, for whoever may see it and for this one purpose, which the audit names (R42)."""
    notice = seen(Broadcast, uid, "broadcast", "list")
    veteran = _whose(notice, recipient)
    before = revealed_today(actor().person)
    if before >= MOST_A_DAY:
        note("refused", f"{ACT}phone")
        return _sheet(notice, refused=f"今天已经看过 {MOST_A_DAY} 次完整号码，不能再看。要看，请找负责人"), 422
    if not veteran.phone:
        raise CannotReveal("没有留电话")
    note(f"{ACT}phone", veteran.uid, f"to tell of notice {notice.uid}")
    if before + 1 == TOLD_AT:
        note(MANY, f"user {user().id}")
    return _sheet(notice, revealed={recipient: veteran.phone})


def _whose(notice: Broadcast, recipient_id: int) -> Veteran:
    """The person behind a row of the sheet, if this one may be seen in full by who asks."""
    if not people(db(), notice, ON_THE_SHEET, only=[recipient_id]):
        abort(404)
    allowed = visible(Conversation, actor(), "veteran", "reveal_phone").with_only_columns(Conversation.id)
    mine = select(Recipient.conversation_id).where(Recipient.id == recipient_id)
    talk = db().scalars(select(Conversation).where(Conversation.id.in_(mine), Conversation.id.in_(allowed))).first()
    if talk is None or talk.veteran_id is None:
        abort(403)
    return db().get_one(Veteran, talk.veteran_id)


def _sheet(notice: Broadcast, *, revealed: dict[int, str] | None = None, refused: str = "") -> str:
    """Those who surely or perhaps have not had it, town by town; it prints."""
    towns: dict[str, Town] = {}
    for person in people(db(), notice, ON_THE_SHEET):
        town = towns.setdefault(person.town, Town([], 0))
        if person.known:
            town.known.append(person)
        else:
            town.nameless += 1
    known = [person for town in towns.values() for person in town.known]
    return render(
        "broadcasts/calls.html",
        notice=notice,
        towns=towns,
        names=NAMES,
        nameless=sum(t.nameless for t in towns.values()),
        open=sum(person.called_at is None for person in known),
        known=len(known),
        revealed=revealed or {},
        refused=refused,
        may_reveal=actor().may("veteran", "reveal_phone"),
        may_open=actor().may("veteran", "card"),
        now=now(),
    )
