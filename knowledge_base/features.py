"""What of a text the search goes by. The only file that imports jieba.

Characters carry more than words in what old people type (one slip breaks a word, not its neighbours), so the features
are runs of 1 to 3 characters and jieba's words; besides, how a text begins and ends, and what its words are said for
(`synonyms.txt`): who has only ever read of 火车 knows something of 高铁 too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

import jieba

LONGEST_RUN = 3
ENDS = 2  # characters: how somebody begins and ends says much of what is wanted
COMMON_WORD = 30  # jieba's 350,000 words cost 80 MB; those this frequent (67,000) find the same words here
_PHRASE = re.compile(r"\S+")
TERMS = Path(__file__).parent / "terms.txt"
SYNONYMS = Path(__file__).parent / "synonyms.txt"  # a line: what the words are said for, and the words


@lru_cache(maxsize=64)  # the search and the roads look at the same text
def features(words: str) -> tuple[str, ...]:
    """The features of a text in `normal.plain` form, as often as they stand there."""
    return tuple(feature for feature, _, _ in spans(words))


def spans(words: str) -> Iterator[tuple[str, int, int]]:
    """Every feature, and from where to where it stands: runs within a phrase, words of two characters and more."""
    for phrase in _PHRASE.finditer(words):
        for length in range(1, LONGEST_RUN + 1):
            for start in range(phrase.start(), phrase.end() - length + 1):
                yield words[start : start + length], start, start + length
    end = 0
    for word in words_of_the_field().lcut(words, HMM=False):
        start, end = end, end + len(word)
        if len(word) > 1:
            yield f"w:{word}", start, end
    meanings, pattern = _synonyms()
    for said in pattern.finditer(words):
        yield f"s:{meanings[said[0]]}", said.start(), said.end()
    if words:
        yield f"^{words[:ENDS]}", 0, min(ENDS, len(words))
        yield f"${words[-ENDS:]}", max(0, len(words) - ENDS), len(words)


@cache
def _synonyms() -> tuple[Mapping[str, str], re.Pattern[str]]:
    """What each word is said for, and how they are found: the longer one where one lies in another."""
    lines = [line.split() for line in SYNONYMS.read_text("utf-8").splitlines()]
    meanings = {word: meaning for meaning, *said in lines for word in said}
    longest_first = sorted(map(re.escape, meanings), key=len, reverse=True)
    return meanings, re.compile("|".join(longest_first))


@cache
def words_of_the_field() -> jieba.Tokenizer:
    """A tokenizer over the common words and the terms of this field, made without jieba's cache file in /tmp."""
    tokenizer = jieba.Tokenizer()
    with jieba.get_dict_file() as lines:
        common = [line for line in lines if int(line.split()[1]) >= COMMON_WORD]
    dictionary = io.BytesIO(b"".join(common))
    dictionary.name = "common words"
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(dictionary)
    tokenizer.initialized = True
    for line in TERMS.read_text("utf-8").split():
        tokenizer.add_word(line)
    return tokenizer
