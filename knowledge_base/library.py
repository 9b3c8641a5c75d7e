"""The library: approved articles, and the way to the right one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from knowledge_base.article import Article, read
from knowledge_base.search import Finding, Index

FOLDER = Path(__file__).parent
ROUTES = {"PERSON": "person.txt", "PETITION": "petition.txt", "OUT": "out.txt"}


class Library:
    """Articles by id, and an index over the ways people ask. Built once; a change builds a new one."""

    def __init__(self, articles: Iterable[Article], ways: dict[str, tuple[str, ...]]) -> None:
        self.articles = {article.id: article for article in articles}
        self._index = Index(self.articles.values(), ways)

    @classmethod
    def from_files(cls, folder: Path = FOLDER, *, today: dt.date) -> Library:
        """The library as it ships: one policy a file, those past their last day left out."""
        articles = [read(path) for path in sorted((folder / "policies").glob("*.md"))]
        ways = {route: read_ways(folder / "ways" / name) for route, name in ROUTES.items()}
        return cls([article for article in articles if article.in_force(today)], ways)

    def search(self, words: str) -> Finding:
        """What a text asks for. `words` is the text as `normal.plain` gives it."""
        return self._index.search(words)

    def get(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)


def read_ways(path: Path) -> tuple[str, ...]:
    """Utterances of a route, one a line; lines that start with # are remarks."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
