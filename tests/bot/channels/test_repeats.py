"""The same push again, and pushes that only look the same (R6, sheet 2.3)."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from bot.delivery import deliver_due
from models.message import Message, Status
from tests.bot.channels import pushes
from tests.bot.channels.door import Clock, Door, alarms, make_office


def at_once(door, *inner: str) -> list[tuple[str, str]]:
    """Push from as many threads as there are bodies, at the same moment; words and time of each answer."""
    barrier = threading.Barrier(len(inner))

    def push(one: str) -> tuple[str, str]:
        barrier.wait(10)
        response = door.push(one)
        words = door.heard(response)
        made = pushes.fields(pushes.unseal(pushes.fields(response.data)["Encrypt"])[0])["CreateTime"] if words else ""
        return words, made

    with ThreadPoolExecutor(len(inner)) as pool:
        return list(pool.map(push, inner))


@pytest.mark.parametrize("text", ["优待证怎么办", "找人", "2", "不想活了"])
def test_three_times_at_once_is_one_message_with_three_equal_answers(door, text):
    push = door.text(text)
    answers = at_once(door, push, push, push)
    assert len(set(answers)) == 1
    assert answers[0][0]
    assert door.kept() == [("text", text)]
    rows = door.rows()
    assert rows["messages"] == 2
    assert rows["conversations"] == 1
    assert rows.get("reception_tickets", 0) <= 1


def test_a_cry_for_help_alarms_once_however_often_it_is_pushed(door, caplog):
    before, cry = alarms("urgent"), door.text("不想活了")
    answers = at_once(door, cry, cry, cry)
    door.push(cry)
    assert answers[0][0]
    assert alarms("urgent") == before + 1
    (alarm,) = [record for record in caplog.records if record.getMessage() == "urgent_heard"]
    assert alarm.levelname == "ERROR"
    assert str(alarm.kind) == "self_harm"
    assert "不想活" not in str(vars(alarm))
    assert door.says("优待证怎么办")
    assert alarms("urgent") == before + 1
    assert door.says("我真的不想活了")
    assert alarms("urgent") == before + 2


def test_a_new_contact_may_speak_and_follow_at_the_same_moment(door):
    pushed = [door.event("subscribe"), *(door.text("你好") for _ in range(5))]
    assert all(words for words, _ in at_once(door, *pushed))
    assert door.rows() == {"conversations": 1, "messages": 12}


def test_a_repeat_later_brings_the_same_words(door):
    push = door.text("优待证怎么办")
    first = door.heard(door.push(push))
    door.says("你好")
    door.clock.now += dt.timedelta(hours=1)
    assert door.heard(door.push(push)) == first
    assert len(door.kept()) == 2


def test_two_events_in_one_second_both_count(door):
    first, second = door.event("CLICK", EventKey="查政策"), door.event("CLICK", EventKey="找人")
    assert door.heard(door.push(first)) != door.heard(door.push(second))
    assert door.kept() == [("click", "查政策"), ("click", "找人")]


@pytest.mark.parametrize("name", ["CLICK", "subscribe", "SCAN", "VIEW", "LOCATION", "something_new"])
def test_an_event_twice_counts_once(door, name):
    push = door.event(name, EventKey="查政策")
    assert door.heard(door.push(push)) == door.heard(door.push(push))
    assert len(door.kept()) == 1


def test_a_message_without_a_number_twice_counts_once(door):
    push = pushes.message(at=door.second, number="", Content="你好")
    assert door.heard(door.push(push)) == door.heard(door.push(push)) != ""
    assert len(door.kept()) == 1


def test_two_messages_in_one_second_both_count(door):
    assert door.says("你好")
    assert door.says("你好")
    assert len(door.kept()) == 2


@pytest.mark.parametrize(
    "status", [Status.CLAIMED, Status.SENDING, Status.SENT, Status.UNKNOWN, Status.FAILED, Status.HELD]
)
def test_what_the_worker_has_is_not_handed_over_as_well(door, status):
    push = door.text("优待证怎么办")
    assert door.heard(door.push(push))
    with door.office.sessions.begin() as db:
        db.execute(update(Message).where(Message.author == "bot").values(status=status))
    assert door.heard(door.push(push)) == ""


def test_what_still_waits_is_handed_over_by_the_repeat(door):
    push = door.text("优待证怎么办")
    first = door.heard(door.push(push))
    with door.office.sessions.begin() as db:
        db.execute(update(Message).where(Message.author == "bot").values(status=Status.QUEUED, settled_at=None))
    assert door.heard(door.push(push)) == first
    with door.office.sessions.begin() as db:
        assert db.scalars(select(Message.status).where(Message.author == "bot")).all() == [Status.HANDED_OVER]
    assert deliver_due(door.office) == 0


def test_a_repeat_after_the_words_were_erased_says_nothing(door):
    push = door.text("优待证怎么办")
    assert door.heard(door.push(push))
    with door.office.sessions.begin() as db:
        for message in db.scalars(select(Message)):
            message.words_sealed = None
    assert door.heard(door.push(push)) == ""
    assert len(door.kept()) == 1


@pytest.mark.parametrize("name", ["unsubscribe", "user_authorization_revoke", "user_authorization_cancellation"])
def test_who_leaves_is_forgotten_once(door, name):
    door.says("你好")
    push = door.event(name, OpenID=pushes.LAOZHOU)
    assert door.heard(door.push(push)) == ""
    assert [words for _, words in door.kept()] == ["", ""]
    assert door.contacts()[0].startswith("gone:")
    assert door.rows()["erasures"] == 1


def test_another_process_answers_the_repeat(door, engine, sessions, library):
    push = door.text("优待证怎么办")
    first = door.heard(door.push(push))
    other = Door(make_office(engine, sessions, library, clock=Clock()), Clock())
    assert other.heard(other.push(push)) == first


def test_hundred_messages_of_ten_people_at_once(door):
    """Nothing lost, nothing twice, nobody gets another's answer."""
    people = [f"oTEST{number:04d}" for number in range(10)]
    pushed = [door.text("你好", FromUserName=person) for person in people for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(door.push, pushed + pushed))
    for body, response in zip(pushed + pushed, responses, strict=True):
        inner = pushes.fields(pushes.unseal(pushes.fields(response.data)["Encrypt"])[0])
        assert inner["ToUserName"] == pushes.fields(body)["FromUserName"]
    assert door.rows() == {"conversations": 10, "messages": 60}
