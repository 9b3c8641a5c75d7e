"""What fails waits, is parked or is given up; whatever goes wrong with a message stays with it."""

import datetime as dt

import pytest

from bot.channels import SendFailed
from bot.delivery import deliver_due
from models.conversation import Arrival, Conversation
from models.erasure import Erasure
from models.message import Message, Status
from tests.bot.test_delivery import SECOND, alarms, chat, deliver_all, look, make_office, say
from tests.make import NOON


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path)


@pytest.fixture
def channel(office):
    return office.channels["fake"]


# -- failures --------------------


def test_pauses_grow_and_the_fifth_failure_parks(office, channel, caplog):
    (message_id,) = say(office, "毒")
    channel.failures["毒"] = [ValueError("a bug of ours") for _ in range(5)]
    before, pauses = alarms(caplog), []
    for _ in range(4):
        assert deliver_due(office) == 1
        message = look(office, message_id)
        assert message.status == Status.QUEUED
        pauses.append((message.due_at - office.clock()).total_seconds())
        office.clock.now = message.due_at - SECOND
        assert deliver_due(office) == 0
        office.clock.waits(seconds=1)
    assert pauses == [1, 3, 9, 60]
    deliver_due(office)
    message = look(office, message_id)
    assert (message.status, message.trouble) == (Status.PARKED, "ValueError")
    assert alarms(caplog) == before + 5
    say(office, "好", contact="wangjie")
    say(office, "也好", speaks=False)
    office.clock.waits(days=1)
    deliver_all(office)
    assert channel.words == ["好", "也好"], "others flow, and so does what comes after it in its own chat"


def test_the_platforms_own_trouble_never_parks(office, channel):
    """A gateway that is down for an hour is no fault of the message."""
    (message_id,) = say(office, "久等")
    channel.failures["久等"] = [SendFailed("-1", retry=True) for _ in range(400)]
    begun = office.clock()
    while (message := look(office, message_id)).status == Status.QUEUED:
        office.clock.now = message.due_at
        deliver_due(office)
    assert message.status == Status.HELD, "until the veteran speaks again"
    assert dt.timedelta(hours=48) <= office.clock() - begun <= dt.timedelta(hours=50)


def test_a_failure_twice_and_then_success_is_delivered_once(office, channel):
    channel.failures["一"] = [SendFailed("-1", retry=True), SendFailed("-1", retry=True)]
    (message_id,) = say(office, "一")
    for _ in range(6):
        deliver_all(office)
        office.clock.waits(seconds=1)
    assert channel.words == ["一"]
    message = look(office, message_id)
    assert (message.status, message.tries, message.trouble) == (Status.SENT, 3, "")


def test_a_pause_the_platform_asked_for_never_parks(office, channel):
    """45009: the day's limit is used up; the message waits until midnight, however often it was tried."""
    (message_id,) = say(office, "一")
    channel.failures["一"] = [SendFailed("45009", retry_after=dt.timedelta(hours=2), alarm=True) for _ in range(7)]
    for _ in range(7):
        assert deliver_due(office) == 1
        message = look(office, message_id)
        assert message.status == Status.QUEUED
        assert message.due_at == office.clock() + dt.timedelta(hours=2)
        office.clock.now = message.due_at
    deliver_all(office)
    assert channel.words == ["一"]


def test_a_bug_in_a_channel_is_settled_like_a_failure(office, channel, caplog):
    (message_id,) = say(office, "一")
    say(office, "别人的", contact="wangjie")
    channel.failures["一"] = [ZeroDivisionError("老周的电话")]
    before = alarms(caplog)
    deliver_all(office)
    message = look(office, message_id)
    assert (message.status, message.trouble) == (Status.QUEUED, "ZeroDivisionError")
    assert alarms(caplog) == before + 1
    assert channel.words == ["别人的"]
    office.clock.waits(seconds=1)
    deliver_all(office)
    assert channel.words == ["别人的", "一"]


def test_a_chat_on_an_unknown_channel_stops_nobody(office, channel):
    with office.sessions.begin() as db:
        lost = Conversation.of(db, "wecom", "x", now=NOON, refills="message")
        lost.hear(db, Arrival("m:0", "text", "在吗", NOON), masked="", now=NOON)
        message_id = lost.say(db, "一", now=NOON).id
    say(office, "二")
    deliver_all(office)
    assert channel.words == ["二"]
    assert look(office, message_id).status == Status.QUEUED


def test_words_that_do_not_open_are_parked_and_the_batch_goes_on(office, channel, caplog):
    (damaged,) = say(office, "坏了", contact="a")
    say(office, "好", contact="b")
    with office.sessions.begin() as db:
        db.get_one(Message, damaged).words_sealed = b"\x01" + b"0" * 60
    before = alarms(caplog)
    assert deliver_due(office) == 2
    assert channel.words == ["好"]
    assert look(office, damaged).status == Status.PARKED
    assert alarms(caplog) == before + 1


def test_a_message_whose_words_were_erased_is_not_sent_empty(office, channel):
    (message_id,) = say(office, "一")
    with office.sessions.begin() as db:
        Erasure.of(db, Conversation.of(db, "fake", "laozhou", now=NOON), now=NOON)
    deliver_all(office)
    assert channel.calls == []
    assert look(office, message_id).status == Status.STOPPED


def test_an_unknown_outcome_is_not_sent_again(office, channel):
    (message_id,) = say(office, "一")
    channel.failures["一"] = [SendFailed("timed out", outcome_unknown=True, alarm=True)]
    deliver_all(office)
    office.clock.waits(days=1)
    deliver_all(office)
    assert channel.calls == ["一"]
    assert (look(office, message_id).status, look(office, message_id).trouble) == (Status.UNKNOWN, "timed out")
    assert chat(office).message_quota == 4, "it may have counted"


def test_what_cannot_be_mended_fails_at_once(office, channel):
    (message_id,) = say(office, "一")
    channel.failures["一"] = [SendFailed("45002")]
    deliver_all(office)
    assert look(office, message_id).status == Status.FAILED
    assert chat(office).message_quota == 5


def test_nothing_goes_to_those_who_no_longer_follow(office, channel):
    first, second = say(office, "一", "二")
    channel.failures["一"] = [SendFailed("43004", address_dead=True)]
    deliver_all(office)
    assert channel.calls == ["一"]
    assert [look(office, each).status for each in (first, second)] == [Status.FAILED, Status.FAILED]
    assert look(office, second).trouble == "no longer follows"
    assert not chat(office).follows
