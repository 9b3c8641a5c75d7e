"""Local amounts: what staff fill in year by year, each with its first day and its source.

Standards change almost every year, so an amount without both is not said (domain rule 3).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_LINE = re.compile(r"- *(?P<since>[0-9]{4}-[0-9]{2}-[0-9]{2})起[：:] *(?P<words>[^（）]+)（(?P<source>[^（）]+)）")
SHAPE = "- 2026-08-01起：每人每月……元（文件名和文号）"


class BadAmount(ValueError):
    """A line of the local standards that lacks its day, its words or its source; the text says so in Chinese."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What is paid from a day on, and where that is written."""

    since: dt.date
    words: str
    source: str

    def __str__(self) -> str:
        return f"{self.since}起：{self.words}（{self.source}）"


def amounts_in(section: str) -> tuple[Amount, ...]:
    """The lines of a section, oldest first. Raises BadAmount."""
    return tuple(sorted((_read(line) for line in section.splitlines() if line.strip()), key=lambda each: each.since))


def _read(line: str) -> Amount:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise BadAmount(f"本地标准这一行看不懂：{line.strip()[:40]}。要写成“{SHAPE}”")
    try:
        since = dt.date.fromisoformat(found["since"])
    except ValueError as wrong:
        raise BadAmount(f"本地标准里没有 {found['since']} 这一天") from wrong
    return Amount(since, found["words"].strip(), found["source"].strip())
