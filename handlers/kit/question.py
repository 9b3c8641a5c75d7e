"""A question of a form: how it is asked, how an answer is read, and the two readers most questions share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import Turn

Answers = dict[str, Any]

NO_SUCH_CHOICE = Phrase("form.no_such_choice", "没有这一项。请回复 {choices}。")
SAY_IN_WORDS = Phrase("form.say_in_words", "这里不用回数字，打字或者说话都行。")


class Reject(Exception):
    """An answer that cannot be used; the line says how to answer."""

    def __init__(self, line: Said) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `ask` gives the words, `read` turns what was heard into a value or raises Reject.

    `show` words a value for the read-back. `free` takes any words, so also a voice nobody could write down.
    `gathers` takes several messages until the veteran says 1.
    """

    key: str
    label: str
    ask: Callable[[Turn, Answers], Sequence[Said]]
    read: Callable[[Turn, Answers], Any]
    show: Callable[[Any], str] = str
    when: Callable[[Answers], bool] = lambda answers: True
    free: bool = False
    gathers: Callable[[Answers], Sequence[Said]] | None = None


def one_of(choices: Sequence[str]) -> Callable[[Turn, Answers], str]:
    """A reader for a list: its digit, or its words."""

    def read(turn: Turn, _answers: Answers) -> str:
        if turn.choice is not None and 1 <= turn.choice <= len(choices):
            return choices[turn.choice - 1]
        named = [choice for choice in choices if turn.plain and (turn.plain in choice or choice in turn.plain)]
        if len(named) == 1:
            return named[0]
        numbers = "、".join(str(number) for number in range(1, len(choices)))
        raise Reject(NO_SUCH_CHOICE(choices=f"{numbers} 或 {len(choices)}"))

    return read


def some_words(turn: Turn, _answers: Answers) -> str:
    """A reader for free words: anything but nothing, or a digit that chooses nothing."""
    if not turn.text.strip() or turn.choice is not None:
        raise Reject(SAY_IN_WORDS())
    return turn.text.strip()
