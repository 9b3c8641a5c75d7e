"""Search: which article a text asks for, or which road it wants. The only file that imports jieba.

Characters carry more than words in what old people type (one slip breaks a word, not its neighbours), so the features
are runs of 1 to 3 characters and jieba's words. Each article and each road is one column of a matrix; a text's score
is the cosine with it.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import jieba
import numpy as np
import numpy.typing as npt

from knowledge_base.article import Article
from knowledge_base.normal import plain

LONGEST_RUN = 3
WAYS_IN_A_PART = 30  # as many as an article has
LONGEST_SEARCHED = 400  # a letter's first 400 characters say what it is about
COMMON_WORD = 30  # jieba's 350,000 words cost 80 MB; those this frequent (52,000) find the same words here

# What is sure enough to be said, set so that nine answers in ten are the right one (docs/benchmarks.md).
SURE = 0.14
CLEAR = 0.85  # how near the second may come to the first, as a share of it
POSSIBLE = 0.08
MOST_OFFERED = 3

Numbers = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Hit:
    """One column that fits: an article id or a road (PERSON, PETITION, OUT), and how well, 0 to 1."""

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
    """Columns of weights over the features of all ways of asking, kept sparse: by feature, where and how much."""

    def __init__(self, articles: Iterable[Article], roads: Mapping[str, Iterable[str]]) -> None:
        columns = [(article.id, _texts_of(article)) for article in articles]
        self._first_road = len(columns)
        columns += [(road, part) for road, ways in roads.items() for part in _in_parts([plain(way) for way in ways])]
        self.ids = [name for name, _ in columns]
        self._table = _learn([texts for _, texts in columns])

    def search(self, words: str, *, without: Collection[str] = ()) -> Finding:
        """The columns nearest to a text in `normal.plain` form; articles `without` are passed over."""
        scores = self._scores(words[:LONGEST_SEARCHED])
        if scores is None:
            return Finding()
        articles, roads = scores[: self._first_road], scores[self._first_road :]
        best = [column for column in np.argsort(-articles)[: 5 + len(without)] if self.ids[column] not in without][:5]
        hits = tuple(Hit(self.ids[column], float(articles[column])) for column in best)
        nearest = int(np.argmax(roads))
        wins = bool(hits) and float(roads[nearest]) > hits[0].score
        return Finding(hits, self.ids[self._first_road + nearest] if wins else "")

    def explain(self, words: str, article: Article) -> Match:
        """Why a text finds an article: the parts add up to its score."""
        words = words[:LONGEST_SEARCHED]
        shared = dict(self._shares(words, self.ids.index(article.id)))
        ways = (article.title, *article.ways)
        return Match(max(ways, key=lambda way: self._likeness(words, plain(way))), _by_word(words, shared))

    def _shares(self, words: str, column: int) -> Iterator[tuple[str, float]]:
        table, counted = self._table, self._counted(words)
        length = table.length_of(counted)
        for feature, often in counted.items():
            start, end = table.span_of(feature)
            found = np.flatnonzero(table.places[start:end] == column)
            if found.size:
                yield feature, float(table.weights[start + int(found[0])]) * often / length

    def _likeness(self, words: str, way: str) -> float:
        """The cosine of two texts."""
        table, asked, given = self._table, self._counted(words), self._counted(way)
        both = sum(asked[f] * given[f] * table.rarity[table.rows[f]] ** 2 for f in asked.keys() & given.keys())
        return both / (table.length_of(asked) * table.length_of(given) or 1.0)

    def _counted(self, words: str) -> dict[str, float]:
        """The known features of a text, each with how often it stands there, dampened."""
        return {f: 1 + math.log(n) for f, n in Counter(features(words)).items() if f in self._table.rows}

    def _scores(self, words: str) -> npt.NDArray[np.float64] | None:
        table, counted = self._table, self._counted(words)
        if not counted:
            return None
        spans = [(*table.span_of(feature), often) for feature, often in counted.items()]
        places = np.concatenate([table.places[start:end] for start, end, _ in spans])
        weights = np.concatenate([_times(table.weights[start:end], often) for start, end, often in spans])
        return np.bincount(places, weights, minlength=len(self.ids)) / table.length_of(counted)


def _by_word(words: str, shares: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The words of a text, weightiest first: what a run of characters adds is spread over them evenly."""
    parts = [0.0] * len(words)
    for feature, share in shares.items():
        run = feature.removeprefix("w:")
        starts = [start for start in range(len(words)) if words.startswith(run, start)]
        for place in (start + step for start in starts for step in range(len(run))):
            parts[place] += share / len(starts) / len(run)
    pieces: dict[str, float] = {}
    at = 0
    for word in _words().lcut(words, HMM=False):
        pieces[word] = pieces.get(word, 0.0) + sum(parts[at : at + len(word)])
        at += len(word)
    return tuple(sorted(((word, part) for word, part in pieces.items() if part > 0), key=lambda piece: -piece[1]))


