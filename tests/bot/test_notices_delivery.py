"""Notices in the worker's hands: message or template or telephone, never at night, never before an answer."""

import datetime as dt
from collections import defaultdict

import pytest
from sqlalchemy import select

from bot.channels import TEMPLATE_RESULT, Inbound, SendFailed
from bot.conversation import receive
from bot.delivery import deliver_due
from bot.sweeps_notices import NoticeSweep
from handlers.kit.turn import Reading
from models.broadcast import Broadcast, Way
from models.broadcast.result import Standing, people, progress
from models.conversation import SHANGHAI, Conversation
from models.erasure import Erasure
from models.message import NOTICES_AT_ONCE, Message, Status
from models.reception import ReceptionTicket
from models.send_window import SendWindow
from tests.bot.test_delivery import FakeChannel, deliver_all, hear, make_office, say
from tests.make import NOON
from tests.notices import make_approved, make_followers, messages_of, rows_of, somebody

AN_HOUR = dt.timedelta(hours=1)


class NoticeChannel(FakeChannel):
    """The same platform, with or without a template for notices."""

    can_notify = True

    def __init__(self):
        super().__init__()
        self.notified, self.keys, self.refusals = [], [], defaultdict(list)

    def notify(self, contact, words, *, key):
        self.keys.append(key)
        if self.refusals[contact]:
            raise self.refusals[contact].pop(0)
        self.notified.append(contact)
        return f"2001{len(self.notified)}"


@pytest.fixture
def office(engine, sessions, tmp_path):
    office = make_office(engine, sessions, tmp_path)
    office.channels["fake"] = NoticeChannel()
    return office


@pytest.fixture
def channel(office):
    return office.channels["fake"]


def send_out(office, *, spread_at=None, **followers):
    """A notice for these followers is approved and spread; `name=None` has been silent for long."""
    with office.sessions.begin() as db:
        for contact, spoke_at in followers.items():
            make_followers(db, [contact], spoke_at=spoke_at)
        notice_id = make_approved(db).id
    sweep(office)
    return notice_id


def sweep(office):
    with office.sessions.begin() as db:
        return NoticeSweep(office.channels).spread_broadcasts(db, office.clock())


def stands(office, notice_id):
    with office.sessions.begin() as db:
        return dict(progress(db, db.get_one(Broadcast, notice_id)).counts)


def reasons(office, notice_id, standing):
    with office.sessions.begin() as db:
        return [person.reason for person in people(db, db.get_one(Broadcast, notice_id), [standing])]


def test_who_spoke_lately_gets_a_message_who_was_silent_the_template(office, channel):
    notice_id = send_out(office, spoke=NOON, silent=None)
    deliver_all(office)
    assert [contact for contact, _ in channel.sent] == ["spoke"]
    assert channel.notified == ["silent"]
    assert stands(office, notice_id) == {Standing.SENT: 1, Standing.TEMPLATE: 1}
    with office.sessions.begin() as db:
        quotas = {each.contact: each.message_quota for each in db.scalars(select(Conversation))}
    assert quotas == {"spoke": 4, "silent": 0}, "a template message costs none of the five"


def test_without_a_template_the_silent_are_told_by_telephone(office, channel):
    channel.can_notify = False
    notice_id = send_out(office, spoke=NOON, silent=None)
    deliver_all(office)
    assert stands(office, notice_id) == {Standing.SENT: 1, Standing.CALL: 1}
    sweep(office)
    with office.sessions.begin() as db:
        assert db.get_one(Broadcast, notice_id).state == "done"


def test_the_last_of_five_stays_for_a_persons_answer(office, channel):
    """The ledger had room when it was spread, and has none when its turn comes."""
    channel.can_notify = False
    notice_id = send_out(office, laozhou=NOON)
    with office.sessions.begin() as db:
        db.scalars(select(Conversation)).one().message_quota = 1
    deliver_all(office)
    assert channel.calls == []
    assert stands(office, notice_id) == {Standing.CALL: 1}
    say(office, "小陈说", speaks=False, author="staff")
    deliver_all(office)
    assert channel.words == ["小陈说"]


def test_a_notice_in_the_outbox_takes_nothing_from_the_volunteers_window(office):
    send_out(office, laozhou=NOON)
    with office.sessions.begin() as db:
        chat = db.scalars(select(Conversation)).one()
        assert SendWindow.of(db, chat, now=NOON).left == 5


def test_the_platforms_word_overrides_the_ledger(office, channel):
    notice_id = send_out(office, laozhou=NOON)
    with office.sessions.begin() as db:
        words = messages_of(db, db.get_one(Broadcast, notice_id))[0].words
    channel.failures[words] = [SendFailed("45015", window_closed=True)]
    deliver_all(office)
    assert channel.notified == ["laozhou"]
    assert stands(office, notice_id) == {Standing.TEMPLATE: 1}


