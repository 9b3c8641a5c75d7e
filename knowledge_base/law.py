"""A law or notice as text, read into its articles: 第四十五条, with the chapter it stands in and its items below it.

Text is Markdown, or lines without any marks: a head of named fields, the title, then articles. A notice without 条 is
read by its parts (一、二、). Nothing is thrown away in silence: what cannot be taken is a fault and stops the import,
what only looks odd is a remark for the person who imports.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge_base.citation import NUMERAL, BadNumeral, anchor_of, name_of, numeral_of, value_of
from knowledge_base.normal import tidy

MOST_ARTICLES, LONGEST_ARTICLE, MOST_SHOWN = 2_000, 20_000, 60
FIELDS = {
    "title": "标题", "issuer": "发布机关", "document_number": "文号", "adopted": "公布日期", "effective": "施行日期",
    "region": "适用地区", "source": "来源",
}  # fmt: skip
LONGEST = {"title": 100, "issuer": 100, "document_number": 60, "region": 60, "source": 200}
# How others name the same fields in front matter.
_KEYS = {called: key for key, called in FIELDS.items()} | {key: key for key in FIELDS} | {
    "doc_no": "document_number", "published": "adopted", "retrieved_from": "source", "发文机关": "issuer",
    "公布机关": "issuer", "制定机关": "issuer", "发文字号": "document_number", "公布": "adopted", "施行": "effective",
}  # fmt: skip
_FIELD = re.compile(rf"({'|'.join(_KEYS)})\s*[:：]\s*(.*)")
_OTHER_FIELD = re.compile(r"[a-z_]+:")  # of front matter that was made for another program
_HEADING = re.compile(rf"第{NUMERAL}(编|分编|章|节)(?:\s+|$)(.*)")
_ARTICLE = re.compile(r"第([^\s第条]{1,12})条(?:之([一二三四五六七八九十]{1,3}))?(?:\s+(.*)|$)")
_RUN_ON = re.compile(rf"第({NUMERAL})条(?![之第、，和及至或的规所中])(.+)")
_PART = re.compile(r"([一二三四五六七八九十]{1,3})、\s*(.+)")
_ITEM = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")
_IN_FORCE = re.compile(r"自([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日起(?:施行|实施|执行)")
_DAY = re.compile(r"([0-9]{4})[-年./]([0-9]{1,2})[-月./]([0-9]{1,2})日?")
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_RANKS = ("编", "分编", "章", "节")


@dataclass(frozen=True, slots=True)
class LawArticle:
    """One article. `heading`: the chapter and section it stands in; `words`: its paragraphs and items, one a line."""

    label: str
    number: int
    inserted: int
    heading: str
    words: str

    @property
    def anchor(self) -> str:
        return anchor_of(self.number, self.inserted)

    @property
    def paragraphs(self) -> int:
        """How many 款 it has: items belong to the paragraph before them."""
        return sum(not _ITEM.match(line) for line in self.words.splitlines())


@dataclass(frozen=True, slots=True)
class Law:
    """A law in one of its versions. `adopted`: when this version was made known; `effective`: since when it holds."""

    title: str
    issuer: str
    document_number: str
    adopted: dt.date | None
    effective: dt.date
    region: str
    source: str
    articles: tuple[LawArticle, ...]

    @property
    def name(self) -> str:
        """The same for every version."""
        return name_of(self.title)


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was found in a text: its head as it was written, the articles, and what is wrong or odd, by line."""

    head: dict[str, str]
    articles: tuple[LawArticle, ...]
    faults: tuple[tuple[int, str], ...]
    remarks: tuple[str, ...]

    @property
    def summed_up(self) -> str:
        if not self.articles:
            return "没有找到条文"
        return f"{len(self.articles)} 条，{self.articles[0].label}到{self.articles[-1].label}"


