"""A petition at the office: taken on, passed on, worked on, closed; each step with its day, line and message."""

from __future__ import annotations

import contextlib
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.case import MustWithdraw, NotNow
from models.petition import LONGEST_SENTENCE, STATUSES, NotClear, Petition
from models.station import Station
from tests.make import NOON, make_district, make_petition, make_user
from tests.models.petitions import DAY, accepted, answered, extended, happened, staff, talk_of, told


def test_the_day_of_what_is_due_is_kept_at_every_step(db):
    wangjie, like = by = staff(db)
    petition = make_petition(db, talk_of(db))
    assert petition.due_on == dt.date(2026, 12, 10)
    petition.accept(db, by=wangjie, now=NOON + 3 * DAY, words="受理了")
    assert petition.due_on == dt.date(2027, 1, 27)
    extended(db, petition, 20, by=by, now=NOON + 50 * DAY)
    assert petition.due_on == dt.date(2027, 2, 16)
    answered(db, petition, by=by, now=NOON + 70 * DAY)
    assert petition.due_on is None, "the review is the veteran's to ask for"
    petition.close(db, by=like, now=NOON + 80 * DAY, words="办结了")
    assert petition.due_on is None


def test_the_row_remembers_its_day(sessions):
    with sessions.begin() as db:
        number = accepted(db, staff(db)[0]).number
    with sessions.begin() as db:
        kept = db.query(Petition).filter_by(number=number).one()
        assert kept.due_on == dt.date(2027, 1, 24) == kept.clock.due_on


def test_taking_it_on_is_told_and_written_down(db):
    wangjie, _ = staff(db)
    petition = make_petition(db, talk_of(db))
    petition.accept(db, by=wangjie, now=NOON + DAY, words="您反映的事受理了")
    assert (petition.status, petition.told_at, petition.accepted_at) == ("accepted", NOON + DAY, NOON + DAY)
    event = petition.history(db)[-1]
    assert (event.what, event.words, event.user_id, event.shown) == ("accepted", "您反映的事受理了", wangjie.id, True)
    assert told(db, petition) == ["您反映的事受理了"]


def test_it_is_taken_on_once(db):
    wangjie, like = staff(db)
    petition = accepted(db, wangjie)
    with pytest.raises(NotNow, match="正在办"):
        petition.accept(db, by=like, now=NOON, words="受理了")
    assert told(db, petition) == ["受理了"]


def test_taking_it_on_late_is_still_possible_and_remains_visible(db):
    """Late is bad, never is worse."""
    petition = make_petition(db, talk_of(db))
    petition.accept(db, by=staff(db)[0], now=NOON + 17 * DAY, words="受理了")
    assert petition.clock.tell.standing(dt.date(2027, 6, 1)) == "用了 17 天，晚了 2 天"


# -- who has it --------------------


def test_somebody_gets_it(db):
    wangjie, like = staff(db)
    petition = make_petition(db, talk_of(db))
    petition.assign(db, wangjie, by=like, now=NOON)
    petition.assign(db, wangjie, by=like, now=NOON)
    assert petition.officer_id == wangjie.id
    assert happened(db, petition) == ["received", "assigned"], "twice the same is once"
    assert not petition.history(db)[-1].shown


def test_nobody_gets_it_who_is_gone(db):
    wangjie, like = staff(db)
    wangjie.disabled_at = NOON
    petition = make_petition(db, talk_of(db))
    with pytest.raises(MustWithdraw, match="王姐不能经手"):
        petition.assign(db, wangjie, by=like, now=NOON)


def test_it_goes_to_another_station_and_the_clock_goes_on(db):
    wangjie, like = staff(db)
    district = make_district(db)
    petition = make_petition(db, talk_of(db))
    petition.assign(db, wangjie, by=like, now=NOON)
    petition.forward(db, district, by=wangjie, now=NOON + DAY, words="转到区里了")
    assert (petition.station_id, petition.officer_id) == (district.id, None)
    assert petition.due_on == dt.date(2026, 12, 10), "who passes it on gains no time"
    assert told(db, petition) == ["转到区里了"]


def test_a_station_that_is_closed_gets_nothing(db):
    wangjie, _ = staff(db)
    district = make_district(db)
    district.closed = True
    petition = make_petition(db, talk_of(db))
    with pytest.raises(NotNow, match="已经停用"):
        petition.forward(db, district, by=wangjie, now=NOON, words="转到区里了")
    assert db.get_one(Station, petition.station_id).name == "翁贡村退役军人服务站"


# -- the work --------------------


def test_progress_is_read_by_the_veteran_a_note_is_not(db):
    wangjie, _ = staff(db)
    petition = accepted(db, wangjie)
    petition.progress(db, "在调您的档案核对年限。", by=wangjie, now=NOON, words="有进展：在调您的档案核对年限。")
    petition.remark(db, "电话里说得很急，先办。", by=wangjie, now=NOON)
    progress, note = petition.history(db)[-2:]
    assert (progress.what, progress.words, progress.shown) == ("progress", "在调您的档案核对年限。", True)
    assert (note.what, note.words, note.shown) == ("note", "电话里说得很急，先办。", False)
    assert told(db, petition)[1:] == ["有进展：在调您的档案核对年限。"]


