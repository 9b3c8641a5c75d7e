"""依据 as it is written, and as it can be looked up: names of laws, numbers of articles, paragraphs (款) and items (项)."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_NUMERAL = 7  # 九千九百九十九
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"千": 1000, "百": 100, "十": 10}
NUMERAL = rf"[{''.join(_DIGITS)}{''.join(_UNITS)}]{{1,{LONGEST_NUMERAL}}}"
_CITED = re.compile(
    rf"第(?P<number>{NUMERAL}|[0-9]{{1,4}})条(?:之(?P<inserted>{NUMERAL}))?"
    rf"(?:第(?P<paragraph>{NUMERAL})款)?(?:第?（?(?P<item>{NUMERAL})）?项)?"
)
_STATE = "中华人民共和国"
# （2019年修订）, （2016年文本）: which version it is; （试行） is part of the name.
_VERSION = re.compile(r"[（(][^（）()]*[0-9]{4}[^（）()]*[）)]$")


class BadNumeral(ValueError):
    """A Chinese number that nobody writes so."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One place that is cited, and the very words that cite it. `inserted`: 第十二条之一 is (12, 1).

    `paragraph` and `item` count from 1; 0 where the citation names none.
    """

    words: str
    number: int
    inserted: int = 0
    paragraph: int = 0
    item: int = 0

    @property
    def anchor(self) -> str:
        return anchor_of(self.number, self.inserted)


def anchor_of(number: int, inserted: int = 0) -> str:
    """The name of an article within the page of its law: article-45, article-45-1."""
    return f"article-{number}-{inserted}" if inserted else f"article-{number}"


def value_of(numeral: str) -> int:
    """一百零二 is 102, as laws count: 1 to 9999. Raises BadNumeral for whatever is not written the one right way."""
    total = digit = 0
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[character], 0
        else:
            raise BadNumeral(numeral)
    value = total + digit
    # The same number is written back: 一二, 十百 or 二十十 would otherwise pass for some number.
    if not value or numeral.replace("〇", "零").replace("两", "二") not in (numeral_of(value), _short(value)):
        raise BadNumeral(numeral)
    return value


def numeral_of(value: int) -> str:
    """102 is 一百零二. `value`: 1 to 9999."""
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            written += ("零" if gap else "") + "零一二三四五六七八九"[digit] + name
        gap = bool(written) and not digit
    return written.removeprefix("一") if written.startswith("一十") else written


def cited_in(text: str) -> list[Cited]:
    """The places a text cites, in order. What looks like one and cannot be read is left out."""
    found = []
    for match in _CITED.finditer(text):
        try:
            found.append(
                Cited(match[0], *(_value(match[part]) for part in ("number", "inserted", "paragraph", "item")))
            )
        except BadNumeral:
            continue
    return found


def in_pieces(text: str) -> list[tuple[str, Cited | None]]:
    """The whole text again, cut where it cites: for a page that makes links of the citations."""
    pieces: list[tuple[str, Cited | None]] = []
    done = 0
    for cited in cited_in(text):
        start = text.index(cited.words, done)
        pieces += [(text[done:start], None)] if start > done else []
        pieces.append((cited.words, cited))
        done = start + len(cited.words)
    return [*pieces, (text[done:], None)] if done < len(text) else pieces


def name_of(title: str) -> str:
    """What a law is called whatever its version: no 《》, no 中华人民共和国, no （2019年修订）."""
    bare = re.sub(r"\s", "", title).strip("《》").removeprefix(_STATE)
    return _VERSION.sub("", bare) or bare


def _short(value: int) -> str:
    """一十二 beside 十二: both are written."""
    written = numeral_of(value)
    return f"一{written}" if written.startswith("十") else written


def _value(numeral: str | None) -> int:
    if not numeral:
        return 0
    return int(numeral) if numeral.isdecimal() and numeral.isascii() else value_of(numeral)
