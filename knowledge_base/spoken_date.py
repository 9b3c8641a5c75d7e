"""A day as people say it: "去年九月一号", "26年9月1", "上个月15", "昨天"; which day of the calendar it is.

Words come as `normal.plain` gives them. What names no single day is a NoDay, which says what is missing, so that a
dialogue can ask for just that.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from knowledge_base.normal import DIGITS

EARLIEST = dt.date(1930, 1, 1)
YEARS_AHEAD = 5
SOON = dt.timedelta(days=60)  # "9月1号" without a year is the last one, unless the next one is as near as this

_TENS = {"廿": 20, "卅": 30}
_TEN = "十"
_NUMBER = f"[{''.join(DIGITS)}{_TEN}拾{''.join(_TENS)}]"
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_MONTHS = {"上上个": -2, "上上": -2, "上个": -1, "上": -1, "这个": 0, "这": 0, "本": 0, "当": 0, "下个": 1, "下": 1}
_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "今天": 0, "今日": 0, "今儿": 0,
    "明天": 1, "明日": 1, "明儿": 1, "后天": 2, "大后天": 3,
}  # fmt: skip
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "": 0, "下": 1}
_WEEKDAYS = {day: number for number, days in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for day in days}


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_YEAR = rf"(?:(?P<year>{_NUMBER}{{2,4}})年|(?P<near_year>{_any_of(_YEARS)}))的?"
_MONTH = rf"(?:(?P<month>{_NUMBER}{{1,3}})月份?|(?P<near_month>{_any_of(_MONTHS)})月)的?"
_DAY = rf"(?P<day>{_NUMBER}{{1,3}})(?:号|日)?"
_SAID = re.compile(rf"(?:{_YEAR})?{_MONTH}{_DAY}")
_WRITTEN = re.compile(r"(?<![0-9])(?P<year>[0-9]{4}|[0-9]{2}) (?P<month>[0-9]{1,2}) (?P<day>[0-9]{1,2})(?![0-9])")
_RUN_TOGETHER = re.compile(r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])")
_SHORT = re.compile(r"(?P<month>[0-9]{1,2}) (?P<day>[0-9]{1,2})")
_NEAR_DAY = re.compile(_any_of(_DAYS))
_AGO = re.compile(rf"(?P<number>{_NUMBER}{{1,3}})(?P<unit>天|日|个?星期|个?礼拜|周)(?:以|之)?前")
_WEEKDAY = re.compile(rf"(?P<week>上上|上|这|本|下|)个?(?:星期|礼拜|周)(?P<day>[{''.join(_WEEKDAYS)}])")
_LUNAR = re.compile(r"农历|阴历|老历|旧历|腊月|冬月|正月|月初[一二三四五六七八九十]")
_PART = re.compile(rf"(?:{_YEAR})|(?:{_MONTH})|{_NUMBER}{{1,3}}[号日]".replace("?P<", "?P<part_"))


class Missing(StrEnum):
    """Why words name no day."""

    UNREAD = "unread"  # nothing like a day in them
    PART = "part"  # a year, a month, or a day of some month: not all of it
    NO_SUCH_DAY = "no_such_day"  # 2月30日, or a year nobody means
    SEVERAL = "several"  # more than one day
    LUNAR = "lunar"  # by the old calendar


class NoDay(ValueError):
    """Words that name no single day; `missing` tells why."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing)
        self.missing = missing


def spoken_date(words: str, *, today: dt.date) -> dt.date:
    """The one day that is named. A year of two digits is the nearest past one. Raises NoDay.

    Without a year it is the last such day, unless the next one is less than sixty days ahead; the reader of it shall
    read it back.
    """
    said = re.sub(r"(?<![0-9]) | (?![0-9])", "", words)
    if _LUNAR.search(said):
        raise NoDay(Missing.LUNAR)
    days = {_day_of(found, today) for pattern in (_SAID, _WRITTEN, _RUN_TOGETHER) for found in pattern.finditer(said)}
    if not days and (short := _SHORT.fullmatch(said)):
        days = {_day_of(short, today)}
    days = days or _days_counted_from(today, said)
    if len(days) == 1:
        return days.pop()
    if days:
        raise NoDay(Missing.SEVERAL)
    raise NoDay(Missing.PART if _PART.search(said) else Missing.UNREAD)


def _days_counted_from(today: dt.date, said: str) -> set[dt.date]:
    """昨天, 三天前, 上周五."""
    days = {today + dt.timedelta(days=_DAYS[near[0]]) for near in _NEAR_DAY.finditer(said)}
    for ago in _AGO.finditer(said):
        number = _number(ago["number"]) * (1 if ago["unit"] in "天日" else 7)
        days.add(today - dt.timedelta(days=number))
    monday = today - dt.timedelta(days=today.weekday())
    for named in _WEEKDAY.finditer(said):
        days.add(monday + dt.timedelta(weeks=_WEEKS[named["week"]], days=_WEEKDAYS[named["day"]]))
    return days


def _day_of(found: re.Match[str], today: dt.date) -> dt.date:
    parts: dict[str, str] = {"near_year": "", "near_month": "", "year": ""} | found.groupdict()
    if parts["near_month"]:
        month: dt.date = today.replace(day=1) + relativedelta(months=_MONTHS[parts["near_month"]])
        return _date(month.year, month.month, _number(parts["day"]))
    number, day = _number(parts["month"]), _number(parts["day"])
    if parts["year"]:
        return _within(_date(_year(parts["year"], today), number, day), today)
    if parts["near_year"]:
        return _date(today.year + _YEARS[parts["near_year"]], number, day)
    return _nearest(number, day, today)


def _nearest(month: int, day: int, today: dt.date) -> dt.date:
    """The last such day, or the next one when it comes soon; 29 February may be years back."""
    years = range(today.year + 1, today.year - 9, -1)
    days = [dt.date(year, month, day) for year in years if _exists(year, month, day)]
    passed = [date for date in days if date <= today + SOON]
    if not passed:
        raise NoDay(Missing.NO_SUCH_DAY)
    return passed[0]


def _year(said: str, today: dt.date) -> int:
    number = _number(said)
    if len(said) == 4:
        return number
    if len(said) == 3 or number > 99:
        raise NoDay(Missing.NO_SUCH_DAY)
    century = today.year // 100 * 100
    return century + number if century + number <= today.year + 1 else century - 100 + number


def _number(said: str) -> int:
    """A number below a hundred as it is spoken, or digits one after the other: 二十五, 廿五, 二五, 25."""
    if said[0] in _TENS:
        return _TENS[said[0]] + (DIGITS.get(said[1:], 0) if said[1:] else 0)
    before, ten, after = said.replace("拾", _TEN).partition(_TEN)
    if not ten:
        return _in_turn(said)
    return (_in_turn(before) if before else 1) * 10 + (_in_turn(after) if after else 0)


def _in_turn(said: str) -> int:
    if any(character not in DIGITS for character in said):
        raise NoDay(Missing.NO_SUCH_DAY)
    return int("".join(str(DIGITS[character]) for character in said))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _date(year: int, month: int, day: int) -> dt.date:
    if not _exists(year, month, day):
        raise NoDay(Missing.NO_SUCH_DAY)
    return dt.date(year, month, day)


def _within(day: dt.date, today: dt.date) -> dt.date:
    if not EARLIEST <= day <= dt.date(today.year + YEARS_AHEAD, 12, 31):
        raise NoDay(Missing.NO_SUCH_DAY)
    return day
