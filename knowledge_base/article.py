"""One policy article: what the office says about one question, and what it rests on."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.amount import Amount, BadAmount, amounts_in
from knowledge_base.deadline import BadDeadline, Deadline

VERIFIED = {
    "law": "",
    "secondary": "没查到原文，以当地公布为准",
    "local": "各地不同，以当地公布为准",
    "pending": "等本地填写，先问接待室",
}
LONGEST_ANSWER = 110
LONGEST_CITE = 20
FEWEST_WAYS = 12

_CALLED = {"id": "编号", "title": "标准问法", "source": "文件全名", "region": "哪里适用", "decides": "谁来定"}
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
        "deadline",
        "narrows",
        "supersedes",
    ]
)
_SECTIONS = ("细说", "要带什么", "去哪里办", "本地标准", "怎么问")
_NAMED_LEVEL = {"全国": 0, "省": 1, "州": 2, "市": 2, "区": 3, "县": 3, "镇": 4, "乡": 4, "街道": 4, "社区": 4}


class BadArticle(ValueError):
    """A policy file that cannot be used; the text says in Chinese what to mend."""


@dataclass(frozen=True, slots=True)
class Article:
    """An approved answer with its source.

    `answer` is the first bubble (at most 110 characters); `details`, `bring` and `where` belong to the long page;
    `ways` are the ways people ask. `effective` is text, since some sources give only a year. `narrows` names the
    articles that this one stands before, being more local; `supersedes` those that it follows in time.
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
    deadline: Deadline | None = None
    narrows: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()

    @property
    def begins(self) -> dt.date | None:
        """Its first day, where the source gives a whole date."""
        return dt.date.fromisoformat(self.effective) if _DAY.fullmatch(self.effective) else None

    def in_force(self, today: dt.date) -> bool:
        """From its first to its last day."""
        return (self.begins is None or self.begins <= today) and (self.valid_until is None or today <= self.valid_until)

    @property
    def level(self) -> int:
        """How near the region is: 0 for the nation up to 4 for a town. Where two rules speak, the nearer one does."""
        return next((level for end, level in _NAMED_LEVEL.items() if self.region.endswith(end)), 0)

    def amount_on(self, day: dt.date) -> Amount | None:
        """The local standard in force on a day, as far as staff have filled it in."""
        begun = [amount for amount in self.amounts if amount.since <= day]
        return max(begun, key=lambda amount: amount.since, default=None)

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
    front, answer, sections = parts_of(text)
    if stray := set(sections) - set(_SECTIONS):
        raise BadArticle(f"没有“{'、'.join(sorted(stray))}”这一节")
    fields = {key: front.get(key) or "" for key in _FIELDS}
    if fields["verified"] not in VERIFIED:
        raise BadArticle("verified 要写 law、secondary、local 或 pending")
    if missing := [key for key in _CALLED if not fields[key]]:
        raise BadArticle(f"少了{'、'.join(f'{_CALLED[key]}（{key}）' for key in missing)}")
    if not isinstance(fields["checked"], dt.date):
        raise BadArticle("人工核对日（checked）要写日期，如 2026-11-25")
    if fields["valid_until"] and not isinstance(fields["valid_until"], dt.date):
        raise BadArticle("用到哪一天（valid_until）要写日期，如 2027-12-31")
    ways = tuple(line[2:].strip() for line in sections.get("怎么问", "").splitlines() if line.startswith("- "))
    return Article(
        **{key: str(fields[key]) for key in ("id", "title", "category", "who", "source", "article", "region")},
        **{key: str(fields[key]) for key in ("effective", "verified", "decides")},
        cite=str(fields["cite"] or fields["source"]),
        checked=fields["checked"],
        answer=answer,
        details=sections.get("细说", ""),
        bring=sections.get("要带什么", ""),
        where=sections.get("去哪里办", ""),
        ways=ways,
        related=tuple(fields["related"] or ()),
        valid_until=fields["valid_until"] or None,
        deadline=_deadline(fields["deadline"]),
        narrows=tuple(fields["narrows"] or ()),
        supersedes=tuple(fields["supersedes"] or ()),
        amounts=_amounts(sections.get("本地标准", "")),
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
    if article.deadline and not article.deadline.is_named_in(article.answer):
        found.append("写了 deadline，答复里也要写这个期限")
    return found


def _deadline(front: object) -> Deadline | None:
    try:
        return Deadline.read(front) if front else None
    except BadDeadline as problem:
        raise BadArticle(str(problem)) from problem


def _amounts(section: str) -> tuple[Amount, ...]:
    try:
        return amounts_in(section)
    except BadAmount as problem:
        raise BadArticle(str(problem)) from problem


def parts_of(text: str) -> tuple[dict[str, Any], str, dict[str, str]]:
    """Front matter, the answer, and the sections by their headings. Raises BadArticle where it is no such text."""
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
    pieces = _SECTION.split(parts[2])
    sections = {name: words.strip() for name, words in zip(pieces[1::2], pieces[2::2], strict=True)}
    return front, pieces[0].strip(), sections
