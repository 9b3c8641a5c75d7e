"""What the veteran is told when something happens to a petition, by message; the dates are those of the clock."""

from __future__ import annotations

import datetime as dt

from handlers.kit.phrase import Line, Phrase
from models.petition import Petition
from models.petition.clock import ANSWER_DAYS, LAST_STAGE, REVIEW_DAYS, day_of, in_words
from models.petition.review import CALLED
from models.station import Station

FILED_FOR_YOU = Phrase(
    "petition_told.filed_for_you",
    "您说的事记下来了。\n登记编号：{number}\n（不用记，回复 4 就能查）\n{tell_by}前告诉您是否受理。记错了的，回复 8 告诉我们。",
)
ACCEPTED = Phrase(
    "petition_told.accepted", "您反映的事受理了，编号 {number}。最迟 {answer_by}书面答复您。\n想看办到哪一步，回复 4。"
)
ACCEPTED_ANONYMOUS = Phrase(
    "petition_told.accepted_anonymous",
    "您反映的事受理了，编号 {number}。最迟 {answer_by}办完。您没留姓名电话，结果在这里看，回复 4。",
)
DECLINED = Phrase(
    "petition_told.declined", "您反映的事（编号 {number}）没有受理。原因：\n{reason}\n有不同意见，回复 8 找人。"
)
FORWARDED = Phrase(
    "petition_told.forwarded", "您反映的事（编号 {number}）转到{station}了。原来说的都转过去了，您不用再说一遍。"
)
PROGRESS = Phrase("petition_told.progress", "您反映的事（编号 {number}）有进展：\n{sentence}")
EXTENDED = Phrase(
    "petition_told.extended",
    "您反映的事（编号 {number}）还没办完，要多用 {days} 天。原因：\n{reason}\n新日子：{answer_by}。有意见，回复 8 找人。",
)
ANSWERED = Phrase(
    "petition_told.answered",
    "您反映的事（编号 {number}）有书面答复了。看全文，回复 4。\n"
    "不满意，{review_by}前可以申请{review}，也是回复 4，选 2。",
)
ANSWERED_LAST = Phrase("petition_told.answered_last", "您反映的事（编号 {number}）有书面答复了。看全文，回复 4。")
CLOSED = Phrase("petition_told.closed", "您反映的事（编号 {number}）办结了。还有话要说，回复 4 补充，或者回复 8 找人。")


def filed_for_you(petition: Petition) -> Line:
    return FILED_FOR_YOU(number=petition.spoken_number, tell_by=in_words(petition.tell_by))


def accepted(petition: Petition, *, now: dt.datetime) -> Line:
    phrase = ACCEPTED_ANONYMOUS if petition.anonymous else ACCEPTED
    return phrase(number=petition.spoken_number, answer_by=_in(ANSWER_DAYS, now))


def declined(petition: Petition, reason: str) -> Line:
    return DECLINED(number=petition.spoken_number, reason=reason)


def forwarded(petition: Petition, station: Station) -> Line:
    return FORWARDED(number=petition.spoken_number, station=station.name)


def progress(petition: Petition, sentence: str) -> Line:
    return PROGRESS(number=petition.spoken_number, sentence=sentence)


def extended(petition: Petition, days: int, reason: str, *, now: dt.datetime) -> Line:
    last = petition.clock.answer_by
    new = in_words(last + dt.timedelta(days=days), seen_from=day_of(now)) if last else ""
    return EXTENDED(number=petition.spoken_number, days=days, reason=reason, answer_by=new)


def answered(petition: Petition, *, now: dt.datetime) -> Line:
    """A report, and a second review, have no further step."""
    if petition.restricted or petition.stage >= LAST_STAGE:
        return ANSWERED_LAST(number=petition.spoken_number)
    called = CALLED[petition.stage + 1]
    return ANSWERED(number=petition.spoken_number, review_by=_in(REVIEW_DAYS, now), review=called)


def closed(petition: Petition) -> Line:
    return CLOSED(number=petition.spoken_number)


def _in(days: int, now: dt.datetime) -> str:
    today = day_of(now)
    return in_words(today + dt.timedelta(days=days), seen_from=today)
