"""The first page: what has to be done now, by role, then figures that lead to their lists (ux.md 6.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from console.desk import actor, db, library, now, today, user
from console.page import Page, need_of, render
from console.policies import ends_soon
from console.policies.learning import suggested_answers, waiting_groups
from models.law import ACTS as LAW_ACTS
from models.reception.line import counts, mine
from models.reception.workload import (
    DECIDERS,
    SMALLEST_SHOWN,
    due,
    few_hidden,
    housekeeping,
    month,
    notices_of_mine,
    to_decide,
    urgent_waiting,
)

PAGE = Page("home")

# What waits for a decision, and where it is decided.
DECISIONS = {
    ("petition", "approve"): ("信访等您复核", "approvals.listing"),
    ("broadcast", "approve"): ("通知等您审", "broadcasts.listing"),
    ("user", "confirm_grant"): ("岗位等您确认", "confirmations.listing"),
    ("user", "confirm_reset"): ("重新绑定手机等您确认", "confirmations.listing"),
    ("settings", "confirm"): ("设置改动等您确认", "confirmations.listing"),
    ("policy", "retire"): ("政策停用等您定", "policies.listing"),
    ("policy", "approve"): ("政策恢复等您定", "policies.listing"),
    ("wording", "approve"): ("话术改动等您定", "policies.wordings"),
    ("wording", "retire"): ("话术改回等您定", "policies.wordings"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and where it leads. `weight`: late | soon, said in words as well."""

    number: str
    unit: str
    label: str
    to: str = ""
    weight: str = ""
    more: str = ""


@PAGE.get("/", "session", "own_log")
def home() -> str:
    """At most a dozen statements, whatever there is: one for each kind of thing this person has to do with."""
    do_now = [figure for figure in _do_now() if figure.number != "0"]
    return render("home/home.html", do_now=do_now, figures=list(_figures()))


def _do_now() -> Iterator[Figure]:
    may = actor().may
    if may("crisis", "review"):
        yield _figure(urgent_waiting(db(), actor()), "位", "危机，还没有人接", weight="late")
    if may("queue", "list"):
        yield from _reception()
    if may("petition", "list"):
        yield from _petitions()
    if may("restricted", "list"):
        ours = due(db(), actor(), today=today(), resource="restricted")
        yield _figure(ours.late, "件", "专办件超期", "restricted.listing", weight="late")
        yield _figure(ours.soon, "件", "专办件 7 天内到期", "restricted.listing", weight="soon")
        yield _figure(ours.all, "件", "专办件在办", "restricted.listing")
    waiting = to_decide(db(), actor(), user(), now=now())
    laws = sum(waiting.pop(act, 0) for act in LAW_ACTS)
    yield _figure(laws, "件", "法规等您定", "laws.listing", weight="soon")
    for right, (label, endpoint) in DECISIONS.items():
        yield _figure(sum(waiting.get(act, 0) for act in DECIDERS[right]), "件", label, endpoint, weight="soon")
    if may("unanswered", "read"):
        asked = len(waiting_groups()) + len(suggested_answers())
        yield _figure(asked, "条", "没答上的问题，30 天内", "policies.questions")
    if may("policy", "draft") or may("policy", "approve"):
        ending = sum(ends_soon(article, today=today()) for article in library().articles.values())
        yield _figure(ending, "条", "政策 30 天内到期", "policies.listing", state="ending", weight="soon")


def _reception() -> Iterator[Figure]:
    line = counts(db(), actor(), now=now())
    unanswered = sum(talk.unanswered > 0 for talk in mine(db(), actor())) if line.held else 0
    yield _figure(line.urgent, "位", "有危险，在等接待", "reception.waiting", weight="late")
    yield _figure(line.waiting - line.urgent, "位", "在等接待", "reception.waiting", weight="soon")
    yield _figure(unanswered, "位", "等您回话", "reception.held", weight="late")
    yield _figure(line.held - unanswered, "位", "您正在接待", "reception.held")


def _petitions() -> Iterator[Figure]:
    ours = due(db(), actor(), today=today())
    yield _figure(ours.late, "件", "信访超期", "petitions.listing", show="late", weight="late")
    yield _figure(ours.soon, "件", "信访 7 天内到期", "petitions.listing", show="open", weight="soon")
    if actor().may("petition", "assign"):
        yield _figure(ours.nobody, "件", "信访没有承办人", "petitions.listing", whose="nobody", weight="soon")
    if actor().may("petition", "progress"):
        yield _figure(ours.mine, "件", "信访由您承办", "petitions.listing", whose="mine")


def _figures() -> Iterator[Figure]:
    may = actor().may
    if may("dash", "read"):
        yield from _of_the_month()
    if may("broadcast", "draft"):
        states = notices_of_mine(db(), actor())
        yield _figure(states.get("draft", 0), "条", "通知草稿", "broadcasts.listing")
        under_way = states.get("approved", 0) + states.get("sending", 0)
        yield _figure(under_way, "条", "通知在发", "broadcasts.listing")
    if may("user", "list"):
        kept = housekeeping(db(), now=now())
        yield _figure(kept.invited, "人", "还没设密码", "users.listing")
        yield _figure(kept.ending, "个", "岗位 30 天内到期", "users.listing")
        yield _figure(kept.silent_stations, "个", "站点没写电话或接待时间", "stations.tree")
        yield _figure(kept.stuck, "条", "消息发不出去，要看日志")


def _of_the_month() -> Iterator[Figure]:
    """Counts of people, so none below ten is told (authz-matrix 2, `agg`)."""
    open_ones = due(db(), actor(), today=today(), resource="dash", action="read")
    in_time = f"{few_hidden(open_ones.in_time)} 件在期限内" if open_ones.all >= SMALLEST_SHOWN else ""
    yield Figure(few_hidden(open_ones.all), "件", "信访在办", _to("petitions.listing", show="open"), more=in_time)
    talks = month(db(), actor(), now=now())
    satisfied = f"，{few_hidden(talks.satisfied)} 人满意" if talks.rated >= SMALLEST_SHOWN else ""
    rated = f"{few_hidden(talks.rated)} 人评价{satisfied}"
    yield Figure(few_hidden(talks.talks), "次", "本月接待", _to("reception.done"), more=rated)


def _figure(count: int, unit: str, label: str, endpoint: str = "", *, weight: str = "", **values: Any) -> Figure:
    return Figure(f"{count:,}", unit, label, _to(endpoint, **values), weight if count else "")


def _to(endpoint: str, **values: Any) -> str:
    """Where a figure leads; a page that this person may not open is no way."""
    need = need_of(current_app.view_functions.get(endpoint))
    return url_for(endpoint, **values) if need is not None and actor().may(need.resource, need.action) else ""
