"""A notice as a template message: its fields are short, so they hold the beginning and say how to read it all.

The template is chosen on the platform (类目模板库); its fields are read from there, since their names and numbers differ
with every template (platform.md 7.1, 7.3).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.conversation import SHANGHAI

LONGEST = 20  # characters of a `thing`
WHOLE = "回复“看通知”看全文"

_FIELD = re.compile(r"\{\{\s*([a-z_]+?[0-9]{1,3})\.DATA\s*\}\}")
_CLAUSE = re.compile(r"[^。！？；，]+[。！？；，]?")


class CannotFill(ValueError):
    """The template wants something that a notice does not have."""


def fields_of(answer: Mapping[str, Any], template_id: str) -> list[str]:
    """The fields of one template in the answer of `template/get_all_private_template`; empty when it is not there."""
    for row in answer.get("template_list", []):
        if row.get("template_id") == template_id:
            return _FIELD.findall(str(row.get("content", "")))
    return []


def template_data(fields: Sequence[str], words: str, *, at: dt.datetime) -> dict[str, dict[str, str]]:
    """The values of the fields: the words in the order in which they are read, and last how to see them all."""
    things = [name for name in fields if _kind(name) == "thing"]
    if not things:
        raise CannotFill("公众号里没有这个模板，或者它没有“事项”（thing）一栏")
    pieces = _pieces(words, len(things) - 1) if len(things) > 1 else []
    values = dict(zip(things, [*pieces, WHOLE], strict=True))
    values |= {name: _value(_kind(name), at) for name in fields if name not in values}
    return {name: {"value": values[name]} for name in fields}


def _kind(name: str) -> str:
    return name.rstrip("0123456789")


def _value(kind: str, at: dt.datetime) -> str:
    here = at.astimezone(SHANGHAI)
    day = f"{here.year}年{here.month}月{here.day}日"
    known = {
        "time": f"{day} {here:%H:%M}",
        "date": day,
        "phrase": "通知",
        "short_thing": "通知",
        "const": "",
        "enum": "",
    }
    if kind not in known:
        raise CannotFill(f"有一栏是 {kind}，通知填不了")
    return known[kind]


def _pieces(words: str, count: int) -> list[str]:
    """The beginning of the words in so many short lines, cut where one would draw breath."""
    lines = [""]
    for clause in _CLAUSE.findall(" ".join(words.split())):
        for start in range(0, len(clause), LONGEST):
            bit = clause[start : start + LONGEST]
            if len(lines[-1]) + len(bit) <= LONGEST:
                lines[-1] += bit
            else:
                lines.append(bit)
    kept = [bare for line in lines if (bare := line.strip("，。； "))]
    if len(kept) > count:
        kept = [*kept[: count - 1], kept[count - 1][: LONGEST - 1] + "…"]
    return [*kept, *["…"] * (count - len(kept))]
