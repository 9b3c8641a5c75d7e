"""`.venv/bin/python -m benchmarks.search [--file QUESTIONS.csv]`: the search beside what it has to beat."""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.search.baselines import BASELINES, Ranking
from benchmarks.search.reliability import reliability
from benchmarks.search.size import costs
from knowledge_base.article import Article, read
from knowledge_base.library import FOLDER, Library
from knowledge_base.normal import plain

FOLDS = 5
LARGE = 15_000
NO_ARTICLE = frozenset({"OUT", "PETITION", "HUMAN", "CRISIS"})
Asked = Sequence[tuple[str, str, str]]  # question, the right article, what kind of question it is


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    options.add_argument("--file", type=Path, help="questions with question, topic_id and, if known, tag")
    options.add_argument("--reliability", action="store_true", help="how often a score is right, on one fold held out")
    options.add_argument("--size", action="store_true", help="what a question costs with 153 and with 15,000 articles")
    chosen = options.parse_args()
    file = chosen.file
    articles = [read(path) for path in sorted((FOLDER / "policies").glob("*.md"))]
    if chosen.size:
        print(
            "| articles | learned in s | p50 ms a question | p99 ms | 100,000 characters, ms |\n|---|---|---|---|---|"
        )
        for size in (len(articles), LARGE):
            print(costs(articles, size), flush=True)
        return
    if chosen.reliability:
        for line in reliability(*_held_out(articles, 0)):
            print(line)
        return
    print("| | hit@1 | hit@3 | MRR | ms a question |\n|---|---|---|---|---|")
    for fold in range(FOLDS):
        print(_line(f"own ways, fold {fold + 1}", *_fold(articles, fold)), flush=True)
    if file is None:
        return
    asked = _asked(file)
    library = Library(articles)
    print(_line("frontdoor", asked, lambda words: _ids(library, words)))
    for kind in sorted({kind for *_, kind in asked if kind}):
        print(_line(f"… {kind}", [each for each in asked if each[2] == kind], lambda words: _ids(library, words)))
    texts = [(article.id, plain(text)) for article in articles for text in (article.title, *article.ways)]
    for name, make in BASELINES.items():
        print(_line(name, asked, make(texts)), flush=True)


def _fold(articles: Sequence[Article], fold: int) -> tuple[Asked, Ranking]:
    library, held_out = _held_out(articles, fold)
    return held_out, lambda words: _ids(library, words)


def _held_out(articles: Sequence[Article], fold: int) -> tuple[Library, Asked]:
    """A library without every fifth way of asking, and those as the questions."""
    kept = [replace(article, ways=tuple(_without(article.ways, fold))) for article in articles]
    held_out = [(way, article.id, "") for article in articles for way in article.ways[fold::FOLDS]]
    return Library(kept), held_out


def _without(ways: Sequence[str], fold: int) -> Iterable[str]:
    return (way for place, way in enumerate(ways) if place % FOLDS != fold)


def _ids(library: Library, words: str) -> list[str]:
    return [hit.id for hit in library.search(words).hits]


def _asked(file: Path) -> Asked:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["question"], row["topic_id"], row.get("tag") or "") for row in csv.DictReader(lines)]
    return [row for row in rows if row[1] not in NO_ARTICLE]


def _line(name: str, asked: Asked, rank: Callable[[str], list[str]]) -> str:
    began = time.perf_counter()
    ranked = [(rank(plain(question)), right) for question, right, _ in asked]
    spent = 1000 * (time.perf_counter() - began) / max(1, len(asked))
    places = [found.index(right) + 1 if right in found else 0 for found, right in ranked]
    share = [sum(1 <= place <= most for place in places) / len(places) for most in (1, 3)]
    mean = sum(1 / place for place in places if place) / len(places)
    return f"| {name} ({len(asked)}) | {share[0]:.3f} | {share[1]:.3f} | {mean:.3f} | {spent:.2f} |"


main()
