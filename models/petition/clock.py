"""The clock of the 信访工作条例 (2022): fifteen days to tell, sixty to answer, at most thirty more, thirty for a review.

The Regulation counts 日, not 工作日; the day something happened is not counted. It does not say what becomes of a last
day on which offices are shut (domain.md 5.1), so no day is moved: such a day is pointed out, to be ready before it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from models.conversation import SHANGHAI
from models.station.hours import is_working_day

TELL_DAYS = 15  # 条例 22, 23: tell whether it is accepted
ANSWER_DAYS = 60  # 条例 34: from the acceptance to the written answer
MOST_EXTENSION = 30  # 条例 34: approved, and told with reasons
REVIEW_DAYS = 30  # 条例 35, 36: the veteran may ask for a review; and the review has to be answered
LAST_STAGE = 2  # 复核


@dataclass(frozen=True, slots=True)
class Term:
    """So many days from a day that is not counted itself, and the day it was met, if it was."""

    begun: str  # what happened on the first day: 收到, 受理 …
    start: dt.date
    days: int
    done: dt.date | None = None

    @property
    def last(self) -> dt.date:
        return self.start + dt.timedelta(days=self.days)

    @property
    def sum(self) -> str:
        """How the last day comes about, to be checked by anybody: 11 月 2 日收到 + 15 天 = 11 月 17 日."""
        return f"{in_words(self.start)}{self.begun} + {self.days} 天 = {in_words(self.last, seen_from=self.start)}"

    def used(self, today: dt.date) -> int:
        """Which day it is, or was when it was done: the day after the first is day one."""
        return ((self.done or today) - self.start).days

    def left(self, today: dt.date) -> int:
        """Days until the last one; below zero it is over."""
        return (self.last - (self.done or today)).days

    def mood(self, today: dt.date) -> str:
        """How it stands, for a colour that never stands alone: done | late | soon | calm."""
        if self.done is not None:
            return "done"
        left = self.left(today)
        if left < 0:
            return "late"
        return "soon" if left * 4 <= self.days else "calm"

    def standing(self, today: dt.date) -> str:
        """The same in words."""
        left = self.left(today)
        if self.done is not None:
            return f"用了 {self.used(today)} 天" + (f"，晚了 {-left} 天" if left < 0 else "")
        if left < 0:
            return f"超期 {-left} 天"
        return f"还剩 {left} 天" if left else "今天是最后一天"

    @property
    def ends_on_a_day_off(self) -> bool:
        return not is_working_day(self.last)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a petition stands in time; everything but the day of receipt may not have come yet."""

    received: dt.date
    told: dt.date | None = None
    accepted: dt.date | None = None
    extended: int = 0
    answered: dt.date | None = None
    over: bool = False  # nothing is asked of the office any more
    stage: int = 0  # 1 复查, 2 复核

    @property
    def tell(self) -> Term:
        return Term("收到", self.received, TELL_DAYS, self.told)

    @property
    def answer(self) -> Term | None:
        """The sixty days, as they are without an extension; of a review the thirty."""
        if self.accepted is None:
            return None
        begun, days = ("收到", REVIEW_DAYS) if self.stage else ("受理", ANSWER_DAYS)
        return Term(begun, self.accepted, days, self.answered)

    @property
    def extension(self) -> Term | None:
        """What was added, after the sixty days."""
        if self.accepted is None or not self.extended:
            return None
        return Term("到期", self.accepted + dt.timedelta(days=ANSWER_DAYS), self.extended, self.answered)

    @property
    def review(self) -> Term | None:
        """The days in which the veteran may ask the next organ up; nothing the office could be late with.

        After the second review there is no other (条例 36).
        """
        return Term("答复", self.answered, REVIEW_DAYS) if self.answered and self.stage < LAST_STAGE else None

    @property
    def running(self) -> Term | None:
        """What the law asks of the office next."""
        if self.over or self.answered:
            return None
        return self.extension or self.answer or self.tell

    @property
    def due_on(self) -> dt.date | None:
        return self.running.last if self.running else None

    @property
    def answer_by(self) -> dt.date | None:
        """The last day for the written answer, with the extension."""
        term = self.extension or self.answer
        return term.last if term else None

    @property
    def latest(self) -> dt.date | None:
        """The day that no extension can go beyond."""
        return self.answer.last + dt.timedelta(days=MOST_EXTENSION) if self.answer else None


def day_of(moment: dt.datetime) -> dt.date:
    """The day in Guiyang, which is the one that counts."""
    return moment.astimezone(SHANGHAI).date()


def in_words(day: dt.date, *, seen_from: dt.date | None = None) -> str:
    """11 月 17 日; with the year when it is another one than that of the day it is seen from."""
    year = f"{day.year} 年 " if seen_from is not None and seen_from.year != day.year else ""
    return f"{year}{day.month} 月 {day.day} 日"
