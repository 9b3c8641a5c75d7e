"""Recordings play in a browser, videos are kept, and noise of any kind is refused with one kind of exception."""

import io

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media import BadMedia, sniff
from bot.media.cleaning import clean
from bot.media.voice import playable_voice

NARROW_LENGTHS = (12, 13, 15, 17, 19, 20, 26, 31, 5)
WIDE_LENGTHS = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5)
STARTS = {"narrow": (b"#!AMR\n", NARROW_LENGTHS), "wide": (b"#!AMR-WB\n", WIDE_LENGTHS)}


def recording(band, frames, mode=7, filling=b"\0"):
    start, lengths = STARTS[band]
    return start + (bytes([mode << 3 | 4]) + filling * lengths[mode]) * frames


def played(data):
    """Seconds of sound a player gets out of it."""
    with av.open(io.BytesIO(data)) as file:
        assert file.format.name == "mp3"
        assert file.metadata == {}
        stream = file.streams.audio[0]
        assert (stream.rate, stream.layout.name) == (16000, "mono")
        return sum(frame.samples for frame in file.decode(audio=0)) / stream.rate


@pytest.mark.parametrize("band", ["narrow", "wide"])
def test_silence_plays(band):
    cleaned = clean("voice", recording(band, 100))
    assert cleaned.type == "audio/mpeg" == sniff(cleaned.content)
    assert cleaned.seconds == 2.0
    assert played(cleaned.content) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(("band", "modes"), [("narrow", range(9)), ("wide", range(10))])
def test_every_mode_and_the_comfort_noise_of_pauses_play(band, modes):
    for mode in modes:
        for filling in (b"\0", b"\xa7"):
            assert played(playable_voice(recording(band, 50, mode, filling))) == pytest.approx(1.0, abs=0.1)


def test_frames_without_data_play_as_silence():
    assert played(playable_voice(b"#!AMR\n" + (b"\x3c" + bytes(31) + b"\x7c" * 9) * 10)) == pytest.approx(2.0, abs=0.1)
    assert played(playable_voice(b"#!AMR-WB\n" + b"\x7c\x74" * 50)) == pytest.approx(2.0, abs=0.1)


def test_the_shortest_and_the_longest_recording_play():
    assert played(playable_voice(recording("narrow", 1))) > 0
    cleaned = clean("voice", recording("wide", 3000, 8))
    assert cleaned.seconds == 60.0
    assert played(cleaned.content) == pytest.approx(60.0, abs=0.1)
    assert len(cleaned.content) < 250_000


def test_a_minute_and_one_second_is_refused():
    with pytest.raises(BadMedia) as refused:
        clean("voice", recording("narrow", 3050))
    assert refused.value.reason == "too long"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"#!AMR\n<script>", "broken"),
        (b"#!AMR\n<script>alert(document.cookie)</script>" + bytes(500), "broken"),
        (b"\x02#!SILK_V3" + bytes(50), "wrong type"),
        (b"ID3\x04\x00" + bytes(50), "wrong type"),
        (b"#EXTM3U\nhttp://169.254.169.254/\n", "wrong type"),
        (b"", "wrong type"),
        (b"#!AMR\n" + bytes(2 * 2**20), "too big"),
    ],
)
def test_what_is_no_recording_is_refused(data, reason):
    with pytest.raises(BadMedia) as refused:
        clean("voice", data)
    assert refused.value.reason == reason


MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08free"


def test_a_video_is_kept_as_it_is():
    cleaned = clean("video", MP4)
    assert (cleaned.content, cleaned.type, cleaned.seconds) == (MP4, "video/mp4", None)


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("video", b"<html>", "wrong type"),
        ("video", b"\x1aE\xdf\xa3" + bytes(100), "wrong type"),
        ("video", MP4 + bytes(10 * 2**20), "too big"),
        ("image", b"\xff\xd8\xff" + bytes(10 * 2**20), "too big"),
        ("image", MP4, "wrong type"),
        ("voice", MP4, "wrong type"),
        ("video", recording("narrow", 10), "wrong type"),
        ("file", b"%PDF", "wrong type"),
        ("", b"x", "wrong type"),
    ],
)
def test_each_kind_takes_its_own_and_no_more_than_its_size(kind, data, reason):
    with pytest.raises(BadMedia) as refused:
        clean(kind, data)
    assert refused.value.reason == reason
    assert str(refused.value) == reason


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(["image", "voice", "video", "file"]),
    st.sampled_from(
        [
            b"",
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            b"RIFF\x24\x00\x00\x00WEBPVP8 ",
            b"RIFF\x24\x00\x00\x00WEBPVP8X",
            b"#!AMR\n",
            b"#!AMR-WB\n",
            b"\x00\x00\x00\x18ftypmp42",
        ]
    ),
    st.binary(max_size=400),
)
def test_noise_is_bad_media_and_nothing_worse(kind, start, noise):
    try:
        cleaned = clean(kind, start + noise)
    except BadMedia:
        return
    assert sniff(cleaned.content) == cleaned.type


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(sorted(STARTS)), st.lists(st.tuples(st.integers(0, 8), st.binary(min_size=60, max_size=60))))
def test_whole_frames_of_noise_play_or_are_refused(band, frames):
    start, lengths = STARTS[band]
    data = start + b"".join(bytes([mode << 3 | 4]) + noise[: lengths[mode]] for mode, noise in frames)
    try:
        assert sniff(playable_voice(data)) == "audio/mpeg"
    except BadMedia:
        assert not frames
