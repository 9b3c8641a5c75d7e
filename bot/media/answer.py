"""How the child tells its parent what came out: a header of 13 bytes, then the clean file.

`verdict 1 | seconds 8 | length 4`, big-endian. Verdict 0 is a clean file, n the n-th refusal; seconds is NaN when the
kind has none. The parent believes none of it unseen: a decoder that was taken over may write what it likes.
"""

from __future__ import annotations

import math
import struct
from typing import Final

from bot.media.outcome import CLEAN_TYPE, LARGEST, LONGEST_VOICE, REASONS, BadMedia, Cleaned
from bot.media.signature import HEAD_BYTES, sniff

_HEADER: Final = struct.Struct(">BdI")
_CLEAN: Final = 0

LONGEST_ANSWER: Final = _HEADER.size + max(LARGEST.values())


def write_cleaned(cleaned: Cleaned) -> bytes:
    """The answer for a clean file."""
    seconds = math.nan if cleaned.seconds is None else cleaned.seconds
    return _HEADER.pack(_CLEAN, seconds, len(cleaned.content)) + cleaned.content


def write_refusal(refused: BadMedia) -> bytes:
    """The answer for a file that is not taken."""
    return _HEADER.pack(1 + REASONS.index(refused.reason), math.nan, 0)


def read_answer(kind: str, answer: bytes) -> Cleaned:
    """The child's file, or its refusal raised again; an answer that is short, long or senseless is "cut off"."""
    if len(answer) < _HEADER.size:
        raise BadMedia("cut off")
    verdict, seconds, length = _HEADER.unpack_from(answer)
    content = answer[_HEADER.size :]
    if length != len(content) or verdict > len(REASONS):
        raise BadMedia("cut off")
    if verdict != _CLEAN:
        raise BadMedia(REASONS[verdict - 1])
    if sniff(content[:HEAD_BYTES]) != CLEAN_TYPE[kind] or not _likely(kind, seconds):
        raise BadMedia("cut off")
    return Cleaned(content, CLEAN_TYPE[kind], None if math.isnan(seconds) else seconds)


def _likely(kind: str, seconds: float) -> bool:
    return 0 < seconds <= LONGEST_VOICE if kind == "voice" else math.isnan(seconds)
