"""Everything the bot says is a Phrase: a key, default words, blanks in {braces}. The office may reword any of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.wording.rules import BLANK, blanks_in, fits

PHRASES: dict[str, Phrase] = {}


@dataclass(frozen=True)
class Phrase:
    """Words with blanks. Calling one fills the blanks and gives a Line."""

    key: str
    default: str

    def __post_init__(self) -> None:
        if self.key in PHRASES:
            raise ValueError(f"two phrases are called {self.key}")
        PHRASES[self.key] = self

    def __call__(self, **blanks: object) -> Line:
        return Line(self, {name: str(value) for name, value in blanks.items()})

    @property
    def blanks(self) -> frozenset[str]:
        return blanks_in(self.default)


@dataclass(frozen=True, slots=True)
class Line:
    """A phrase with its blanks filled, not yet worded: the office's own words are looked up when it is said."""

    phrase: Phrase
    blanks: Mapping[str, str] = field(default_factory=dict)

    def worded(self, wordings: Mapping[str, str]) -> str:
        """The words, the office's own where it has some. Never `str.format`: it reaches into objects (R19).

        Own words that no longer fit, since a new version tells or asks something else here, are left out.
        """
        default = self.phrase.default
        own = wordings.get(self.phrase.key, default)
        words = own if own is default or fits(own, default) else default
        return BLANK.sub(lambda blank: self.blanks[blank[1]], words)


Said = Line | str


def worded(lines: Iterable[Said], wordings: Mapping[str, str]) -> str:
    """One bubble: the lines below one another."""
    return "\n".join(line if isinstance(line, str) else line.worded(wordings) for line in lines)


def shortened(text: str, most: int) -> str:
    """A text that fits: one line, cut with … when it is longer than `most` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
