"""What every feature of a text adds to the score of every column: learned from the ways people ask."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from knowledge_base.features import features
from knowledge_base.normal import plain

# How texts are told apart, chosen by cross-validation over the library's own ways of asking (docs/benchmarks.md).
CLEARANCE = 0.11  # how far a text has to stand from the nearest column that is not its own
STEP = 0.02
ROUNDS = 6
GLANCES = 8  # a round; of those after the first round, where everything still moves, the mean is taken
MOST_TOLD_APART = 1000  # columns; beyond that a table of all features and columns would not fit into memory

Numbers = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Column = tuple[str, Sequence[str]]  # its name, and its texts as they are written


@dataclass(frozen=True, slots=True)
class Table:
    """All features: how rare each is, the columns it stands in, and what one of it in a text adds to each.

    Sparse rows lie one behind the other in two arrays; a hundred thousand small arrays would weigh ten times as much.
    """

    rows: Mapping[str, int]
    rarity: Numbers
    starts: Offsets
    places: Positions
    weights: Numbers

    def counted(self, words: str) -> dict[str, float]:
        """The known features of a text, each with how often it stands there, dampened."""
        return {f: 1 + math.log(n) for f, n in Counter(features(words)).items() if f in self.rows}

    def span_of(self, feature: str) -> tuple[int, int]:
        row = self.rows[feature]
        return self.starts[row], self.starts[row + 1]

    def read(self, words: str) -> tuple[Offsets, Numbers, float]:
        """The rows of a text's features, how often each stands there, and the length of the text's vector."""
        counted = self.counted(words)
        rows = np.array([self.rows[feature] for feature in counted], dtype=np.int64)
        return rows, np.array(list(counted.values()), dtype=np.float32), self.length_of(counted) or 1.0

    def scores(self, words: str, columns: int) -> npt.NDArray[np.float64]:
        """What the features of a text add up to in every column."""
        rows, often, length = self.read(words)
        starts, sizes = self.starts[rows], self.starts[rows + 1] - self.starts[rows]
        behind = np.cumsum(sizes) - sizes
        entries = np.repeat(starts - behind, sizes) + np.arange(sizes.sum())  # those of one row after the other
        parts = self.weights[entries] * np.repeat(often, sizes)
        return np.bincount(self.places[entries], parts, minlength=columns) / length

    def length_of(self, counted: Mapping[str, float]) -> float:
        """The length of a text's vector."""
        return math.sqrt(sum((self.rarity[self.rows[feature]] * often) ** 2 for feature, often in counted.items()))


def learn(columns: Sequence[Column]) -> Table:
    """The table of these columns."""
    columns = [(name, [plain(text) for text in texts]) for name, texts in columns]
    table = _centres(columns)
    return _told_apart(table, columns) if 1 < len(columns) <= MOST_TOLD_APART else table


def _centres(columns: Sequence[Column]) -> Table:
    """Each column as the sum of its texts. What stands in one text only says nothing of how people ask."""
    counts = [Counter(feature for text in texts for feature in set(features(text))) for _, texts in columns]
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
    return Table(
        {feature: row for row, feature in enumerate(entries)},
        np.array(list(rarity.values()), dtype=np.float32),
        _starts([len(found) for found in entries.values()]),
        np.array([column for column, _ in flat], dtype=np.int32),
        np.array([weight for _, weight in flat], dtype=np.float32),
    )


def _told_apart(table: Table, columns: Sequence[Column]) -> Table:
    """Where a text does not stand clear, its own column is drawn nearer and the nearest other pushed away.

    The mean over many moments, so that it hardly matters which texts came last.
    """
    dense = np.zeros((len(table.rows), len(columns)), dtype=np.float32)
    dense[np.repeat(np.arange(len(table.rows)), np.diff(table.starts)), table.places] = table.weights
    asked = [(own, *_vector(table, text)) for own, (_, texts) in enumerate(columns) for text in texts]
    order, mean, glanced = np.random.default_rng(0), np.zeros_like(dense), (ROUNDS - 1) * GLANCES
    for turn in range(ROUNDS):
        for some in np.array_split(order.permutation(len(asked)), GLANCES):
            for number in some:
                _move(dense, table, *asked[number])
            if turn > 0:
                mean += dense / np.float32(glanced)
    starts = _starts(np.count_nonzero(mean, axis=1))
    return replace(table, starts=starts, places=np.nonzero(mean)[1].astype(np.int32), weights=mean[np.nonzero(mean)])


def _starts(sizes: npt.ArrayLike) -> Offsets:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def _move(dense: npt.NDArray[np.float32], table: Table, own: int, rows: Offsets, values: Numbers) -> None:
    scores = values @ dense[rows]
    right, scores[own] = scores[own], -np.inf
    rival = int(np.argmax(scores))
    if right - scores[rival] < CLEARANCE:
        moved = STEP * values * table.rarity[rows] ** 2
        dense[rows, own] += moved
        dense[rows, rival] -= moved


def _vector(table: Table, words: str) -> tuple[Offsets, Numbers]:
    """The rows of a text's features, and how much of each stands in a text of length one."""
    rows, often, length = table.read(words)
    return rows, often / np.float32(length)
