"""What a file is, by its first bytes and never by its name or the sender's word (security.md R57)."""

from __future__ import annotations

from typing import Final

HEAD_BYTES: Final = 32  # as many as sniff() ever looks at

# RFC 4867, 5.1. The multi-channel forms (#!AMR_MC1.0) are not taken: no phone records them.
AMR: Final = b"#!AMR\n"
AMR_WIDE: Final = b"#!AMR-WB\n"

_STARTS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    AMR: "audio/amr",
    AMR_WIDE: "audio/amr-wb",
    b"ID3": "audio/mpeg",
}
# HEIC, AVIF and QuickTime share the `ftyp` box, so the brand decides (https://mp4ra.org/registered-types/brands).
_MP4_BRANDS: Final = frozenset(
    {
        b"isom",
        b"iso2",
        b"iso3",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"mmp4",
        b"MSNV",
        b"dash",
    }
)


def sniff(head: bytes) -> str | None:
    """The media type of a file from its first bytes (HEAD_BYTES are enough), or None for what we do not take.

    For AMR this is the first half only: `#!AMR` may be followed by anything, so amr_seconds() counts the frames (R58).
    """
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return "video/mp4"
    return "audio/mpeg" if _starts_mp3_frame(head) else None


def _starts_mp3_frame(head: bytes) -> bool:
    """An MPEG audio header of layer III: 11 set bits, then no reserved version, bit rate or sampling rate."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sampling_rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sampling_rate != 3
