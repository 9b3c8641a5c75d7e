"""Forks: where two neighbouring answers are both likely, one question about the person decides (forks.yaml)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("forks.yaml")


@dataclass(frozen=True, slots=True)
class Fork:
    """What to ask, and for each answer the article it leads to."""

    ask: str
    options: tuple[tuple[str, str], ...]  # (answer, article id)

    def joins(self, likely: Collection[str]) -> int:
        """How many of these articles it tells apart."""
        return sum(id_ in likely for _, id_ in self.options)

    def among(self, known: Collection[str]) -> Fork:
        """The same with the options that can be answered."""
        return Fork(self.ask, tuple((answer, id_) for answer, id_ in self.options if id_ in known))


@cache
def forks() -> tuple[Fork, ...]:
    """All of them, as they stand in the file."""
    read = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(Fork(each["ask"], tuple(each["options"].items())) for each in read)


def fork_between(likely: list[str], known: Collection[str]) -> Fork | None:
    """The fork that tells most of the likely articles apart, the likeliest among them."""
    open_ones = [fork.among(known) for fork in forks() if any(id_ == likely[0] for _, id_ in fork.options)]
    best = max(open_ones, key=lambda fork: fork.joins(likely), default=None)
    return best if best is not None and best.joins(likely) >= 2 else None