@pytest.mark.parametrize("sentence", ["", "  \n", "字" * (LONGEST_SENTENCE + 1)])
def test_a_sentence_says_something_and_fits(db, sentence):
    wangjie, _ = staff(db)
    petition = accepted(db, wangjie)
    with pytest.raises(NotClear):
        petition.progress(db, sentence, by=wangjie, now=NOON, words=sentence)


def test_it_is_closed_after_the_answer_only(db):
    wangjie, _ = by = staff(db)
    petition = accepted(db, wangjie)
    with pytest.raises(NotNow, match="正在办"):
        petition.close(db, by=wangjie, now=NOON, words="办结了")
    answered(db, petition, by=by, now=NOON + DAY)
    petition.close(db, by=wangjie, now=NOON + 2 * DAY, words="办结了")
    assert (petition.status, petition.closed_at) == ("closed", NOON + 2 * DAY)
    assert petition.clock.review.last == dt.date(2026, 12, 26), "the right to a review does not end with it"


def test_what_the_veteran_took_back_is_only_read(db):
    wangjie, _ = staff(db)
    petition = make_petition(db, talk_of(db))
    petition.withdraw(db, now=NOON)
    assert petition.due_on is None
    for act in (
        lambda: petition.accept(db, by=wangjie, now=NOON, words="受理了"),
        lambda: petition.progress(db, "在办", by=wangjie, now=NOON, words="在办"),
        lambda: petition.remark(db, "记一笔", by=wangjie, now=NOON),
        lambda: petition.assign(db, wangjie, by=wangjie, now=NOON),
        lambda: petition.close(db, by=wangjie, now=NOON, words="办结了"),
    ):
        with pytest.raises(NotNow, match="本人撤回"):
            act()
    assert happened(db, petition) == ["received", "withdrawn"]


def test_an_anonymous_one_is_worked_on_like_any_other(db):
    wangjie, _ = staff(db)
    petition = make_petition(db, talk_of(db), names=[], phone="")
    petition.accept(db, by=wangjie, now=NOON, words="受理了")
    assert petition.due_on == dt.date(2027, 1, 24)
    assert told(db, petition) == ["受理了"]


def test_taking_it_back_is_not_lost_when_somebody_decides_at_the_same_time(sessions):
    """Whichever comes first, the other one sees it: what the veteran took back is never worked on."""
    with sessions.begin() as db:
        wangjie = make_user(db, "wangjie", "王姐")
        ids = [make_petition(db, talk_of(db)).id for _ in range(6)]

    def take_on(petition_id):
        with sessions.begin() as db, contextlib.suppress(NotNow):
            db.get_one(Petition, petition_id).accept(db, by=wangjie, now=NOON, words="受理了")

    def take_back(petition_id):
        with sessions.begin() as db:
            db.get_one(Petition, petition_id).withdraw(db, now=NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda act: act[0](act[1]), [(act, id_) for id_ in ids for act in (take_on, take_back)]))
    with sessions.begin() as db:
        assert {db.get_one(Petition, id_).status for id_ in ids} == {"withdrawn"}
        assert {db.get_one(Petition, id_).due_on for id_ in ids} == {None}


# -- telling --------------------


def test_when_the_chat_lets_nothing_through_somebody_is_to_telephone(db):
    wangjie, _ = staff(db)
    petition = make_petition(db, talk_of(db))
    petition.accept(db, by=wangjie, now=NOON + 3 * DAY, words="受理了")
    untold = petition.history(db)[-1]
    assert (untold.what, untold.shown) == ("untold", False)
    assert "请打电话" in untold.words
    assert told(db, petition) == ["受理了"], "it waits for the veteran's next word"


@pytest.mark.parametrize("gone", ["no longer follows", "was told at the counter"])
def test_when_there_is_no_chat_nothing_is_sent_and_the_history_says_so(db, gone):
    wangjie, _ = staff(db)
    talk = talk_of(db)
    petition = make_petition(db, talk)
    if gone == "no longer follows":
        talk.follows = False
    else:
        petition.conversation_id = None
    petition.accept(db, by=wangjie, now=NOON, words="受理了")
    assert happened(db, petition) == ["received", "accepted", "untold"]
    petition.conversation_id = talk.id
    assert told(db, petition) == []


def test_every_status_has_a_name(db):
    assert all(len(status) <= 12 for status in STATUSES)
    assert "收到" in STATUSES["received"], "收到 is not 受理"


def test_who_names_a_place_belongs_there_until_a_better_one_is_known(db):
    make_district(db)
    conversation = talk_of(db)
    make_petition(db, conversation, where="金华镇翁贡村")
    home = db.query(Station).filter_by(name="翁贡村退役军人服务站").one()
    assert conversation.station_id == home.id
    make_petition(db, conversation, where="区里头")
    make_petition(db, conversation, where="金华镇")
    assert conversation.station_id == home.id


def test_a_report_of_misconduct_tells_nobody_where_somebody_lives(db):
    make_district(db)
    conversation = talk_of(db)
    make_petition(db, conversation, where="金华镇翁贡村", restricted=True)
    assert conversation.station_id is None
