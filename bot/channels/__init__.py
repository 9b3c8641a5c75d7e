"""What every channel is: it opens a push, seals an answer, sends a message, fetches a file. And what can go wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# Everything a contact can send, as dialogues know it. Other names are kept as the platform writes them.
TEMPLATE_RESULT = "templatesendjobfinish"  # its words: the name of the sending, and what became of it
SPOKEN = frozenset({"text", "image", "voice", "video", "location", "link"})

Parameters = Mapping[str, Sequence[str]]  # a query string: a name may stand in it more than once


@dataclass(frozen=True, slots=True)
class Inbound:
    """One push, free of its platform. `refills`: which quota it opens (message | act | nothing)."""

    contact: str
    external_id: str
    kind: str
    said_at: dt.datetime
    text: str = ""
    media_id: str = ""
    refills: str = "message"
    may_answer: bool = True
    ours: str = ""  # the account it was sent to


@dataclass(frozen=True, slots=True)
class Push:
    """An opened push, and what is needed to seal an answer to it."""

    inbound: Inbound
    seal_with: Any = None


class Refused(Exception):
    """A request that does not come from the platform, or cannot be proven to: 403, one answer for every reason (R3)."""


class StoreAway(Exception):
    """The store was needed to prove a push and did not answer. `push` serves to seal an apology."""

    def __init__(self, push: Push) -> None:
        super().__init__("the store is away")
        self.push = push


class SendFailed(Exception):
    """A message did not leave. All that the worker knows of a platform."""

    def __init__(
        self,
        reason: str,
        *,
        retry: bool = False,
        retry_after: dt.timedelta | None = None,
        window_closed: bool = False,
        address_dead: bool = False,
        outcome_unknown: bool = False,
        alarm: bool = False,
        our_fault: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry or retry_after is not None
        self.retry_after = retry_after
        self.window_closed = window_closed
        self.address_dead = address_dead
        self.outcome_unknown = outcome_unknown
        self.alarm = alarm
        self.our_fault = our_fault


class MediaGone(Exception):
    """The file cannot be had, now or later: the platform has it no more, or it is larger than we take."""


class Channel(Protocol):
    """One way to reach the office. `name` is its place in the address: /channels/<name>."""

    name: str

    def greet(self, parameters: Parameters) -> str:
        """Answer the platform's check of our address. Raises Refused."""
        ...

    def open(self, parameters: Parameters, body: bytes, *, now: dt.datetime) -> Push:
        """Prove and read a push. Raises Refused, StoreAway."""
        ...

    def answer(self, push: Push, words: str, *, at: dt.datetime) -> tuple[str, str]:
        """The body and type of the response that carries an answer."""
        ...

    def fits(self, words: str) -> bool:
        """Whether words can stand in a response; longer ones are sent in pieces."""
        ...

    def acknowledge(self) -> str:
        """The body that says "kept", without an answer."""
        ...

    def send(self, contact: str, words: str, *, from_bot: bool) -> None:
        """Send now, over the network. Raises SendFailed."""
        ...

    def fetch(self, media_id: str, *, most: int) -> bytes:
        """A file a contact sent, at most `most` bytes. Raises SendFailed, MediaGone."""
        ...

    @property
    def can_notify(self) -> bool:
        """Whether there is a way to somebody who has been silent for long."""
        ...

    def notify(self, contact: str, words: str, *, key: str) -> str:
        """Tell somebody who has been silent for long of a notice, once for each key. Raises SendFailed.

        The answer names the sending: under that name the platform tells later what became of it.
        """
        ...
