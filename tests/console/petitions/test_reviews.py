"""复查 at the console: both cases show each other, the clock has one term, and it is answered like any petition."""

from __future__ import annotations

import pytest

from models.petition.review import ask_review
from models.user import User
from tests.console.petitions.stories import DAY, filed, petition
from tests.make import NOON
from tests.models.petitions import answered

LIST = "/console/petitions"


@pytest.fixture
def wangjie(signed_in):
    return signed_in("staff", shown_as="王姐", name="wangjie")


@pytest.fixture
def zhao(signed_in):
    """老赵, who had no part in the answer."""
    return signed_in("staff", shown_as="老赵", name="zhao")


@pytest.fixture
def numbers(wangjie, zhao, signed_in, sessions):
    """A petition that 王姐 and 李科 answered, and its review, in 老赵's hands."""
    signed_in("supervisor", shown_as="李科", name="like")
    first = filed(sessions, officer="wangjie")
    with sessions.begin() as db:
        by, told = (User.named(db, "wangjie"), User.named(db, "like")), petition(db, first)
        told.accept(db, by=by[0], now=NOON, words="受理了")
        answered(db, told, by=by, now=NOON)
        review = ask_review(db, told, "档案明明是四年", media_uids=[], now=NOON)
        review.officer_id = User.named(db, "zhao").id
        return first, review.number


def test_both_show_each_other(zhao, numbers):
    first, review = numbers
    zhao.opens(f"{LIST}/{review}")
    assert "安置就业（复查）" in zhao.reads()
    assert f"答复的是原来这一件： {first[:6]} {first[6:]}" in zhao.reads()
    zhao.sends(f"{LIST}/{first}/readings", reason="要看原来的答复")
    zhao.opens(f"{LIST}/{first}")
    assert f"本人申请的复查： {review[:6]} {review[6:]}" in zhao.reads()


def test_its_clock_is_one_term_of_thirty_days(zhao, numbers):
    zhao.opens(f"{LIST}/{numbers[1]}")
    assert "收到复查申请，书面答复 还剩 30 天" in zhao.reads()
    assert "11 月 25 日收到 + 30 天 = 12 月 25 日" in zhao.reads()
    assert "申请延长" not in zhao.reads()


def test_who_answered_sees_the_first_and_never_the_review(wangjie, numbers):
    first, review = numbers
    wangjie.opens(f"{LIST}?show=all")
    assert first in wangjie.page.text
    assert review not in wangjie.page.text
    assert wangjie.opens(f"{LIST}/{review}").status_code == 404
    wangjie.opens(f"{LIST}/{first}")
    assert f"{review[:6]} {review[6:]}" not in wangjie.reads().split("办理经过")[0]


def test_it_is_answered_by_two_others(zhao, signed_in, numbers, sessions):
    sun = signed_in("supervisor", shown_as="孙科", name="sun")
    parts = {"request": "重新查", "facts": "查了档案", "words": "改为四年", "basis": "条例第三十五条"}
    zhao.opens(f"{LIST}/{numbers[1]}")
    assert zhao.sends(f"{LIST}/{numbers[1]}/answer", **parts).status_code == 303
    sun.opens("/console/approvals")
    uid = sun.page.text.split("/console/approvals/")[1].split('"')[0]
    sun.opens(f"/console/approvals/{uid}")
    assert "可以申请复核" in sun.reads()
    digest = sun.page.text.split('name="digest" value="')[1].split('"')[0]
    assert sun.sends(f"/console/approvals/{uid}/decision", decision="approve", digest=digest).status_code == 303
    with sessions.begin() as db:
        assert petition(db, numbers[1]).status == "answered"
        assert petition(db, numbers[1]).clock.review.last == (NOON + 30 * DAY).date()


@pytest.mark.parametrize("act", ["refusal", "progress", "extension", "answer", "notes"])
def test_the_menu_says_where_one_is_also_when_a_form_comes_back(wangjie, sessions, act):
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    answer = wangjie.sends(f"{LIST}/{number}/{act}")
    assert answer.status_code == 422
    assert 'aria-current="page">信访' in answer.text


def test_and_on_the_page_where_one_is_written_down(signed_in):
    officer = signed_in("officer", shown_as="小黄", name="huang", station="52011501")
    assert 'aria-current="page">信访' in officer.opens(f"{LIST}/new").text
