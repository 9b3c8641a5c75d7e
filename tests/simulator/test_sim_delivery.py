"""The five-second rule, scaled (platform.md 2), and the faults of the push side (12.4)."""

import threading
import time

import pytest

from simulator.bubbles import TROUBLE_TEXT
from tests.simulator.sim_bot import AES_KEY, OLD_KEY, Bot, text_reply

LIMIT = 0.3


@pytest.fixture
def hasty(make, bot, clock):
    """A platform that waits 0.3 s instead of 5."""
    platform = make(clock=clock, reply_limit=LIMIT)
    with bot.serve() as platform.webhook, platform.serve():
        yield platform


def test_a_slow_first_answer_is_lost_and_the_retry_is_shown(hasty, bot):
    bot.sleeps = [LIMIT * 4]
    started = time.monotonic()
    (bubble,) = hasty.phone("老周").says("在吗")
    assert bubble.text == "收到：在吗"
    (delivery,) = hasty.deliveries
    assert [post.status for post in delivery.posts] == [0, 200]
    assert delivery.posts[0].seconds == pytest.approx(LIMIT, abs=0.3)
    assert LIMIT <= time.monotonic() - started < LIMIT * 4
    assert hasty.complaints == []


@pytest.mark.parametrize("tries", [3, 4])
def test_the_error_text_comes_after_the_last_attempt(make, bot, tries):
    platform = make(reply_limit=LIMIT, tries=tries)
    bot.sleeps = [LIMIT * 1.5] * tries
    with bot.serve() as platform.webhook, platform.serve():
        assert platform.phone("老周").says("在吗")[0].text == TROUBLE_TEXT
    assert platform.deliveries[0].attempts == tries
    assert platform.complaints


def test_a_retry_has_the_same_message_and_a_new_wrapping(hasty, bot):
    bot.sleeps = [LIMIT * 1.5]
    hasty.phone("老周").says("在吗")
    time.sleep(LIMIT)
    assert len({asked.words("MsgId") for asked in bot.read}) == 1
    assert len({query["nonce"] for query in bot.queries}) == 2
    assert len(set(bot.bodies)) == 2


def test_a_bot_that_is_not_there_costs_no_waiting(hasty):
    hasty.webhook = "http://127.0.0.1:9/nothing"
    started = time.monotonic()
    assert hasty.phone("老周").says("在吗")[0].text == TROUBLE_TEXT
    assert time.monotonic() - started < LIMIT * 3
    assert hasty.deliveries[0].attempts == 3


def test_an_unwatched_event_fails_in_silence(hasty):
    hasty.webhook = "http://127.0.0.1:9/nothing"
    phone = hasty.phone("老周")
    phone.unfollow()
    assert phone.bubbles == []
    assert hasty.complaints


@pytest.mark.parametrize(("limit", "tries"), [(0.2, 3), (5.0, 2), (5.0, 5)])
def test_the_limits_of_the_contract_cannot_be_left(make, limit, tries):
    with pytest.raises(ValueError, match=r"limit|tries"):
        make(reply_limit=limit, tries=tries)


