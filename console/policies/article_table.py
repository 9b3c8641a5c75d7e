"""Articles as one file and back: a table with a row for each, or texts in a row (docs/policy-articles.zh.md)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from console.policies import VERIFIED
from console.sheets import LONGEST_CELL, BadSheet, Sheet, read_sheet, write_book
from knowledge_base.article import Article
from knowledge_base.article_form import FIELDS, as_text, fields_of
from knowledge_base.deadline import UNITS
from knowledge_base.normal import tidy

CALLED: Final = {
    "id": "编号", "title": "标准问法", "category": "类别", "who": "说给谁听", "source": "文件全名", "cite": "短名",
    "article": "第几条", "effective": "施行日", "region": "哪里适用", "verified": "核对到哪一步", "decides": "谁来定",
    "checked": "核对日", "valid_until": "用到哪一天", "related": "相近的条目", "narrows": "比哪一条更近", "supersedes": "代替了哪一条",
    "deadline_what": "期限：做什么", "deadline_since": "期限：从哪天算", "deadline_count": "期限：多少", "deadline_unit": "期限：单位",
    "deadline_who": "期限：管哪些人", "deadline_earliest": "期限：是最早", "answer": "答复", "details": "细说", "bring": "要带什么",
    "where": "去哪里办", "amounts": "本地标准", "ways": "怎么问",
}  # fmt: skip
LARGEST_LIBRARY = 8 * 2**20  # as Markdown it is 2.7 MB today; an Excel table keeps the bound of `console.sheets`
WIDE, NARROW = 60, 16
KINDS: Final = {".xlsx": "行", ".md": "条"}  # what an article is counted by in such a file
# What stands in a cell for what the form has.
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "verified": VERIFIED,
    "deadline_unit": UNITS,
    "deadline_earliest": {"yes": "是", "": "否"},
}
_BEGINS = re.compile(r"^---\n(?=(?:id|title|category|source|region|verified): )", re.M)


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of a file: the fields of a row, those that have a column; or a whole text, with no fields."""

    place: int
    fields: Mapping[str, str] | None = None
    text: str = ""


def kind_of(name: str) -> str:
    """How a file is read, by the end of its name. Raises BadSheet for any other."""
    for ending in KINDS:
        if name.lower().endswith(ending):
            return ending
    raise BadSheet("只收 .xlsx 和 .md 文件" if name else "请先选一个文件")


def as_file(articles: Iterable[Article], kind: str) -> bytes:
    """The articles as a file of that kind. Raises BadSheet where a cell would hold more than Excel takes."""
    if kind == ".md":
        return "\n".join(as_text(article) for article in articles).encode()
    rows = [list(CALLED.values()), *(_cells(article) for article in articles)]
    widths = [WIDE if name in ("answer", "details", "bring", "where", "ways") else NARROW for name in CALLED]
    book = write_book([Sheet("政策", widths, rows)])
    if not book:
        raise BadSheet("没有做成这张表，请换成 Markdown，或者少选几条")
    return book


def entries_in(data: bytes, kind: str) -> list[Entry]:
    """The articles in a file, each with its row or place. Raises BadSheet where the file as a whole cannot be read."""
    if len(data) > LARGEST_LIBRARY:
        raise BadSheet("文件超过 8 MB")
    return _in_table(read_sheet(data)) if kind == ".xlsx" else _in_text(data)


def _in_table(rows: Sequence[Sequence[str]]) -> list[Entry]:
    """The first row names the columns, in any order; rows are counted as Excel counts them."""
    head = [cell.strip() for cell in rows[0]] if rows else []
    if "编号" not in head:
        raise BadSheet("第一行要有“编号”这一栏")
    names = {called: name for name, called in CALLED.items()}
    if strange := [called for called in head if called and called not in names]:
        raise BadSheet(f"第一行的“{strange[0][:20]}”不认识，要和导出的表一样")
    if doubled := [called for called, count in Counter(filter(None, head)).items() if count > 1]:
        raise BadSheet(f"第一行的“{doubled[0]}”有两栏")
    columns = {place: names[called] for place, called in enumerate(head) if called}
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        given = {name: cells[place] if place < len(cells) else "" for place, name in columns.items()}
        if any(given.values()):
            found.append(Entry(number, {name: _typed(name, cell) for name, cell in given.items()}))
    return found


def _in_text(data: bytes) -> list[Entry]:
    try:
        text = tidy(data.decode("utf-8-sig"))
    except UnicodeDecodeError as bad:
        raise BadSheet("这个文件不是 UTF-8 文字，请另存为 UTF-8") from bad
    begins = [found.start() for found in _BEGINS.finditer(text)]
    if not begins or text[: begins[0]].strip():
        raise BadSheet("开头要是一条政策：两行 --- 夹着编号、标准问法这些")
    pieces = [text[start:end].strip() for start, end in zip(begins, [*begins[1:], len(text)], strict=True)]
    return [Entry(place, text=f"{piece}\n") for place, piece in enumerate(pieces, start=1)]


def _cells(article: Article) -> list[str]:
    fields = dict.fromkeys(FIELDS, "") | fields_of(article)
    if long := [CALLED[name] for name in CALLED if len(fields[name]) > LONGEST_CELL]:
        raise BadSheet(f"{article.id} 的“{long[0]}”太长，Excel 放不下，请导出成 Markdown")
    return [_shown(name, fields[name], limited=article.deadline is not None) for name in CALLED]


def _shown(name: str, value: str, *, limited: bool) -> str:
    """A value as people read it; the cells of a time limit stay empty where there is none."""
    return _WORDS[name].get(value, value) if name in _WORDS and (limited or value) else value


def _typed(name: str, cell: str) -> str:
    """A cell as the form has it; the form's own values are taken as well."""
    return {words: value for value, words in _WORDS.get(name, {}).items()}.get(cell, cell)
