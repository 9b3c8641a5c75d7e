"""Learning an opinion from examples: logistic regression over all labels at once, the same every time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.opinion import BIAS, Opinion

LEAST = 3  # a feature of fewer texts says more of those texts than of their label
ROUNDS = 60
STEP, LATE_STEP, LATE = 0.2, 0.05, 40
PULL = 1e-5  # towards 0, for each weight

Numbers = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Example:
    """What is seen in one text, its label, and how much it counts beside others of that label."""

    seen: Collection[str]
    label: str
    counts: float = 1.0


@dataclass(frozen=True, slots=True)
class _Grid:
    """Which feature stands in which text, and what it adds there; by text, and once more by feature."""

    columns: Places
    values: Numbers
    starts: Places
    rows: Places
    turned: Numbers
    turned_starts: Places

    @classmethod
    def of(cls, seen: Sequence[Collection[str]], places: Mapping[str, int], rarity: Numbers) -> _Grid:
        # Every text has the bias, the last column, so none is empty; a rare feature counts for more.
        known = [[*sorted(places[one] for one in each if one in places), len(places)] for each in seen]
        columns = np.array([place for row in known for place in row], dtype=np.int64)
        rows = np.repeat(np.arange(len(known)), [len(row) for row in known])
        length = np.array([1 / math.sqrt(len(each) or 1) for each in seen], dtype=np.float32)
        values = np.append(rarity, np.float32(1))[columns] * np.where(
            columns == len(places), np.float32(1), length[rows]
        )
        order = np.argsort(columns, kind="stable")
        return cls(
            columns,
            values[:, None],
            np.searchsorted(rows, np.arange(len(known))),
            rows[order],
            values[order, None],
            np.searchsorted(columns[order], np.arange(len(places) + 1)),
        )


def learn(examples: Sequence[Example], shares: Mapping[str, float], *, most: int, mark: str = "") -> Opinion:
    """An opinion on these labels, each weighing its share, told by the `most` features that say most."""
    labels = tuple(shares)
    often = Counter(feature for example in examples for feature in example.seen)
    chosen = sorted(feature for feature, count in often.items() if count >= LEAST)
    size = math.log(len(examples))
    rarity = np.array([math.log(len(examples) / often[one]) / size for one in chosen], dtype=np.float32)
    grid = _Grid.of([example.seen for example in examples], {one: at for at, one in enumerate(chosen)}, rarity)
    right = np.array([labels.index(example.label) for example in examples])
    weights = _descend(grid, right, _weighed(examples, shares), len(labels)) * np.append(rarity, 1)[:, None]
    weights -= weights.mean(axis=1, keepdims=True)  # what speaks for all labels alike says nothing
    strength = np.abs(weights[:-1]).max(axis=1)
    kept = sorted(range(len(chosen)), key=lambda at: (-strength[at], chosen[at]))[:most]
    rows = {chosen[at]: tuple(weights[at].tolist()) for at in kept}
    return Opinion(labels, rows | {BIAS: tuple(weights[-1].tolist())}, mark)


def _weighed(examples: Sequence[Example], shares: Mapping[str, float]) -> Numbers:
    """How much each example weighs, 1 in the mean: labels by their share, examples by how much they count."""
    total = {label: sum(example.counts for example in examples if example.label == label) for label in shares}
    weights = np.array([shares[each.label] * each.counts / total[each.label] for each in examples], dtype=np.float32)
    return np.asarray(weights / weights.mean(), dtype=np.float32)


def _descend(grid: _Grid, right: Places, weighed: Numbers, labels: int) -> Numbers:
    """Adam on all texts at once, from 0."""
    truth = np.eye(labels, dtype=np.float32)[right]
    shape = (len(grid.turned_starts), labels)
    weights, mean, square = (np.zeros(shape, dtype=np.float32) for _ in range(3))
    pulls = np.full((shape[0], 1), PULL, dtype=np.float32)
    pulls[-1] = 0  # not the bias
    for turn in range(1, ROUNDS + 1):
        scores = np.add.reduceat(grid.values * weights[grid.columns], grid.starts, axis=0)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        missed = (likely / likely.sum(axis=1, keepdims=True) - truth) * weighed[:, None] / len(right)
        down = np.add.reduceat(grid.turned * missed[grid.rows], grid.turned_starts, axis=0) + pulls * weights
        mean = 0.9 * mean + 0.1 * down
        square = 0.999 * square + 0.001 * down * down
        step = STEP if turn <= LATE else LATE_STEP
        weights -= step * (mean / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.999**turn)) + 1e-8)
    return weights
