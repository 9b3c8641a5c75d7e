"""Photos, voice and films of veterans, for whoever may see the talk or the matter they belong to (R57)."""

from __future__ import annotations

from flask import Response, abort, request

from console.desk import desk, seen
from console.page import Page, read_by_us
from models.media import Media

PAGE = Page("media")
# What our own cleaning makes (bot/media): the type is ours, and the first bytes have to agree with it.
STARTS = {
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "audio/mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    "video/mp4": ((4, b"ftyp"),),
}
ENDINGS = {"image/jpeg": "jpg", "audio/mpeg": "mp3", "video/mp4": "mp4"}
INLINE = ("image/jpeg", "audio/mpeg")


@PAGE.get("/media/<uid>", "media", "read")
def file(uid: str) -> Response:
    media = seen(Media, uid, "media", "read")
    answer = sent(media)
    if not _goes_on():
        read_by_us("media", "read", media.uid)
    return answer


def sent(media: Media) -> Response:
    """The file as it leaves; whether it may has been checked."""
    content = _content(media)
    shown = "inline" if media.type in INLINE else "attachment"
    answer = Response(
        content,
        mimetype=media.type,
        headers={
            "Content-Disposition": f'{shown}; filename="file.{ENDINGS[media.type]}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )
    answer.make_conditional(request, accept_ranges=True, complete_length=len(content))  # iPhones play in pieces only
    return answer


def _content(media: Media) -> bytes:
    """The file, if it is there and is what its row says."""
    if media.state != "kept" or media.type not in STARTS:
        abort(404)
    try:
        content = desk().read_media(media.uid)
    except FileNotFoundError:
        abort(404)
    if not any(content[place : place + len(start)] == start for place, start in STARTS[media.type]):
        abort(404)
    return content


def _goes_on() -> bool:
    """Whether the browser fetches a later piece of a file it has begun to play: that is no new look at it."""
    ranges = request.range.ranges if request.range is not None else []
    return bool(ranges) and (ranges[0][0] or 0) > 0
