"""What a phone sends when nobody gave it a file: a photo of a paper, and silence."""

from pathlib import Path

SAMPLE_PHOTO = (Path(__file__).parent / "static" / "sample-photo.jpg").read_bytes()
_FRAME = b"\x3c" + bytes(31)  # 20 ms at 12.2 kbit/s


def silence(seconds: int) -> bytes:
    """An AMR voice of that length, silent but decodable."""
    return b"#!AMR\n" + _FRAME * (50 * seconds)
