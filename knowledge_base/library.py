"""The library: approved articles, and the way to the right one."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from knowledge_base.article import Article, read
from knowledge_base.article_form import as_text
from knowledge_base.forks import Fork, fork_between
from knowledge_base.roads import road_of
from knowledge_base.search import LONGEST_SEARCHED, Finding, Index, Match

FOLDER = Path(__file__).parent
LONGEST_INTRODUCTION = 150
ROUTES = {"PERSON": "person.txt", "PETITION": "petition.txt", "OUT": "out.txt"}


class Library:
    """Articles by id, and an index over the ways people ask. Never changed: a change makes another one.

    `everything` also holds what is not answered from (any more, or yet).
    """

    def __init__(self, articles: Iterable[Article], *, index: Index | None = None) -> None:
        self.everything = {article.id: article for article in articles}
        self.articles = self.everything
        self._index = index or Index.learn(self.everything.values())
        self._left_out: frozenset[str] = frozenset()

    @classmethod
    def from_files(cls, folder: Path = FOLDER, *, today: dt.date) -> Library:
        """The library as it ships, one policy a file; what is not in force today is not answered from."""
        articles = shipped_articles(folder)
        return cls(articles, index=Index.learn(articles, folder)).on(today)

    def search(self, words: str) -> Finding:
        """What a text asks for. `words` is the text as `normal.plain` gives it."""
        words = the_asking_part(words)
        found = Finding(self._index.search(words, without=self._left_out))
        return replace(found, road=road_of(words, answered=found.sure is not None, offered=bool(found.possible)))

    def get(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def on(self, day: dt.date, *, without: Collection[str] = ()) -> Library:
        """The same library, answering from what is in force on a day and from none of those `without`.

        The index is the same one, so this costs nothing, and every process answers alike whenever it was started.
        """
        made = copy.copy(self)
        known = self.everything
        begun = {id_ for id_, article in known.items() if article.in_force(day)}
        made._left_out = (frozenset(self._index.ids) | known.keys()) - (begun - frozenset(without))
        made.articles = {id_: article for id_, article in known.items() if id_ not in made._left_out}
        return made

    def with_articles(self, articles: Iterable[Article], *, index: Index | None = None) -> Library:
        """The library with these in the stead of those of the same ids, answering from all.

        Without an index of their own they are said at once, but found by the old ways of asking: better than to be
        silent while somebody learns.
        """
        everything = self.everything | {article.id: article for article in articles}
        return Library(everything.values(), index=index or self._index)

    def nearest(self, article: Article) -> Article:
        """The most local article in force on the same matter: where two rules speak, the nearer one does."""
        nearer = [other for other in self.articles.values() if article.id in other.narrows]
        return max((article, *nearer), key=lambda each: each.level)

    def as_of(self, article: Article, day: dt.date) -> Article | None:
        """What the library knows to have been in force on a day on the same matter; None where it knows nothing."""
        line = [article]
        while earlier := [self.everything[id_] for id_ in line[-1].supersedes if id_ in self.everything]:
            if earlier[0] in line:
                break
            line.append(earlier[0])
        return next((each for each in line if each.begins is not None and each.in_force(day)), None)

    def fork(self, finding: Finding) -> Fork | None:
        """The one question that decides between the likely articles, where nothing is sure."""
        likely = [hit.id for hit in finding.possible]
        return fork_between(likely, self.articles) if likely and finding.sure is None else None

    def explain(self, words: str, article_id: str) -> Match:
        """Why a text, in `normal.plain` form, finds an article."""
        return self._index.explain(the_asking_part(words), self.everything[article_id])


def the_asking_part(words: str) -> str:
    """Of a long letter, who writes and what for: it begins with the one and ends with the other."""
    if len(words) <= LONGEST_SEARCHED:
        return words
    return f"{words[:LONGEST_INTRODUCTION]} {words[LONGEST_INTRODUCTION - LONGEST_SEARCHED :]}"


def shipped_articles(folder: Path = FOLDER) -> list[Article]:
    """The articles that come with the program. Raises BadArticle, naming the file."""
    return [read(path) for path in sorted((folder / "policies").glob("*.md"))]


def shipped_text(article_id: str, folder: Path = FOLDER) -> str | None:
    """The text of an article as it comes with the program; None where none of that name does."""
    path = folder / "policies" / f"{article_id}.md"
    return as_text(read(path)) if article_id.isalnum() and path.is_file() else None


def read_ways(path: Path) -> tuple[str, ...]:
    """Utterances of a route, one a line; lines that start with # are remarks."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
