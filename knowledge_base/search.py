"""Search: which article a text asks for.

Each article is one column of a table of features; a text's score is what its features add up to there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge_base.article import Article
from knowledge_base.features import spans, words_of_the_field
from knowledge_base.kept_table import learned, mark_of, pack, unpack
from knowledge_base.normal import plain
from knowledge_base.table import Column, Table, learn

LONGEST_SEARCHED = 400  # a letter's first 400 characters say what it is about

# What is sure enough to be said, set by folds over the library's own ways of asking, which are harder than what people
# ask: nine answers in ten are the right one (docs/benchmarks.md).
SURE = 0.125
CLEAR = 0.85  # how near the second may come to the first, as a share of it
POSSIBLE = 0.06
MOST_OFFERED = 3
MOST_HITS = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that fits, and how well, from 0 to about 1."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """Why an article was found: its way of asking nearest to a text, and the text's words by their part."""

    way: str
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search found: the road, when the text wants one rather than an answer, and the articles, best first."""

    hits: tuple[Hit, ...] = ()
    road: str = ""

    @property
    def sure(self) -> Hit | None:
        """The one answer, when it is high enough and stands clear of the second."""
        if not self.hits or self.hits[0].score < SURE:
            return None
        second = self.hits[1].score if len(self.hits) > 1 else 0.0
        return self.hits[0] if second <= CLEAR * self.hits[0].score else None

    @property
    def possible(self) -> tuple[Hit, ...]:
        """Up to three articles worth offering."""
        return tuple(hit for hit in self.hits[:MOST_OFFERED] if hit.score >= POSSIBLE)


class Index:
    """The columns of some articles, and the table over them."""

    def __init__(self, columns: Sequence[Column], table: Table) -> None:
        self.ids = [name for name, _ in columns]
        self._table = table

    @classmethod
    def learn(cls, articles: Iterable[Article], folder: Path | None = None) -> Index:
        """Learned, if need be: that takes seconds. `folder` is where what was learned is kept."""
        columns = columns_of(articles)
        return cls(columns, learned(columns, folder) if folder else learn(columns))

    @classmethod
    def unpack(cls, articles: Iterable[Article], packed: bytes) -> Index | None:
        """The index over these articles as `packed` gave it; None where the bytes are none."""
        table = unpack(packed)
        return cls(columns_of(articles), table) if table is not None else None

    def packed(self) -> bytes:
        """What was learned, for other processes; it belongs to articles of the same mark."""
        return pack(self._table)

    def search(self, words: str, *, without: Collection[str] = ()) -> tuple[Hit, ...]:
        """The articles nearest to a text in `normal.plain` form, best first; those `without` are passed over."""
        scores = self._table.scores(words, len(self.ids))
        nearest = np.argsort(-scores)[: MOST_HITS + len(without)]
        best = [place for place in nearest if scores[place] > 0 and self.ids[place] not in without]
        return tuple(Hit(self.ids[place], float(scores[place])) for place in best[:MOST_HITS])

    def explain(self, words: str, article: Article) -> Match:
        """Why a text finds an article: the parts add up to its score."""
        shared = dict(self._shares(words, self.ids.index(article.id)))
        ways = (article.title, *article.ways)
        return Match(max(ways, key=lambda way: self._likeness(words, plain(way))), _by_word(words, shared))

    def _shares(self, words: str, column: int) -> Iterator[tuple[str, float]]:
        table, counted = self._table, self._table.counted(words)
        length = table.length_of(counted)
        for feature, often in counted.items():
            start, end = table.span_of(feature)
            found = np.flatnonzero(table.places[start:end] == column)
            if found.size:
                yield feature, float(table.weights[start + int(found[0])]) * often / length

    def _likeness(self, words: str, way: str) -> float:
        """The cosine of two texts."""
        table, asked, given = self._table, self._table.counted(words), self._table.counted(way)
        both = sum(asked[f] * given[f] * table.rarity[table.rows[f]] ** 2 for f in asked.keys() & given.keys())
        return float(both) / (table.length_of(asked) * table.length_of(given) or 1.0)


def _by_word(words: str, shares: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The words of a text, weightiest first: what a run of characters adds is spread over them evenly.

    A word may also speak against an article.
    """
    places: dict[str, list[int]] = {}
    for feature, start, end in spans(words):
        places.setdefault(feature, []).extend(range(start, end))
    said = [0.0] * len(words)
    for feature, share in shares.items():
        for place in places[feature]:
            said[place] += share / len(places[feature])
    pieces: dict[str, float] = {}
    at = 0
    for word in words_of_the_field().lcut(words, HMM=False):
        pieces[word] = pieces.get(word, 0.0) + sum(said[at : at + len(word)])
        at += len(word)
    return tuple(sorted(((word, part) for word, part in pieces.items() if part), key=lambda piece: -piece[1]))


def mark_of_articles(articles: Iterable[Article]) -> str:
    """What an index over these articles hangs on; any change makes another mark."""
    return mark_of(columns_of(articles))


def columns_of(articles: Iterable[Article]) -> list[Column]:
    """What is learned from: each article's words, in the order of their ids."""
    return [(article.id, _texts_of(article)) for article in sorted(articles, key=lambda article: article.id)]


def _texts_of(article: Article) -> list[str]:
    # The title counts double: it is the one wording an editor has weighed.
    return [article.title, article.title, article.answer, *article.ways]
