"""The platform misbehaves when it is called: nothing is lost, doubled or repeated without end."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from models.message import Message
from simulator import Phone
from tests.trips.desk import (
    HELD,
    QUEUED,
    SEND,
    SENT,
    TOKEN,
    UNKNOWN,
    calls,
    in_talk,
    minutes_pass,
    reply,
    settled,
    shown,
    staff_messages,
    statuses,
    token_expires,
    wait_for,
    words,
)
from tests.trips.service import Service

LOST_CARD = "优待证丢了咋办"
TOKEN_CODES = (40164, 61004, 40125, 40013, 40243)
# Where the database has no part in it, one is enough.
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def fresh(service: Service) -> None:
    """No pause of an earlier trip, and a token in force."""
    minutes_pass(service, 10)
    phone = in_talk(service, f"热身{time.time_ns()}")
    reply(service, phone, "热身")
    wait_for(lambda: set(statuses(service, phone)) == {SENT})


def in_trouble(service: Service, why: str) -> int:
    """How often the worker reported a message."""
    log = service.log_of("deliver").read_text()
    return sum('"message_in_trouble"' in line and why in line for line in log.splitlines())


def tried(service: Service, *phones_of: str) -> bool:
    names = [service.platform.phone(name) for name in phones_of]
    return all(m.status == QUEUED and m.trouble for phone in names for m in staff_messages(service, phone))


def test_a_token_revoked_between_two_sends_is_renewed_once(service: Service) -> None:
    phone = in_talk(service, "换令牌")
    since = len(service.platform.calls)
    reply(service, phone, "第一句")
    phone.hears("第一句", within=20)
    service.platform.revoke_tokens()
    reply(service, phone, "第二句")
    phone.hears("第二句", within=20)
    wait_for(lambda: statuses(service, phone) == [SENT, SENT])
    assert calls(service, TOKEN, since) == 1
    assert calls(service, SEND, since) == 3
    assert calls(service, SEND, since, errcode=40001) == 1


@ON_ONE
def test_a_token_that_never_works_is_not_fetched_again_and_again(service: Service) -> None:
    phone = in_talk(service, "坏令牌")
    since = len(service.platform.calls)
    service.platform.faults.token_always_invalid = True
    reply(service, phone, "等得到的话")
    wait_for(lambda: tried(service, "坏令牌"))
    time.sleep(1.2)
    assert calls(service, TOKEN, since) <= 2
    assert calls(service, SEND, since) == 2
    assert in_trouble(service, "40001") == 1
    service.platform.faults.clear()
    assert not shown(phone, "等得到的话")
    minutes_pass(service, 5)
    phone.hears("等得到的话", within=20)
    wait_for(lambda: statuses(service, phone) == [SENT])
    assert shown(phone, "等得到的话") == 1


@ON_ONE
def test_a_token_that_never_works_is_not_tried_for_every_message(service: Service) -> None:
    names = [f"坏令牌{number}" for number in range(5)]
    phones = [in_talk(service, name) for name in names]
    service.platform.faults.token_always_invalid = True
    since = len(service.platform.calls)
    for phone in phones:
        reply(service, phone, "等一等")
    wait_for(lambda: tried(service, *names))
    fetched, sent = calls(service, TOKEN, since), calls(service, SEND, since)
    service.platform.faults.clear()
    minutes_pass(service, 5)
    wait_for(lambda: all(statuses(service, phone) == [SENT] for phone in phones))
    assert fetched <= 2
    assert sent <= 4


@ON_ONE
@pytest.mark.parametrize("code", TOKEN_CODES)
def test_without_a_token_messages_wait_and_the_webhook_answers(service: Service, code: int) -> None:
    names = [f"没令牌{code}{letter}" for letter in "甲乙"]
    phones = [in_talk(service, name) for name in names]
    token_expires(service)
    service.platform.faults.token_error = code
    since, sent = len(service.platform.calls), len(service.platform.sent)
    for phone in phones:
        reply(service, phone, "等令牌")
    wait_for(lambda: tried(service, *names))
    assert "依据" in words(service.platform.phone(f"问{code}").says(LOST_CARD))
    time.sleep(1.2)
    assert calls(service, TOKEN, since) == 1
    assert len(service.platform.sent) == sent
    assert in_trouble(service, str(code)) == 1
    service.platform.faults.clear()
    minutes_pass(service, 5)
    for phone in phones:
        phone.hears("等令牌", within=20)
    assert [shown(phone, "等令牌") for phone in phones] == [1, 1]


@ON_ONE
def test_an_address_that_is_not_listed_is_a_pause_too(service: Service) -> None:
    phone = in_talk(service, "不在名单")
    service.platform.faults.address_not_listed = True
    since = len(service.platform.calls)
    reply(service, phone, "等名单")
    wait_for(lambda: tried(service, "不在名单"))
    time.sleep(1.2)
    assert len(service.platform.calls) - since <= 2
    service.platform.faults.clear()
    minutes_pass(service, 5)
    phone.hears("等名单", within=20)


@ON_ONE
def test_a_hanging_token_endpoint_slows_nobody_who_asks(service: Service) -> None:
    phone, asking = in_talk(service, "慢令牌"), service.platform.phone("不耽误")
    asking.says(LOST_CARD)
    token_expires(service)
    service.platform.faults.token_slow = 3.0
    reply(service, phone, "慢慢来")
    started, took = time.monotonic(), []
    while time.monotonic() - started < 2.0 and len(took) < 15:
        assert asking.says(LOST_CARD)
        took.append(service.platform.deliveries[-1].seconds)
    assert not shown(phone, "慢慢来")
    assert max(took) < 1.5  # the house's own budget (sheet 2.1)
    phone.hears("慢慢来", within=20)


@pytest.mark.parametrize("code", [45047, 45015])
def test_a_closed_window_holds_what_waits_until_the_veteran_speaks(service: Service, code: int) -> None:
    phone = in_talk(service, f"关窗{code}")
    service.platform.faults.send_error = code
    since = len(service.platform.calls)
    reply(service, phone, "头一句", "后一句")
    wait_for(lambda: statuses(service, phone) == [HELD, HELD])
    time.sleep(1.2)
    assert calls(service, SEND, since) == 1  # the ledger knows after one
    service.platform.faults.clear()
    assert phone.says("在的") == []
    phone.hears("头一句", within=20)
    phone.hears("后一句", within=20)
    assert [bubble.text for bubble in phone.bubbles if bubble.who == "account"][-2:] == ["头一句", "后一句"]
    wait_for(lambda: statuses(service, phone) == [SENT, SENT])


def test_the_sixth_reply_without_a_word_waits(service: Service) -> None:
    """Five of the platform's quota, the account's own ledger: no refusal is needed to know."""
    phone = in_talk(service, "话多")
    since = len(service.platform.calls)
    reply(service, phone, *(f"第{number}条" for number in range(7)))
    wait_for(lambda: settled(service, phone))
    assert statuses(service, phone) == [SENT] * 5 + [HELD] * 2
    assert calls(service, SEND, since, errcode=45047) == 0
    phone.says("嗯")
    phone.hears("第6条", within=20)
    wait_for(lambda: statuses(service, phone) == [SENT] * 7)
    told = [bubble.text for bubble in phone.bubbles if bubble.text.startswith("第")]
    assert told == [f"第{number}条" for number in range(7)]


def test_busy_twice_and_then_delivered_once(service: Service) -> None:
    phone = in_talk(service, "忙")
    service.platform.faults.busy_calls = 2
    since = len(service.platform.calls)
    reply(service, phone, "忙完再说", "排在后面")
    phone.hears("忙完再说", within=20)
    phone.hears("排在后面", within=20)
    assert calls(service, SEND, since) == 4
    assert [shown(phone, each) for each in ("忙完再说", "排在后面")] == [1, 1]


@ON_ONE
def test_a_daily_limit_is_asked_once_and_waits_for_midnight(service: Service) -> None:
    phone = in_talk(service, "到顶")
    service.platform.faults.send_error = 45009
    since = len(service.platform.calls)
    reply(service, phone, "明天见")
    wait_for(lambda: tried(service, "到顶"))
    time.sleep(1.2)
    assert calls(service, SEND, since) == 1
    assert in_trouble(service, "45009") == 1
    service.platform.faults.clear()
    minutes_pass(service, 24 * 60)
    phone.hears("明天见", within=20)


def test_a_line_cut_after_acceptance_is_unknown_and_not_repeated(service: Service) -> None:
    phone = in_talk(service, "断线")
    service.platform.faults.silence, service.platform.faults.accepted_then_silent = 0.2, 1
    reply(service, phone, "只说一遍", "接着说")
    phone.hears("只说一遍", within=20)
    phone.hears("接着说", within=20)
    wait_for(lambda: statuses(service, phone) == [UNKNOWN, SENT])
    minutes_pass(service, 5)
    time.sleep(1.2)
    assert shown(phone, "只说一遍") == 1


@ON_ONE
def test_an_answer_that_never_comes_is_unknown_and_not_repeated(service: Service) -> None:
    """As long as the worker's own read time-out, 10 s."""
    phone = in_talk(service, "石沉大海")
    service.platform.faults.silence, service.platform.faults.accepted_then_silent = 12.0, 1
    reply(service, phone, "收下了没回音", "后面照说")
    phone.hears("收下了没回音", within=5)
    started = time.monotonic()
    while not settled(service, phone) and time.monotonic() - started < 9:
        assert service.platform.phone("照常问").says(LOST_CARD)
        assert service.platform.deliveries[-1].seconds < 1.5
        time.sleep(0.7)
    wait_for(lambda: statuses(service, phone) == [UNKNOWN, SENT])
    phone.hears("后面照说", within=5)
    assert shown(phone, "收下了没回音") == 1


