"""When somebody is there: weekdays and times of a station, holidays and make-up days of the country."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import chinese_calendar

from models.conversation import SHANGHAI

WEEKDAYS = "一二三四五六日"
_PART = re.compile(r"周([一二三四五六日])(?:至周?([一二三四五六日]))?((?: \d{1,2}:\d{2}-\d{1,2}:\d{2})+)")


class BadHours(ValueError):
    """Hours that cannot be read; the text says how to write them."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Opening times, read from a line such as `周一至周五 9:00-12:00 13:30-17:00`, parts divided by `；`."""

    times: dict[int, tuple[tuple[dt.time, dt.time], ...]]
    said: str

    @classmethod
    def read(cls, line: str) -> OfficeHours:
        times: dict[int, tuple[tuple[dt.time, dt.time], ...]] = {}
        for part in filter(None, (piece.strip() for piece in line.split("；"))):
            found = _PART.fullmatch(part)
            if not found:
                raise BadHours(f"“{part}”要写成“周一至周五 9:00-12:00 13:30-17:00”")
            first = WEEKDAYS.index(found[1])
            last = WEEKDAYS.index(found[2] or found[1])
            if last < first:
                raise BadHours(f"“{part}”要从一周里先到的那天写起，如“周一至周五”")
            spans = tuple(sorted(_span(span) for span in found[3].split()))
            times.update(dict.fromkeys(range(first, last + 1), spans))
        return cls(times, line)

    def is_open(self, now: dt.datetime) -> bool:
        here = now.astimezone(SHANGHAI)
        return any(start <= here.time() < end for start, end in self._spans(here.date()))

    def next_opening(self, now: dt.datetime) -> dt.datetime | None:
        """The next moment somebody is there; None when that is not within a month (or no hours are set)."""
        here = now.astimezone(SHANGHAI)
        for ahead in range(32):
            day = here.date() + dt.timedelta(days=ahead)
            for start, _ in self._spans(day):
                opening = dt.datetime.combine(day, start, SHANGHAI)
                if opening > here:
                    return opening
        return None

    def closes_at(self, now: dt.datetime) -> dt.time | None:
        """The end of today's last span."""
        spans = self._spans(now.astimezone(SHANGHAI).date())
        return spans[-1][1] if spans else None

    def _spans(self, day: dt.date) -> tuple[tuple[dt.time, dt.time], ...]:
        if not is_working_day(day):
            return () if day.weekday() < 5 or is_holiday(day) else self.times.get(day.weekday(), ())
        if day.weekday() < 5:
            return self.times.get(day.weekday(), ())
        # A make-up day on a weekend is worked like a Monday.
        return self.times.get(day.weekday()) or self.times.get(0, ())


def is_working_day(day: dt.date) -> bool:
    """Whether offices work that day, with holidays and 调休; `holidays.txt` beside this file wins over the calendar.

    Years the calendar does not know yet count by the weekday alone.
    """
    ours = _own_days().get(day)
    if ours is not None:
        return ours
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_holiday(day: dt.date) -> bool:
    """A day off that is more than a plain weekend."""
    if _own_days().get(day) is False:
        return True
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(off and name)


@cache
def _own_days() -> dict[dt.date, bool]:
    days = {}
    for line in (Path(__file__).parent / "holidays.txt").read_text("utf-8").splitlines():
        words = line.split("#")[0].split()
        if words:
            days[dt.date.fromisoformat(words[0])] = words[1] == "上班"
    return days


def _span(text: str) -> tuple[dt.time, dt.time]:
    try:
        start, end = (dt.datetime.strptime(clock, "%H:%M").time() for clock in text.split("-"))  # noqa: DTZ007
    except ValueError as problem:
        raise BadHours(f"“{text}”不是钟点，写成“9:00-12:00”") from problem
    if start >= end:
        raise BadHours(f"“{text}”的开始要早于结束")
    return start, end
