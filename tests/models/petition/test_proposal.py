"""What takes two people: not to take it on, more time, the answer. One proposes, another one agrees, within a day."""

from __future__ import annotations

import datetime as dt

import pytest

from models.approval import NeedsAnother, TooLate
from models.case import MustWithdraw, NotNow
from models.petition import NotClear
from models.petition.proposal import (
    ACTS,
    ANSWER,
    DECLINE,
    EXTEND,
    carry_out,
    last_sent_back,
    propose,
    send_back,
    waiting,
)
from models.user import User
from tests.make import NOON, make_petition, make_user
from tests.models.petitions import DAY, accepted, answered, extended, happened, staff, talk_of, told


@pytest.fixture
def by(db):
    return staff(db)


def ready_for(db, act, wangjie):
    """A petition for which this may be proposed."""
    return make_petition(db, talk_of(db)) if act == DECLINE else accepted(db, wangjie)


def proposed(db, petition, act, by, *, now=NOON, words="档案不在我们这里，归省里管", days=10):
    return propose(db, petition, act, words, by=by, now=now, days=days if act == EXTEND else 0)


def agree(db, petition, proposal, by, *, now=NOON, digest=None):
    carry_out(db, petition, proposal, by=by, now=now, words="告诉本人的话", digest=digest or proposal.digest)


every_act = pytest.mark.parametrize("act", ACTS)


# -- what comes of it --------------------


def test_not_to_take_it_on_ends_it_with_a_reason(db, by):
    wangjie, like = by
    petition = make_petition(db, talk_of(db))
    agree(db, petition, proposed(db, petition, DECLINE, wangjie), like)
    assert (petition.status, petition.told_at, petition.closed_at, petition.due_on) == ("declined", NOON, NOON, None)
    assert happened(db, petition) == ["received", "proposed", "declined"]
    assert told(db, petition) == ["告诉本人的话"]


def test_more_time_moves_the_day(db, by):
    petition = accepted(db, by[0])
    agree(db, petition, proposed(db, petition, EXTEND, by[0], days=20), by[1])
    assert (petition.extended_days, petition.due_on) == (20, dt.date(2027, 2, 13))
    assert petition.status == "accepted"


def test_the_answer_is_kept_and_opens_the_window_for_a_review(db, by):
    petition = accepted(db, by[0])
    agree(db, petition, proposed(db, petition, ANSWER, by[0], words="补发两年的差额。"), by[1], now=NOON)
    assert (petition.status, petition.answer, petition.answered_at) == ("answered", "补发两年的差额。", NOON)
    assert petition.clock.review.last == dt.date(2026, 12, 25)
    assert petition.is_open


@every_act
def test_nothing_happens_until_somebody_agrees(db, by, act):
    petition = ready_for(db, act, by[0])
    before = (petition.status, petition.extended_days, petition.answer, petition.due_on, told(db, petition))
    proposed(db, petition, act, by[0])
    assert (petition.status, petition.extended_days, petition.answer, petition.due_on, told(db, petition)) == before


@every_act
def test_sent_back_it_can_be_proposed_again(db, by, act):
    wangjie, like = by
    petition = ready_for(db, act, wangjie)
    first = proposed(db, petition, act, wangjie)
    send_back(db, petition, first, "依据没写", by=like, now=NOON)
    assert last_sent_back(db, petition).answer == "依据没写"
    assert waiting(db, petition, now=NOON) == []
    with pytest.raises(TooLate):
        agree(db, petition, first, like)
    agree(db, petition, proposed(db, petition, act, wangjie, words="写上了依据"), like)
    assert last_sent_back(db, petition) is None
    assert happened(db, petition)[-1] in ("declined", "extended", "answered")


def test_sending_back_needs_a_reason(db, by):
    petition = accepted(db, by[0])
    proposal = proposed(db, petition, ANSWER, by[0])
    with pytest.raises(NotClear):
        send_back(db, petition, proposal, "  ", by=by[1], now=NOON)
    assert waiting(db, petition, now=NOON) == [proposal]


# -- two people --------------------


@every_act
def test_who_proposed_does_not_agree_from_either_account(db, by, act):
    wangjie, _ = by
    second = User(name="wangjie2", shown_as="王姐（值班）", person=wangjie.person)
    db.add(second)
    db.flush()
    petition = ready_for(db, act, wangjie)
    proposal = proposed(db, petition, act, wangjie)
    for account in (wangjie, second):
        with pytest.raises(NeedsAnother):
            agree(db, petition, proposal, account)
        with pytest.raises(NeedsAnother):
            send_back(db, petition, proposal, "不好", by=account, now=NOON)
    assert waiting(db, petition, now=NOON) == [proposal]


@every_act
def test_after_an_edit_the_old_one_is_void(db, by, act):
    wangjie, like = by
    petition = ready_for(db, act, wangjie)
    first = proposed(db, petition, act, wangjie)
    second = proposed(db, petition, act, wangjie, words="改过的话", days=11)
    with pytest.raises(TooLate):
        agree(db, petition, first, like)
    with pytest.raises(TooLate, match="改过"):
        agree(db, petition, second, like, digest=first.digest)
    agree(db, petition, second, like)


