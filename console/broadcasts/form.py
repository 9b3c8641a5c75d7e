"""The form of a notice: for whom, counted; when, between eight and eight; read with every fault beside its field."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from sqlalchemy import select

from console.answers import Answers
from console.desk import actor, db, desk
from knowledge_base.normal import tidy
from models.broadcast import KINDS, Broadcast, Notice
from models.broadcast.audience import followers_by_station
from models.broadcast.rules import FIRST, LAST, BadNotice, check_lengths
from models.conversation import SHANGHAI
from models.station import Station

EVERYBODY = "all"
AT_ONCE, AT = "at_once", "at"
TIMES = [f"{hour}:{minute:02}" for hour in range(FIRST.hour, LAST.hour) for minute in (0, 30)] + [f"{LAST.hour}:00"]


def wanted(answers: Answers) -> Notice | None:
    """What the form asks for; None, with the faults noted, when it cannot be kept."""
    title, words = tidy(answers["title"]), tidy(answers["words"])
    kind = answers.choice("kind", "这条通知是哪一类", KINDS)
    where = answers.choice("station", "发给谁", [key for key, _ in stations()])
    send_at = _time(answers)
    try:
        check_lengths(title, words)
    except BadNotice as fault:
        answers.faults["words" if str(fault).startswith("正文") else "title"] = str(fault)
    if not answers.ok:
        return None
    station_id = None if where == EVERYBODY else db().scalars(select(Station.id).where(Station.code == where)).one()
    return Notice(title, words, kind, station_id, send_at)


def filled(notice: Broadcast | None) -> dict[str, str]:
    """The fields as they stand."""
    if notice is None:
        return {"title": "", "words": "", "kind": "", "station": "", "when": AT_ONCE, "day": "", "time": "9:00"}
    here = notice.send_at.astimezone(SHANGHAI) if notice.send_at else None
    station = db().get_one(Station, notice.station_id).code if notice.station_id is not None else EVERYBODY
    return {
        "title": notice.title,
        "words": notice.words,
        "kind": notice.kind,
        "station": station,
        "when": AT if here else AT_ONCE,
        "day": here.date().isoformat() if here else "",
        "time": f"{here.hour}:{here.minute:02}" if here else "9:00",
    }


def typed(answers: Answers) -> dict[str, str]:
    """The fields as they were sent, to be shown again."""
    return {name: answers[name] for name in ("title", "words", "kind", "station", "when", "day", "time")}


def stations() -> list[tuple[str, str]]:
    """Whom this person may write to, each branch with its number of people; the widest first."""
    own, rows = followers_by_station(db()), list(db().scalars(select(Station).order_by(Station.code)))
    children: dict[int | None, list[Station]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    allowed = _allowed()
    options = [(EVERYBODY, f"全部关注的人（{own.total():,} 人）")] if allowed is None else []
    for row in rows:
        if row.closed or (allowed is not None and row.id not in allowed):
            continue
        indent = "　" if row.level == "village" else ""
        options.append((row.code, f"{indent}{row.name}（{_below(row, children, own):,} 人）"))
    return options


def own_hosts() -> list[str]:
    """The names under which links of our own stand."""
    return [host] if (host := urlsplit(desk().public_url).hostname) else []


def _allowed() -> frozenset[int] | None:
    """The stations a notice of this person may be for; None: any, and the whole district."""
    found: frozenset[int] = frozenset()
    for _, grant in actor().rules("broadcast", "draft"):
        if grant.stations is None:
            return None
        found |= grant.stations
    return found


def _below(station: Station, children: dict[int | None, list[Station]], own: dict[int | None, int]) -> int:
    below = children.get(station.id, [])
    return own.get(station.id, 0) + sum(_below(child, children, own) for child in below)


def _time(answers: Answers) -> dt.datetime | None:
    if answers.choice("when", "什么时候发", (AT_ONCE, AT)) != AT:
        return None
    day = answers.day("day", "哪一天")
    time = answers.choice("time", "几点", TIMES)
    if day is None or not time:
        return None
    hour, minute = time.split(":")
    return dt.datetime.combine(day, dt.time(int(hour), int(minute)), SHANGHAI)
