"""Files: fetched by the worker, cleaned in a child, kept sealed; refused, tried again, lapsed, erased."""

import datetime as dt
import io
import threading

import pytest
from PIL import Image
from sqlalchemy import select

from bot.channels import MediaGone, SendFailed
from bot.delivery import deliver, fetch_due
from bot.sweeps import lapse_media
from models.conversation import Arrival, Conversation
from models.erasure import Erasure
from models.media import LEASE, Media
from models.message import Message
from tests.bot.test_delivery import hear, make_office
from tests.make import NOON

CANARY = "金丝雀五五〇一".encode()
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + CANARY + b"\x00" * 200


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path / "media")


@pytest.fixture
def channel(office):
    return office.channels["fake"]


def picture():
    """A photo that says in its metadata where it was taken."""
    target, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = CANARY.decode()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(target, "JPEG", exif=exif, comment=CANARY)
    assert CANARY in target.getvalue()
    return target.getvalue()


def want(office, kind, media_id, *, contact="laozhou"):
    """A veteran sent a file; its row's id."""
    with office.sessions.begin() as db:
        now = office.clock()
        chat = Conversation.of(db, "fake", contact, now=now)
        heard = chat.hear(db, Arrival(f"m:{media_id}", kind, "", now), masked="", now=now)
        return Media.want(db, chat, heard, kind, media_id, now=now).id


def row(office, media_id):
    with office.sessions.begin() as db:
        return db.get_one(Media, media_id)


def files(office):
    return [path for path in office.settings.media_dir.rglob("*") if path.is_file()]


def test_a_photo_is_cleaned_and_kept_sealed(office, channel):
    media_id = want(office, "image", "P1")
    channel.files["P1"] = picture()
    assert fetch_due(office) == 1
    media = row(office, media_id)
    assert (media.state, media.type, media.trouble) == ("kept", "image/jpeg", "")
    content = office.media.read(media.uid)
    assert (len(content), content[:2]) == (media.size, b"\xff\xd8")
    assert CANARY not in content, "what the photo says of its place is gone"
    assert fetch_due(office) == 0, "once is enough"
    assert channel.calls == ["P1"]


def test_nothing_of_a_file_is_readable_on_the_disk(office, channel):
    media_id = want(office, "video", "V1")
    channel.files["V1"] = FILM
    fetch_due(office)
    assert office.media.read(row(office, media_id).uid) == FILM
    (path,) = files(office)
    assert CANARY not in path.read_bytes()
    assert b"ftyp" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


