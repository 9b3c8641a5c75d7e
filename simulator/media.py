"""Temporary and permanent media (platform.md 9.5)."""

import secrets
from dataclasses import dataclass

LIFE = 3 * 86400.0


@dataclass
class Media:
    """A stored file; `dies` is None for permanent material."""

    media_id: str
    kind: str
    data: bytes
    content_type: str
    filename: str
    born: float
    dies: float | None
    title: str = ""
    description: str = ""


class MediaShelf:
    """Files by media_id."""

    def __init__(self) -> None:
        self.items: dict[str, Media] = {}

    def put(self, kind: str, data: bytes, now: float, *, name: str, form: str, permanent: bool = False) -> Media:
        media_id = secrets.token_urlsafe(48)
        item = Media(media_id, kind, data, form, name, now, None if permanent else now + LIFE)
        self.items[media_id] = item
        return item

    def get(self, media_id: str, now: float, *kinds: str) -> Media | None:
        """The file, unless it is unknown, expired, or of none of the wanted kinds."""
        item = self.items.get(media_id)
        if item is None or (item.dies is not None and now >= item.dies):
            return None
        return item if not kinds or item.kind in kinds else None

    def drop(self, media_id: str) -> bool:
        return self.items.pop(media_id, None) is not None


def kind_of_picture(data: bytes) -> str:
    """The picture's real type by its first bytes; empty when it is none the platform takes."""
    heads = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
    return next((form for head, form in heads.items() if data.startswith(head)), "")


def kind_of_voice(data: bytes) -> str:
    """AMR or MP3; empty for anything else."""
    if data.startswith(b"#!AMR"):
        return "audio/amr"
    is_mp3 = data.startswith(b"ID3") or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0)
    return "audio/mpeg" if is_mp3 else ""
