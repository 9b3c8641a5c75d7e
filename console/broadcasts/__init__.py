"""通知群发: written by one, looked at by another who types for how many people it is; then results.py, calls.py."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.broadcasts.form import TIMES, filled, own_hosts, stations, typed, wanted
from console.desk import actor, db, desk, note, now, seen, user
from console.filters import shanghai
from console.page import Page, back_to, read_by_us, render
from models.approval import NeedsAnother
from models.base import DomainError
from models.broadcast import KINDS, Broadcast, NobodyToTell, TooManyToday, WrongCount
from models.broadcast.audience import Audience, count_audience
from models.broadcast.preview import preview_code
from models.broadcast.result import NAMES, Progress, Standing, progress, sample
from models.broadcast.rules import (
    ADVISED,
    LONGEST_WORDS,
    BadNotice,
    NotAtThisHour,
    in_hours,
    next_hours,
    seconds_to_read,
)
from models.broadcast.towns import LONGEST_WHY, dropped_towns, untold_towns
from models.masking import mask
from models.station import Station
from models.user import User
from models.user.visible import visible

PAGE = Page("broadcasts", menu="通知", first="listing")
STATES = {
    "draft": "草稿", "proposed": "等同事审", "approved": "审过了，还没到点", "sending": "正在发", "stopped": "停发了", "done": "发完了",
}  # fmt: skip
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A notice in the list."""

    notice: Broadcast
    by: str
    where: str
    own: bool
    progress: Progress | None


@PAGE.get("/broadcasts", "broadcast", "list")
def listing() -> str:
    found = visible(Broadcast, actor(), "broadcast", "list").order_by(Broadcast.id.desc()).limit(MOST_LISTED)
    rows = [_row(notice) for notice in db().scalars(found)]
    return render("broadcasts/list.html", rows=rows, states=STATES, kinds=KINDS)


@PAGE.get("/broadcasts/new", "broadcast", "draft")
def new() -> str:
    return _form(None, Answers(), filled(None))


@PAGE.post("/broadcasts", "broadcast", "draft")
def create() -> Response | tuple[str, int]:
    answers = Answers()
    notice = wanted(answers)
    if notice is None:
        return _form(None, answers, typed(answers)), 422
    made = Broadcast.draft(db(), notice, by=user(), now=now())
    flash("存好了")
    note("broadcast.draft", made.uid)
    return back_to("broadcasts.one", uid=made.uid)


@PAGE.get("/broadcasts/<uid>", "broadcast", "list")
def one(uid: str) -> str:
    """The form, the check, or what became of it: as the notice stands."""
    notice = seen(Broadcast, uid, "broadcast", "list")
    read_by_us("broadcast", "list", uid)
    if notice.state == "draft":
        return _form(notice, Answers(), filled(notice))
    return _check(notice, Answers()) if notice.state == "proposed" else result(notice, Answers())


@PAGE.post("/broadcasts/<uid>", "broadcast", "draft")
def save(uid: str) -> Response | tuple[str, int]:
    notice, answers = seen(Broadcast, uid, "broadcast", "list"), Answers()
    if not _keep(notice, answers):
        return _form(notice, answers, typed(answers)), 422
    flash("存好了")
    note("broadcast.draft", uid)
    return back_to("broadcasts.one", uid=uid)


@PAGE.post("/broadcasts/<uid>/proposal", "broadcast", "draft")
def propose(uid: str) -> Response | tuple[str, int]:
    """Keep what was typed, in any case; hand it over if it breaks no rule."""
    notice, answers = seen(Broadcast, uid, "broadcast", "list"), Answers()
    if not _keep(notice, answers):
        return _form(notice, answers, typed(answers)), 422
    try:
        notice.propose(db(), by=user(), own_hosts=own_hosts(), now=now())
    except (BadNotice, NotAtThisHour, NobodyToTell) as fault:
        answers.faults[_field_of(fault)] = str(fault)
        return _form(notice, answers, filled(notice)), 422
    flash("交上去了，请另一位同事来审")
    note("broadcast.propose", uid, f"for {notice.counted}")
    return back_to("broadcasts.one", uid=uid)


@PAGE.post("/broadcasts/<uid>/withdrawal", "broadcast", "draft")
def take_back(uid: str) -> Response:
    seen(Broadcast, uid, "broadcast", "list").take_back(db(), now=now())
    flash("拿回来了，改好再交")
    note("broadcast.take_back", uid)
    return back_to("broadcasts.one", uid=uid)


@PAGE.post("/broadcasts/<uid>/approval", "broadcast", "approve", fresh=True)
def approve(uid: str) -> Response | tuple[str, int]:
    notice, answers = seen(Broadcast, uid, "broadcast", "approve"), Answers()
    try:
        notice.approve(db(), answers["count"], seen=answers["digest"], by=user(), now=now())
    except (WrongCount, TooManyToday, NeedsAnother) as fault:
        answers.faults["count"] = str(fault)
        return _check(notice, answers), 422
    flash(f"同意了，{shanghai(notice.send_at)} 开始发")
    note("broadcast.approve", uid, f"for {notice.counted}")
    return back_to("broadcasts.one", uid=uid)