def test_a_held_answer_of_the_bot_does_not_hold_the_notice(office, channel):
    with office.sessions.begin() as db:
        hear(db, "laozhou")
        db.scalars(select(Conversation)).one().message_quota = 1
    say(office, "机器说", speaks=False)
    deliver_all(office)
    assert channel.calls == [], "the answer is held"
    with office.sessions.begin() as db:
        notice_id = make_approved(db).id
    sweep(office)
    say(office, "机器又说", speaks=False)
    deliver_all(office)
    assert channel.notified == ["laozhou"]
    with office.sessions.begin() as db:
        hear(db, "laozhou")
    deliver_all(office)
    assert channel.words == ["机器说", "机器又说"]
    assert stands(office, notice_id) == {Standing.TEMPLATE: 1}


def test_an_answer_never_waits_behind_more_than_a_handful_of_notices(office, channel):
    send_out(office, **{f"each{number}": NOON for number in range(3 * NOTICES_AT_ONCE)})
    assert deliver_due(office) == NOTICES_AT_ONCE
    say(office, "小陈说", contact="laozhou", author="staff")
    deliver_due(office)
    assert channel.words.index("小陈说") == NOTICES_AT_ONCE


def test_at_night_notices_wait_for_the_morning_and_answers_do_not(office, channel):
    notice_id = send_out(office, laozhou=NOON)
    office.clock.now = dt.datetime(2026, 11, 25, 20, 1, tzinfo=SHANGHAI)
    deliver_all(office)
    assert channel.calls == []
    say(office, "小陈说", contact="laozhou", author="staff")
    deliver_all(office)
    assert channel.words == ["小陈说"]
    assert stands(office, notice_id) == {Standing.WAITING: 1}
    office.clock.now = dt.datetime(2026, 11, 26, 8, 0, tzinfo=SHANGHAI)
    deliver_all(office)
    assert len(channel.words) == 2
    assert stands(office, notice_id) == {Standing.SENT: 1}


def test_old_news_is_told_by_telephone(office, channel):
    notice_id = send_out(office, laozhou=NOON)
    office.clock.waits(hours=25)
    deliver_all(office)
    assert (channel.calls, channel.notified) == ([], [])
    assert reasons(office, notice_id, Standing.CALL) == ["一天之内没能发出去"]


def test_who_is_in_danger_hears_no_news_meanwhile(office, channel):
    notice_id = send_out(office, laozhou=NOON)
    with office.sessions.begin() as db:
        chat = db.scalars(select(Conversation)).one()
        ticket = ReceptionTicket.open(db, chat, reason="urgent", urgent="life", now=NOON)
    deliver_all(office)
    assert (channel.calls, stands(office, notice_id)) == ([], {Standing.WAITING: 1})
    with office.sessions.begin() as db:
        ticket = db.get_one(ReceptionTicket, ticket.id)
        ticket.state, db.get_one(Conversation, ticket.conversation_id).mode = "closed", "bot"
    office.clock.waits(hours=1)
    deliver_all(office)
    assert len(channel.sent) == 1


@pytest.mark.parametrize("how", ["unsubscribes", "leaves"])
def test_who_wants_none_after_it_was_spread_gets_none(office, channel, how):
    notice_id = send_out(office, laozhou=NOON)
    with office.sessions.begin() as db:
        chat = db.scalars(select(Conversation)).one()
        if how == "unsubscribes":
            chat.no_notices_at = NOON
        else:
            Erasure.unlink(db, chat, now=NOON)
    deliver_all(office)
    assert (channel.calls, channel.keys) == ([], [])
    assert stands(office, notice_id) == {Standing.LEFT_OUT: 1}


def test_a_stop_reaches_even_what_the_worker_has_claimed(office, channel):
    notice_id = send_out(office, first=NOON, second=NOON)

    def stop(_words):
        with office.sessions.begin() as db:
            notice = db.get_one(Broadcast, notice_id)
            if notice.state == "sending":
                notice.stop(db, by=somebody(db, "审的人"), now=NOON)

    channel.before_send = stop
    deliver_all(office)
    assert [contact for contact, _ in channel.sent] == ["first"], "that one had left already"
    assert stands(office, notice_id) == {Standing.SENT: 1, Standing.STOPPED: 1}


def test_what_fails_while_it_is_stopped_is_not_tried_again(office, channel):
    notice_id = send_out(office, laozhou=NOON)

    def stop(words):
        with office.sessions.begin() as db:
            db.get_one(Broadcast, notice_id).stop(db, by=somebody(db, "审的人"), now=NOON)
        channel.failures[words] = [SendFailed("-1", retry=True)]

    channel.before_send = stop
    deliver_all(office)
    office.clock.waits(hours=1)
    assert deliver_all(office) == 0
    assert stands(office, notice_id) == {Standing.STOPPED: 1}


