"""A time limit an answer names: what has to be done, counted from which day, and which day is the last."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta

UNITS = {"days": "天", "months": "个月", "years": "年"}
MOST = {"days": 366, "months": 60, "years": 20}
LONGEST_WHAT = 20
LONGEST_SINCE = 16
LONGEST_WHO = 24

_FIELDS = frozenset(["what", "since", "who", "earliest", *UNITS])
_IN_WORDS = {1: "一", 2: "两", 3: "三", 4: "四", 5: "五", 6: "六", 7: "七"}


class BadDeadline(ValueError):
    """A `deadline` that cannot be used; the text says in Chinese what to mend."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`what` is to be done within `count` of a `unit` (days | months | years) after the day of `since`.

    `who` says whom it binds, where that is not everybody the article speaks to. `earliest` turns it round: not before.
    """

    what: str
    since: str
    unit: str
    count: int
    who: str = ""
    earliest: bool = False

    @classmethod
    def read(cls, front: object) -> Deadline:
        """The deadline as the front matter of an article has it. Raises BadDeadline."""
        if not isinstance(front, Mapping):
            raise BadDeadline("deadline 要写成 {what: 做什么, since: 从哪天算, days: 30}")
        if stray := set(front) - _FIELDS:
            raise BadDeadline(f"deadline 里不认识 {'、'.join(map(str, sorted(stray, key=str)))}")
        units = [unit for unit in UNITS if unit in front]
        if len(units) != 1:
            raise BadDeadline("deadline 里 days、months、years 要写一样，只写一样")
        if not isinstance(front.get("earliest", False), bool):
            raise BadDeadline("deadline 里 earliest 只写 true 或 false")
        return cls(
            what=_words(front, "what", LONGEST_WHAT),
            since=_words(front, "since", LONGEST_SINCE),
            unit=units[0],
            count=_count(front[units[0]], units[0]),
            who=_words(front, "who", LONGEST_WHO) if "who" in front else "",
            earliest=front.get("earliest", False),
        )

    def falls_on(self, since: dt.date) -> dt.date:
        """The last day, or the first one if it is a "not before".

        The day it counts from is not counted itself; months and years end on the day of the same number, or where
        there is none on the last of the month (民法典 201, 202). No day is moved for a holiday: to be early is safe.
        """
        last: dt.date = since + relativedelta(**{self.unit: self.count})
        return last

    @property
    def rule(self) -> str:
        """The limit as one sentence, without a full stop."""
        length = f"{self.count} {UNITS[self.unit]}"
        who = f"{self.who}，" if self.who else ""
        return f"{who}从{self.since}算起，{f'满 {length}才能' if self.earliest else f'{length}内'}{self.what}"

    def is_named_in(self, answer: str) -> bool:
        """Whether an answer tells this length of time, in digits or in words."""
        numbers = [str(self.count), *([_IN_WORDS[self.count]] if self.count in _IN_WORDS else [])]
        unit = "[天日]" if self.unit == "days" else UNITS[self.unit]
        return any(re.search(rf"(?<![0-9]){number} ?{unit}", answer) for number in numbers)


def _words(front: Mapping[Any, Any], key: str, most: int) -> str:
    words = front.get(key)
    if not isinstance(words, str) or not words.strip():
        raise BadDeadline(f"deadline 里要写 {key}")
    if len(words.strip()) > most:
        raise BadDeadline(f"deadline 里 {key} 最多 {most} 字")
    return words.strip()


def _count(value: object, unit: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST[unit]:
        raise BadDeadline(f"deadline 里 {unit} 要写 1 到 {MOST[unit]} 的整数")
    return value
