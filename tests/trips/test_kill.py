"""kill -9 of web and worker under load: nothing stored twice, nothing acknowledged lost, nothing said twice (R64, R65)."""

from __future__ import annotations

import queue
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import pytest
import requests
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from models.conversation import Conversation
from models.message import Message
from models.petition import Petition
from simulator import Phone
from tests.make import make_district
from tests.trips.conftest import fresh_database
from tests.trips.desk import HELD, SENT, UNKNOWN, in_talk, minutes_pass, reply, settled, statuses, wait_for
from tests.trips.service import Service, running

# Twenty messages a phone, since the twenty-first within a minute is stored without an answer of its own (R61).
PHONES, SCRIPT = 100, (
    "反映问题", "1", "补助少算了两年", "1", "演示镇", "1", "重新算", "1", "1", "1",
    "优待证丢了咋办", "2", "看病能报销吗", "优待证有啥用", "帮助", "1", "随军家属就业", "抚恤金多少", "3", "立功有奖励吗",
)  # fmt: skip
THREADS, KILLS, LIMIT, SEED = 8, 5, 2.0, 2026
TALKS, REPLIES = 10, 10
NO_ANSWER = "直到最后一次推送都没有按时回话"


@pytest.fixture(params=["sqlite", "postgresql"])
def embattled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    url = fresh_database(request, request.param, tmp_path_factory)
    with running(url, tmp_path_factory.mktemp("kill"), reply_limit=LIMIT) as service:
        with service.sessions.begin() as db:
            make_district(db, hours="周一至周日 0:00-23:59")
        service.kill("serve")
        service.web_workers = 2
        service.start("serve")
        yield service


