"""The vocabulary of dialogues: what was heard (Reading), one turn, what to say next (Step), and what a Dialogue is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from sqlalchemy.orm import Session

from handlers.crisis import Crisis, crisis_in
from handlers.kit.phrase import Said
from knowledge_base.library import Library
from knowledge_base.normal import choice, plain, tidy
from knowledge_base.search import Finding
from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.masking import mask, mask_secrets
from models.media import Media
from models.petition.clock import day_of

State = dict[str, Any]
TOO_SHORT_TO_SEARCH = 2
_LONG_NUMBER = re.compile(r"[0-9]{6,}x?")  # phones and papers say nothing of the matter


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it may be kept: numbers of papers, cards and phones masked, military secrets left out (R48, R49).

    `with_numbers` still holds the numbers, for the one question that asks for a phone; `masked` names what was found.
    """

    text: str = ""
    with_numbers: str = ""
    masked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, said: str) -> Words:
        without_secrets = mask_secrets(tidy(said))
        shown = mask(without_secrets.text)
        return cls(shown.text, without_secrets.text, without_secrets.kinds | shown.kinds)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text may mean, found out before the conversation is locked: none of it needs the database."""

    words: Words = field(default_factory=Words)
    plain: str = ""
    choice: int | None = None
    crisis: Crisis | None = None
    found: Finding = field(default_factory=Finding)

    @classmethod
    def of(cls, said: str, library: Library) -> Reading:
        text = plain(said)
        digit = choice(said)
        worth_it = digit is None and len(text) >= TOO_SHORT_TO_SEARCH
        found = library.search(searched(text)) if worth_it else Finding()
        return cls(Words.of(said), text, digit, crisis_in(said) if digit is None else None, found)


def searched(text: str) -> str:
    """What of a text is looked for in the library."""
    return _LONG_NUMBER.sub("", text)


@dataclass(slots=True)
class Turn:
    """One thing heard, with all a dialogue may use to answer it."""

    db: Session
    now: dt.datetime
    conversation: Conversation
    heard: int  # the id of what was heard
    kind: str  # text | image | voice | video | location | event … as the channel named it
    reading: Reading
    library: Library
    media: Media | None = None
    run: DialogueRun | None = None
    routed: str = ""  # where the message went, for figures
    public_url: str = ""  # under which pages can be opened; empty: there are none

    @property
    def today(self) -> dt.date:
        return day_of(self.now)

    @property
    def text(self) -> str:
        """The words as they are kept."""
        return self.reading.words.text

    @property
    def plain(self) -> str:
        return self.reading.plain

    @property
    def choice(self) -> int | None:
        return self.reading.choice

    def says(self, *words: str) -> bool:
        """Whether the whole message is one of these words."""
        return self.plain in words


@dataclass(frozen=True, slots=True)
class Step:
    """What to say, and what to keep until the next word. `keep=None` closes the run.

    `pass_on` says "not for me": the run is closed and the other dialogues are asked.
    `then` goes on with another dialogue in the same turn, which speaks instead; `runs_as` keeps the state for it.
    `stay` answers an interruption and leaves the open run as it is; the run repeats its question.
    `routed` names where the message went, for figures. `understood=False` counts a misunderstanding.
    """

    say: Sequence[Said] = ()
    keep: State | None = None
    pass_on: bool = False
    then: str = ""
    runs_as: str = ""
    stay: bool = False
    routed: str = ""
    understood: bool = True


PASS_ON = Step(pass_on=True)


class Dialogue(Protocol):
    """One thing the bot can talk about. `keeps_place`: an interruption parks its run instead of closing it."""

    @property
    def name(self) -> str: ...
    @property
    def interrupts(self) -> bool: ...
    @property
    def keeps_place(self) -> bool: ...
    @property
    def fresh_for(self) -> dt.timedelta: ...

    def wants(self, turn: Turn) -> bool:
        """May I have this message?"""
        ...

    def open(self, turn: Turn) -> Step:
        """Begin."""
        ...

    def hear(self, turn: Turn, state: State) -> Step:
        """Go on from where we stood."""
        ...

    def reopen(self, turn: Turn, state: State) -> Step:
        """Go on after a long silence: say where we stood, and ask whether to go on."""
        ...

    def repeat(self, turn: Turn, state: State) -> Sequence[Said]:
        """After a word in between: what was asked last."""
        ...


class Passing:
    """A dialogue that is over as soon as something else is spoken of, or after a while."""

    keeps_place: ClassVar[bool] = False

    def reopen(self, turn: Turn, state: State) -> Step:
        return PASS_ON

    def repeat(self, turn: Turn, state: State) -> Sequence[Said]:
        return ()


class OneShot(Passing):
    """A dialogue that answers and is done: no run, nothing to go on with."""

    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(0)

    def hear(self, turn: Turn, state: State) -> Step:
        return PASS_ON
