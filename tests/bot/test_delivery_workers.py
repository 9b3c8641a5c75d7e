"""Several workers at once: leases, what a dead one leaves, and every message exactly once."""

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from bot.delivery import deliver_due, deliver_one
from models.conversation import Conversation
from models.message import LEASE, Message, Status
from tests.bot.test_delivery import SECOND, chat, deliver_all, look, make_office, say
from tests.make import NOON


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path)


@pytest.fixture
def channel(office):
    return office.channels["fake"]


# -- several workers --------------------


def test_a_worker_that_died_with_a_message_in_hand_loses_nothing(office, channel):
    (message_id,) = say(office, "一")
    with office.sessions.begin() as db:
        assert [message.id for message in Message.claim_due(db, now=NOON)] == [message_id]
    office.clock.now = NOON + LEASE - SECOND
    assert deliver_all(office) == 0, "it may still be at work"
    office.clock.now = NOON + LEASE
    deliver_all(office)
    assert channel.words == ["一"]
    assert look(office, message_id).status == Status.SENT
    assert look(office, message_id).tries == 2


def test_a_worker_that_died_while_sending_leaves_an_unknown_outcome(office, channel):
    first, _ = say(office, "一", "二")
    with office.sessions.begin() as db:
        (message,) = Message.claim_due(db, now=NOON)
        assert message.begin_sending(db, now=NOON)
    office.clock.now = NOON + LEASE
    deliver_all(office)
    assert look(office, first).status == Status.UNKNOWN
    assert channel.words == ["二"], "never sent twice, and the chat goes on"


def test_the_lease_of_a_call_begins_with_the_call(office):
    """Those before it in the batch may have taken nearly all of the two minutes."""
    (message_id,) = say(office, "一")
    late = NOON + LEASE - SECOND
    with office.sessions.begin() as db:
        (message,) = Message.claim_due(db, now=NOON)
        assert message.begin_sending(db, now=late)
    with office.sessions.begin() as db:
        assert Message.claim_due(db, now=late + LEASE - SECOND) == []
    assert look(office, message_id).status == Status.SENDING


def test_a_message_whose_lease_ran_out_is_not_ours_any_more(office):
    (message_id,) = say(office, "一")
    with office.sessions.begin() as db:
        (mine,) = Message.claim_due(db, now=NOON)
    with office.sessions.begin() as db:
        db.execute(update(Message).values(status=Status.QUEUED))
    with office.sessions.begin() as db:
        db.add(mine)
        assert not mine.begin_sending(db, now=NOON)
    assert look(office, message_id).status == Status.QUEUED


@pytest.mark.parametrize("quota", [5, 0])
@pytest.mark.parametrize("meanwhile", [Status.HANDED_OVER, Status.SENT, Status.STOPPED])
def test_a_message_that_changed_hands_while_we_waited_is_left_alone(office, channel, meanwhile, quota):
    """A door holds the conversation; by the time we have the lock, the message has gone another way."""
    (message_id,) = say(office, "一")
    with office.sessions.begin() as db:
        Message.claim_due(db, now=NOON)
    with ThreadPoolExecutor(1) as pool:
        with office.sessions.begin() as db:
            Conversation.of(db, "fake", "laozhou", now=NOON).message_quota = quota
            db.flush()
            waiting = pool.submit(deliver_one, office, message_id)
            time.sleep(0.3)
            db.get_one(Message, message_id).settle(meanwhile, now=NOON)
        waiting.result(10)
    assert channel.calls == []
    assert look(office, message_id).status == meanwhile


def test_two_workers_send_five_hundred_messages_once_each_and_in_order(office, channel):
    for number in range(100):
        say(office, *(f"{number}.{place}" for place in range(5)), contact=f"c{number}", author="staff")

    def work():
        idle = 0
        while idle < 3:
            idle = 0 if deliver_due(office) else idle + 1

    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(work) for _ in range(2)]:
            worker.result(60)
    assert len(channel.sent) == 500
    by_chat = defaultdict(list)
    for contact, words in channel.sent:
        by_chat[contact].append(words)
    assert by_chat == {f"c{number}": [f"{number}.{place}" for place in range(5)] for number in range(100)}
    with office.sessions.begin() as db:
        query = select(Message.status, func.count()).where(Message.author == "staff").group_by(Message.status)
        assert db.execute(query).all() == [(Status.SENT, 500)]
        assert db.scalar(select(func.sum(Conversation.message_quota))) == 0


def test_a_message_given_to_wechat_in_the_answer_is_never_claimed(office, channel):
    (message_id,) = say(office, "一")
    with office.sessions.begin() as db:
        db.get_one(Message, message_id).settle(Status.HANDED_OVER, now=NOON)
    office.clock.waits(hours=1)
    assert deliver_all(office) == 0
    assert channel.calls == []
    assert chat(office).message_quota == 5, "an answer to a push costs nothing"
