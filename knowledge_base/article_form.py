"""An article as a form has it: one text a field, sound or not, so that nothing typed is lost on the way to a file.

`text_of` and `fields_of` are each other's way back; whether the text is an article is `article.parse`'s to say.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import yaml

from knowledge_base.article import Article, BadArticle, parts_of
from knowledge_base.deadline import UNITS

LINES = ("id", "title", "category", "who", "source", "cite", "article", "effective", "region", "verified", "decides")
DAYS = ("checked", "valid_until")
LISTS = ("related", "narrows", "supersedes")
LIMIT = ("deadline_what", "deadline_since", "deadline_count", "deadline_unit", "deadline_who", "deadline_earliest")
SECTIONS = {"details": "细说", "bring": "要带什么", "where": "去哪里办", "amounts": "本地标准", "ways": "怎么问"}
LISTED = ("amounts", "ways")  # sections of lines, each a point of a list
FIELDS = (*LINES, *DAYS, *LISTS, *LIMIT, "answer", *SECTIONS)

_SPLIT = re.compile(r"[、，,;；\s]+")


def text_of(fields: Mapping[str, str]) -> str:
    """What was typed, in the form that `article.parse` reads."""
    typed = {name: fields.get(name, "").strip() for name in FIELDS}
    front: dict[str, Any] = {name: typed[name] for name in LINES}
    front |= {name: _day(typed[name]) for name in DAYS if typed[name]}
    front |= {name: _SPLIT.split(typed[name]) for name in LISTS if typed[name]}
    limit = {name.removeprefix("deadline_"): typed[name] for name in LIMIT if typed[name]}
    if limit.keys() - {"unit"}:  # a form always names a unit
        front["deadline"] = _limit(limit)
    return written(front, typed["answer"], {name: _section(name, typed[name]) for name in SECTIONS})


def written(front: Mapping[str, Any], answer: str, sections: Mapping[str, str]) -> str:
    """Front matter, the answer, and the sections that have words. `sections` by field."""
    head = yaml.dump(dict(front), Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1000)
    answer = _section("answer", answer)
    body = "".join(f"\n\n## {SECTIONS[name]}\n\n{words}" for name, words in sections.items() if words)
    return f"---\n{head}---\n{answer}{body}\n"


def as_text(article: Article) -> str:
    """An article written down: one text for files, versions, differences and exchange."""
    return text_of(fields_of(article))


def fields_of(article: Article) -> dict[str, str]:
    """The fields of an article, for a form."""
    fields = {name: str(getattr(article, name)) for name in (*LINES, "answer", "details", "bring", "where")}
    fields["checked"] = article.checked.isoformat()
    fields["valid_until"] = article.valid_until.isoformat() if article.valid_until else ""
    fields |= {name: "、".join(getattr(article, name)) for name in LISTS}
    fields |= {"amounts": "\n".join(map(str, article.amounts)), "ways": "\n".join(article.ways)}
    if limit := article.deadline:
        fields |= {"deadline_what": limit.what, "deadline_since": limit.since, "deadline_who": limit.who}
        fields |= {"deadline_count": str(limit.count), "deadline_unit": limit.unit}
        fields["deadline_earliest"] = "yes" if limit.earliest else ""
    return fields


def fields_in(text: str) -> dict[str, str]:
    """The fields of a text that may be no article yet."""
    try:
        front, answer, sections = parts_of(text)
    except BadArticle:
        return {"answer": text}
    fields = {name: str(front.get(name) or "") for name in (*LINES, *DAYS)}
    fields |= {name: "、".join(map(str, front.get(name) or ())) for name in LISTS}
    fields |= {"answer": answer} | {name: sections.get(heading, "") for name, heading in SECTIONS.items()}
    for name in LISTED:
        fields[name] = "\n".join(line.removeprefix("- ") for line in fields[name].splitlines())
    limit = front.get("deadline")
    return fields | (_limit_fields(limit) if isinstance(limit, Mapping) else {})


def _limit_fields(limit: Mapping[Any, Any]) -> dict[str, str]:
    unit = next((unit for unit in UNITS if unit in limit), "days")
    fields = {f"deadline_{name}": str(limit.get(name) or "") for name in ("what", "since", "who")}
    fields |= {"deadline_unit": unit, "deadline_count": str(limit.get(unit, ""))}
    return fields | {"deadline_earliest": "yes" if limit.get("earliest") else ""}


def _day(typed: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return typed  # the fault is told by whoever reads it


def _limit(typed: Mapping[str, str]) -> dict[str, Any]:
    unit, count = typed.get("unit", "days"), typed.get("count", "")
    limit: dict[str, Any] = {name: typed[name] for name in ("what", "since", "who") if name in typed}
    limit[unit if unit in UNITS else "days"] = int(count) if count.isascii() and count.isdigit() else count
    return limit | ({"earliest": True} if "earliest" in typed else {})


def _section(name: str, typed: str) -> str:
    if name not in LISTED:
        # A heading inside a section would open another one.
        return "\n".join(line.lstrip("#") if line.startswith("#") else line for line in typed.splitlines()).strip()
    points = (line.strip().lstrip("-·• ").strip() for line in typed.splitlines())
    return "\n".join(f"- {point}" for point in points if point)