@PAGE.post("/broadcasts/<uid>/rejection", "broadcast", "reject")
def reject(uid: str) -> Response | tuple[str, int]:
    notice, answers = seen(Broadcast, uid, "broadcast", "reject"), Answers()
    reason = answers.text("reason", "哪里要改", most=300)
    if not answers.ok:
        return _check(notice, answers), 422
    try:
        notice.reject(db(), reason, by=user(), now=now())
    except NeedsAnother as fault:
        answers.faults["reason"] = str(fault)
        return _check(notice, answers), 422
    flash("退回了，写的人看得到原因")
    note("broadcast.reject", uid)
    return back_to("broadcasts.one", uid=uid)


def result(notice: Broadcast, answers: Answers) -> str:
    """What became of it; its parts have addresses of their own in results.py."""
    may, found = actor().may, progress(db(), notice)
    may_stop = may("broadcast", "stop") and notice.state in ("approved", "sending")
    untold = untold_towns(db(), notice) if may_stop and len(found.towns) > 1 else []
    return render(
        "broadcasts/result.html", notice=notice, answers=answers, found=found, names=NAMES, standing=Standing,
        state=STATES[notice.state], people=_people(notice), where=_where(notice), by_day=in_hours(now()),
        may_stop=may_stop, may_write=may("broadcast", "draft"), untold=untold, longest_why=LONGEST_WHY,
        dropped=dropped_towns(db(), notice),
    )  # fmt: skip


def _form(notice: Broadcast | None, answers: Answers, fields: dict[str, str]) -> str:
    audience = _audience(notice) if notice is not None else None
    code = preview_code(db(), notice, now=now()) if notice and actor().may("broadcast", "preview_self") else ""
    return render(
        "broadcasts/form.html",
        notice=notice,
        answers=answers,
        fields=fields,
        kinds=KINDS,
        stations=stations(),
        times=[(time, time) for time in TIMES],
        audience=audience,
        can_notify=desk().can_notify,
        code=code,
        seconds=seconds_to_read(fields["words"]),
        advised=ADVISED,
        longest=LONGEST_WORDS,
        sent_back=notice.sent_back(db()) if notice else "",
    )


def _check(notice: Broadcast, answers: Answers) -> str:
    """What the second person reads: every word and number that the approval will be bound to."""
    proposal, people, may = notice.proposal(db(), now=now()), _people(notice), actor().may
    own = actor().person in {each.person for each in people.values()}
    return render(
        "broadcasts/check.html", notice=notice, answers=answers, proposal=proposal, people=people, own=own,
        where=_where(notice), kinds=KINDS, audience=_audience(notice), can_notify=desk().can_notify,
        sample=sample(db(), notice), has_phone="phone" in mask(notice.words).kinds,
        leaves=next_hours(max(notice.send_at or now(), now())), code=preview_code(db(), notice, now=now()),
        at_once=notice.send_at is None or notice.send_at <= now(), now=now(), may_write=may("broadcast", "draft"),
        may_decide=proposal is not None and not own and may("broadcast", "approve"),
    )  # fmt: skip


def _keep(notice: Broadcast, answers: Answers) -> bool:
    found = wanted(answers)
    if found is None:
        return False
    notice.edit(db(), found, by=user(), now=now())
    return True


def _field_of(fault: DomainError) -> str:
    if isinstance(fault, NotAtThisHour):
        return "when"
    if isinstance(fault, NobodyToTell):
        return "station"
    return "title" if "名称" in str(fault) else "words"


def _row(notice: Broadcast) -> Row:
    under_way = notice.state in ("sending", "stopped", "done")
    author = db().get_one(User, notice.written_by_id)
    return Row(
        notice, author.shown_as, _where(notice), author.person == actor().person,
        progress(db(), notice) if under_way else None,
    )  # fmt: skip


def _people(notice: Broadcast) -> dict[str, User]:
    """Who had a hand in it, by the part each had."""
    proposal = notice.proposal(db(), now=now())
    parts = {
        "wrote": notice.written_by_id,
        "proposed": proposal.proposed_by_id if proposal else None,
        "approved": notice.approved_by_id,
        "stopped": notice.stopped_by_id,
    }
    return {part: db().get_one(User, id_) for part, id_ in parts.items() if id_ is not None}


def _where(notice: Broadcast) -> str:
    return db().get_one(Station, notice.station_id).name if notice.station_id is not None else "全部关注的人"


def _audience(notice: Broadcast) -> Audience:
    return count_audience(db(), notice.station_id, now=now(), template=desk().can_notify)
