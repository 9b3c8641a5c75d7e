"""What somebody looks for in the laws, as terms; and the lines around what was found, cut where the terms stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge_base.citation import cited_in
from knowledge_base.features import words_of_the_field
from knowledge_base.normal import plain

AROUND, LONGEST_PASSAGE = 40, 200
Piece = tuple[str, bool]  # some words, and whether they are what was looked for


def terms_of(query: str) -> list[str]:
    """What was typed, part by part, and the words in it; without the numbers of articles it names."""
    for cited in cited_in(query):
        query = query.replace(cited.words, " ")
    parts = [plain(part) for part in query.split()]
    words = [word for part in parts for word in words_of_the_field().lcut(part, HMM=False) if len(word) > 1]
    return [term for term in dict.fromkeys((*parts, *words)) if term]


def anchors_of(query: str) -> list[str]:
    """The articles a query names by number: 第四十五条, 第45条."""
    return [cited.anchor for cited in cited_in(query)]


def pieces_of(text: str, terms: Sequence[str]) -> list[Piece]:
    """The whole text, cut where a term stands; the longer term wins."""
    if not terms:
        return [(text, False)]
    longest_first = sorted(terms, key=len, reverse=True)
    cut = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    return [(words, bool(place % 2)) for place, words in enumerate(cut) if words]


def passage_of(text: str, terms: Sequence[str]) -> list[Piece]:
    """At most about LONGEST_PASSAGE characters, from a little before the first term."""
    line = " ".join(text.split())
    first = min(_places(line, terms), default=0)
    start = max(0, first - AROUND)
    shown = line[start : start + LONGEST_PASSAGE]
    before, after = "…" if start else "", "…" if start + LONGEST_PASSAGE < len(line) else ""
    return pieces_of(f"{before}{shown}{after}", terms)


def _places(line: str, terms: Sequence[str]) -> Iterator[int]:
    """Where the longest term that stands in the line begins."""
    for term in sorted(terms, key=len, reverse=True):
        if term in line:
            yield line.index(term)
            return
