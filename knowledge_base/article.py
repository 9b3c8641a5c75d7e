"""One policy article: what the office says about one question, and what it rests on."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VERIFIED = {
    "law": "",
    "secondary": "没查到原文，以当地公布为准",
    "local": "各地不同，以当地公布为准",
    "pending": "等本地填写，先问接待室",
}
LONGEST_ANSWER = 110
LONGEST_CITE = 20
FEWEST_WAYS = 12

_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.S)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECTION = re.compile(r"^## +(.+?) *$", re.M)
_FIELDS = frozenset(
    [
        "id",
        "title",
        "category",
        "who",
        "source",
        "cite",
        "article",
        "effective",
        "region",
        "verified",
        "checked",
        "decides",
        "related",
        "valid_until",
    ]
)
_SECTIONS = ("细说", "要带什么", "去哪里办", "怎么问")


class BadArticle(ValueError):
    """A policy file that cannot be used; the text says in Chinese what to mend."""


@dataclass(frozen=True, slots=True)
class Article:
    """An approved answer with its source.

    `answer` is the first bubble (at most 110 characters); `details`, `bring` and `where` belong to the long page;
    `ways` are the ways people ask. `effective` is text, since some sources give only a year.
    """

    id: str
    title: str
    category: str
    who: str
    source: str
    cite: str
    article: str
    effective: str
    region: str
    verified: str
    checked: dt.date
    decides: str
    answer: str
    details: str
    bring: str
    where: str
    ways: tuple[str, ...]
    related: tuple[str, ...] = ()
    valid_until: dt.date | None = None

    def in_force(self, today: dt.date) -> bool:
        return self.valid_until is None or today <= self.valid_until

    @property
    def citation(self) -> str:
        """依据, as it stands under every answer: document, article, region, date in force, date checked."""
        where = f"《{self.cite}》" if self.verified != "pending" and not self.cite.startswith("（") else self.cite
        article = "" if self.article in ("", "—") else self.article
        facts = [self.region]
        if self.effective:
            facts.append(f"{self.effective}起施行" if article and _DAY.fullmatch(self.effective) else self.effective)
        facts.append(f"{self.checked:%Y-%m-%d}核对")
        if caution := VERIFIED[self.verified]:
            facts.append(caution)
        return f"依据：{where}{article}（{'，'.join(facts)}）"


def read(path: Path) -> Article:
    """The article in a file. Raises BadArticle, naming the file and the field."""
    try:
        return parse(path.read_text("utf-8"))
    except (BadArticle, UnicodeDecodeError) as problem:
        raise BadArticle(f"{path.name}：{problem}") from problem


def parse(text: str) -> Article:
    """The article written in front matter and sections (docs/policy-articles.zh.md). Raises BadArticle."""
    front, body = _halves(text)
    parts = _SECTION.split(body)
    sections = {name: words.strip() for name, words in zip(parts[1::2], parts[2::2], strict=True)}
    if stray := set(sections) - set(_SECTIONS):
        raise BadArticle(f"没有“{'、'.join(sorted(stray))}”这一节")
    fields = {key: front.get(key) or "" for key in _FIELDS}
    if fields["verified"] not in VERIFIED:
        raise BadArticle("verified 要写 law、secondary、local 或 pending")
    if missing := [key for key in ("id", "title", "source", "region", "decides") if not fields[key]]:
        raise BadArticle(f"少了 {'、'.join(missing)}")
    if not isinstance(fields["checked"], dt.date):
        raise BadArticle("checked 要写核对日期，如 2026-11-25")
    if fields["valid_until"] and not isinstance(fields["valid_until"], dt.date):
        raise BadArticle("valid_until 要写日期，如 2027-12-31")
    ways = tuple(line[2:].strip() for line in sections.get("怎么问", "").splitlines() if line.startswith("- "))
    return Article(
        **{key: str(fields[key]) for key in ("id", "title", "category", "who", "source", "article", "region")},
        **{key: str(fields[key]) for key in ("effective", "verified", "decides")},
        cite=str(fields["cite"] or fields["source"]),
        checked=fields["checked"],
        answer=parts[0].strip(),
        details=sections.get("细说", ""),
        bring=sections.get("要带什么", ""),
        where=sections.get("去哪里办", ""),
        ways=ways,
        related=tuple(fields["related"] or ()),
        valid_until=fields["valid_until"] or None,
    )


def faults(article: Article) -> list[str]:
    """What keeps an article from being used, one Chinese sentence each; empty when it is sound."""
    found = []
    if not 1 <= len(article.answer) <= LONGEST_ANSWER:
        found.append(f"答复 {len(article.answer)} 字，要在 1 到 {LONGEST_ANSWER} 字之间")
    if re.search(r"^\s*[0-9０-９]", article.answer, re.M):
        found.append("答复里行首不能用数字，那是留给选项的")
    if len(article.cite) > LONGEST_CITE:
        found.append(f"cite {len(article.cite)} 字，最多 {LONGEST_CITE} 字")
    if len(set(article.ways)) < FEWEST_WAYS:
        found.append(f"怎么问只有 {len(set(article.ways))} 条，至少 {FEWEST_WAYS} 条")
    if len(set(article.ways)) < len(article.ways):
        found.append("怎么问里有重复的")
    if article.verified == "law" and (article.article in ("", "—") or not article.effective):
        found.append("verified 是 law，就要写条号和施行日")
    return found


def _halves(text: str) -> tuple[dict[str, Any], str]:
    parts = _FRONT.match(text)
    if not parts:
        raise BadArticle("开头要有两行 --- 夹着的说明")
    try:
        front = yaml.load(parts[1], Loader=yaml.CSafeLoader)
    except yaml.YAMLError as problem:
        raise BadArticle(f"说明读不懂：{problem}") from problem
    if not isinstance(front, dict):
        raise BadArticle("说明要一行一栏，写成“栏名: 内容”")
    if stray := set(front) - _FIELDS:
        raise BadArticle(f"不认识 {'、'.join(map(str, sorted(stray)))}")
    return front, parts[2]
