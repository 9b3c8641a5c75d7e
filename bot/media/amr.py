"""AMR voice messages, frame by frame: a file that only begins like one is refused (security.md R58)."""

from __future__ import annotations

from typing import Final

from bot.media.outcome import LONGEST_VOICE, BadMedia
from bot.media.signature import AMR, AMR_WIDE

_FRAMES_A_SECOND: Final = 50  # every frame is 20 ms, narrow and wide band alike

# Bytes after the frame's first one, by frame type (RFC 4867 table 1 and 5.3; 3GPP TS 26.201 for wide band).
# Missing types are reserved or belong to other codecs; the specification has no length for them in a file.
_NARROW: Final = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
_WIDE: Final = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}


def amr_seconds(data: bytes) -> float:
    """The length of a recording, counted from whole frames; BadMedia when one is broken or they exceed 60 s.

    The padding bits of a frame's first byte are not looked at: RFC 4867 tells readers to ignore them.
    """
    place, lengths = _first_frame(data)
    frames = 0
    while place < len(data):
        length = lengths.get(data[place] >> 3 & 0x0F)
        if length is None:
            raise BadMedia("broken")
        place += 1 + length
        frames += 1
        if frames > LONGEST_VOICE * _FRAMES_A_SECOND:
            raise BadMedia("too long")
    if place != len(data) or not frames:
        raise BadMedia("broken")
    return frames / _FRAMES_A_SECOND


def _first_frame(data: bytes) -> tuple[int, dict[int, int]]:
    """Where the frames begin, and their lengths by type."""
    for start, lengths in ((AMR, _NARROW), (AMR_WIDE, _WIDE)):
        if data.startswith(start):
            return len(start), lengths
    raise BadMedia("wrong type")
