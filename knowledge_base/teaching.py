"""What the opinion on roads is taught by: the ways people ask for each article, and those of the other roads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from knowledge_base import article
from knowledge_base.features import SYNONYMS
from knowledge_base.learning import Example, learn
from knowledge_base.library import FOLDER, ROUTES, read_ways
from knowledge_base.normal import plain
from knowledge_base.opinion import Opinion
from knowledge_base.roads import POLICY, seen_in

MOST = 12_000  # features
SHARES = {POLICY: 0.4, "PETITION": 0.25, "PERSON": 0.175, "OUT": 0.175}


def ways_by_road(folder: Path = FOLDER) -> dict[str, Sequence[str]]:
    """Everything the library knows of how people speak."""
    articles = [article.read(path) for path in sorted((folder / "policies").glob("*.md"))]
    asked = [text for each in articles for text in (each.title, *each.ways)]
    return {POLICY: asked} | {road: read_ways(folder / "ways" / name) for road, name in ROUTES.items()}


def learned(ways: Mapping[str, Sequence[str]]) -> Opinion:
    """The opinion these ways teach."""
    examples = [Example(seen_in(plain(way)), road) for road, said in ways.items() for way in said]
    return learn(examples, SHARES, most=MOST, mark=mark(ways))


def mark(ways: Mapping[str, Sequence[str]]) -> str:
    """What the opinion hangs on, but for the articles, which move on by themselves."""
    told = "\n".join(way for road in ROUTES for way in ways[road])
    return hashlib.sha256(told.encode() + SYNONYMS.read_bytes()).hexdigest()
