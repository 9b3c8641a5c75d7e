"""The reception: who waits, whom I speak with, what I did today; taking somebody, and being on duty or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flask import request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, seen, user
from console.page import Page, back_to, render
from handlers.kit.phrase import Line, worded
from handlers.reception_words import ANOTHER_GOES_ON, TAKEN
from models.reception import ReceptionTicket
from models.reception.line import Counts, Done, Held, Waiting, counts, may_take, mine, today, waiting_line
from models.reception.rules import OUTCOMES, AlreadyClosed, AlreadyTaken
from models.wording import Wording

PAGE = Page("reception", menu="接待", first="waiting")
TABS = {"waiting": "等待", "mine": "我的", "today": "今日"}
LONG = dt.timedelta(minutes=5)  # who waits longer is marked
REASONS = {
    "unhappy": "对上次接待不满意，24 小时内回话",
    "trouble": "机器出过错",
    "hardship": "困难帮扶",
    "reminder": "到期提醒，微信送不到，请打电话",
}


@dataclass(frozen=True, slots=True)
class Lane:
    """The left column: three lists, one of them open."""

    tab: str
    counts: Counts
    current: str = ""  # the talk that is open beside it
    waiting: list[Waiting] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)


@PAGE.get("/reception", "queue", "list")
def waiting() -> str:
    return _queue("waiting")


@PAGE.get("/reception/mine", "queue", "list")
def held() -> str:
    return _queue("mine")


@PAGE.get("/reception/today", "queue", "list")
def done() -> str:
    return _queue("today")


@PAGE.get("/reception/line", "queue", "list", quiet=True)
def line() -> str:
    """The column alone, fetched when something has changed."""
    tab = request.args.get("tab", "")
    at = request.args.get("at", "")[:16]
    return render("reception/line.html", lane=lane(tab if tab in TABS else "waiting", at), **shared())


@PAGE.post("/reception/<uid>/taking", "chat", "take")
def take(uid: str) -> Response | tuple[str, int]:
    """Whoever takes somebody is on duty."""
    ticket, ours = _takeable(uid), user()
    try:
        ticket.take(db(), by=ours, now=now(), words=in_our_words(TAKEN(who=ours.shown_as)))
    except (AlreadyTaken, AlreadyClosed) as problem:
        return render("reception/elsewhere.html", sentence=str(problem), words=""), 409
    ours.on_duty = True
    note("crisis.take" if ticket.urgent else "chat.take", uid)
    return back_to("reception.show", uid=uid, _anchor="last")


@PAGE.post("/reception/duty", "queue", "list")
def change_duty() -> Response | str:
    """Going off duty puts the talks in hand back into the line, once that has been said to be meant."""
    answers, ours = Answers(), user()
    if answers["on"] == "yes":
        ours.on_duty = True
        return back_to("reception.waiting")
    in_hand = mine(db(), actor())
    if in_hand and not answers.checked("sure"):
        return render("reception/off_duty.html", in_hand=in_hand)
    ours.on_duty = False
    why = f"{ours.shown_as}改为休息，回到队列。"
    ReceptionTicket.put_back_all_of(db(), ours, why=why, now=now(), words=in_our_words(ANOTHER_GOES_ON()))
    if in_hand:
        note("chat.transfer", f"user {ours.id}")
    return back_to("reception.waiting")


def lane(tab: str, current: str = "") -> Lane:
    """Beside an open talk, those who still wait are shown as well."""
    in_line = waiting_line(db(), actor(), now=now()) if tab == "waiting" or current else []
    in_hand = mine(db(), actor()) if tab == "mine" else []
    closed = today(db(), actor(), now=now()) if tab == "today" else []
    return Lane(tab, counts(db(), actor(), now=now()), current, in_line, in_hand, closed)


def shared() -> dict[str, object]:
    """What the templates of the reception have in common."""
    return {"tabs": TABS, "reasons": REASONS, "outcomes": OUTCOMES, "long": LONG, "now": now(), "address": address_of}


def address_of(tab: str) -> str:
    return url_for({"mine": "reception.held", "today": "reception.done"}.get(tab, "reception.waiting"))


def in_our_words(said: Line) -> str:
    """A phrase as it is said here: in the office's own words where it has some."""
    return worded([said], Wording.live(db()))


def _queue(tab: str) -> str:
    ours = lane(tab)
    closed = ours.done if tab == "today" else today(db(), actor(), now=now())
    return render("reception/queue.html", lane=ours, figures=_figures(closed), **shared())


def _figures(closed: list[Done]) -> list[tuple[str, str]]:
    """My day, as facts: how many, how long they had waited, what they said. Nobody is ranked by it."""
    waits = [each.taken_at - each.opened_at for each in closed if each.taken_at]
    average = sum(waits, dt.timedelta()) / len(waits) if waits else None
    ratings = [each.rating for each in closed]
    names = {1: "满意", 2: "一般", 3: "不满意"}
    told = "，".join(f"{ratings.count(number)} 位{name}" for number, name in names.items() if number in ratings)
    minutes = f"{round(average.total_seconds() / 60)} 分钟" if average is not None else "—"
    return [("接待完", f"{len(closed)} 位"), ("平均等", minutes), ("评价", told or "还没有")]


def _takeable(uid: str) -> ReceptionTicket:
    """The ticket, if this person may take it: of their stations, or of somebody in danger wherever."""
    found = db().scalars(select(ReceptionTicket).where(ReceptionTicket.uid == uid, may_take(actor()))).first()
    return found if found is not None else seen(ReceptionTicket, uid, "chat", "take")
