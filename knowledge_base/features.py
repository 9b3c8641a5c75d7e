"""What of a text the search goes by. The only file that imports jieba.

Characters carry more than words in what old people type (one slip breaks a word, not its neighbours), so the features
are runs of 1 to 3 characters and jieba's words.
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from pathlib import Path

import jieba

LONGEST_RUN = 3
COMMON_WORD = 30  # jieba's 350,000 words cost 80 MB; those this frequent (52,000) find the same words here
TERMS = Path(__file__).parent / "terms.txt"


@lru_cache(maxsize=64)  # the search, the roads and the crisis check look at the same text
def features(words: str) -> tuple[str, ...]:
    """Runs of 1 to 3 characters within a phrase, and jieba's words of two characters and more."""
    runs = [
        part[start : start + length]
        for part in words.split()
        for length in range(1, LONGEST_RUN + 1)
        for start in range(len(part) - length + 1)
    ]
    return (*runs, *(f"w:{word}" for word in words_of_the_field().lcut(words, HMM=False) if len(word) > 1))


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
