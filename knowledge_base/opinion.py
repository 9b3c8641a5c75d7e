"""A learned opinion: which label a text bears most, as what each of its features says for each label, added up.

It is what a list of words is not: unsure, and right about wordings nobody thought of. It is kept as text, one feature
a line, so that anybody can look up why it said what it said. `knowledge_base/learning.py` learns it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

UNIT = 10  # weights are written in tenths: finer ones decide nothing
BIAS = "*"

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Labels, and the weights of every feature for each of them; `mark` says what they were learned from."""

    labels: tuple[str, ...]
    rows: Mapping[str, Row]
    mark: str = ""

    def shares(self, seen: Collection[str]) -> dict[str, float]:
        """How likely each label is, by the features seen in a text: together 1."""
        scores = self._scores(seen)
        highest = max(scores)
        parts = [math.exp(score - highest) for score in scores]
        return {label: part / sum(parts) for label, part in zip(self.labels, parts, strict=True)}

    def reasons(self, seen: Collection[str], label: str, most: int = 5) -> list[str]:
        """The features that speak loudest for a label, and against the others."""
        place = self.labels.index(label)
        spoken = {feature: self.rows[feature][place] for feature in seen if feature in self.rows}
        return sorted((one for one in spoken if spoken[one] > 0), key=lambda one: (-spoken[one], one))[:most]

    def _scores(self, seen: Collection[str]) -> list[float]:
        known = [self.rows[feature] for feature in seen if feature in self.rows]
        # A long text is not surer for being long.
        length = math.sqrt(len(seen) or 1)
        sums = (
            [math.fsum(column) / length for column in zip(*known, strict=True)] if known else [0.0] * len(self.labels)
        )
        return [score + bias for score, bias in zip(sums, self.rows[BIAS], strict=True)]

    @classmethod
    def read(cls, path: Path) -> Opinion:
        """The opinion as it was written: the mark, the labels, then `feature⇥one number for each label`."""
        first, second, *lines = path.read_text("utf-8").splitlines()
        parts = (line.split("\t") for line in lines)
        rows = {feature: tuple(int(number or 0) / UNIT for number in numbers) for feature, *numbers in parts}
        return cls(tuple(second.split("\t")), rows, first)

    def write(self, path: Path) -> None:
        """In an order that makes differences small."""
        numbered = {feature: [round(weight * UNIT) for weight in self.rows[feature]] for feature in sorted(self.rows)}
        lines = [
            "\t".join([feature, *(str(number) if number else "" for number in numbers)])
            for feature, numbers in numbered.items()
            if any(numbers) or feature == BIAS
        ]
        path.write_text("\n".join([self.mark, "\t".join(self.labels), *lines]) + "\n", "utf-8")
