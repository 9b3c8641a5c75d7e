"""What became of a notice: numbers that move, each person with the reason, who signed up; and what stops it."""

from __future__ import annotations

from flask import flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.broadcasts import PAGE, STATES, result
from console.desk import db, note, now, seen, user
from console.page import back_to, read_by_us, render
from models.broadcast import Broadcast, NobodyToTell
from models.broadcast.result import NAMES, Standing, people, progress
from models.broadcast.rules import in_hours
from models.broadcast.spread import send_again
from models.broadcast.towns import LONGEST_WHY, SHORTEST_WHY, CannotDrop, drop_town, untold_towns

PAGE_OF_PEOPLE = 50


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


@PAGE.post("/broadcasts/<uid>/dropped-towns", "broadcast", "stop")
def drop(uid: str) -> Response | tuple[str, int]:
    """One town is taken out; the others get it as approved."""
    notice, answers = seen(Broadcast, uid, "broadcast", "stop"), Answers()
    code = answers.choice("town", "哪个镇不发了", [town.code for town in untold_towns(db(), notice)])
    why = answers.text("why", "为什么不发", least=SHORTEST_WHY, most=LONGEST_WHY)
    if not answers.ok:
        return result(notice, answers), 422
    try:
        spared = drop_town(db(), notice, code, why, now=now())
    except (CannotDrop, NobodyToTell) as fault:
        answers.faults["why" if isinstance(fault, CannotDrop) else "town"] = str(fault)
        return result(notice, answers), 422
    flash(f"这个镇停发了，还没收到的 {spared:,} 人不会收到")
    note("broadcast.drop_town", uid, f"{code}, spared {spared}")
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
    after = _after(answers)
    found = progress(db(), notice)
    shown = people(db(), notice, [Standing(chosen)] if chosen else tuple(Standing), most=PAGE_OF_PEOPLE, after=after)
    read_by_us("broadcast", "list", uid)
    total = found.counts[Standing(chosen)] if chosen else found.everybody
    return render(
        "broadcasts/people.html", notice=notice, found=found, shown=shown, chosen=chosen, names=NAMES,
        after=after, until=after + len(shown), total=total, step=PAGE_OF_PEOPLE,
    )  # fmt: skip


@PAGE.get("/broadcasts/<uid>/sign-ups", "broadcast", "list")
def sign_ups(uid: str) -> str:
    """Who means to come, masked."""
    notice, after = seen(Broadcast, uid, "broadcast", "list"), _after(Answers())
    shown = people(db(), notice, tuple(Standing), most=PAGE_OF_PEOPLE, after=after, signed_up=True)
    read_by_us("broadcast", "list", uid)
    return render(
        "broadcasts/sign_ups.html", notice=notice, shown=shown, total=progress(db(), notice).signed_up,
        after=after, until=after + len(shown), step=PAGE_OF_PEOPLE,
    )  # fmt: skip


def _after(answers: Answers) -> int:
    return int(answers["after"]) if answers["after"].isdecimal() and len(answers["after"]) < 8 else 0
