"""A conversation: taken in turn, what may be sent by the platform's own arithmetic, how fast is too fast."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.conversation import MOST_A_DAY, MOST_A_MINUTE, PER_ACT, PER_MESSAGE, Arrival, Conversation
from models.message import Message, Status
from tests.make import NOON

MIDNIGHT = NOON.replace(hour=0)


def hear(db, number, *, now=NOON, refills="message", contact="laozhou"):
    conversation = Conversation.of(db, "fake", contact, now=now, refills=refills)
    return conversation, conversation.hear(db, Arrival(str(number), "text", "在", now), masked="", now=now)


# -- in turn --------------------


def test_eight_at_once_on_one_contact_keep_every_word_in_turn(sessions):
    order = []

    def speak(thread):
        for number in range(50):
            with sessions.begin() as db:
                conversation, heard = hear(db, f"{thread}.{number}")
                conversation.misunderstood += 1  # read and written by us: lost, if two could hold the row
                order.append((heard, conversation.misunderstood))

    with ThreadPoolExecutor(8) as pool:
        for thread in [pool.submit(speak, thread) for thread in range(8)]:
            thread.result(60)
    assert order == sorted(order)
    with sessions.begin() as db:
        conversation = db.scalars(select(Conversation)).one()
        assert (conversation.misunderstood, conversation.heard_this_day) == (400, 400)
        assert db.scalar(select(func.count()).select_from(Message)) == 400
        assert [count for _, count in order] == list(range(1, 401))


def test_the_first_word_from_four_sides_makes_one_conversation(sessions):
    def speak(number):
        with sessions.begin() as db:
            return hear(db, number)[0].id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(speak, range(4)))) == 1


def test_the_same_push_is_kept_once(db):
    assert hear(db, "m:1")[1] is not None
    assert hear(db, "m:1")[1] is None
    assert hear(db, "m:2")[1] is not None
    assert db.scalar(select(func.count()).select_from(Message)) == 2


def test_one_contact_on_two_channels_is_two_conversations(db):
    first = Conversation.of(db, "fake", "x", now=NOON)
    assert Conversation.of(db, "other", "x", now=NOON).id != first.id
    assert Conversation.of(db, "fake", "x", now=NOON).id == first.id


def test_what_is_said_is_queued_and_due_at_once(db):
    conversation, heard = hear(db, 1)
    answer = conversation.answer(db, "您好", to=heard, now=NOON)
    assert Message.reply_to(db, heard) == answer
    said = db.get_one(Message, answer.id)
    assert (said.status, said.due_at, said.words, said.author) == (Status.QUEUED, NOON, "您好", "bot")
    assert [message.words for message in Message.transcript(db, conversation.id)] == ["在", "您好"]


def test_what_the_door_hands_over_is_never_in_the_queue(db):
    conversation, heard = hear(db, 1)
    answer = conversation.answer(db, "您好", to=heard, now=NOON, handed_over=True)
    assert answer.status == Status.HANDED_OVER
    assert Message.claim_due(db, now=NOON) == []
    assert not Message.hand_over(db, answer.id, now=NOON)


# -- the ledger --------------------


def test_a_word_opens_five_for_two_days(db):
    conversation, _ = hear(db, 1)
    assert conversation.sends_left(now=NOON) == PER_MESSAGE
    assert conversation.sends_left(now=NOON + dt.timedelta(hours=48, seconds=-1)) == PER_MESSAGE
    assert conversation.sends_left(now=NOON + dt.timedelta(hours=48)) == 0


def test_an_act_opens_three_for_a_minute(db):
    conversation, _ = hear(db, 1, refills="act")
    assert conversation.sends_left(now=NOON + dt.timedelta(seconds=59)) == PER_ACT
    assert conversation.sends_left(now=NOON + dt.timedelta(seconds=60)) == 0


def test_what_opens_nothing_leaves_the_ledger_alone(db):
    conversation, _ = hear(db, 1)
    conversation.spend(now=NOON)
    db.flush()
    again, _ = hear(db, 2, refills="nothing")
    assert again.message_quota == PER_MESSAGE - 1


def test_quotas_do_not_add_up(db):
    hear(db, 1)
    conversation, _ = hear(db, 2, refills="act")
    assert conversation.sends_left(now=NOON) == 5


def test_a_new_word_fills_up_and_never_beyond(db):
    conversation, _ = hear(db, 1)
    for _ in range(2):
        conversation.spend(now=NOON)
    db.flush()
    later = NOON + dt.timedelta(hours=1)
    conversation, _ = hear(db, 2, now=later)
    assert conversation.message_quota == PER_MESSAGE
    assert conversation.message_quota_until == later + dt.timedelta(hours=48)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["message", "act", "bot", "staff", "closed"]),
        st.sampled_from([0, 1, 30, 59, 60, 61, 3600, 172_799, 172_800]),
    ),
    max_size=60,
)


def refilled(conversation, by, now):
    """As the row comes back from `Conversation.of`; without a database, so that a thousand lives can be lived."""
    if by == "message":
        conversation.message_quota, conversation.message_quota_until = PER_MESSAGE, now + dt.timedelta(hours=48)
    else:
        conversation.act_quota, conversation.act_quota_until = PER_ACT, now + dt.timedelta(seconds=60)


@given(ACTS)
def test_the_ledger_never_promises_what_the_platform_would_not_give(acts):
    conversation = Conversation(message_quota=0, act_quota=0)
    now = NOON
    for act, seconds in acts:
        now += dt.timedelta(seconds=seconds)
        if act in ("message", "act"):
            refilled(conversation, act, now)
            assert conversation.sends_left(now=now) >= (PER_MESSAGE if act == "message" else PER_ACT)
        elif act == "closed":
            conversation.window_closed()
            assert conversation.sends_left(now=now) == 0
            assert not conversation.may_send("staff", now=now)
        elif conversation.may_send(act, now=now):
            left = conversation.message_quota + conversation.act_quota
            conversation.spend(now=now)
            assert conversation.message_quota + conversation.act_quota == left - 1
        assert 0 <= conversation.message_quota <= PER_MESSAGE
        assert 0 <= conversation.act_quota <= PER_ACT
        assert conversation.may_send("staff", now=now) or not conversation.may_send("bot", now=now)
        assert conversation.may_send("staff", now=now) == (conversation.sends_left(now=now) > 0)


@given(st.integers(0, 20))
def test_between_two_words_the_bot_sends_four_and_a_person_the_fifth(tries):
    conversation = Conversation(message_quota=0, act_quota=0)
    refilled(conversation, "message", NOON)
    sent = 0
    for _ in range(tries):
        if conversation.may_send("bot", now=NOON):
            conversation.spend(now=NOON)
            sent += 1
    assert sent == min(tries, 4)
    assert conversation.may_send("staff", now=NOON)


# -- how fast --------------------


@pytest.mark.parametrize("number", [MOST_A_MINUTE])
def test_more_than_twenty_a_minute_is_too_fast(db, number):
    for place in range(number):
        assert not hear(db, place)[0].too_fast
    assert hear(db, "one more")[0].too_fast
    assert not hear(db, "later", now=NOON + dt.timedelta(minutes=1))[0].too_fast


def test_more_than_two_hundred_a_day_is_too_fast_until_midnight(db):
    for place in range(MOST_A_DAY):
        assert not hear(db, place, now=MIDNIGHT + dt.timedelta(minutes=place))[0].too_fast
    assert hear(db, "one more", now=MIDNIGHT + dt.timedelta(hours=23, minutes=59))[0].too_fast
    assert not hear(db, "tomorrow", now=MIDNIGHT + dt.timedelta(days=1))[0].too_fast


def test_it_is_said_once_in_ten_minutes(db):
    conversation, _ = hear(db, 1)
    said = [
        conversation.tell_too_fast(now=NOON + dt.timedelta(minutes=minutes)) for minutes in (0, 5, 9.99, 10, 11, 20)
    ]
    assert said == [True, False, False, True, False, True]


def test_the_flood_of_one_does_not_slow_another(db):
    for place in range(30):
        hear(db, place)
    assert not hear(db, "x", contact="wangjie")[0].too_fast
