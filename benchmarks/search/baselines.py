"""What a search has to beat: the usual ways to find the nearest text, over the very same ways of asking."""

from __future__ import annotations

import difflib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from knowledge_base.features import words_of_the_field

Texts = Sequence[tuple[str, str]]  # the article, one text of it
Ranking = Callable[[str], list[str]]
MOST = 5


def words(text: str) -> list[str]:
    return [word for word in words_of_the_field().lcut(text) if word.strip()]


def characters(text: str) -> list[str]:
    return [text[start : start + length] for length in (1, 2) for start in range(len(text) - length + 1)]


def bm25(cut: Callable[[str], list[str]]) -> Callable[[Texts], Ranking]:
    """Okapi BM25 (k1 = 1.5, b = 0.75) over single texts; an article is as good as its best text."""

    def make(texts: Texts) -> Ranking:
        counted = [Counter(cut(text)) for _, text in texts]
        lengths = [counts.total() for counts in counted]
        usual = sum(lengths) / len(lengths)
        spread = Counter(piece for counts in counted for piece in counts)
        where: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, counts in enumerate(counted):
            for piece, often in counts.items():
                rarity = math.log(1 + (len(texts) - spread[piece] + 0.5) / (spread[piece] + 0.5))
                weight = often * 2.5 / (often + 1.5 * (0.25 + 0.75 * lengths[place] / usual))
                where[piece].append((place, rarity * weight))
        return lambda asked: _best(texts, _sums(cut(asked), where))

    return make


def tf_idf(texts: Texts) -> Ranking:
    """The cosine of runs of one and two characters with single texts."""
    counted = [Counter(characters(text)) for _, text in texts]
    spread = Counter(piece for counts in counted for piece in counts)
    rarity = {piece: 1 + math.log(len(texts) / often) for piece, often in spread.items()}
    where: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, counts in enumerate(counted):
        length = math.sqrt(sum((often * rarity[piece]) ** 2 for piece, often in counts.items())) or 1.0
        for piece, often in counts.items():
            where[piece].append((place, often * rarity[piece] ** 2 / length))
    return lambda asked: _best(texts, _sums(characters(asked), where))


def alike(texts: Texts) -> Ranking:
    """The share of characters in common, in order (difflib's ratio), as fuzzy matchers go by."""

    def rank(asked: str) -> list[str]:
        matcher = difflib.SequenceMatcher(b=asked, autojunk=False)
        found = {}
        for place, (_, text) in enumerate(texts):
            matcher.set_seq1(text)
            found[place] = matcher.ratio() if matcher.quick_ratio() > 0.3 else 0.0
        return _best(texts, found)

    return rank


def _sums(pieces: list[str], where: dict[str, list[tuple[int, float]]]) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for piece in pieces:
        for place, weight in where.get(piece, ()):
            found[place] += weight
    return found


def _best(texts: Texts, scores: dict[int, float]) -> list[str]:
    best: dict[str, float] = {}
    for place, score in scores.items():
        article = texts[place][0]
        best[article] = max(best.get(article, 0.0), score)
    return sorted(best, key=lambda article: -best[article])[:MOST]


BASELINES: dict[str, Callable[[Texts], Ranking]] = {
    "jieba + BM25": bm25(words),
    "characters 1–2, BM25": bm25(characters),
    "characters 1–2, TF-IDF": tf_idf,
    "likeness of strings": alike,
}