def test_several_threads_may_use_one_phone(platform, phone):
    threads = [threading.Thread(target=phone.says, args=(f"第 {number} 句",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = {bubble.text for bubble in phone.bubbles}
    assert {f"收到：第 {number} 句" for number in range(8)} <= said
    assert platform.complaints == []


# --- switches ---


@pytest.mark.parametrize(
    "name",
    ["wrong_signature", "non_ascii_signature", "tampered_encrypt", "foreign_app_id", "bad_length", "bad_padding",
     "not_utf8", "plain_while_safe"],
)  # fmt: skip
def test_a_forgery_wants_a_403(platform, phone, bot, name):
    setattr(platform.faults, name, True)
    assert phone.says("在吗") == []
    (delivery,) = platform.deliveries
    assert (delivery.outcome, delivery.status, delivery.attempts) == ("refused", 403, 1)
    assert platform.complaints == []
    assert bot.read == []


def test_a_bot_that_believes_a_forgery_is_noted(make):
    bot, platform = Bot("plain"), make("safe")
    platform.faults.plain_while_safe = True
    with bot.serve() as platform.webhook, platform.serve():
        platform.phone("老周").says("在吗")
    assert "伪造" in platform.complaints[0]


@pytest.mark.parametrize("name", ["repeated_elements", "document_type", "oversize", "gbk", "json_push"])
def test_an_unreadable_body_wants_silence(platform, phone, bot, name):
    setattr(platform.faults, name, True)
    assert phone.says("在吗") == []
    assert platform.complaints == []
    assert bot.read == []


def test_a_bot_that_answers_an_unreadable_body_is_noted(platform, phone, bot):
    platform.faults.repeated_elements = True
    bot.answer = lambda asked: text_reply(asked, "好")
    bot.post = lambda query, body: (200, b"<xml></xml>")
    phone.says("在吗")
    assert "读不懂" in platform.complaints[0]


@pytest.mark.parametrize("name", ["reordered_elements", "unknown_element"])
def test_harmless_oddities_change_nothing(platform, phone, name):
    setattr(platform.faults, name, True)
    assert phone.says("在吗")[0].text == "收到：在吗"
    assert platform.complaints == []


def test_reordered_elements_come_in_reverse(platform, phone, bot):
    platform.faults.reordered_elements = True
    phone.says("在吗")
    assert bot.read[0].children[-1].name == "ToUserName"


def test_a_skewed_clock_shows_only_in_the_query(platform, phone, bot, clock):
    platform.faults.clock_skew = 1200
    assert phone.says("在吗")[0].text == "收到：在吗"
    assert int(bot.queries[0]["timestamp"]) - int(bot.read[0].words("CreateTime")) == 1200


def test_an_old_key_is_answered_by_whoever_still_knows_it(make):
    platform = make()
    platform.faults.old_aes_key = OLD_KEY
    for keys, outcome in (((AES_KEY, OLD_KEY), "answered"), ((AES_KEY,), "refused")):
        with Bot(keys=keys).serve() as platform.webhook, platform.serve():
            platform.phone("老周").says("在吗")
        assert platform.deliveries[-1].outcome == outcome
    assert platform.complaints == []


def test_the_same_message_three_times_at_once(platform, phone, bot):
    platform.faults.parallel_copies = 3
    bot.sleeps = [0.1] * 3
    assert [bubble.text for bubble in phone.says("在吗")] == ["收到：在吗"]
    assert len(bot.read) == 3
    assert {asked.words("MsgId") for asked in bot.read} == {platform.deliveries[0].key}
    assert platform.complaints == []


def test_copies_answered_differently_are_noted(platform, phone, bot):
    platform.faults.parallel_copies = 2
    bot.answer = lambda asked: text_reply(asked, f"第 {len(bot.read)} 次")
    phone.says("在吗")
    assert any("不一样" in words for words in platform.complaints)


def test_a_late_retry_wants_the_same_answer(platform, phone, bot):
    platform.faults.late_retry = 0.05
    assert len(phone.says("在吗")) == 1
    assert len(bot.read) == 2
    assert platform.complaints == []
    bot.answer = lambda asked: text_reply(asked, "好") if len(bot.read) % 2 else "success"
    phone.says("在吗")
    assert platform.complaints


def test_lost_answers_force_retries(platform, phone, bot):
    platform.faults.lost_answers = 2
    assert phone.says("在吗")[0].text == "收到：在吗"
    assert platform.deliveries[0].attempts == 3
    assert len(bot.read) == 3


def test_a_frozen_second_holds_for_every_push(platform, phone, bot):
    platform.faults.created = 1_700_000_000
    phone.says("一")
    phone.taps_menu("我的资料")
    assert {asked.words("CreateTime") for asked in bot.read} == {"1700000000"}


def test_clearing_switches_everything_off(platform):
    platform.faults.parallel_copies, platform.faults.api_down = 3, True
    platform.faults.next_errors["/cgi-bin/user/info"] = [-1]
    assert platform.faults.active == ["api_down", "next_errors", "parallel_copies"]
    platform.faults.clear()
    assert platform.faults.active == []
