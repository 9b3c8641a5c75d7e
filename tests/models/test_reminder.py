"""Reminders: kept one an article, told at most twice, by the way that reaches the person, and gone in the end."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.conversation import SHANGHAI, Conversation
from models.erasure import Erasure
from models.message import Message, Priority, Status
from models.people import Veteran
from models.reception import ReceptionTicket
from models.reminder import Reminder, Told, TooManyReminders, next_telling
from tests.make import NOON
from tests.models.room import notes, says

DAY = dt.timedelta(days=1)
TODAY = NOON.date()


def nine(day):
    return dt.datetime.combine(day, dt.time(9), SHANGHAI)


@pytest.fixture
def zhou(db):
    """老周, who has just written."""
    return Conversation.of(db, "fake", "laozhou", now=NOON, refills="message")


def kept(db, who, *, days=30, article="C01", what="去报到", earliest=False, now=NOON):
    return Reminder.keep(
        db, who, article_id=article, what=what, falls_on=TODAY + days * DAY, earliest=earliest, now=now
    )


def tells(reminder, db, now, *, template=False):
    return reminder.tell(db, "提醒您", note="请告诉对方", template=template, now=now)


def has_told_a_phone(db, who):
    veteran = Veteran(created_at=NOON)
    db.add(veteran)
    db.flush()
    veteran.told(phone="13800006021")
    who.veteran_id = veteran.id


@pytest.mark.parametrize(
    ("days", "earliest", "told_on"),
    [
        (30, False, 23),
        (8, False, 1),
        (7, False, 6),
        (2, False, 1),
        (1, False, None),
        (0, False, None),
        (-3, False, None),
        (30, True, 30),
        (1, True, 1),
        (0, True, None),
    ],
)
def test_the_day_on_which_it_is_told_next(days, earliest, told_on):
    at = next_telling(TODAY + days * DAY, earliest=earliest, now=NOON)
    assert at == (nine(TODAY + told_on * DAY) if told_on is not None else None)


def test_what_it_is_about_is_sealed(db, zhou):
    reminder = kept(db, zhou, what="申请转入抚恤关系", article="G05")
    assert (reminder.what, reminder.article_id, reminder.spoken_day) == (
        "申请转入抚恤关系",
        "G05",
        "2026 年 12 月 25 日",
    )
    assert "抚恤".encode() not in reminder.matter_sealed
    assert b"G05" not in reminder.matter_sealed


def test_a_day_said_anew_takes_the_place_of_the_old_one(db, zhou):
    kept(db, zhou, days=30)
    kept(db, zhou, days=60, article="E01")
    kept(db, zhou, days=20)
    assert [(each.article_id, each.falls_on) for each in Reminder.of(db, zhou)] == [
        ("C01", TODAY + 20 * DAY),
        ("E01", TODAY + 60 * DAY),
    ]


def test_what_has_no_name_stands_beside_the_others(db, zhou):
    kept(db, zhou, days=20, article="")
    kept(db, zhou, days=30, article="")
    assert len(Reminder.of(db, zhou)) == 2


def test_nine_are_kept_and_no_tenth(db, zhou):
    for number in range(9):
        kept(db, zhou, days=10 + number, article=f"A{number}")
    with pytest.raises(TooManyReminders, match="最多记 9 个"):
        kept(db, zhou, article="B01")
    kept(db, zhou, article="A3", days=99)
    assert len(Reminder.of(db, zhou)) == 9


@pytest.mark.parametrize(("hour", "minute", "due"), [(8, 59, 0), (9, 0, 1), (17, 59, 1), (18, 0, 0), (2, 0, 0)])
def test_nobody_is_told_before_nine_or_after_six(db, zhou, hour, minute, due):
    kept(db, zhou)
    now = dt.datetime.combine(TODAY + 23 * DAY, dt.time(hour, minute), SHANGHAI)
    assert len(Reminder.due(db, now=now, most=10)) == due


def test_it_is_told_twice_and_never_again(db, zhou):
    reminder = kept(db, zhou)
    for days_before in (7, 1):
        now = nine(reminder.falls_on - days_before * DAY)
        assert Reminder.due(db, now=now - DAY, most=10) == []
        assert Reminder.due(db, now=now, most=10) == [(zhou.id, reminder.id)]
        says(db, zhou, "在的", now=now)
        assert tells(reminder, db, now) == Told.MESSAGE
        db.flush()
        assert Reminder.due(db, now=now, most=10) == []
    assert reminder.next_at is None


def test_in_an_open_window_it_goes_behind_the_replies(db, zhou):
    assert tells(kept(db, zhou), db, NOON) == Told.MESSAGE
    message = db.scalars(select(Message).where(Message.author == "bot")).one()
    assert (message.words, message.priority, message.status) == ("提醒您", Priority.NUDGE, Status.QUEUED)


def test_where_wechat_lets_nothing_through_somebody_telephones(db, zhou):
    has_told_a_phone(db, zhou)
    assert tells(kept(db, zhou), db, NOON + 3 * DAY) == Told.CALL
    ticket = ReceptionTicket.of(db, zhou)
    assert (ticket.reason, ticket.call_back, ticket.phone, ticket.state) == ("reminder", True, "13800006021", "waiting")
    assert notes(db, ticket) == ["请告诉对方"]
    assert not db.scalars(select(Message).where(Message.author == "bot")).all()


def test_a_template_reaches_them_without_a_call(db, zhou):
    has_told_a_phone(db, zhou)
    assert tells(kept(db, zhou), db, NOON + 3 * DAY, template=True) == Told.MESSAGE
    assert ReceptionTicket.of(db, zhou) is None


def test_without_a_number_it_waits_for_the_next_word(db, zhou):
    reminder = kept(db, zhou)
    assert tells(reminder, db, NOON + 23 * DAY) == Told.MESSAGE
    message = db.get_one(Message, reminder.message_id)
    zhou.hold(db, message)
    db.flush()
    assert tells(reminder, db, NOON + 29 * DAY) is None, "the words that wait say it already"
    assert reminder.next_at is None
    says(db, zhou, "你好", now=NOON + 29 * DAY)
    db.refresh(message)
    assert message.status == Status.QUEUED


def test_who_is_with_a_colleague_is_told_by_them(db, zhou):
    reminder = kept(db, zhou)
    ticket = ReceptionTicket.open(db, zhou, reason="urgent", urgent="distress", now=NOON)
    assert tells(reminder, db, NOON + DAY) == Told.COLLEAGUE
    assert notes(db, ticket) == ["请告诉对方"]
    assert ticket.changed_at == NOON + DAY


def test_what_is_over_is_not_told_any_more(db, zhou):
    reminder = kept(db, zhou, days=2)
    assert tells(reminder, db, NOON + 3 * DAY) is None
    assert reminder.next_at is None
    first = kept(db, zhou, days=2, earliest=True, article="G04")
    assert tells(first, db, NOON + 3 * DAY) == Told.MESSAGE, "what may be done since then may still be done"


def test_told_or_dropped_meanwhile_it_is_let_be(db, zhou):
    reminder = kept(db, zhou)
    now = nine(TODAY + 23 * DAY)
    assert Reminder.locked(db, zhou.id, reminder.id, now=now) is reminder
    assert Reminder.locked(db, zhou.id, reminder.id, now=now - DAY) is None
    db.delete(reminder)
    db.flush()
    assert Reminder.locked(db, zhou.id, reminder.id, now=now) is None


def test_a_week_after_its_day_it_goes(db, zhou):
    kept(db, zhou, days=2)
    kept(db, zhou, days=30, article="E01")
    assert Reminder.drop_over(db, now=NOON + 9 * DAY, most=10) == 0
    assert Reminder.drop_over(db, now=NOON + 10 * DAY, most=10) == 1
    assert [each.article_id for each in Reminder.of(db, zhou)] == ["E01"]


@pytest.mark.parametrize("forget", [Erasure.of, Erasure.unlink])
def test_erasure_takes_reminders_with_it(db, zhou, forget):
    other = Conversation.of(db, "fake", "laoli", now=NOON, refills="message")
    kept(db, zhou)
    kept(db, other)
    forget(db, zhou, now=NOON)
    assert Reminder.of(db, zhou) == []
    assert len(Reminder.of(db, other)) == 1
