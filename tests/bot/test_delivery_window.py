"""What the platform lets through: a closed window holds, the last of five is a person's, a minute's bucket goes first."""

import datetime as dt

import pytest

from bot.channels import SendFailed
from bot.delivery import deliver_due
from models.message import Message, Status
from tests.bot.test_delivery import chat, deliver_all, hear, look, make_office, say
from tests.make import NOON


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path)


@pytest.fixture
def channel(office):
    return office.channels["fake"]


# -- the window and the ledger --------------------


@pytest.mark.parametrize("code", ["45015", "45047"])
@pytest.mark.parametrize("author", ["bot", "staff"])
def test_a_closed_window_holds_until_the_veteran_speaks(office, channel, code, author):
    first, second = say(office, "一", "二", author=author)
    channel.failures["一"] = [SendFailed(code, window_closed=True)]
    deliver_all(office)
    assert channel.calls == ["一"], "the ledger is at nothing, so the second one is not even tried"
    assert [look(office, each).status for each in (first, second)] == [Status.HELD, Status.HELD]
    assert (chat(office).message_quota, chat(office).act_quota, chat(office).holds_messages) == (0, 0, True)
    office.clock.waits(days=2)
    assert deliver_all(office) == 0, "no loop"
    with office.sessions.begin() as db:
        hear(db, now=office.clock())
    deliver_all(office)
    assert channel.words == ["一", "二"]
    assert (chat(office).message_quota, chat(office).holds_messages) == (3, False)


def test_the_last_of_five_is_kept_for_a_person(office, channel):
    ids = say(office, "1", "2", "3", "4", "5")
    deliver_all(office)
    assert channel.words == ["1", "2", "3", "4"]
    assert look(office, ids[-1]).status == Status.HELD
    assert chat(office).message_quota == 1
    say(office, "小陈说", speaks=False, author="staff")
    deliver_all(office)
    assert channel.words[-1] == "小陈说"
    assert chat(office).message_quota == 0
    (late,) = say(office, "小陈又说", speaks=False, author="staff")
    deliver_all(office)
    assert look(office, late).status == Status.HELD
    with office.sessions.begin() as db:
        hear(db)
    deliver_all(office)
    assert channel.words[-2:] == ["5", "小陈又说"], "released in the order in which they were said"


def test_the_bucket_of_the_minute_is_spent_first(office, channel):
    with office.sessions.begin() as db:
        hear(db)
        hear(db, refills="act")
    say(office, "1", "2", "3", "4", speaks=False)
    deliver_all(office)
    assert channel.words == ["1", "2", "3", "4"]
    assert (chat(office).act_quota, chat(office).message_quota) == (0, 4)


def test_the_bucket_of_the_minute_ends_with_it(office, channel):
    with office.sessions.begin() as db:
        hear(db, refills="act")
    office.clock.waits(seconds=60)
    (message_id,) = say(office, "1", speaks=False)
    deliver_all(office)
    assert channel.calls == []
    assert look(office, message_id).status == Status.HELD


def test_after_two_days_nothing_is_tried(office, channel):
    (message_id,) = say(office, "1", due_at=NOON + dt.timedelta(hours=48))
    office.clock.waits(hours=48)
    deliver_all(office)
    assert channel.calls == []
    assert look(office, message_id).status == Status.HELD


def test_what_was_held_leaves_before_what_was_said_later(office, channel):
    """The veteran speaks just while the worker has the later reply in hand."""
    first, second = say(office, "一", "二", author="staff")
    channel.failures["一"] = [SendFailed("45047", window_closed=True)]
    deliver_due(office)
    with office.sessions.begin() as db:
        assert Message.claim_due(db, now=office.clock()) == [], "the second waits behind the held one"
        hear(db, now=office.clock())
    deliver_all(office)
    assert channel.words == ["一", "二"]
    assert [look(office, each).status for each in (first, second)] == [Status.SENT, Status.SENT]
