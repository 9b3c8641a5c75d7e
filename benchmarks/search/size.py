"""What a question costs in a library of any size: invented articles, made of the ways of real ones and of strange names."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge_base.article import Article
from knowledge_base.library import Library
from knowledge_base.normal import plain

WAYS = 10  # of an invented article
SYLLABLES = "安柏川达恩丰固海金康兰明宁朋青荣沙田万鑫阳云正子卓西南山水木石林岩松梅竹菊河江湖桥坝寨坪湾沟岭"
QUESTIONS = 400
FLOOD = 100_000  # characters


def many(articles: Sequence[Article], size: int, chance: random.Random) -> Iterator[Article]:
    """So many articles, each the matter of a real one at a place that is nowhere."""
    for number in range(size):
        model = articles[number % len(articles)]
        place = "".join(chance.sample(SYLLABLES, 3))
        ways = tuple(f"{place}{way}" for way in chance.sample(model.ways, WAYS))
        yield replace(model, id=f"Z{number:05}", title=f"{place}{model.title}", ways=ways)


def costs(articles: Sequence[Article], size: int) -> str:
    """A line for this size: learning, a question, and the longest text, each as read and searched."""
    chance = random.Random(size)
    began = time.perf_counter()
    library = Library(articles if size <= len(articles) else [*many(articles, size, chance)])
    learned = time.perf_counter() - began
    asked = [plain(way) for article in chance.choices(articles, k=QUESTIONS) for way in chance.choices(article.ways)]
    took = sorted(_milliseconds(library, words) for words in asked)
    flood = "".join(chr(0x4E00 + number % 20_000) for number in range(FLOOD))
    began = time.perf_counter()
    library.search(plain(flood))
    spent = 1000 * (time.perf_counter() - began)
    return f"| {size} | {learned:.1f} | {took[len(took) // 2]:.2f} | {took[-len(took) // 100]:.2f} | {spent:.1f} |"


def _milliseconds(library: Library, words: str) -> float:
    began = time.perf_counter()
    library.search(words)
    return 1000 * (time.perf_counter() - began)