def test_who_refuses_templates_is_on_the_call_sheet_and_can_be_tried_again(office, channel):
    notice_id = send_out(office, silent=None)
    channel.refusals["silent"] = [SendFailed("43101 对方不收模板消息")]
    deliver_all(office)
    assert reasons(office, notice_id, Standing.FAILED) == ["对方不收模板消息"]


@pytest.mark.parametrize(
    ("status", "standing", "why"),
    [
        ("success", Standing.TEMPLATE, ""),
        ("failed:user block", Standing.FAILED, "对方不收模板消息"),
        ("failed: system failed", Standing.FAILED, "模板消息没有送到"),
    ],
)
def test_what_the_platform_tells_later_is_believed(office, library, status, standing, why):
    notice_id = send_out(office, silent=None, other=None)
    deliver_all(office)
    for _ in range(2):
        told = Inbound("silent", "e:1", TEMPLATE_RESULT, NOON, f"20011 {status}", refills="nothing", may_answer=False)
        with office.sessions.begin() as db:
            receive(db, "fake", told, Reading.of(told.text, library), library, now=NOON)
    stood = stands(office, notice_id)
    assert stood.pop(standing) == (2 if status == "success" else 1)
    assert stood in ({}, {Standing.TEMPLATE: 1}), "the other one is not touched"
    if why:
        assert reasons(office, notice_id, standing) == [why]
    with office.sessions.begin() as db:
        assert db.scalars(select(Message).where(Message.author == "veteran")).all() == [], "nobody has said anything"


def test_a_busy_platform_is_asked_again_under_the_same_key(office, channel):
    notice_id = send_out(office, silent=None)
    channel.refusals["silent"] = [SendFailed("-1", retry=True)]
    deliver_all(office)
    office.clock.waits(seconds=2)
    deliver_all(office)
    assert len(channel.keys) == 2
    assert len(set(channel.keys)) == 1
    assert stands(office, notice_id) == {Standing.TEMPLATE: 1}


def test_an_outcome_nobody_knows_is_said_to_be_unknown_and_never_sent_twice(office, channel):
    notice_id = send_out(office, silent=None, laozhou=NOON)
    channel.refusals["silent"] = [SendFailed("ReadTimeout", outcome_unknown=True)]
    with office.sessions.begin() as db:
        words = messages_of(db, db.get_one(Broadcast, notice_id))[0].words
    channel.failures[words] = [SendFailed("ReadTimeout", outcome_unknown=True)]
    deliver_all(office)
    office.clock.waits(hours=2)
    assert deliver_all(office) == 0
    assert stands(office, notice_id) == {Standing.UNKNOWN: 2}
    with office.sessions.begin() as db:
        assert [row.way for row in rows_of(db, db.get_one(Broadcast, notice_id))] == [Way.TEMPLATE, Way.MESSAGE]


def test_the_words_of_a_colleague_become_no_tappable_choice(office, channel):
    """Lines that begin with a digit are choices in the bot's own words only."""
    seen = []
    channel.send = lambda contact, words, *, from_bot: seen.append(from_bot)
    send_out(office, laozhou=NOON)
    deliver_all(office)
    assert seen == [False]


def test_every_settled_notice_is_sent_or_explained(office, channel):
    channel.can_notify = False
    notice_id = send_out(office, a=NOON, b=None)
    deliver_all(office)
    with office.sessions.begin() as db:
        notice = db.get_one(Broadcast, notice_id)
        explained = people(db, notice, [each for each in Standing if each not in (Standing.SENT, Standing.WAITING)])
        sent = db.scalars(select(Message).where(Message.status == Status.SENT)).all()
        assert len(explained) + len(sent) == notice.counted
        assert all(person.reason for person in explained)


def test_while_an_answer_leaves_the_notice_waits_since_the_ledger_shows_too_much(office, channel):
    """Two are left; one is under way, the other is kept: nothing is there for the notice."""
    channel.can_notify = False
    notice_id = send_out(office, laozhou=NOON)
    say(office, "小陈说", contact="laozhou", speaks=False, author="staff")
    with office.sessions.begin() as db:
        db.scalars(select(Conversation)).one().message_quota = 2
    channel.before_send = lambda words: channel.calls.append("notice claimed") if deliver_due(office) else None
    deliver_due(office)
    assert channel.calls == ["小陈说", "notice claimed"]
    assert stands(office, notice_id) == {Standing.WAITING: 1}
    channel.before_send = lambda words: None
    office.clock.waits(seconds=3)
    deliver_all(office)
    assert stands(office, notice_id) == {Standing.CALL: 1}
    assert channel.words == ["小陈说"]
