"""复查 and 复核: a case of its own, tied to the first, with thirty days to ask and thirty to answer (条例 35, 36)."""

from __future__ import annotations

import datetime as dt

import pytest

from models.case import Case, Interest, MustWithdraw, NotNow
from models.petition.proposal import ANSWER, EXTEND, propose
from models.petition.restricted import hand_over
from models.petition.review import ask_review, may_be_asked, review_of
from models.station import Station
from tests.make import NOON, make_district, make_user
from tests.models.petitions import DAY, accepted, answered, approved, happened, staff


@pytest.fixture
def by(db):
    return staff(db)


@pytest.fixture
def answer_of_the_town(db, by):
    """A petition of the town's, answered on the tenth day."""
    make_district(db)
    petition = accepted(db, by[0])
    petition.station_id = db.query(Station).filter_by(level="town").one().id
    answered(db, petition, by=by, now=NOON + 10 * DAY)
    return petition


def asked(db, petition, *, now):
    return ask_review(db, petition, "档案明明是四年，答复里写成三年", media_uids=[], now=now)


def test_it_is_a_case_of_its_own_tied_to_the_first(db, answer_of_the_town):
    review = asked(db, answer_of_the_town, now=NOON + 20 * DAY)
    assert (review.review_of_id, review.stage) == (answer_of_the_town.id, 1)
    assert review.number != answer_of_the_town.number
    assert (review.names, review.phone) == (answer_of_the_town.names, answer_of_the_town.phone)
    assert review_of(db, answer_of_the_town) == review
    assert happened(db, answer_of_the_town)[-1] == "ask_review"
    assert db.get(Station, review.station_id).level == "district", "the next one up answers"


def test_its_clock_gives_thirty_days_and_no_more(db, by, answer_of_the_town):
    other = make_user(db, "zhao", "老赵")
    review = asked(db, answer_of_the_town, now=NOON + 20 * DAY)
    assert review.due_on == dt.date(2026, 11, 25) + dt.timedelta(days=50)
    assert (review.clock.running.days, review.clock.answer.begun) == (30, "收到")
    with pytest.raises(NotNow, match="不能延长"):
        propose(db, review, EXTEND, "要到省里调档案", by=other, now=NOON + 21 * DAY, days=10)


@pytest.mark.parametrize(("days", "may"), [(0, True), (30, True), (31, False)])
def test_there_are_thirty_days_to_ask(db, answer_of_the_town, days, may):
    assert may_be_asked(db, answer_of_the_town, now=NOON + (10 + days) * DAY) is may


def test_it_is_asked_for_once_unless_it_was_taken_back(db, answer_of_the_town):
    review = asked(db, answer_of_the_town, now=NOON + 20 * DAY)
    with pytest.raises(NotNow):
        asked(db, answer_of_the_town, now=NOON + 21 * DAY)
    review.withdraw(db, now=NOON + 21 * DAY)
    assert asked(db, answer_of_the_town, now=NOON + 22 * DAY).id != review.id


def test_who_took_part_in_the_answer_keeps_away_from_the_review_alone(db, by, answer_of_the_town):
    review = asked(db, answer_of_the_town, now=NOON + 20 * DAY)
    for user in by:
        assert review.keeps_away(db, user), user.shown_as
        assert not answer_of_the_town.keeps_away(db, user)
    with pytest.raises(MustWithdraw):
        propose(db, review, ANSWER, "维持原答复", by=by[0], now=NOON + 21 * DAY)
    assert Interest.find(db, make_user(db, "zhao", "老赵").person, review) is None


def test_after_the_second_review_there_is_no_other(db, by, answer_of_the_town):
    one, two = make_user(db, "zhao", "老赵"), make_user(db, "qian", "老钱")
    review = asked(db, answer_of_the_town, now=NOON + 20 * DAY)
    approved(db, review, ANSWER, "维持原答复", by=(one, two), now=NOON + 30 * DAY)
    second = asked(db, review, now=NOON + 40 * DAY)
    assert (second.stage, second.review_of_id) == (2, review.id)
    three, four = make_user(db, "sun", "老孙"), make_user(db, "li", "老李")
    approved(db, second, ANSWER, "维持复查意见", by=(three, four), now=NOON + 50 * DAY)
    assert second.clock.review is None
    assert not may_be_asked(db, second, now=NOON + 51 * DAY)


def test_a_report_has_no_review(db, by, answer_of_the_town):
    hand_over(db, answer_of_the_town, by=by[0], now=NOON + 11 * DAY)
    assert not may_be_asked(db, answer_of_the_town, now=NOON + 12 * DAY)
    assert db.query(Case).count() == 1
