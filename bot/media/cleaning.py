"""One word for every kind of file: clean(). It decodes, so it runs in the child only; others call clean_in_child()."""

from __future__ import annotations

from bot.media.amr import amr_seconds
from bot.media.outcome import CLEAN_TYPE, BadMedia, Cleaned, check_size
from bot.media.picture import clean_picture
from bot.media.signature import HEAD_BYTES, sniff
from bot.media.voice import playable_voice


def clean(kind: str, data: bytes) -> Cleaned:
    """The file as it may be stored, for the kinds "image", "voice" and "video"; BadMedia for everything else.

    A video is only looked at and kept as it is: redrawing ten megabytes of film is beyond ten seconds of one core.
    So its metadata, a place included, stay in it.
    """
    check_size(kind, data)
    if kind == "image":
        return Cleaned(clean_picture(data), CLEAN_TYPE[kind], None)
    if kind == "voice":
        return Cleaned(playable_voice(data), CLEAN_TYPE[kind], amr_seconds(data))
    if sniff(data[:HEAD_BYTES]) != CLEAN_TYPE[kind]:
        raise BadMedia("wrong type")
    return Cleaned(data, CLEAN_TYPE[kind], None)
