"""What the petition pages show: rows of the list, the three boxes of the clock, lines of the history. A masked view has
no attribute with the clear value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.case import CaseEvent, still_urged
from models.masking import mask
from models.media import Media
from models.petition import STATUSES, Petition
from models.petition.clock import MOST_EXTENSION, Clock, Term, in_words
from models.petition.review import CALLED
from models.shown import masked_name
from models.station import Station
from models.user import User
from models.user.authority import Actor

WHAT = {
    "received": "提出", "added": "本人补充", "urged": "本人催办", "withdrawn": "本人撤回", "accepted": "告知受理",
    "declined": "告知没有受理", "assigned": "定承办人", "forwarded": "转到别的站", "progress": "办理进展",
    "note": "内部备注", "proposed": "提请复核", "sent_back": "退回", "extended": "延长期限", "answered": "书面答复",
    "closed": "办结", "untold": "没能告诉本人", "interest": "回避", "revealed": "看完整号码", "handed_over": "转专人",
    "ask_review": "本人申请复查", "printed": "打印", "agreed": "本人同意登记", "said": "本人原话", "read": "调阅",
}  # fmt: skip
ANONYMOUS = "没有留姓名"
MOODS = {"late": "tag-late", "soon": "tag-soon", "calm": "tag-good", "done": ""}


@dataclass(frozen=True, slots=True)
class Row:
    """One petition in the list."""

    number: str
    topic: str
    who: str
    station: str
    officer: str
    status: str
    due: str
    mood: str
    due_on: dt.date | None
    urged: bool


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the clock: what has to happen, how it stands, how its last day comes about."""

    title: str
    big: str
    lines: tuple[str, ...]
    mood: str  # done | late | soon | calm | idle
    running: bool = False
    passed: int = 0  # of a hundred, for the bar


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history."""

    at: dt.datetime
    what: str
    who: str
    words: str
    internal: bool
    media_uid: str = ""
    media_kind: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told, for those who handle it."""

    story: str
    where: str
    unit: str
    wish: str
    names: str
    phone: str  # masked
    before: str
    anonymous: bool


def rows_of(db: Session, petitions: Sequence[Petition], *, today: dt.date) -> list[Row]:
    stations = names_of(db, Station.name, Station.id, {petition.station_id for petition in petitions})
    officers = names_of(db, User.shown_as, User.id, {petition.officer_id for petition in petitions})
    urged = still_urged(db, petitions)
    return [
        Row(
            petition.number,
            topic_of(petition),
            masked_names(petition),
            stations.get(petition.station_id or 0, "没有归到站点"),
            officers.get(petition.officer_id or 0, ""),
            STATUSES[petition.status],
            running.standing(today) if (running := petition.clock.running) else "",
            running.mood(today) if running else "",
            petition.due_on,
            petition.id in urged,
        )
        for petition in petitions
    ]


def names_of(
    db: Session, name: InstrumentedAttribute[str], key: InstrumentedAttribute[int], ids: Iterable[int | None]
) -> dict[int, str]:
    """Names by id, in one question."""
    wanted = [id_ for id_ in ids if id_ is not None]
    if not wanted:
        return {}
    return {row[0]: row[1] for row in db.execute(select(key, name).where(key.in_(wanted)))}


def topic_of(petition: Petition) -> str:
    return f"{petition.topic}（{CALLED[petition.stage]}）" if petition.stage else petition.topic


def masked_names(petition: Petition) -> str:
    """王*国 等 3 人."""
    names = [name for name in petition.names.split("、") if name]
    if not names:
        return ANONYMOUS
    return masked_name(names[0]) + (f" 等 {len(names)} 人" if len(names) > 1 else "")


def told_in(petition: Petition) -> Told:
    return Told(
        petition.story,
        petition.where,
        petition.unit,
        petition.wish,
        petition.names or ANONYMOUS,
        mask(petition.phone).text or "没有留电话",
        "反映过" if petition.raised_before else "没有",
        petition.anonymous,
    )


# -- the clock --------------------


