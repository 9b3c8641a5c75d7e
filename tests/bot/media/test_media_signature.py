"""First bytes and AMR frames: what a file is, and whether a recording is one from end to end."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media import BadMedia, amr_seconds, sniff

MP3_FRAME = b"\xff\xfb\x90\x00"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"#!AMR-WB\n\x44", "audio/amr-wb"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (MP3_FRAME, "audio/mpeg"),
        (b"\xff\xf3\x58\xc0", "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "video/mp4"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "video/mp4"),
    ],
)
def test_what_we_take_is_known(head, kind):
    assert sniff(head) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"\xff\xd8",
        b"GIF89a\x01\x00\x01\x00",
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE html><script>",
        b"PK\x03\x04\x14\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"BM\x36\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00",
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00",
        b"#!AMR_MC1.0\n\x00\x00\x00\x02",
        b"#!AMR",
        b"#!SILK_V3",
        b"\x02#!SILK_V3",
        b"Speex   1.2",
        b"OggS\x00\x02",
        b"\xff\xf1\x50\x80",  # AAC in ADTS
        b"\xff\xff\xff\xff",
        b" \xff\xd8\xff\xe0",
    ],
)
def test_what_we_do_not_take_is_unknown(head):
    assert sniff(head) is None


@given(st.binary(max_size=64))
def test_sniffing_never_fails_and_needs_only_the_head(head):
    assert sniff(head) == sniff(head[:32])


def narrow(*frames):
    return b"#!AMR\n" + b"".join(frames)


SPEECH, PAUSE, NOTHING = b"\x3c" + bytes(31), b"\x44" + bytes(5), b"\x7c"
WIDE_SPEECH, WIDE_PAUSE, WIDE_LOST = b"\x44" + bytes(60), b"\x4c" + bytes(5), b"\x74"


def test_seconds_are_counted_from_frames():
    assert amr_seconds(narrow(SPEECH)) == 0.02
    assert amr_seconds(narrow(*[SPEECH, PAUSE, NOTHING, NOTHING, SPEECH] * 10)) == 1.0
    assert amr_seconds(b"#!AMR-WB\n" + (WIDE_SPEECH + WIDE_PAUSE + WIDE_LOST) * 50) == 3.0


def test_every_narrow_mode_has_its_length():
    for mode, length in enumerate((12, 13, 15, 17, 19, 20, 26, 31, 5)):
        frame = bytes([mode << 3 | 4]) + bytes(length)
        assert amr_seconds(narrow(*[frame] * 50)) == 1.0
        with pytest.raises(BadMedia):
            amr_seconds(narrow(frame, frame[:-1]))


def test_sixty_seconds_are_taken_and_sixty_one_are_not():
    assert amr_seconds(narrow(*[SPEECH] * 3000)) == 60.0
    with pytest.raises(BadMedia) as refused:
        amr_seconds(narrow(*[SPEECH] * 3050))
    assert refused.value.reason == "too long"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"#!AMR\n<script>", "broken"),
        (b"#!AMR-WB\n<script>alert(1)</script>", "broken"),
        (b"#!AMR\n", "broken"),
        (narrow(SPEECH, SPEECH[:-1]), "broken"),
        (narrow(SPEECH, b"\x4c" + bytes(40)), "broken"),  # type 9 is another codec's
        (narrow(SPEECH, b"\x64" + bytes(40)), "broken"),  # type 12 is reserved
        (narrow(SPEECH) + b"<html>", "broken"),
        (b"#!AMR_MC1.0\n\x00\x00\x00\x01" + SPEECH, "wrong type"),
        (b"ID3\x04\x00", "wrong type"),
        (b"", "wrong type"),
    ],
)
def test_what_only_begins_like_a_recording_is_refused(data, reason):
    with pytest.raises(BadMedia) as refused:
        amr_seconds(data)
    assert refused.value.reason == reason


@given(st.sampled_from([b"", b"#!AMR\n", b"#!AMR-WB\n"]), st.binary(max_size=300))
def test_noise_is_bad_media_or_a_length(start, noise):
    with contextlib.suppress(BadMedia):
        assert 0 < amr_seconds(start + noise) <= 60
