"""Petitions that are not there: restricted ones, and those somebody keeps away from; in lists, pages and acts."""

from __future__ import annotations

import pytest

from models.case import Interest
from models.petition.restricted import hand_over
from models.user import User
from tests.console.petitions.stories import filed, happened, noted, numbers, petition
from tests.make import NOON

LIST = "/console/petitions"


@pytest.fixture
def wangjie(signed_in):
    """王姐 of the district's staff, who handles petitions."""
    return signed_in("staff", shown_as="王姐", name="wangjie")


@pytest.fixture
def like(signed_in):
    """李科, who leads and signs."""
    return signed_in("supervisor", shown_as="李科", name="like")


@pytest.mark.parametrize("role", ["staff", "supervisor", "officer"])
def test_a_restricted_one_looks_like_a_number_that_does_not_exist(signed_in, sessions, role):
    ours = signed_in(role, shown_as="老黄", name="huang")
    number = filed(sessions, officer="huang")
    with sessions.begin() as db:
        hand_over(db, petition(db, number), by=User.named(db, "huang"), now=NOON)
    assert numbers(ours, f"{LIST}?show=all") == []
    assert ours.opens(f"{LIST}/{number}").status_code == 404
    hidden = ours.reads()
    assert ours.opens(f"{LIST}/2611259999").status_code == 404
    assert ours.reads() == hidden
    for act in ("acceptance", "progress", "notes", "interest", "reveals", "readings", "assignment"):
        hidden = ours.sends(f"{LIST}/{number}/{act}", words="x", reason="十分想看一看").status_code
        assert hidden in (403, 404)
        assert ours.sends(f"{LIST}/2611259999/{act}", words="x", reason="十分想看一看").status_code == hidden


def test_with_an_interest_it_is_gone_everywhere(wangjie, sessions):
    number, other = filed(sessions, officer="wangjie"), filed(sessions, who="other")
    wangjie.opens(f"{LIST}/{number}")
    answer = wangjie.sends(f"{LIST}/{number}/interest", interest_reason="本人是我表哥")
    assert answer.headers["Location"].endswith("/console/petitions")
    wangjie.opens(LIST)
    assert "您回避了这件事" in wangjie.reads()
    assert numbers(wangjie, f"{LIST}?show=all") == [other]
    assert wangjie.opens(f"{LIST}/{number}").status_code == 404
    assert wangjie.sends(f"{LIST}/{number}/progress", words="在办").status_code == 404
    assert happened(sessions, number) == ["received", "interest"]
    assert noted(sessions, "interest.declare")


def test_an_interest_needs_a_reason(wangjie, sessions):
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    assert wangjie.sends(f"{LIST}/{number}/interest", interest_reason="熟").status_code == 422
    assert wangjie.opens(f"{LIST}/{number}").status_code == 200


def test_a_second_account_of_the_same_person_sees_it_no_more(signed_in, sessions):
    one = signed_in("staff", shown_as="王姐", name="wangjie", person="p1")
    two = signed_in("staff", shown_as="王姐二号", name="wangjie2", person="p1")
    number = filed(sessions, officer="wangjie")
    one.opens(f"{LIST}/{number}")
    one.sends(f"{LIST}/{number}/interest", interest_reason="本人是我表哥")
    assert two.opens(f"{LIST}/{number}").status_code == 404


def test_a_supervisor_lifts_an_interest_with_a_reason(like, wangjie, sessions):
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    wangjie.sends(f"{LIST}/{number}/interest", interest_reason="名字一样，怕人说")
    like.opens(f"{LIST}/{number}")
    like.sends(f"{LIST}/{number}/readings", reason="看回避的申请")
    like.opens(f"{LIST}/{number}")
    assert "名字一样，怕人说" in like.reads()
    with sessions.begin() as db:
        uid = db.query(Interest).one().uid
    assert like.sends(f"{LIST}/{number}/interests/{uid}/lifting", lift_reason="没").status_code == 422
    assert like.sends(f"{LIST}/{number}/interests/{uid}/lifting", lift_reason="问过了，只是同名").status_code == 303
    assert numbers(wangjie) == [number]
    assert wangjie.sends(f"{LIST}/{number}/interests/{uid}/lifting", lift_reason="我也来解除").status_code == 403


def test_an_account_younger_than_the_petition_that_names_it_sees_nothing_either(signed_in, sessions):
    number = filed(sessions, story="刘科长不给办")
    liu = signed_in("supervisor", shown_as="刘科长", name="liu")
    assert liu.opens(f"{LIST}/{number}").status_code == 404
    assert liu.sends(f"{LIST}/{number}/readings", reason="看看说我什么").status_code == 404
