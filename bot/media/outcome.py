"""What cleaning a file ends in: a Cleaned file, or BadMedia with its reason; and the sizes that are taken at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

Reason: TypeAlias = Literal[
    "wrong type",  # by its first bytes; SVG, GIF, PDF, office files and pages end here (R55)
    "too big",  # in bytes
    "too many pixels",
    "too long",  # in seconds, voice only
    "broken",
    "out of time",
    "out of memory",
    "cut off",  # the child died without an answer, or gave one that makes no sense
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)

# Bytes taken from the platform (R26). They are WeChat's own upload limits as well (platform.md 9.5).
LARGEST: Final = {"image": 10 * 2**20, "voice": 2 * 2**20, "video": 10 * 2**20}

# What each kind is once it is clean. A kind that is not here is not taken.
CLEAN_TYPE: Final = {"image": "image/jpeg", "voice": "audio/mpeg", "video": "video/mp4"}

LONGEST_VOICE: Final = 60.0  # seconds (R58; WeChat records no longer)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file that may be stored and shown. `type` is ours, never the sender's; `seconds` is known for voice only."""

    content: bytes
    type: str
    seconds: float | None


class BadMedia(ValueError):
    """A file that is not taken. `reason` is one of eight facts; it never holds anything of the file."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Final[Reason] = reason


def check_size(kind: str, data: bytes) -> None:
    """Refuse an unknown kind, nothing, and more bytes than the kind may have."""
    if kind not in LARGEST or not data:
        raise BadMedia("wrong type")
    if len(data) > LARGEST[kind]:
        raise BadMedia("too big")
