"""Photos and recordings of restricted petitions: for the discipline contact, at their own address, and for nobody else (R40, R57)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.case import Interest
from models.conversation import Arrival, Conversation
from models.media import Media
from models.petition.restricted import hand_over
from models.reception import ReceptionTicket
from models.user import User
from tests.console.petitions.stories import filed, noted, petition
from tests.make import NOON

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 40
HERE, THERE = "/console/restricted/media", "/console/media"
NOBODYS = "A" * 16


@pytest.fixture
def photo(app, sessions):
    """A photo that belongs to a petition of this officer; by the name of who sent it."""

    def keep(who, *, officer):
        with sessions.begin() as db:
            talk = Conversation.of(db, "wechat_oa", who, now=NOON, refills="message")
            heard = talk.hear(db, Arrival(f"m:{who}", "image", "", NOON), masked="", now=NOON)
            media = Media.want(db, talk, heard, "image", f"m:{who}", now=NOON)
            media.kept(type="image/jpeg", size=len(JPEG))
            uid = media.uid
        app.extensions["desk"].read_media.__self__.keep(uid, JPEG)
        return uid, filed(sessions, who=who, officer=officer, media_uids=[uid])

    return keep


@pytest.fixture
def hidden(photo, signed_in, sessions):
    """The photo and number of a petition that 王姐 handled, saw the photo of, and handed over."""
    wang = signed_in("staff", shown_as="王姐", name="wang")
    uid, number = photo("laozhou", officer="wang")
    assert wang.opens(f"{THERE}/{uid}").status_code == 200
    with sessions.begin() as db:
        hand_over(db, petition(db, number), by=User.named(db, "wang"), now=NOON)
    return uid, number


def test_the_discipline_contact_sees_it_and_the_audit_has_no_name_for_it(hidden, signed_in, sessions):
    uid, number = hidden
    wu = signed_in("discipline", shown_as="老吴", name="wu")
    answer = wu.opens(f"{HERE}/{uid}")
    assert (answer.status_code, answer.data) == (200, JPEG)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    wu.opens(f"/console/restricted/{number}")
    assert f"{HERE}/{uid}" in wu.page.text, "the page leads there"
    (entry,) = noted(sessions, "media.read_restricted")
    assert uid not in entry.subject


@pytest.mark.parametrize("role", ["staff", "officer", "supervisor", "volunteer", "admin", "discipline"])
def test_beside_the_files_of_ordinary_matters_it_does_not_exist(hidden, signed_in, role):
    uid, _ = hidden
    ours = signed_in(role, shown_as="老黄", name="huang")
    answers = [(ours.opens(f"{THERE}/{name}").status_code, ours.reads()) for name in (uid, NOBODYS)]
    assert answers[0] == answers[1]
    assert answers[0][0] in (403, 404)


@pytest.mark.parametrize("role", ["staff", "officer", "supervisor", "volunteer", "admin"])
def test_at_its_own_address_nobody_else_gets_further_than_the_door(hidden, signed_in, role):
    uid, _ = hidden
    assert signed_in(role, shown_as="老黄", name="huang").opens(f"{HERE}/{uid}").status_code == 403


def test_who_handed_it_over_sees_it_no_more_nor_who_speaks_with_the_veteran(hidden, signed_in, sessions, browser):
    uid, _ = hidden
    holder = signed_in("staff", shown_as="老赵", name="zhao")
    with sessions.begin() as db:
        talk = db.scalars(select(Conversation).where(Conversation.contact == "laozhou")).one()
        ticket = ReceptionTicket.open(db, talk, reason="asked", now=NOON)
        ticket.take(db, by=User.named(db, "zhao"), now=NOON)
    assert holder.opens(f"{THERE}/{uid}").status_code == 404
    again = browser()
    again.signs_in("wang")
    assert again.opens(f"{THERE}/{uid}").status_code == 404


def test_a_discipline_contact_with_an_interest_does_not_see_it_either(hidden, signed_in, sessions):
    uid, number = hidden
    wu = signed_in("discipline", shown_as="老吴", name="wu")
    with sessions.begin() as db:
        named = User.named(db, "wu")
        Interest.declare(db, petition(db, number), "说的是我的亲戚", of=named, now=NOON)
    answers = [(wu.opens(f"{HERE}/{name}").status_code, wu.reads()) for name in (uid, NOBODYS)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    ((subject, wanted),) = [(entry.subject, entry.detail) for entry in noted(sessions, "refused")]
    assert subject.startswith("restricted/")
    assert wanted == "media.read_restricted"


def test_a_file_of_an_ordinary_matter_is_not_served_there(photo, signed_in):
    signed_in("staff", shown_as="王姐", name="wang")
    uid, _ = photo("laowang", officer="wang")
    assert signed_in("discipline", shown_as="老吴", name="wu").opens(f"{HERE}/{uid}").status_code == 404
