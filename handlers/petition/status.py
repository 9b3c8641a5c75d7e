"""Where a matter stands, in the veteran's words: one text, for the chat and beside the file at the console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session

from handlers.kit.phrase import Line, Phrase, Said, shortened
from models.case import Case
from models.petition import Petition
from models.petition.clock import Term, day_of, in_words
from models.petition.review import CALLED, review_of
from models.station import Station
from models.user import User

ONE = Phrase("petition_status.one", "{title}\n编号 {number}")
LATEST = Phrase("petition_status.latest", "{day}：{words}")

RECEIVED = Phrase("petition_status.received", "已经收到，{tell_by}前告诉您是否受理。")
RECEIVED_LATE = Phrase(
    "petition_status.received_late", "已经收到。本该 {tell_by}前告诉您是否受理，晚了 {count} 天，是我们没办好。"
)
ACCEPTED = Phrase("petition_status.accepted", "{accepted_on}受理了，今天第 {count} 天。最迟 {answer_by}书面答复您。")
ACCEPTED_ANONYMOUS = Phrase(
    "petition_status.accepted_anonymous", "{accepted_on}受理了，今天第 {count} 天。最迟 {answer_by}办完，结果在这里看。"
)
ACCEPTED_LATE = Phrase(
    "petition_status.accepted_late", "{accepted_on}受理了。本该 {answer_by}前答复您，晚了 {count} 天，是我们没办好。"
)
EXTENDED = Phrase("petition_status.extended", "这件事要多用 {days} 天，日子已经算进去了。")
ANSWERED = Phrase("petition_status.answered", "{answered_on}答复您了。不满意，{review_by}前可以申请{review}。")
ANSWERED_LONG_AGO = Phrase(
    "petition_status.answered_long_ago", "{answered_on}答复您了。申请{review}的日子到 {review_by}为止。"
)
ANSWERED_LAST = Phrase("petition_status.answered_last", "{answered_on}答复您了。")
REVIEW = Phrase("petition_status.review", "您申请的{review}，{asked_on}收到，最迟 {answer_by}答复您。")
REVIEW_LATE = Phrase(
    "petition_status.review_late",
    "您申请的{review}，{asked_on}收到。本该 {answer_by}前答复您，晚了 {count} 天，是我们没办好。",
)
REVIEW_ASKED = Phrase("petition_status.review_asked", "您已经申请{review}，编号 {number}。")
CLOSED = Phrase("petition_status.closed", "这件事办结了。")
DECLINED = Phrase("petition_status.declined", "{told_on}告诉您了：没有受理。有不同意见，回复 8 找人。")
WITHDRAWN = Phrase("petition_status.withdrawn", "您撤回了，没有再办。")
WITH_A_FEW = Phrase("petition_status.with_a_few", "这件事转给专人办了，别的人看不到。有消息，专人告诉您。")
OTHER = Phrase("petition_status.other", "正在办。")
HANDLED_BY = Phrase("petition_status.handled_by", "承办：{handler}")
HANDLED_BY_WITH_PHONE = Phrase("petition_status.handled_by_with_phone", "承办：{handler}，电话 {phone}")

LONGEST_NEWS = 100


def as_the_veteran_reads_it(db: Session, case: Case, *, now: dt.datetime) -> list[Said]:
    """What is answered when the veteran asks how it stands."""
    lines: list[Said] = [ONE(title=title_of(case), number=case.spoken_number), *status_of(case, now=now)]
    news = [event for event in case.history(db) if event.what == "progress" and event.shown and event.words]
    if isinstance(case, Petition) and (review := review_of(db, case)) is not None:
        lines.append(REVIEW_ASKED(review=CALLED[review.stage], number=review.spoken_number))
    if news:
        words = shortened(news[-1].words, LONGEST_NEWS)
        lines.append(LATEST(day=in_words(day_of(news[-1].at)), words=harmless(words)))
    return [*lines, *_handled_by(db, case)]


def harmless(words: str) -> str:
    """Words somebody here typed, for a phone: nothing in them can become a link (R17)."""
    return words.replace("<", "＜")


def title_of(case: Case) -> str:
    if not isinstance(case, Petition):
        return "办件"
    return f"{case.topic}（{CALLED[case.stage]}）" if case.stage else case.topic


def status_of(case: Case, *, now: dt.datetime) -> list[Line]:
    """Where it stands, with the very days the console counts. 受理 is said only after a person has accepted it."""
    if not isinstance(case, Petition):
        return [WITHDRAWN() if case.status == "withdrawn" else OTHER()]
    if case.restricted and case.is_open:
        return [WITH_A_FEW()]
    return STANDING[case.status](case, day_of(now))


def _received(petition: Petition, today: dt.date) -> list[Line]:
    term = petition.clock.tell
    if term.left(today) < 0:
        return [RECEIVED_LATE(tell_by=_said(term.last, today), count=-term.left(today))]
    return [RECEIVED(tell_by=_said(term.last, today))]


def _accepted(petition: Petition, today: dt.date) -> list[Line]:
    clock = petition.clock
    accepted_on, answer_by = _said(clock.accepted, today), _said(clock.answer_by, today)
    running = clock.running
    if petition.stage:
        return _review(petition, today)
    if running is not None and running.left(today) < 0:
        return [ACCEPTED_LATE(accepted_on=accepted_on, answer_by=answer_by, count=-running.left(today))]
    phrase = ACCEPTED_ANONYMOUS if petition.anonymous else ACCEPTED
    first = phrase(accepted_on=accepted_on, count=_day_number(clock.answer, today), answer_by=answer_by)
    return [first, EXTENDED(days=petition.extended_days)] if petition.extended_days else [first]


def _answered(petition: Petition, today: dt.date) -> list[Line]:
    review, answered = petition.clock.review, petition.clock.answered
    if answered is None:
        return []
    if review is None or petition.restricted:
        return [ANSWERED_LAST(answered_on=_said(answered, today))]
    phrase = ANSWERED if review.left(today) >= 0 else ANSWERED_LONG_AGO
    called = CALLED[petition.stage + 1]
    return [phrase(answered_on=_said(answered, today), review_by=_said(review.last, today), review=called)]


def _review(petition: Petition, today: dt.date) -> list[Line]:
    term = petition.clock.answer
    if term is None:
        return []
    told = {"asked_on": _said(term.start, today), "answer_by": _said(term.last, today)}
    if (late := -term.left(today)) > 0:
        return [REVIEW_LATE(review=CALLED[petition.stage], count=late, **told)]
    return [REVIEW(review=CALLED[petition.stage], **told)]


def _closed(petition: Petition, today: dt.date) -> list[Line]:
    return [CLOSED(), *_answered(petition, today)]


def _declined(petition: Petition, today: dt.date) -> list[Line]:
    return [DECLINED(told_on=_said(petition.clock.told, today))]


def _withdrawn(_petition: Petition, _today: dt.date) -> list[Line]:
    return [WITHDRAWN()]


# By the names of models.petition.STATUSES.
STANDING: dict[str, Callable[[Petition, dt.date], list[Line]]] = {
    "received": _received,
    "accepted": _accepted,
    "answered": _answered,
    "closed": _closed,
    "declined": _declined,
    "withdrawn": _withdrawn,
}


def _handled_by(db: Session, case: Case) -> list[Line]:
    """Who has taken it on, by station and name, and where to telephone; no name once the discipline contact has it."""
    if case.status not in ("accepted", "answered") or case.restricted:
        return []
    station = db.get(Station, case.station_id) if case.station_id is not None else None
    officer = db.get(User, case.officer_id) if case.officer_id is not None else None
    who = " ".join(filter(None, [station.name if station else "", officer.shown_as if officer else ""]))
    if not who:
        return []
    if station is None or not station.phone:
        return [HANDLED_BY(handler=who)]
    return [HANDLED_BY_WITH_PHONE(handler=who, phone=station.phone)]


def _day_number(term: Term | None, today: dt.date) -> int:
    return term.used(today) if term else 0


def _said(day: dt.date | None, today: dt.date) -> str:
    return in_words(day, seen_from=today) if day else ""
