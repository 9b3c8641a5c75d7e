"""The child: what a crafted file does to a decoder ends there, in time, and the parent believes nothing unseen."""

import contextlib
import io
import logging
import math
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.media import BadMedia, Cleaned, clean_in_child, sniff
from bot.media.answer import read_answer, write_cleaned, write_refusal
from bot.media.outcome import REASONS

ROOT = Path(__file__).resolve().parents[3]
CHILD = [sys.executable, "-B", "-m", "bot.media.child"]


def written(picture, form, **options):
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def endless_jpeg():
    """A valid progressive JPEG of 400 KB whose last scan is repeated ten thousand times over 36 megapixels.

    Every scan walks all the blocks again, so libjpeg is busy for minutes; no size in the header gives it away.
    """
    picture = written(Image.new("L", (6000, 6000), 128), "JPEG", progressive=True)
    scan = picture[picture.rindex(b"\xff\xda") : -2]
    return picture[:-2] + scan * 10_000 + picture[-2:]


def run(code, *, data=b""):
    return subprocess.run([sys.executable, "-B", "-c", code], input=data, capture_output=True, cwd=ROOT, check=False)


def test_a_picture_comes_back_clean():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "CANARY"
    data = written(Image.new("RGB", (60, 30), "red"), "JPEG", exif=exif, comment=b"CANARY") + b"<script>"
    cleaned = clean_in_child("image", data)
    assert cleaned.type == "image/jpeg" == sniff(cleaned.content)
    assert cleaned.seconds is None
    assert Image.open(io.BytesIO(cleaned.content)).size == (30, 60)
    assert b"CANARY" not in cleaned.content
    assert b"<script>" not in cleaned.content


@pytest.mark.parametrize("form", ["PNG", "WEBP", "MPO"])
def test_every_reader_works_within_the_limits(form):
    assert clean_in_child("image", written(Image.new("RGB", (600, 600)), form)).type == "image/jpeg"


def test_forty_megapixels_fit_the_memory():
    for mode, form in (("RGB", "JPEG"), ("RGBA", "PNG"), ("P", "PNG")):
        cleaned = clean_in_child("image", written(Image.new(mode, (7300, 5470)), form))
        assert Image.open(io.BytesIO(cleaned.content)).width == 2560


def test_a_voice_message_and_a_video_come_back():
    voice = clean_in_child("voice", b"#!AMR\n" + (b"\x3c" + bytes(31)) * 3000)
    assert (voice.type, voice.seconds) == ("audio/mpeg", 60.0)
    film = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(9 * 2**20)
    assert clean_in_child("video", film) == Cleaned(film, "video/mp4", None)


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("image", b"\xff\xd8\xff" + bytes(300), "broken"),
        ("image", b"<svg/>", "wrong type"),
        ("image", b"GIF89a" + bytes(30), "wrong type"),
        ("image", b"", "wrong type"),
        ("image", b"\xff\xd8\xff" + bytes(10 * 2**20), "too big"),
        ("voice", b"#!AMR\n<script>", "broken"),
        ("voice", b"#!AMR\n" + b"\x7c" * 3050, "too long"),
        ("voice", b"#!AMR\n" + bytes(2 * 2**20), "too big"),
        ("video", b"%PDF-1.7", "wrong type"),
        ("link", b"http://169.254.169.254/", "wrong type"),
    ],
)
def test_refusals_keep_their_reason(kind, data, reason):
    with pytest.raises(BadMedia) as refused:
        clean_in_child(kind, data)
    assert refused.value.reason == reason


def test_a_picture_that_never_ends_is_cut():
    started = time.monotonic()
    with pytest.raises(BadMedia) as refused:
        clean_in_child("image", endless_jpeg(), seconds=1)
    assert refused.value.reason == "out of time"
    assert time.monotonic() - started < 4


def test_a_child_without_a_parent_ends_by_its_cpu_limit():
    ended = subprocess.run(
        [*CHILD, "image", "1", "256"], input=endless_jpeg(), capture_output=True, cwd=ROOT, check=False, timeout=30
    )
    assert ended.returncode == -signal.SIGXCPU
    assert ended.stdout == b""