@dataclass
class Battle:
    """Phones that speak, a volunteer who writes, and somebody who kills."""

    service: Service
    said: int = 0
    troubles: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def guarded(self, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as trouble:  # the test itself asserts that there was none
                self.troubles.append(trouble)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def say(self, phone: Phone, words: str) -> None:
        """Who sees the error text waits until the service answers again, and goes on."""
        if any(bubble.who == "platform" for bubble in phone.says(words)):
            wait_for(self.answers, within=60)
        with self.lock:
            self.said += 1

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.service.url}/readyz", timeout=1).ok
        except requests.RequestException:
            return False

    def speak(self, phones: queue.SimpleQueue[Phone]) -> None:
        while True:
            try:
                phone = phones.get_nowait()
            except queue.Empty:
                return
            for words in SCRIPT:
                self.say(phone, words)

    def write(self, phones: list[Phone]) -> None:
        """The volunteer's replies, spread over the whole run; now and then the veterans say a word."""
        for number in range(REPLIES):
            self.wait_for_progress(number * PHONES * len(SCRIPT) // (REPLIES + 1))
            for phone in phones:
                words = f"{phone.name}，第{number}句。"
                patiently(lambda phone=phone, words=words: reply(self.service, phone, words))
                if number % 3 == 2:
                    self.say(phone, "嗯")

    def wait_for_progress(self, said: int) -> None:
        while self.said < said and not self.troubles:
            time.sleep(0.005)

    def kill(self, name: str, chance: random.Random) -> None:
        """At random moments; where there are two web processes, now one of them and now all."""
        spare = name == "serve" and self.service.web_workers > 1
        for moment in sorted(chance.sample(range(50, PHONES * len(SCRIPT) - 200), KILLS)):
            self.wait_for_progress(moment)
            time.sleep(chance.uniform(0, 0.05))
            if spare:
                self.service.kill_one_of(name)
                time.sleep(chance.uniform(0.2, 0.5))
            self.service.kill(name)
            if name == "deliver":
                patiently(lambda: minutes_pass(self.service, 2.5))  # the leases of the dead worker run out
            self.service.start(name)


def patiently(work: Callable[[], None]) -> None:
    """Under this load a process beside the service may wait in vain for SQLite's write lock; nothing has happened then."""
    for _ in range(20):
        try:
            return work()
        except OperationalError:
            time.sleep(0.1)
    return work()


def test_whoever_is_killed_nothing_is_lost_and_nothing_is_said_twice(embattled: Service) -> None:
    battle, platform = Battle(embattled), embattled.platform
    talks = [in_talk(embattled, f"谈{number}") for number in range(TALKS)]
    phones = [platform.phone(f"兵{number}") for number in range(PHONES)]
    waiting: queue.SimpleQueue[Phone] = queue.SimpleQueue()
    for phone in phones:
        waiting.put(phone)
    started = time.monotonic()
    threads = [battle.guarded(lambda: battle.speak(waiting)) for _ in range(THREADS)]
    threads.append(battle.guarded(lambda: battle.write(talks)))
    threads += [
        battle.guarded(lambda name=name: battle.kill(name, random.Random(f"{SEED}{name}")))
        for name in ("serve", "deliver")
    ]
    for thread in threads:
        thread.join()
    assert not battle.troubles
    wait_for(lambda: staff_is_done(battle, talks), within=40)
    took = time.monotonic() - started
    lost = no_message_is_lost_or_doubled(embattled, phones, talks)
    each_message_has_one_reply(embattled, phones)
    nobody_heard_a_reply_twice(phones)
    unknown = staff_replies_left_once_and_in_order(embattled, talks)
    strange = [words for words in platform.complaints if NO_ANSWER not in words]
    assert not strange
    second_try = sum(each.attempts > 1 and each.outcome == "answered" for each in platform.deliveries)
    print(
        f"{battle.said} messages in {took:.1f} s, {lost} never reached us, {second_try} answered at a later try, "
        f"{unknown} replies of unknown outcome"
    )


def staff_is_done(battle: Battle, talks: list[Phone]) -> bool:
    for phone in talks:
        if settled(battle.service, phone) and HELD in statuses(battle.service, phone):
            battle.say(phone, "还在")
    return all(set(statuses(battle.service, phone)) <= {SENT, UNKNOWN} for phone in talks)


def no_message_is_lost_or_doubled(service: Service, phones: list[Phone], talks: list[Phone]) -> int:
    """Every message is stored once, but for those whose every attempt met a dead service; how many those were."""
    with service.sessions.begin() as db:
        heard = Counter(db.scalars(select(Message.external_id).where(Message.author == "veteran")))
    pushed = {f"wechat_oa:m:{each.key}": each for each in service.platform.deliveries if each.kind == "text"}
    assert len(pushed) >= PHONES * len(SCRIPT) + TALKS
    assert set(heard.values()) == {1}
    assert set(heard) <= set(pushed)
    missing = [each for key, each in pushed.items() if key not in heard]
    for each in missing:
        assert each.outcome == "failed"
        assert all(post.status == 0 for post in each.posts), each
    assert len(missing) <= (THREADS + 1) * KILLS
    answered = [each for each in pushed.values() if each.openid in {phone.openid for phone in phones}]
    assert all(each.outcome in ("answered", "failed") for each in answered)
    return len(missing)


def each_message_has_one_reply(service: Service, phones: list[Phone]) -> None:
    openids = [phone.openid for phone in phones]
    with service.sessions.begin() as db:
        ours = select(Conversation.id).where(Conversation.contact.in_(openids))
        replies = select(Message.reply_to_id, func.count()).where(Message.reply_to_id.is_not(None))
        counted = dict(db.execute(replies.group_by(Message.reply_to_id)).all())
        heard = db.scalars(select(Message.id).where(Message.author == "veteran", Message.conversation_id.in_(ours)))
        assert {counted.get(each, 0) for each in heard} == {1}
        filed = Counter(db.scalars(select(Petition.number)))
        assert set(filed.values()) == {1}
        by_phone = Counter(db.scalars(select(Petition.conversation_id)))
        assert set(by_phone.values()) == {1}
        failed = {each.openid for each in service.platform.deliveries if each.outcome == "failed"}
        # Who lost no word on the way has filed his petition.
        assert len(by_phone) >= len(set(openids) - failed)


def nobody_heard_a_reply_twice(phones: list[Phone]) -> None:
    for phone in phones:
        spoken = [list(group) for who, group in groupby(phone.bubbles, lambda bubble: bubble.who == "me") if not who]
        assert all(len(answers) == 1 for answers in spoken), phone.transcript


def staff_replies_left_once_and_in_order(service: Service, talks: list[Phone]) -> int:
    unknown = 0
    for phone in talks:
        stand = statuses(service, phone)
        assert len(stand) == REPLIES
        unknown += stand.count(UNKNOWN)
        heard = [int(found[1]) for bubble in phone.bubbles if (found := re.search(r"，第(\d+)句。", bubble.text))]
        assert heard == sorted(set(heard)), phone.transcript
        assert set(heard) >= {number for number, status in enumerate(stand) if status == SENT}
    assert unknown <= KILLS
    return unknown
