"""Files of veterans: only for whoever holds the talk, of the type we made, with nothing in them that could run (R57)."""

# ruff: noqa: F811  fixtures are named again where they are asked for

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.conversation import Arrival
from models.media import Media
from tests.console.desk_stories import chen, desk, takes, wang  # noqa: F401
from tests.make import NOON

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 40
MP3 = b"ID3" + b"sound" * 40
MP4 = b"\x00\x00\x00\x18ftypisom" + b"film" * 40


@pytest.fixture
def talk(desk, chen):
    uid = desk.somebody_waits()
    takes(chen, uid)
    return uid


@pytest.fixture
def sent(app, desk, talk, sessions):
    """A file of this kind, as the worker keeps it; its name in addresses."""
    number = iter(range(100))

    def keep(kind, content, *, of_type, state="kept"):
        with sessions.begin() as db:
            conversation, external = desk.conversation(db, talk), f"m:{kind}{next(number)}"
            heard = conversation.hear(db, Arrival(external, kind, "", NOON), masked="", now=NOON)
            media = Media.want(db, conversation, heard, kind, external, now=NOON)
            media.kept(type=of_type, size=len(content))
            media.state = state
            uid = media.uid
        app.extensions["desk"].read_media.__self__.keep(uid, content)
        return f"/console/media/{uid}"

    return keep


@pytest.mark.parametrize(
    ("kind", "content", "of_type", "shown"),
    [
        ("image", JPEG, "image/jpeg", 'inline; filename="file.jpg"'),
        ("voice", MP3, "audio/mpeg", 'inline; filename="file.mp3"'),
        ("video", MP4, "video/mp4", 'attachment; filename="file.mp4"'),
    ],
)
def test_the_holder_of_the_talk_sees_it(sent, chen, kind, content, of_type, shown):
    answer = chen.opens(sent(kind, content, of_type=of_type))
    assert (answer.status_code, answer.data) == (200, content)
    headers = answer.headers
    assert headers["Content-Type"] == of_type
    assert headers["Content-Disposition"] == shown
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["Cache-Control"] == "no-store, private"


def test_nobody_else_does(sent, chen, wang, browser, desk, talk, sessions):
    address = sent("image", JPEG, of_type="image/jpeg")
    assert wang.opens(address).status_code == 403
    assert browser().opens(address).status_code == 303
    chen.opens(f"/console/reception/{talk}/closing")
    chen.sends(f"/console/reception/{talk}/closing", outcome="answered", summary="看过照片了")
    assert chen.opens(address).status_code == 403


def test_only_what_it_says_it_is(sent, chen):
    page = b"<html><script>alert(1)</script>"
    assert chen.opens(sent("image", page, of_type="image/jpeg")).status_code == 404
    assert chen.opens(sent("image", page, of_type="text/html")).status_code == 404
    assert chen.opens(sent("voice", JPEG, of_type="audio/mpeg")).status_code == 404


@pytest.mark.parametrize("state", ["wanted", "refused", "lapsed", "erase", "erased"])
def test_what_is_not_kept_is_not_there(sent, chen, state):
    assert chen.opens(sent("image", JPEG, of_type="image/jpeg", state=state)).status_code == 404


@pytest.mark.parametrize("name", ["AAAAAAAAAAAAAAAA", "..%2f..%2fetc%2fpasswd", "a%00b", "..%5c..%5cx"])
def test_other_names_lead_nowhere(chen, name):
    assert chen.opens(f"/console/media/{name}").status_code == 404


def test_a_phone_that_plays_in_pieces_gets_pieces_and_is_noted_once(sent, chen, sessions):
    address = sent("voice", MP3, of_type="audio/mpeg")
    first = chen.opens(address, Range="bytes=0-9")
    rest = chen.opens(address, Range="bytes=10-")
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.data + rest.data == MP3
    with sessions.begin() as db:
        assert len(db.scalars(select(AuditEntry).where(AuditEntry.act == "media.read")).all()) == 1
