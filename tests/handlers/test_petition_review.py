"""Asking for a review in 我的事: offered after an answer, told in own words, read back, then a number and a day."""

from __future__ import annotations

import pytest

from models.petition import Petition
from tests.handlers.stories import files, petitions
from tests.models.petitions import answered, staff
from tests.phone import Phone

WRONG = "档案明明是四年，答复里写成三年"


@pytest.fixture
def answer(phone: Phone) -> str:
    """An answered petition; its number."""
    number = files(phone)
    with phone.sessions.begin() as db:
        by, petition = staff(db), petitions(db)[0]
        petition.accept(db, by=by[0], now=phone.now, words="受理了")
        answered(db, petition, by=by, now=phone.now)
    return number


def test_a_review_is_asked_for_in_my_matters(phone: Phone, answer: str) -> None:
    phone.waits(days=3)
    phone.says("4")
    phone.hears("12 月 25 日前可以申请复查", "2 不满意，申请复查")
    phone.says("2")
    phone.hears("申请复查，是您的权利", "9 不申请了")
    phone.says(WRONG, "1")
    phone.hears(answer, WRONG, "1 没错，申请")
    phone.says("1")
    phone.hears("复查申请收到了", "登记编号：", "12 月 28 日前书面答复")
    with phone.sessions.begin() as db:
        first, review = petitions(db)
        assert (review.story, review.review_of_id, review.status) == (WRONG, first.id, "accepted")


def test_both_are_found_afterwards(phone: Phone, answer: str) -> None:
    phone.says("4", "2", WRONG, "1", "1")
    phone.waits(minutes=2)
    phone.says("4")
    phone.hears("安置就业（复查）", answer)
    phone.says("1")
    phone.hears("您申请的复查", "最迟 12 月 25 日答复您")
    phone.says("4", "2")
    phone.hears("您已经申请复查，编号")
    assert "申请复查\n3" not in phone.last


def test_nothing_is_asked_for_without_a_yes(phone: Phone, answer: str) -> None:
    phone.says("4", "2", WRONG, "1", "9")
    phone.hears("没有申请")
    with phone.sessions.begin() as db:
        assert db.query(Petition).count() == 1


def test_more_may_be_added_before_it_is_sent(phone: Phone, answer: str) -> None:
    phone.says("4", "2", WRONG, "1", "2")
    phone.says("还有一份退伍证", "1", "1")
    with phone.sessions.begin() as db:
        assert petitions(db)[1].story == f"{WRONG}\n还有一份退伍证"


def test_after_thirty_days_it_is_not_offered(phone: Phone, answer: str) -> None:
    phone.waits(days=31)
    phone.says("4")
    phone.hears("申请复查的日子到 12 月 25 日为止", "3 看书面答复")
    assert "2 不满意" not in phone.last