@ON_ONE
@pytest.mark.parametrize("fault", ["html_answers", "http_500"])
def test_a_gateway_in_trouble_counts_as_busy(service: Service, fault: str) -> None:
    phone = in_talk(service, f"网关{fault}")
    setattr(service.platform.faults, fault, True)
    reply(service, phone, "网关好了再说")
    wait_for(lambda: tried(service, f"网关{fault}"))
    assert "依据" in words(service.platform.phone(f"照问{fault}").says(LOST_CARD))
    service.platform.faults.clear()
    phone.hears("网关好了再说", within=20)
    assert shown(phone, "网关好了再说") == 1


def test_a_platform_that_is_away_gets_everything_later_once_and_in_order(service: Service) -> None:
    phones = [in_talk(service, f"断网{letter}") for letter in "甲乙"]
    token_expires(service)
    service.platform.faults.api_down = True
    for phone in phones:
        reply(service, phone, "一", "二", "三")
    wait_for(lambda: all(staff_messages(service, phone)[0].trouble for phone in phones))
    assert "依据" in words(service.platform.phone("断网也问").says(LOST_CARD))
    service.platform.faults.clear()
    for phone in phones:
        wait_for(lambda phone=phone: statuses(service, phone) == [SENT] * 3)
        assert [b.text for b in phone.bubbles if b.who == "account"][-3:] == ["一", "二", "三"]


