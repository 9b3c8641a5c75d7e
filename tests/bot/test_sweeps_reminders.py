"""The sweep of the reminders: told once a day of telling, in the office's own words, whatever dies in between."""

import datetime as dt

import pytest
from sqlalchemy import select

from bot.channels import TEMPLATE_RESULT, Inbound, SendFailed
from bot.conversation import receive
from bot.sweeps_reminders import ReminderSweep, forget_reminders
from handlers.kit.turn import Reading
from handlers.reminder.words import TOLD
from models.conversation import Conversation
from models.message import Message
from models.reception import ReceptionTicket
from models.reminder import Reminder
from models.wording import Wording
from tests.bot.test_delivery import deliver_all, hear, make_office
from tests.bot.test_notices_delivery import NoticeChannel
from tests.bot.test_sweeps import twice
from tests.make import NOON, make_user
from tests.models.room import notes, says

DAY = dt.timedelta(days=1)
tell_reminders = ReminderSweep({}).tell_reminders
FALLS_ON = NOON.date() + 30 * DAY
A_WEEK_BEFORE = NOON + 23 * DAY


@pytest.fixture
def office(engine, sessions, tmp_path):
    office = make_office(engine, sessions, tmp_path / "media")
    office.channels["fake"] = NoticeChannel()
    return office


@pytest.fixture
def channel(office):
    return office.channels["fake"]


def keep(sessions, contact="laozhou", *, earliest=False, falls_on=FALLS_ON):
    with sessions.begin() as db:
        who = hear(db, contact, now=NOON)
        Reminder.keep(db, who, article_id="C01", what="去报到", falls_on=falls_on, earliest=earliest, now=NOON)


def speaks(sessions, contact="laozhou", *, now):
    with sessions.begin() as db:
        Conversation.of(db, "fake", contact, now=now, refills="message")


def said(sessions):
    with sessions.begin() as db:
        return [message.words for message in db.scalars(select(Message).where(Message.author == "bot"))]


def status(sessions):
    with sessions.begin() as db:
        return db.scalars(select(Message.status).where(Message.author == "bot")).one()


def tells_and_delivers(office, channel):
    office.clock.now = A_WEEK_BEFORE
    with office.sessions.begin() as db:
        assert ReminderSweep({"fake": channel}).tell_reminders(db, A_WEEK_BEFORE) == 1
    deliver_all(office)


def test_everybody_whose_day_it_is_is_told_once(sessions):
    for contact in ("laozhou", "laoli"):
        keep(sessions, contact)
    keep(sessions, "laochen", falls_on=FALLS_ON + DAY)
    assert twice(sessions, tell_reminders, A_WEEK_BEFORE - DAY) == 0
    assert twice(sessions, tell_reminders, A_WEEK_BEFORE) == 2
    assert len(said(sessions)) == 2
    assert "提醒您：去报到，最晚 2026 年 12 月 25 日。" in said(sessions)[0]
    assert "停提醒" in said(sessions)[0]


def test_a_day_the_program_slept_through_is_made_up_for(sessions):
    keep(sessions)
    assert twice(sessions, tell_reminders, A_WEEK_BEFORE + 2 * DAY) == 1
    assert twice(sessions, tell_reminders, A_WEEK_BEFORE + 5 * DAY) == 0
    speaks(sessions, now=A_WEEK_BEFORE + 6 * DAY)
    assert twice(sessions, tell_reminders, A_WEEK_BEFORE + 6 * DAY) == 1
    assert twice(sessions, tell_reminders, A_WEEK_BEFORE + 7 * DAY) == 0


def test_a_day_that_opens_something_is_told_when_it_has_come(sessions):
    keep(sessions, earliest=True)
    assert twice(sessions, tell_reminders, NOON + 29 * DAY) == 0
    assert twice(sessions, tell_reminders, NOON + 30 * DAY) == 1
    assert "满期，从这天起可以去问了" in said(sessions)[0]


def test_killed_half_way_nobody_is_told_and_nothing_is_lost(sessions):
    keep(sessions)
    db = sessions()
    assert tell_reminders(db, A_WEEK_BEFORE) == 1
    db.rollback()  # what kill -9 leaves
    db.close()
    assert said(sessions) == []
    assert twice(sessions, tell_reminders, A_WEEK_BEFORE) == 1


def test_the_office_words_it_its_own_way(sessions):
    keep(sessions)
    with sessions.begin() as db:
        words = {"words": "老战友，{what}快到期了：{day}。", "default_then": TOLD.default}
        by = {"written_by_id": make_user(db).id, "written_at": NOON}
        db.add(Wording(key=TOLD.key, state="live", **words, **by))
    tell_reminders_in(sessions, A_WEEK_BEFORE)
    assert said(sessions) == ["老战友，去报到快到期了：2026 年 12 月 25 日。"]


def test_without_a_template_a_closed_window_holds_it_until_the_next_word(sessions, office, channel):
    channel.can_notify = False
    keep(sessions)
    tells_and_delivers(office, channel)
    assert (channel.sent, channel.notified) == ([], [])
    assert status(sessions) == "held"
    with sessions.begin() as db:
        says(db, db.scalars(select(Conversation)).one(), "在的", now=A_WEEK_BEFORE)
    deliver_all(office)
    assert [contact for contact, _ in channel.sent] == ["laozhou"]


def test_with_a_template_it_leaves_all_the_same(sessions, office, channel, library):
    keep(sessions)
    tells_and_delivers(office, channel)
    assert (channel.sent, channel.notified) == ([], ["laozhou"])
    assert status(sessions) == "sent"
    told = Inbound("laozhou", "e:1", TEMPLATE_RESULT, A_WEEK_BEFORE, "20011 failed:user block", refills="nothing")
    with sessions.begin() as db:
        receive(db, "fake", told, Reading(), library, now=A_WEEK_BEFORE)
    assert status(sessions) == "failed", "the platform's own word about it is heard"


def test_when_wechat_says_the_window_is_closed_it_goes_by_template(sessions, office, channel):
    keep(sessions)
    speaks(sessions, now=A_WEEK_BEFORE)
    office.clock.now = A_WEEK_BEFORE
    tell_reminders_in(sessions, A_WEEK_BEFORE)
    channel.failures[said(sessions)[0]].append(SendFailed("45015", window_closed=True))
    deliver_all(office)
    assert (channel.sent, channel.notified) == ([], ["laozhou"])
    assert status(sessions) == "sent"


def test_the_colleague_reads_what_to_tell(sessions):
    keep(sessions)
    with sessions.begin() as db:
        who = db.scalars(select(Conversation)).one()
        ReceptionTicket.open(db, who, reason="asked", now=A_WEEK_BEFORE)
    tell_reminders_in(sessions, A_WEEK_BEFORE)
    with sessions.begin() as db:
        ticket = db.scalars(select(ReceptionTicket)).one()
        assert notes(db, ticket) == ["到期提醒：去报到，最晚 2026 年 12 月 25 日。请告诉对方。"]


def test_a_week_later_it_is_forgotten(sessions):
    keep(sessions)
    assert twice(sessions, forget_reminders, NOON + 37 * DAY) == 0
    assert twice(sessions, forget_reminders, NOON + 38 * DAY) == 1


def tell_reminders_in(sessions, now):
    with sessions.begin() as db:
        tell_reminders(db, now)