@dataclass(slots=True)
class _Reader:
    """Goes through the lines once."""

    lines: list[str]
    parts: bool  # a notice, by 一、二、
    head: dict[str, str] = field(default_factory=dict)
    articles: list[LawArticle] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    above: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    opened: tuple[int, str, int, int] | None = None  # line, label, number, inserted

    def read(self) -> None:
        for number, line in enumerate(self.lines, start=1):
            if line:
                self._line(number, line)
        self._close()
        if not self.articles and not self.faults:
            self.faults.append((1, "没有找到条文：每一条要另起一行，写成“第一条　……”；通知写成“一、……”"))
        if len(self.articles) > MOST_ARTICLES:
            self.faults.append((1, f"有 {len(self.articles)} 条，最多 {MOST_ARTICLES} 条"))

    def _line(self, number: int, line: str) -> None:
        if heading := _HEADING.fullmatch(line):
            self._close()
            label, called = line[: heading.start(2)].strip(), _SPACED.sub("", heading[2])
            self._under(heading[1], f"{label}　{called}".strip("　"))
        elif not self._opens(number, line):
            if self.opened is not None:
                self.words.append(line)
            else:
                self._outside(number, line)

    def _opens(self, number: int, line: str) -> bool:
        """Whether the line begins an article, and what it begins."""
        if self.parts:
            found = _PART.fullmatch(line)
            return found is not None and self._open(number, found[1], None, f"{found[1]}、", found[2])
        if found := _ARTICLE.fullmatch(line):
            label = line[: found.start(3)].strip() if found[3] else line
            return self._open(number, found[1], found[2], label, found[3] or "")
        # A copy may lose the gap after the number; a sentence may begin with another article's.
        found = _RUN_ON.fullmatch(line)
        if found is None or found[1] != numeral_of(self._last + 1):
            return False
        return self._open(number, found[1], None, f"第{found[1]}条", found[2])

    @property
    def _last(self) -> int:
        return self.opened[2] if self.opened else self.articles[-1].number if self.articles else 0

    def _open(self, line: int, numeral: str, inserted: str | None, label: str, words: str) -> bool:
        self._close()
        try:
            number, after = value_of(numeral), value_of(inserted) if inserted else 0
        except BadNumeral:
            self.faults.append((line, f"条号“{label}”读不懂，要写成“第二十一条”这样"))
            return True
        if before := self.seen.get(label):
            self.faults.append((line, f"{label}前面第 {before} 行已经有了，同一个条号只能有一条"))
        elif number < self._last:
            self.faults.append((line, f"{label}排在{self.articles[-1].label}后面，次序不对"))
        self.seen.setdefault(label, line)
        self.opened, self.words = (line, label, number, after), [words.strip()] if words.strip() else []
        return True

    def _close(self) -> None:
        if self.opened is None:
            return
        line, label, number, inserted = self.opened
        words = "\n".join(self.words)
        if not words:
            self.faults.append((line, f"{label}后面没有内容"))
        if len(words) > LONGEST_ARTICLE:
            self.faults.append((line, f"{label}有 {len(words)} 个字，最多 {LONGEST_ARTICLE} 个，可能少了后面的条号"))
        heading = " ".join(self.above[rank] for rank in _RANKS if rank in self.above)
        self.articles.append(LawArticle(label, number, inserted, heading, words))
        self.opened, self.words = None, []

    def _under(self, rank: str, heading: str) -> None:
        below = _RANKS[_RANKS.index(rank) :]
        self.above = {kept: words for kept, words in self.above.items() if kept not in below} | {rank: heading}

    def _outside(self, number: int, line: str) -> None:
        """In no article. At the head: named fields; the first line without a name is the title."""
        known = _FIELD.fullmatch(line)
        if known and not self.articles:
            if value := known[2].strip().strip("\"'").strip():
                self.head.setdefault(_KEYS[known[1]], value)
        elif "title" not in self.head and not self.above and not _OTHER_FIELD.match(line):
            self.head["title"] = _SPACED.sub("", line)
        elif line != self.head.get("title") and not _OTHER_FIELD.match(line):
            self.left_out.append(number)


def read_law(text: str) -> ReadText:
    """What a text holds. It never raises: whatever is wrong stands in the faults, with its line."""
    lines = [_bare(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    parts = not any(_ARTICLE.fullmatch(line) or _RUN_ON.fullmatch(line) for line in lines)
    reader = _Reader(lines, parts)
    reader.read()
    if "effective" not in reader.head and (said := _since(reader.articles)):
        reader.head["effective"] = said
    remarks = [*_gaps(reader.articles), *_lost(reader.left_out)]
    return ReadText(reader.head, tuple(reader.articles), tuple(sorted(reader.faults)), tuple(remarks))


def faults_of(head: Mapping[str, str]) -> dict[str, str]:
    """A Chinese sentence for each field of a head that cannot be taken; empty when it is whole."""
    faults = {key: f"{FIELDS[key]}最多 {most} 个字" for key, most in LONGEST.items() if len(head.get(key, "")) > most}
    faults |= {key: f"请写{FIELDS[key]}" for key in ("title", "issuer", "effective") if not head.get(key)}
    for key in ("adopted", "effective"):
        if head.get(key) and _day(head[key]) is None:
            faults[key] = f"{FIELDS[key]}要写成 2026-12-03 这样"
    return faults


def law_of(head: Mapping[str, str], articles: Iterable[LawArticle]) -> Law:
    """The law of a head without faults and of its articles."""
    effective = _day(head["effective"])
    if effective is None:
        raise ValueError("a law without the day since which it holds")
    named = {key: head.get(key, "") for key in ("title", "issuer", "document_number", "source")}
    return Law(
        **named,
        adopted=_day(head.get("adopted", "")),
        effective=effective,
        region=head.get("region") or "全国",
        articles=tuple(articles),
    )


def _bare(line: str) -> str:
    """A line without the marks of Markdown before and around its words."""
    bare = tidy(line.replace("\u3000", " ")).lstrip("#> ").replace("**", "").strip()
    return "" if bare == "---" else bare


def _day(written: str) -> dt.date | None:
    """2026-12-03 or 2026年12月3日; None for anything else."""
    figures = _DAY.fullmatch(written.replace(" ", ""))
    try:
        return dt.date(*map(int, figures.groups())) if figures else None
    except ValueError:
        return None


def _since(articles: list[LawArticle]) -> str:
    """What the last articles say themselves of the day they come into force."""
    for article in reversed(articles[-3:]):
        if found := _IN_FORCE.search(article.words):
            year, month, day = map(int, found.groups())
            return f"{year:04}-{month:02}-{day:02}"
    return ""


def _gaps(articles: list[LawArticle]) -> list[str]:
    """Numbers that are missing: a line may have been lost, or the text be an excerpt."""
    found = []
    if articles and articles[0].number != 1:
        found.append(f"从{articles[0].label}开始，前面的没有")
    for before, after in pairwise(articles):
        if after.number > before.number + 1:
            found.append(f"{before.label}后面是{after.label}，中间少了 {after.number - before.number - 1} 条")
    return found[:MOST_SHOWN]


def _lost(left_out: list[int]) -> list[str]:
    if not left_out:
        return []
    shown = "、".join(map(str, left_out[:MOST_SHOWN]))
    more = "等" if len(left_out) > MOST_SHOWN else ""
    return [f"第 {shown} 行{more}不在任何一条里，没有收进来，请看看是不是目录或者题注"]