def waits_again(service: Service, phone: Phone, tries: int) -> bool:
    message = staff_messages(service, phone)[0]
    return message.tries >= tries and message.status == QUEUED


@ON_ONE
def test_an_outage_of_minutes_costs_no_message(service: Service) -> None:
    """The platform's trouble is no fault of the message: after any number of tries it still waits."""
    phone = in_talk(service, "久等")
    service.platform.faults.html_answers = True
    reply(service, phone, "久等了")
    for number in range(1, 7):
        wait_for(lambda number=number: settled(service, phone) or waits_again(service, phone, number))
        minutes_pass(service, 11)
    wait_for(lambda: settled(service, phone) or tried(service, "久等"))
    assert statuses(service, phone) == [QUEUED]


@ON_ONE
@pytest.mark.parametrize("code", [48002, 43004])
def test_who_cannot_be_reached_is_given_up(service: Service, code: int) -> None:
    phone = in_talk(service, f"不收{code}")
    service.platform.faults.send_error = code
    since = len(service.platform.calls)
    reply(service, phone, "收不到")
    wait_for(lambda: settled(service, phone))
    assert statuses(service, phone) == ["failed"]
    time.sleep(0.6)
    assert calls(service, SEND, since) == 1


def test_no_message_is_left_in_a_worker_s_hands(service: Service) -> None:
    with service.sessions.begin() as db:
        assert db.scalars(select(Message.id).where(Message.status.in_(("claimed", "sending")))).all() == []
