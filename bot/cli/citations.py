"""policy check --against: every 依据 of the library held against the texts in a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from knowledge_base.article import Article
from knowledge_base.cited_laws import Shelf
from knowledge_base.law import Law, ReadText, faults_of, law_of, read_law


def told_against(folder: Path, articles: Iterable[Article], *, today: dt.date) -> int:
    """Say which citations are wrong, and how many could not be looked at; the number of articles with a wrong one."""
    laws, left_out = _laws_in(folder)
    shelf = Shelf.of(laws)
    places, wrong, unseen = 0, 0, []
    for article in articles:
        compared = shelf.compare(article, today=today)
        places += compared.places
        wrong += bool(compared.wrong)
        unseen += [article.id] if compared.unseen else []
        for fault in compared.wrong:
            click.echo(f"{article.id} 依据：{fault}")
    for line in left_out:
        click.echo(line)
    if unseen:
        click.echo(f"没有原文可对的 {len(unseen)} 条：{'、'.join(unseen)}。")
    click.echo(f"对照 {len(laws)} 份法规、{places} 处条号，" + (f"{wrong} 条的依据要改。" if wrong else "都对得上。"))
    return wrong


def _laws_in(folder: Path) -> tuple[list[Law], list[str]]:
    """The laws of a folder, and a line for each file that holds none."""
    laws, left_out = [], []
    for path in sorted(folder.glob("*.md")):
        try:
            found = read_law(path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            left_out.append(f"{path.name}：读不到，没有用来对照")
            continue
        why = next(_faults(found), "")
        if why:
            left_out.append(f"{path.name}：{why}，没有用来对照")
        else:
            laws.append(law_of(found.head, found.articles))
    return laws, left_out


def _faults(found: ReadText) -> Iterator[str]:
    if not found.articles:
        yield "没有条文"
    yield from (f"第 {line} 行{why}" for line, why in found.faults)
    yield from faults_of(found.head).values()