def test_a_picture_that_needs_too_much_memory_is_cut():
    greedy = written(Image.new("RGBA", (6300, 6300)), "PNG")
    with pytest.raises(BadMedia) as refused:
        clean_in_child("image", greedy, memory_mb=64)
    assert refused.value.reason == "out of memory"


def test_a_child_that_dies_is_bad_media_and_is_logged(caplog):
    """A limit no system knows: the child cannot lower its rights, so it ends before it reads a byte."""
    data = written(Image.effect_noise((900, 900), 40), "PNG")
    with caplog.at_level(logging.WARNING), pytest.raises(BadMedia) as refused:
        clean_in_child("image", data, memory_mb=2**70)
    assert refused.value.reason == "cut off"
    assert [record.message for record in caplog.records] == ["media_child_died"]


def test_the_child_does_not_see_our_environment(monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit(3)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert clean_in_child("image", written(Image.new("RGB", (9, 9)), "PNG")).type == "image/jpeg"


def test_the_parent_loads_no_decoder():
    found = run("import sys, bot.media; print([name for name in ('PIL', 'av') if name in sys.modules])")
    assert found.stdout.strip() == b"[]", found.stderr


def test_a_confined_process_writes_no_file_takes_no_memory_opens_little(tmp_path):
    code = f"""
import os, resource
from bot.media.child import confine
confine(5, 64)
def refused(act):
    try:
        act()
    except (OSError, MemoryError, ValueError):
        return True
    return False
def write():
    with open({str(tmp_path / "written")!r}, "wb") as file:
        file.write(b"x" * 10)
print([
    refused(write),
    refused(lambda: bytearray(80 * 2**20)),
    refused(lambda: [os.pipe() for _ in range(10)]),
    refused(lambda: resource.setrlimit(resource.RLIMIT_CPU, (50, 50)) if os.getuid() else write()),
    resource.getrlimit(resource.RLIMIT_CORE),
])
"""
    done = run(code)
    assert done.stdout.strip() == b"[True, True, True, True, (0, 0)]", done.stderr
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").stat().st_size


def test_answers_come_through_the_wire_as_they_were():
    jpeg = written(Image.new("RGB", (9, 9)), "JPEG")
    for kind, cleaned in (
        ("image", Cleaned(jpeg, "image/jpeg", None)),
        ("voice", Cleaned(b"\xff\xf3\x58\xc0", "audio/mpeg", 0.02)),
    ):
        assert read_answer(kind, write_cleaned(cleaned)) == cleaned
    for reason in REASONS:
        with pytest.raises(BadMedia) as refused:
            read_answer("image", write_refusal(BadMedia(reason)))
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("image", b""),
        ("image", b"\0" * 12),
        ("image", struct.pack(">BdI", 0, math.nan, 6) + b"<html>"),
        ("image", struct.pack(">BdI", 0, math.nan, 4) + b"\xff\xd8\xff\xe0more"),
        ("image", struct.pack(">BdI", 0, math.nan, 2**32 - 1) + b"\xff\xd8\xff\xe0"),
        ("image", struct.pack(">BdI", 0, 3.0, 4) + b"\xff\xd8\xff\xe0"),
        ("image", struct.pack(">BdI", 200, math.nan, 0)),
        ("voice", struct.pack(">BdI", 0, math.inf, 4) + b"\xff\xf3\x58\xc0"),
        ("voice", struct.pack(">BdI", 0, -1.0, 4) + b"\xff\xf3\x58\xc0"),
        ("voice", struct.pack(">BdI", 0, math.nan, 4) + b"\xff\xf3\x58\xc0"),
    ],
)
def test_a_child_that_was_taken_over_is_not_believed(kind, answer):
    with pytest.raises(BadMedia) as refused:
        read_answer(kind, answer)
    assert refused.value.reason == "cut off"


@given(st.sampled_from(["image", "voice", "video"]), st.binary(max_size=60))
def test_senseless_answers_are_bad_media(kind, answer):
    with contextlib.suppress(BadMedia):
        assert sniff(read_answer(kind, answer).content)
