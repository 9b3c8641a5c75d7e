"""The figures a text names: amounts, lengths of time, dates, numbers of articles and of telephones, in one spelling.

Two texts that name the same ones may still say different things, but one that names another one does not say what the
first one says. So words that are to hold nothing new are compared by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from knowledge_base.citation import BadNumeral, value_of

Figure = tuple[str, str]  # a value and its unit; each also stands alone, with an empty unit

_UNITS = {
    "元": "元", "块": "元", "块钱": "元", "角": "角", "天": "天", "工作日": "工作日", "个工作日": "工作日", "日": "日",
    "个月": "个月", "月": "月", "年": "年", "周年": "年", "岁": "岁", "周岁": "岁", "星期": "周", "个星期": "周", "周": "周",
    "小时": "小时", "个小时": "小时", "分钟": "分钟", "倍": "倍", "级": "级", "%": "%", "折": "折", "寸": "寸",
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_WITHIN = "(?=[以之]?内)"  # 60日内 is sixty days, 15日 may be the fifteenth
_TO = "(?=[至到~-])"  # 七至十级
_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_MANY = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_HANZI = rf"[{''.join(_DIGITS)}十{''.join(_MANY)}]+"
_FIGURES = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"

_DATE = re.compile(
    r"(?<![0-9])(?:(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?![0-9])"
    r"|(?:(?P<said_year>[0-9]{4}) ?年 ?)?(?P<said_month>[0-9]{1,2}) ?月(?: ?(?P<said_day>[0-9]{1,2}) ?[日号])?)"
)
_CITED = re.compile(rf"第(?P<value>{_HANZI}|{_FIGURES})(?P<unit>[条款])")
_PERCENT = re.compile(rf"百分之(?P<value>{_HANZI}|{_FIGURES})")
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9.])(?P<figures>{_FIGURES})(?P<many>[{''.join(_MANY)}]?)(?: ?(?P<unit>日{_WITHIN}|{_UNIT}))?"
    rf"|(?P<hanzi>{_HANZI})(?:(?P<hanzi_unit>日{_WITHIN}|{_UNIT})|{_TO})"
    r"|(?P<half>半)(?P<half_unit>年|个月|天|个?小时)"
)


def figures_in(text: str) -> frozenset[Figure]:
    """All of them. Of a date also its parts: what names the year alone names nothing else than the whole date does."""
    # A Chinese comma parts two numbers; a Western one may stand inside of one.
    rest = unicodedata.normalize("NFKC", text.replace("，", "、")).translate(_FORMAL)
    found: set[Figure] = set()
    for pattern, read in ((_DATE, _of_date), (_CITED, _of_citation), (_PERCENT, _of_percent), (_NUMBER, _of_number)):
        found.update(figure for match in pattern.finditer(rest) for figure in read(match))
        rest = pattern.sub(" ", rest)
    return frozenset(found)


def _of_date(date: re.Match[str]) -> Iterator[Figure]:
    year, month, day = (date[part] or date[f"said_{part}"] or "" for part in ("year", "month", "day"))
    month, day = month.lstrip("0"), day.lstrip("0")
    yield from _alone_too(month, "月")
    if year:
        yield from _alone_too(year, "年")
        yield f"{year}-{month}", "年月"
    if day:
        yield from _alone_too(day, "日")
        yield f"{month}-{day}", "月日"
    if year and day:
        yield f"{year}-{month}-{day}", "年月日"


def _of_citation(cited: re.Match[str]) -> Iterator[Figure]:
    yield from _alone_too(_value(cited["value"]), cited["unit"])


def _of_percent(share: re.Match[str]) -> Iterator[Figure]:
    yield from _alone_too(_value(share["value"]), "%")


def _of_number(number: re.Match[str]) -> Iterator[Figure]:
    if number["half"]:
        yield "半", _UNITS[number["half_unit"]]
        return
    value = _value(number["figures"] or number["hanzi"])
    if number["many"]:
        value = f"{(Decimal(value) * _MANY[number['many']]).normalize():f}"
    unit = number["unit"] or number["hanzi_unit"] or ""
    within = unit == "日" and re.match("[以之]?内", number.string[number.end() :])
    yield from _alone_too(value, "天" if within else _UNITS.get(unit, ""))


def _alone_too(value: str, unit: str) -> Iterator[Figure]:
    yield value, ""
    if unit:
        yield value, unit


def _value(numeral: str) -> str:
    """三万五千 is 35000, 二〇二六 is 2026, 1,000 is 1000. What nobody writes so stays as it is written."""
    if numeral[0].isdigit():
        return numeral.replace(",", "")
    if len(numeral) > 1 and set(numeral) <= _DIGITS.keys():
        return "".join(str(_DIGITS[character]) for character in numeral)
    head, _, tail = numeral.rpartition("万")
    try:
        return str((value_of(head) * 10_000 if head else 0) + (value_of(tail) if tail else 0))
    except BadNumeral:
        return numeral