def boxes_of(clock: Clock, *, today: dt.date) -> tuple[Box, ...]:
    """收到→告知, 受理→办结, 延长: what the Regulation gives, what is used, what is left. A review has one term only."""
    if clock.stage and clock.answer is not None:
        return (_box(f"收到{CALLED[clock.stage]}申请，书面答复", clock.answer, clock, today, done="答复"),)
    return (
        _box("收到，告知是否受理", clock.tell, clock, today, done="告知"),
        _answer_box(clock, today),
        _extension_box(clock, today),
    )


def _answer_box(clock: Clock, today: dt.date) -> Box:
    title, term = "受理，办结并书面答复", clock.answer
    if term is None:
        return Box(title, "", ("受理后 60 天内。受理那天不算，从第二天起数。",), "idle")
    if clock.extension is None or term.done is None:
        return _box(title, term, clock, today, done="答复")
    # With an extension the sixty days alone say nothing of being late.
    answered = f"{in_words(term.done, seen_from=term.start)}已答复"
    return Box(title, answered, (term.sum, f"用了 {term.used(today)} 天"), "done")


def _extension_box(clock: Clock, today: dt.date) -> Box:
    term = clock.extension
    if term is not None and term.done is None:
        return _box("延长", term, clock, today, done="答复")
    if term is not None:
        late = -term.left(today)
        return Box("延长", "", (term.sum, f"答复晚了 {late} 天" if late > 0 else "在期限里答复了"), "done")
    lines = ["要另一位负责人批准，并告诉本人理由。"]
    most = f"最多再加 {MOST_EXTENSION} 天"
    if clock.latest is not None and clock.running is not None:
        most += f"，到 {in_words(clock.latest, seen_from=today)}"
    return Box("如果延长", "", (f"{most}。", *lines), "idle")


def _box(title: str, term: Term, clock: Clock, today: dt.date, *, done: str) -> Box:
    lines = [term.sum]
    if term.done is not None:
        big = f"{in_words(term.done, seen_from=term.start)}已{done}"
        return Box(title, big, (*lines, term.standing(today)), "done")
    if clock.over:
        return Box(title, "不再计时", tuple(lines), "idle")
    if term != clock.running:
        return Box(title, "", tuple(lines), "idle")
    if term.ends_on_a_day_off and term.left(today) >= 0:
        lines.append("最后一天不上班，条例没有说可以顺延，请提前办好。")
    if (day := term.used(today)) > 0:
        lines.append(f"今天是第 {day} 天")
    mood = term.mood(today)
    big = term.standing(today) + ("，快到期" if mood == "soon" and term.left(today) else "")
    passed = max(0, min(100, round(day * 100 / term.days)))
    return Box(title, big, tuple(lines), mood, running=True, passed=passed)


# -- the history --------------------


def lines_of(db: Session, events: Sequence[CaseEvent], *, with_words: bool) -> list[Line]:
    """Newest first. Without the words for those who may know only that something happened."""
    who = names_of(db, User.shown_as, User.id, {event.user_id for event in events})
    files = select(Media.uid, Media.kind).where(Media.uid.in_([event.media_uid for event in events if event.media_uid]))
    kinds = {row.uid: row.kind for row in db.execute(files)}
    return [
        Line(
            event.at,
            WHAT.get(event.what, event.what),
            who.get(event.user_id or 0, "本人" if event.shown else "系统"),
            event.words if with_words else "",
            not event.shown,
            event.media_uid if with_words else "",
            kinds.get(event.media_uid, "") if with_words else "",
        )
        for event in reversed(events)
    ]


def offers(actor: Actor, petition: Petition, resource: str, action: str) -> bool:
    """Whether a button is worth showing; `visible` decides again when it is pressed."""
    for rule, grant in actor.rules(resource, action):
        if rule.scope == "district" or (rule.scope == "assigned" and petition.officer_id == actor.user_id):
            return True
        if rule.scope == "subtree" and (grant.stations is None or petition.station_id in grant.stations):
            return True
    return False
