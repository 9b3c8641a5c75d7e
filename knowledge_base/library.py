"""The library: approved articles, and the way to the right one."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from knowledge_base.article import Article, read
from knowledge_base.roads import road_of
from knowledge_base.search import LONGEST_SEARCHED, Finding, Index, Match

FOLDER = Path(__file__).parent
LEARNED = "learned.npz"  # made anew when an article or a way of asking has changed
ROUTES = {"PERSON": "person.txt", "PETITION": "petition.txt", "OUT": "out.txt"}


class Library:
    """Articles by id, and an index over the ways people ask. Built once; a change builds a new one.

    `everything` also holds what is not answered from any more.
    """

    def __init__(self, articles: Iterable[Article], *, kept: Path | None = None) -> None:
        self.everything = {article.id: article for article in articles}
        self.articles = self.everything
        self._index = Index(self.articles.values(), kept=kept)
        self._left_out: frozenset[str] = frozenset()

    @classmethod
    def from_files(cls, folder: Path = FOLDER, *, today: dt.date) -> Library:
        """The library as it ships: one policy a file, those past their last day left out."""
        articles = [read(path) for path in sorted((folder / "policies").glob("*.md"))]
        return cls([article for article in articles if article.in_force(today)], kept=folder / LEARNED)

    def search(self, words: str) -> Finding:
        """What a text asks for. `words` is the text as `normal.plain` gives it."""
        words = words[:LONGEST_SEARCHED]
        found = Finding(self._index.search(words, without=self._left_out))
        return replace(found, road=road_of(words, answered=found.sure is not None))

    def get(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def without(self, ids: Collection[str]) -> Library:
        """The same library, answering from none of these articles.

        The index is the same one, so this costs nothing, and every process answers alike whenever it was started.
        """
        made = copy.copy(self)
        made._left_out = frozenset(ids)
        made.articles = {id_: article for id_, article in self.everything.items() if id_ not in made._left_out}
        return made

    def explain(self, words: str, article_id: str) -> Match:
        """Why a text, in `normal.plain` form, finds an article."""
        return self._index.explain(words[:LONGEST_SEARCHED], self.everything[article_id])


def read_ways(path: Path) -> tuple[str, ...]:
    """Utterances of a route, one a line; lines that start with # are remarks."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
