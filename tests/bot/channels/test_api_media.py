"""Files of veterans: fetched whole or not at all, and never confused with an answer (R24, R26, sheet 9.5)."""

from __future__ import annotations

import time

import pytest

from bot.channels import MediaGone, SendFailed
from bot.delivery import fetch_due
from tests.bot.channels.api import meaning
from tests.bot.channels.platform import Reply

pytestmark = [
    pytest.mark.usefixtures("no_canary_in_the_log"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),  # the token's row is tried on both in test_api_token
]

GET, TOKEN = "media/get", "stable_token"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 2000


def refused(account, *, most: int = 100_000) -> set[str]:
    with pytest.raises(SendFailed) as raised:
        account.fetch("M1", most=most)
    return meaning(raised.value)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG, "image/jpeg"),
        (b"#!AMR\n\x3c" + b"x" * 31, "audio/amr"),
        (b"12345", "application/octet-stream"),
        (b'{"errcode":40007}', "audio/amr"),
        (b'{"a":1}', "application/octet-stream"),
        (b"\n{", "image/jpeg"),
    ],
)
def test_a_file_is_what_it_is(account, platform, content, kind):
    platform.says(GET, Reply(content, kind=kind, headers={"Content-Disposition": 'attachment; filename="x"'}))
    assert account.fetch("M-1_x", most=100_000) == content
    assert platform.asked[-1].query == {"access_token": ["TOKEN-CANARY-1"], "media_id": ["M-1_x"]}


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=UTF-8", "text/plain"])
def test_a_lapsed_file_is_gone(account, platform, kind):
    platform.says(GET, Reply({"errcode": 40007, "errmsg": "invalid media_id rid: 1"}, kind=kind))
    with pytest.raises(MediaGone):
        account.fetch("M1", most=100)


def test_of_a_video_only_an_address_may_come_and_it_is_not_followed(account, platform):
    """R25: a foreign address is never fetched."""
    platform.says(GET, Reply({"video_url": f"{platform.base}/video"}, kind="text/plain"))
    with pytest.raises(MediaGone):
        account.fetch("M1", most=100)
    assert {asked.path for asked in platform.asked} == {"/cgi-bin/stable_token", "/cgi-bin/media/get"}


def test_an_empty_file_is_none(account, platform):
    platform.says(GET, Reply(b"", kind="image/jpeg"))
    with pytest.raises(MediaGone):
        account.fetch("M1", most=100)


def test_a_token_refused_is_renewed_once(account, platform):
    platform.says(GET, {"errcode": 40001}, Reply(JPEG, kind="image/jpeg"))
    assert account.fetch("M1", most=100_000) == JPEG
    assert platform.count(TOKEN) == 2
    platform.says(GET, {"errcode": 42001})
    assert refused(account) == {"retry", "alarm"}
    assert platform.count(TOKEN) == 3


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(b"<html>502</html>", kind="text/html; charset=utf-8"), {"retry"}),
        (Reply(JPEG, status=500, kind="image/jpeg"), {"retry"}),
        (Reply(b"", status=502, kind="image/jpeg"), {"retry"}),
        (Reply({"errcode": -1}), {"retry"}),
        (Reply({"errcode": 40164}), {"retry", "alarm"}),
        (Reply({"errcode": 45009}), {"retry", "alarm"}),
        (Reply({"errcode": "x"}), {"retry"}),
        (Reply(b"{broken"), {"retry"}),
        (Reply(JPEG, kind="image/jpeg", length=len(JPEG) + 10), {"retry"}),
        (Reply(JPEG, kind="image/jpeg", pause=1), {"retry"}),
        (Reply(hang_up=True), {"retry"}),
    ],
    ids=["HTML", "500", "502", "busy", "IP", "limit", "odd", "broken", "cut short", "silence", "hung up"],
)
def test_trouble_on_the_way_is_tried_again(account, platform, reply, expected):
    platform.says(GET, reply)
    assert refused(account) == expected


def test_a_file_too_large_is_cut_off_and_not_asked_for_again(account, platform):
    platform.says(GET, Reply(b"x" * 5_000_000, kind="image/jpeg"))
    with pytest.raises(MediaGone):
        account.fetch("M1", most=100_000)
    assert len(account.fetch("M1", most=5_000_000)) == 5_000_000


def test_a_file_that_comes_drop_by_drop_is_given_up(account, platform):
    """No single read is slow; only the whole is."""
    platform.says(GET, Reply(b"x" * 1000, kind="image/jpeg", drip=0.02))
    started = time.monotonic()
    assert refused(account) == {"retry"}
    assert 0.7 < time.monotonic() - started < 5


@pytest.mark.parametrize("media_id", ["", "../x", "a b", "a&b=c", "a\n", "é", "m" * 129, "http://169.254.169.254/"])
def test_another_form_of_id_is_not_asked_for(account, platform, media_id):
    with pytest.raises(MediaGone):
        account.fetch(media_id, most=100)
    assert platform.asked == []


def test_the_worker_asks_once_for_what_is_gone_or_too_large(make_door, platform):
    door = make_door(api_base=platform.base)
    for number in ("M1", "M2"):
        door.push(door.text("", MsgType="image", MediaId=number))
    assert platform.asked == []
    platform.says(
        GET,
        lambda asked: (
            Reply({"errcode": 40007})
            if asked.query["media_id"] == ["M1"]
            else Reply(b"x" * 11_000_000, kind="image/jpeg")
        ),
    )
    assert fetch_due(door.office) == 2
    door.clock.now = door.clock.now.replace(hour=20)
    assert fetch_due(door.office) == 0
    assert platform.count(GET) == 2