def _times(weights: Numbers, often: float) -> Numbers:
    return weights if often == 1 else weights * np.float32(often)


def features(words: str) -> list[str]:
    """Runs of 1 to 3 characters within a phrase, and jieba's words of two characters and more."""
    runs = [
        part[start : start + length]
        for part in words.split()
        for length in range(1, LONGEST_RUN + 1)
        for start in range(len(part) - length + 1)
    ]
    return runs + [f"w:{word}" for word in _words().lcut(words, HMM=False) if len(word) > 1]


@cache
def _words() -> jieba.Tokenizer:
    """A tokenizer over the common words and the terms of this field, made without jieba's cache file in /tmp."""
    tokenizer = jieba.Tokenizer()
    with jieba.get_dict_file() as lines:
        common = [line for line in lines if int(line.split()[1]) >= COMMON_WORD]
    dictionary = io.BytesIO(b"".join(common))
    dictionary.name = "common words"
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(dictionary)
    tokenizer.initialized = True
    for line in (Path(__file__).parent / "terms.txt").read_text("utf-8").split():
        tokenizer.add_word(line)
    return tokenizer


def _in_parts(ways: list[str]) -> list[list[str]]:
    """A road has many ways; as one column it would be long, and far from each of them."""
    return [ways[start : start + WAYS_IN_A_PART] for start in range(0, len(ways), WAYS_IN_A_PART)]


def _texts_of(article: Article) -> list[str]:
    # The title counts double: it is the one wording an editor has weighed.
    return [plain(text) for text in (article.title, article.title, article.answer, *article.ways)]


@dataclass(frozen=True, slots=True)
class _Table:
    """All features: how rare each is, the columns it stands in, and what one of it in a text adds to each.

    Sparse rows lie one behind the other in two arrays; a hundred thousand small arrays would weigh ten times as much.
    """

    rows: dict[str, int]
    rarity: list[float]
    starts: list[int]
    places: Positions
    weights: Numbers

    def span_of(self, feature: str) -> tuple[int, int]:
        row = self.rows[feature]
        return self.starts[row], self.starts[row + 1]

    def length_of(self, counted: Mapping[str, float]) -> float:
        """The length of a text's vector."""
        return math.sqrt(sum((self.rarity[self.rows[feature]] * often) ** 2 for feature, often in counted.items()))


def _learn(columns: list[list[str]]) -> _Table:
    """The features of the columns' unit vectors. What stands in one text only says nothing of how people ask."""
    counts = [Counter(feature for text in texts for feature in set(features(text))) for texts in columns]
    total: Counter[str] = Counter()
    for counted in counts:
        total.update(counted)
    spread = Counter(feature for counted in counts for feature in counted if total[feature] > 1)
    rarity = {feature: 1 + math.log(len(columns) / often) for feature, often in spread.items()}
    entries: dict[str, list[tuple[int, float]]] = {feature: [] for feature in rarity}
    for column, counted in enumerate(counts):
        weights = {f: (1 + math.log(n)) * rarity[f] for f, n in counted.items() if f in rarity}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        for feature, weight in weights.items():
            entries[feature].append((column, weight * rarity[feature] / length))
    flat = [entry for found in entries.values() for entry in found]
    return _Table(
        {feature: row for row, feature in enumerate(entries)},
        list(rarity.values()),
        [0, *accumulate(len(found) for found in entries.values())],
        np.array([column for column, _ in flat], dtype=np.int32),
        np.array([weight for _, weight in flat], dtype=np.float32),
    )
