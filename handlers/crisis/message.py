"""What the opinion sees of a message: runs of characters, what the words are about, and where they stand.

Where something stands says much: "我要跳了，跳绳一百个" and "今天鸡喂了，就等天黑上山找她" are told by their last clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from handlers.crisis import rules
from handlers.crisis.kinds import Crisis
from knowledge_base.normal import LONGEST_READ, plain

LONGEST_RUN = 3
LONGEST_LAST_RUN = 2
LONG = 8  # clauses; a longer message is also read passage by passage
PASSAGE = 6

_END = re.compile(r"[，。！？；、：,!?;:~～…\n]+|\.{2,}")


@dataclass(frozen=True, slots=True)
class Message:
    """One text, read once: without gaps for the rules, and by clauses for the opinion."""

    said: str
    kinds: tuple[Crisis, ...]
    clauses: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Message:
        text = text[:LONGEST_READ]
        said = rules.without_slips(plain(text).replace(" ", ""))
        return cls(said, rules.kinds(said), tuple(rules.without_slips(clause) for clause in _clauses(text)))

    def passages(self) -> Iterator[Message]:
        """Overlapping parts of a long message."""
        if len(self.clauses) > LONG:
            for start in range(0, len(self.clauses) - PASSAGE // 2, PASSAGE // 2):
                yield Message("", (), self.clauses[start : start + PASSAGE])

    def seen(self) -> frozenset[str]:
        """Runs; `$` before what the last clause says, `^` before the first; `<…>` a theme; `!` what the rules say."""
        if not self.clauses:
            return frozenset()
        themes = [_themes_in(clause) for clause in self.clauses]
        every = sorted(set().union(*themes))
        seen = {run for clause in self.clauses for run in _runs(clause, LONGEST_RUN)}
        seen |= {f"${run}" for run in _runs(self.clauses[-1], LONGEST_LAST_RUN)}
        seen |= {f"${theme}" for theme in themes[-1]} | {f"^{theme}" for theme in themes[0]}
        seen |= {*every, *(f"{one}{other}" for one, other in combinations(every, 2))}
        seen |= {f"!{kind}" for kind in self.kinds}
        if rules.has_saying(self.said):
            seen.add("!saying")
        return frozenset(seen)


def _clauses(text: str) -> Iterator[str]:
    """Parts between marks, and between spaces where somebody types them for marks; "自 杀 热 线" is one part."""
    for piece in _END.split(text):
        words = piece.split()
        scattered = sum(len(word) == 1 for word in words) * 2 > len(words)
        for part in ["".join(words)] if scattered else words:
            if clause := plain(part).replace(" ", ""):
                yield clause


def _runs(clause: str, longest: int) -> Iterator[str]:
    for length in range(1, longest + 1):
        for start in range(len(clause) - length + 1):
            yield clause[start : start + length]


def _themes_in(clause: str) -> set[str]:
    """The themes of the longest known words, read from left to right."""
    words, longest = _themes()
    found: set[str] = set()
    start = 0
    while start < len(clause):
        for length in range(min(longest, len(clause) - start), 0, -1):
            if themes := words.get(clause[start : start + length]):
                found.update(themes)
                start += length
                break
        else:
            start += 1
    return found


@cache
def _themes() -> tuple[dict[str, tuple[str, ...]], int]:
    """The themes of each word of themes.txt, and the length of the longest."""
    words: dict[str, tuple[str, ...]] = {}
    for line in Path(__file__).with_name("themes.txt").read_text("utf-8").splitlines():
        theme, colon, listed = line.partition(":")
        if colon and not line.startswith("#"):
            for word in listed.split():
                words[word] = (*words.get(word, ()), f"<{theme}>")
    return words, max(map(len, words))