REFUSED = {
    "a drawing": ("image", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong type"),
    "nothing": ("image", b"", "wrong type"),
    "a film as a photo": ("image", FILM, "wrong type"),
    "a photo as a voice": ("voice", b"\xff\xd8\xff\xe0" + b"\x00" * 60, "wrong type"),
    "a paper as a film": ("video", b"%PDF-1.7", "wrong type"),
    "a broken photo": ("image", b"\xff\xd8\xff\xe0" + b"\x00" * 60, "broken"),
    "an endless voice": ("voice", b"#!AMR\n" + b"\x00" * (2 * 2**20), "too big"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_what_it_claims_is_refused(office, channel, name):
    kind, content, why = REFUSED[name]
    media_id = want(office, kind, "X")
    channel.files["X"] = content
    fetch_due(office)
    assert (row(office, media_id).state, row(office, media_id).trouble) == ("refused", why)
    assert files(office) == []
    office.clock.waits(days=1)
    assert fetch_due(office) == 0


def test_a_file_the_platform_no_longer_has_is_refused(office, channel):
    media_id = want(office, "image", "G")
    channel.files["G"] = MediaGone("40007")
    fetch_due(office)
    assert (row(office, media_id).state, row(office, media_id).trouble) == ("refused", "40007")


def test_whose_file_could_not_be_kept_is_told_so(office, channel):
    want(office, "image", "G")
    channel.files["G"] = MediaGone("40007")
    fetch_due(office)
    with office.sessions.begin() as db:
        (told,) = db.scalars(select(Message).where(Message.author == "bot"))
        assert told.words == "您刚才发的照片打不开，没存上。请再发一次，或者回复 8 找人。"


def test_trouble_is_tried_again_with_growing_pauses(office, channel):
    media_id = want(office, "video", "T")
    channel.files["T"] = [SendFailed("-1", retry=True), OSError("老周的照片"), SendFailed("timed out"), FILM]
    for minutes, trouble in ((2, "-1"), (4, "OSError"), (8, "timed out")):
        assert fetch_due(office) == 1
        media = row(office, media_id)
        assert (media.state, media.trouble) == ("wanted", trouble)
        assert media.due_at == office.clock() + dt.timedelta(minutes=minutes)
        office.clock.now = media.due_at - dt.timedelta(seconds=1)
        assert fetch_due(office) == 0
        office.clock.waits(seconds=1)
    fetch_due(office)
    assert (row(office, media_id).state, row(office, media_id).trouble) == ("kept", "")


def test_a_worker_that_died_while_fetching_loses_nothing(office, channel):
    media_id = want(office, "video", "D")
    channel.files["D"] = FILM
    with office.sessions.begin() as db:
        assert len(Media.claim_due(db, now=NOON)) == 1
    assert fetch_due(office) == 0
    office.clock.now = NOON + LEASE
    fetch_due(office)
    assert row(office, media_id).state == "kept"


def test_after_three_days_the_platforms_copy_is_gone(office, channel):
    media_id = want(office, "image", "L")
    for wait, state in ((dt.timedelta(days=3, seconds=-1), "wanted"), (dt.timedelta(days=3), "lapsed")):
        with office.sessions.begin() as db:
            assert lapse_media(db, NOON + wait) == (state == "lapsed")
        assert row(office, media_id).state == state
    with office.sessions.begin() as db:
        assert lapse_media(db, NOON + dt.timedelta(days=4)) == 0, "twice is harmless"
    office.clock.waits(days=4)
    assert fetch_due(office) == 0
    assert channel.calls == []


def test_what_lapses_first_is_fetched_first_five_at_a_time(office, channel):
    office.clock.waits(hours=1)
    for number in range(6):
        channel.files[f"N{number}"] = MediaGone("gone")
        want(office, "image", f"N{number}", contact=f"c{number}")
        office.clock.waits(minutes=-1)
    office.clock.waits(hours=2)
    assert fetch_due(office) == 5
    assert channel.calls == ["N5", "N4", "N3", "N2", "N1"]


def test_a_file_of_somebody_who_asked_to_be_forgotten_leaves_the_disk(office, channel):
    media_id = want(office, "video", "E")
    channel.files["E"] = FILM
    fetch_due(office)
    assert len(files(office)) == 1
    with office.sessions.begin() as db:
        Erasure.of(db, hear(db), now=NOON)
    assert row(office, media_id).state == "erase"
    assert fetch_due(office) == 1
    assert row(office, media_id).state == "erased"
    assert files(office) == []
    assert fetch_due(office) == 0


def test_a_file_of_somebody_forgotten_while_it_was_fetched_does_not_stay(office, channel):
    """Another worker has erased what there was, before this one had written it."""
    media_id = want(office, "video", "F")
    channel.files["F"] = FILM

    def is_forgotten(_):
        with office.sessions.begin() as db:
            Erasure.of(db, hear(db), now=NOON)
        assert fetch_due(office) == 1

    channel.before_fetch = is_forgotten
    fetch_due(office)
    assert row(office, media_id).state == "erased"
    assert files(office) == []


def test_told_to_stop_the_file_in_hand_is_finished_and_the_rest_left(office, channel):
    ids = [want(office, "video", name, contact=name) for name in ("S1", "S2")]
    channel.files |= {"S1": FILM, "S2": FILM}
    stop = threading.Event()
    channel.before_fetch = lambda _: stop.set()
    deliver(office, stop)
    assert [row(office, each).state for each in ids] == ["kept", "wanted"]
    assert channel.calls == ["S1"]


def test_a_stopping_worker_begins_no_file(office, channel):
    want(office, "video", "B")
    stop = threading.Event()
    stop.set()
    assert fetch_due(office, stop) == 0
    with office.sessions.begin() as db:
        assert db.scalars(select(Media)).one().tries == 0