@every_act
def test_it_lives_for_a_day(db, by, act):
    wangjie, like = by
    petition = ready_for(db, act, wangjie)
    proposal = proposed(db, petition, act, wangjie)
    second = dt.timedelta(seconds=1)
    assert waiting(db, petition, now=NOON + DAY - second) == [proposal]
    assert waiting(db, petition, now=NOON + DAY) == []
    with pytest.raises(TooLate, match="一天以上"):
        agree(db, petition, proposal, like, now=NOON + DAY)
    assert not told(db, petition)[1:]


@every_act
def test_it_is_agreed_to_once(db, by, act):
    petition = ready_for(db, act, by[0])
    proposal = proposed(db, petition, act, by[0])
    agree(db, petition, proposal, by[1])
    with pytest.raises((TooLate, NotNow)):
        agree(db, petition, proposal, make_user(db, "laoli", "老李"))


@every_act
def test_a_new_word_of_the_veteran_calls_for_a_new_proposal(db, by, act):
    petition = ready_for(db, act, by[0])
    proposal = proposed(db, petition, act, by[0])
    petition.add(db, "又找到一份证明", now=NOON)
    with pytest.raises(TooLate, match="有了变化"):
        agree(db, petition, proposal, by[1])


@every_act
def test_what_was_taken_back_meanwhile_is_not_decided(db, by, act):
    petition = ready_for(db, act, by[0])
    proposal = proposed(db, petition, act, by[0])
    petition.withdraw(db, now=NOON)
    with pytest.raises(NotNow, match="本人撤回"):
        agree(db, petition, proposal, by[1])
    assert petition.status == "withdrawn"


def test_who_has_an_interest_neither_proposes_nor_agrees(db, by):
    wangjie, _ = by
    petition = accepted(db, wangjie)
    proposal = proposed(db, petition, ANSWER, wangjie)
    named = make_user(db, "boss", "王建国")
    with pytest.raises(MustWithdraw):
        agree(db, petition, proposal, named)
    with pytest.raises(MustWithdraw):
        proposed(db, petition, ANSWER, named)


# -- when --------------------


@pytest.mark.parametrize(("act", "when"), [(DECLINE, "accepted"), (EXTEND, "received"), (ANSWER, "received")])
def test_each_act_has_its_time(db, by, act, when):
    petition = make_petition(db, talk_of(db)) if when == "received" else accepted(db, by[0])
    with pytest.raises(NotNow):
        proposed(db, petition, act, by[0])


@pytest.mark.parametrize("days", [0, -1, 31, 300])
def test_thirty_days_at_most(db, by, days):
    petition = accepted(db, by[0])
    with pytest.raises(NotClear, match="最多 30 天"):
        proposed(db, petition, EXTEND, by[0], days=days)


def test_all_extensions_together_make_thirty(db, by):
    petition = accepted(db, by[0])
    extended(db, petition, 20, by=by, now=NOON)
    with pytest.raises(NotClear, match="最多 10 天"):
        proposed(db, petition, EXTEND, by[0], days=11)
    extended(db, petition, 10, by=by, now=NOON)
    assert petition.due_on == dt.date(2027, 2, 23) == petition.clock.latest
    with pytest.raises(NotClear, match="满 30 天"):
        proposed(db, petition, EXTEND, by[0], days=1)


def test_more_time_is_asked_for_in_time(db, by):
    """The sixty days end on the 24th of January; on that day still, afterwards no more."""
    petition = accepted(db, by[0])
    last = dt.datetime(2027, 1, 24, 23, 0, tzinfo=NOON.tzinfo)
    proposal = proposed(db, petition, EXTEND, by[0], now=last)
    with pytest.raises(NotNow, match="已经超期"):
        agree(db, petition, proposal, by[1], now=last + dt.timedelta(hours=2))
    with pytest.raises(NotNow, match="已经超期"):
        proposed(db, petition, EXTEND, by[0], now=last + dt.timedelta(hours=2))
    answered(db, petition, by=by, now=last + dt.timedelta(hours=2))
    assert petition.clock.answer.standing(dt.date(2027, 6, 1)) == "用了 61 天，晚了 1 天"


@every_act
@pytest.mark.parametrize("words", ["", "  ", "字" * 2001])
def test_a_reason_is_given(db, by, act, words):
    petition = ready_for(db, act, by[0])
    with pytest.raises(NotClear):
        proposed(db, petition, act, by[0], words=words)


def test_its_words_are_sealed(db, by):
    petition = accepted(db, by[0])
    proposal = proposed(db, petition, ANSWER, by[0], words="补发两年的差额")
    assert proposal.content["words"] == "补发两年的差额"
    assert "补发".encode() not in proposal.content_sealed
    agree(db, petition, proposal, by[1])
    assert "补发".encode() not in petition.answer_sealed


def test_what_is_not_written_yet_is_not_dropped_by_a_decision(db, by):
    """Whatever the caller changed on the row before is decided on; here, that it was taken back."""
    petition = accepted(db, by[0])
    proposal = proposed(db, petition, ANSWER, by[0])
    with db.no_autoflush:
        proposal.state = "refused"
        with pytest.raises(TooLate):
            proposal.approve(db, by=by[1], now=NOON)
