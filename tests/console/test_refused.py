"""Whoever tries what is not theirs leaves a trace, and learns nothing by the answer (R45, X2)."""

from __future__ import annotations

import pytest

from models.audit.trail import Wanted, trail
from models.people import Veteran
from models.petition.restricted import hand_over
from models.user import User
from models.user.authority import Actor
from tests.console.office_life import somebody
from tests.console.petitions.stories import filed, happened, noted, petition
from tests.make import NOON

LIST = "/console/petitions"
NOWHERE = "2611259999"


def tries(sessions):
    """Subject and detail of each refusal in the audit."""
    return [(entry.subject, entry.detail) for entry in noted(sessions, "refused")]


@pytest.fixture
def huang(signed_in):
    """老黄, officer of 金华镇."""
    return signed_in("officer", shown_as="老黄", name="huang", station="52011501")


def elsewhere(sessions):
    """The number and uid of a petition of another place."""
    number = filed(sessions, where="别处")
    with sessions.begin() as db:
        return number, petition(db, number).uid


def hides(sessions, number, by):
    with sessions.begin() as db:
        hand_over(db, petition(db, number), by=User.named(db, by), now=NOON)


def test_a_page_out_of_scope_is_refused_and_noted(huang, sessions):
    number, uid = elsewhere(sessions)
    assert huang.opens(f"{LIST}/{number}").status_code == 403
    assert tries(sessions) == [(uid, "petition.read")]
    with sessions.begin() as db:
        (entry,) = noted(sessions, "refused")
        assert entry.actor == f"user {User.named(db, 'huang').id}"


def test_an_act_out_of_scope_is_noted_though_nothing_came_of_it(huang, sessions):
    number, uid = elsewhere(sessions)
    assert huang.sends(f"{LIST}/{number}/notes", words="我也看看").status_code == 403
    assert tries(sessions) == [(uid, "petition.note")]
    assert happened(sessions, number) == ["received"]


@pytest.mark.parametrize("act", ["", "/notes", "/readings"])
def test_a_hidden_one_answers_like_a_number_that_does_not_exist_and_is_noted_without_a_name(signed_in, sessions, act):
    ours, number = signed_in("staff", name="wang"), filed(sessions)
    hides(sessions, number, by="wang")

    def reads(wanted):
        path = f"{LIST}/{wanted}{act}"
        answer = ours.sends(path, words="x", reason="十分想看一看") if act else ours.opens(path)
        return answer.status_code, ours.reads()

    assert reads(number) == reads(NOWHERE)
    assert ours.page.status_code == 404
    ((subject, _),) = tries(sessions)
    assert subject.startswith("restricted/")
    with sessions.begin() as db:
        assert petition(db, number).uid not in subject
        assert number not in subject


def test_what_exists_nowhere_leaves_no_trace(huang, sessions):
    assert huang.opens(f"{LIST}/{NOWHERE}").status_code == 404
    assert huang.sends(f"{LIST}/{NOWHERE}/notes", words="x").status_code == 404
    assert huang.opens("/console/media/AAAAAAAAAAAAAAAA").status_code == 404
    assert tries(sessions) == []


def test_who_reads_the_audit_learns_nothing_by_trying_but_another_supervisor_sees_that_they_tried(
    signed_in, sessions, clock
):
    curious, wang = signed_in("supervisor", shown_as="李科", name="like"), signed_in("staff", name="wang")
    number = filed(sessions)
    hides(sessions, number, by="wang")
    assert curious.opens(f"{LIST}/{number}").status_code == 404
    assert wang.opens(f"{LIST}/{number}").status_code == 404
    with sessions.begin() as db:
        reader = Actor.of(db, User.named(db, "like"), now=clock())
        assert [line.who for line in trail(db, reader, Wanted(act="refused"))[0]] == ["小陈"]
    assert len(tries(sessions)) == 2


def test_the_card_of_somebody_elsewhere_is_refused_and_noted(huang, sessions):
    with sessions.begin() as db:
        talk = somebody(db, station="520115")
        uid = db.get_one(Veteran, talk.veteran_id).uid
    assert huang.opens(f"/console/people/{uid}").status_code == 403
    assert tries(sessions) == [(uid, "veteran.card")]
