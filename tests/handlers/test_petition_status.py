"""Where a petition stands, as the veteran reads it: the same days as at the console, and nothing promised too early."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers.kit.phrase import worded
from handlers.petition import told as petition_told
from handlers.petition.status import STANDING, as_the_veteran_reads_it
from models.petition import STATUSES
from models.petition.proposal import ANSWER, DECLINE
from models.station import Station
from tests.handlers.stories import files, petitions
from tests.make import NOON, make_district, make_petition
from tests.models.petitions import DAY, accepted, answered, approved, extended, staff, talk_of


def read(db, petition, now):
    return worded(as_the_veteran_reads_it(db, petition, now=now), {})


def test_every_status_has_words(db):
    assert STANDING.keys() == STATUSES.keys()


def test_received_is_not_accepted(db):
    petition = make_petition(db, talk_of(db))
    assert read(db, petition, NOON) == "安置就业\n编号 261125 0001\n已经收到，12 月 10 日前告诉您是否受理。"
    assert "还没有办好" not in read(db, petition, NOON + 15 * DAY)


def test_lateness_is_owned_up_to(db):
    petition = make_petition(db, talk_of(db))
    assert "本该 12 月 10 日前告诉您是否受理，晚了 2 天，是我们没办好" in read(db, petition, NOON + 17 * DAY)
    petition.accept(db, by=staff(db)[0], now=NOON + 17 * DAY, words="受理了")
    assert "晚了 1 天，是我们没办好" in read(db, petition, NOON + 78 * DAY)


def test_accepted_it_names_the_last_day(db):
    petition = accepted(db, staff(db)[0], now=NOON)
    assert "11 月 25 日受理了，今天第 3 天。最迟 2027 年 1 月 24 日书面答复您。" in read(db, petition, NOON + 3 * DAY)


def test_no_written_answer_is_promised_without_a_name(db):
    petition = make_petition(db, talk_of(db), names=[], phone="")
    petition.accept(db, by=staff(db)[0], now=NOON, words="受理了")
    said = read(db, petition, NOON)
    assert "书面" not in said
    assert "最迟 2027 年 1 月 24 日办完，结果在这里看" in said


def test_more_time_and_the_new_day(db):
    by = staff(db)
    petition = accepted(db, by[0])
    extended(db, petition, 20, by=by, now=NOON + 40 * DAY)
    said = read(db, petition, NOON + 40 * DAY)
    assert "最迟 2 月 13 日" in said
    assert "要多用 20 天" in said


def test_the_answer_and_the_review(db):
    by = staff(db)
    petition = accepted(db, by[0])
    answered(db, petition, by=by, now=NOON)
    assert "11 月 25 日答复您了。不满意，12 月 25 日前可以申请复查。" in read(db, petition, NOON + 30 * DAY)
    assert "申请复查的日子到 12 月 25 日为止" in read(db, petition, NOON + 31 * DAY)
    petition.close(db, by=by[0], now=NOON + 2 * DAY, words="办结了")
    assert "这件事办结了。\n11 月 25 日答复您了。不满意" in read(db, petition, NOON + 3 * DAY)


def test_not_taken_on_and_taken_back(db):
    by = staff(db)
    petition = make_petition(db, talk_of(db))
    approved(db, petition, DECLINE, "归法院", by=by, now=NOON)
    assert "11 月 25 日告诉您了：没有受理。有不同意见，回复 8" in read(db, petition, NOON)
    other = make_petition(db, talk_of(db, "other"))
    other.withdraw(db, now=NOON)
    assert "您撤回了，没有再办。" in read(db, other, NOON)


def test_who_has_it_is_named_once_it_is_taken_on(db):
    wangjie, _ = staff(db)
    make_district(db)
    petition = make_petition(db, talk_of(db))
    petition.assign(db, wangjie, by=wangjie, now=NOON)
    assert "承办" not in read(db, petition, NOON)
    petition.accept(db, by=wangjie, now=NOON, words="受理了")
    assert read(db, petition, NOON).endswith("承办：翁贡村退役军人服务站 王姐")
    db.get_one(Station, petition.station_id).phone = "0851-00000001"
    assert read(db, petition, NOON).endswith("王姐，电话 0851-00000001")


def test_notes_are_never_read_and_progress_is(db):
    wangjie, _ = staff(db)
    petition = accepted(db, wangjie)
    petition.progress(db, "在调档案，<a>下周</a>有结果。", by=wangjie, now=NOON, words="…")
    petition.remark(db, "只给里面看的话", by=wangjie, now=NOON)
    said = read(db, petition, NOON)
    assert "11 月 25 日：在调档案，＜a>下周＜/a>有结果。" in said, "no link from one person to another"
    assert "里面看" not in said


def test_the_answer_is_read_in_the_chat(phone):
    files(phone)
    with phone.sessions.begin() as db:
        by = staff(db)
        petition = petitions(db)[0]
        petition.accept(db, by=by[0], now=phone.now, words="受理了")
        approved(db, petition, ANSWER, "意见：补发两年差额。\n依据：安置条例。", by=by, now=phone.now)
    phone.says("4")
    phone.hears("11 月 25 日答复您了", "3 看书面答复", "8 找人")
    assert "催一催" not in phone.last
    phone.says("3")
    phone.hears("补发两年差额", "安置条例", "1 补充几句")


def test_there_is_nothing_to_read_before_the_answer(phone):
    files(phone)
    phone.says("4")
    assert "3 看" not in phone.last
    phone.says("3")
    assert "书面答复您" not in phone.last.split("接下来")[0] or "补发" not in phone.last


# -- what is told by message --------------------


@pytest.mark.parametrize(
    ("accepted_on", "answer_by"),
    [("2026-11-09", "2027 年 1 月 8 日"), ("2027-12-31", "2028 年 2 月 29 日"), ("2027-01-31", "4 月 1 日")],
)
def test_the_message_and_the_clock_have_the_same_day(db, accepted_on, answer_by):
    now = dt.datetime.combine(dt.date.fromisoformat(accepted_on), dt.time(23, 50), NOON.tzinfo)
    petition = make_petition(db, talk_of(db), now=now)
    words = worded([petition_told.accepted(petition, now=now)], {})
    petition.accept(db, by=staff(db)[0], now=now, words=words)
    assert f"最迟 {answer_by}书面答复您" in words
    assert f"最迟 {answer_by}书面答复您" in read(db, petition, now)


def test_the_message_of_more_time_names_the_new_day_and_the_reason(db):
    petition = accepted(db, staff(db)[0])
    words = worded([petition_told.extended(petition, 20, "要到省里调档案", now=NOON)], {})
    assert "要多用 20 天" in words
    assert "要到省里调档案" in words
    assert "新日子：2027 年 2 月 13 日" in words


def test_no_written_answer_is_promised_by_message_without_a_name(db):
    petition = make_petition(db, talk_of(db), names=[], phone="")
    assert "书面" not in worded([petition_told.accepted(petition, now=NOON)], {})
