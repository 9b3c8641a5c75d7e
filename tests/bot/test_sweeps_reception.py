"""Talks somebody should have seen to: silent hands let go, danger that nobody comes for is an alarm, once."""

import datetime as dt

import pytest

from bot.sweeps_reception import escalate_urgent, return_silent
from tests.bot.channels.door import alarms
from tests.make import NOON
from tests.models.room import a_talk, a_volunteer, minutes, notes, says, talk_of, told


@pytest.fixture
def chen(db):
    return a_volunteer(db, "小陈")


@pytest.fixture
def held(db, chen):
    ticket = a_talk(db, "优待证三个月没下来")
    ticket.take(db, by=chen, now=NOON)
    return ticket


def test_who_waits_ten_minutes_for_an_answer_gets_another_volunteer(db, held):
    assert return_silent(db, NOON + minutes(9.9)) == 0
    assert return_silent(db, NOON + minutes(10)) == 1
    assert (held.state, held.returned) == ("waiting", 1)
    assert notes(db, held) == ["小陈10 分钟没有回话，回到队列。"]
    assert "换一位同志" in told(db, held)[-1]
    assert return_silent(db, NOON + minutes(10)) == 0


def test_an_answer_is_enough_until_the_veteran_speaks_again(db, held, chen):
    held.reply(db, "我来查", by=chen, now=NOON + minutes(8))
    assert return_silent(db, NOON + minutes(60)) == 0
    says(db, talk_of(db, held), "要得，查得咋样", now=NOON + minutes(50))
    assert return_silent(db, NOON + minutes(59)) == 0
    assert return_silent(db, NOON + minutes(60)) == 1


def test_the_time_of_waiting_in_line_is_not_the_volunteers(db, chen):
    ticket = a_talk(db, "优待证三个月没下来", now=NOON - minutes(30))
    ticket.take(db, by=chen, now=NOON)
    assert return_silent(db, NOON + minutes(5)) == 0


def test_who_telephones_and_notes_it_keeps_the_talk(db, held, chen):
    held.note(db, "正在和对方通电话", by=chen, now=NOON + minutes(9))
    assert return_silent(db, NOON + minutes(15)) == 0
    assert return_silent(db, NOON + minutes(19)) == 1


def test_what_waits_or_is_over_is_let_be(db, held, chen):
    a_talk(db)
    held.close(db, by=chen, outcome="answered", summary="答清楚了", now=NOON)
    assert return_silent(db, NOON + dt.timedelta(hours=5)) == 0


def test_danger_nobody_came_for_in_a_minute_is_an_alarm_once(db, caplog):
    before = alarms("urgent_untaken")
    ticket = a_talk(db, "不想活了", urgent="self_harm")
    a_talk(db, "优待证三个月没下来")
    assert escalate_urgent(db, NOON + dt.timedelta(seconds=59)) == 0
    assert escalate_urgent(db, NOON + dt.timedelta(seconds=60)) == 1
    assert escalate_urgent(db, NOON + minutes(30)) == 0
    assert notes(db, ticket) == ["危机：60 秒没有人接，已经报警。"]
    assert ticket.changed_at == NOON + minutes(1)
    assert alarms("urgent_untaken") == before + 1
    (alarm,) = [record for record in caplog.records if record.getMessage() == "urgent_untaken"]
    assert (alarm.levelname, alarm.ticket_id) == ("ERROR", ticket.id)


def test_danger_that_is_taken_in_time_is_none(db, chen):
    a_talk(db, urgent="distress").take(db, by=chen, now=NOON)
    assert escalate_urgent(db, NOON + minutes(5)) == 0


def test_danger_that_came_back_alarms_again_after_a_minute(db, chen):
    ticket = a_talk(db, urgent="distress")
    escalate_urgent(db, NOON + minutes(1))
    ticket.take(db, by=chen, now=NOON + minutes(2))
    ticket.put_back(db, why="小陈没有回话", now=NOON + minutes(20))
    assert escalate_urgent(db, NOON + minutes(20.5)) == 0
    assert escalate_urgent(db, NOON + minutes(21)) == 1
    assert escalate_urgent(db, NOON + minutes(40)) == 0
