"""A notice to everybody while web, worker and sweep are killed -9 again and again: nobody twice, nobody left out (R63)."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.office import utc_now
from models.broadcast import Broadcast, Recipient, Way
from models.broadcast.result import Standing, progress
from models.conversation import Conversation
from models.message import Message
from simulator import Phone
from tests.make import make_district
from tests.notices import WORDS, make_approved, make_followers
from tests.trips.conftest import fresh_database
from tests.trips.desk import minutes_pass, wait_for
from tests.trips.noon import until_noon
from tests.trips.service import Service, running
from tests.trips.test_kill import patiently

# Of 5,000 followers of an office most have been silent for days: 400 can be written to, the others are called.
SPOKEN, SILENT = {"sqlite": 400, "postgresql": 100}, {"sqlite": 4600, "postgresql": 100}
KILLS, SEED, WORKERS = {"serve": 1, "deliver": 3, "deliver2": 1, "sweep": 2}, 2026, ("deliver", "deliver2", "sweep")
MOST_UNKNOWN = KILLS["deliver"] + KILLS["deliver2"]
ASKING, ASKED = "问政策的", "优待证丢了咋办"


class Besieged:
    """A service whose worker and sweep live at noon, and somebody who kills them."""

    def __init__(self, service: Service, kind: str) -> None:
        self.service, self.kind, self.ahead = service, kind, until_noon()
        platform = service.platform
        self.spoken = [platform.phone(f"说过话{number}") for number in range(SPOKEN[kind])]
        self.silent = [platform.phone(f"好久没说{number}") for number in range(SILENT[kind])]
        for phone in self.spoken:
            phone.person.spoke(platform.world.now())

    @property
    def now(self) -> dt.datetime:
        return utc_now() + self.ahead

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "tests.trips.noon", name.rstrip("2"), str(self.ahead.total_seconds())]
        with self.service.log_of(name).open("ab") as log:
            process = subprocess.Popen(command, env=self.service.environ, stderr=log, start_new_session=True)
        self.service.processes[name] = process

    def approve(self) -> int:
        with self.service.sessions.begin() as db:
            make_followers(db, [each.openid for each in self.spoken], spoke_at=self.now, channel="wechat_oa")
            make_followers(db, [each.openid for each in self.silent], spoke_at=None, channel="wechat_oa")
            return make_approved(db, now=self.now).id

    def heard(self) -> Counter[str]:
        """How often each person was told, message or template, as the platform counts."""
        return Counter(sent.openid for sent in list(self.service.platform.sent))

    def kill(self, name: str, chance: random.Random) -> None:
        """At random moments of the way; what its leases hold is free again afterwards."""
        total = len(self.spoken) + (len(self.silent) if self.kind == "postgresql" else 0)
        for share in sorted(chance.sample(range(2, 80), KILLS[name])):
            wait_for(lambda share=share: self.heard().total() >= total * share // 100, within=120)
            self.service.kill(name)
            if name == "serve":
                self.service.start(name)
            else:
                patiently(lambda: minutes_pass(self.service, 2.5))
                self.start(name)

    def counts(self, notice_id: int) -> Counter[Standing]:
        with self.service.sessions.begin() as db:
            return progress(db, db.get_one(Broadcast, notice_id)).counts


@pytest.fixture(params=["sqlite", "postgresql"])
def besieged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """On PostgreSQL the account has a template for those who have been silent."""
    url, folder = fresh_database(request, request.param, tmp_path_factory), tmp_path_factory.mktemp("notice")
    with running(url, folder, workers=("serve",)) as service:
        with service.sessions.begin() as db:
            make_district(db, hours="周一至周日 0:00-23:59")
        if request.param == "postgresql":
            template = service.platform.add_template("办事通知", ["thing1", "thing2", "time3", "thing4"])
            service.environ["FRONTDOOR_WECHAT_TEMPLATE_NOTICE"] = template
        besieged = Besieged(service, request.param)
        for name in WORKERS:
            besieged.start(name)
        yield besieged


def test_whoever_is_killed_nobody_is_told_twice_and_nobody_is_left_out(besieged: Besieged) -> None:
    service, troubles, done = besieged.service, [], threading.Event()
    asking = service.platform.phone(ASKING)
    started = time.monotonic()
    notice_id = besieged.approve()

    def guarded(work, *arguments) -> threading.Thread:
        def run() -> None:
            try:
                work(*arguments)
            except BaseException as trouble:  # the test itself asserts that there was none
                troubles.append(trouble)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    killers = [guarded(besieged.kill, name, random.Random(f"{SEED}{name}")) for name in ("serve", *WORKERS)]
    talk = guarded(keep_asking, asking, done)
    for killer in killers:
        killer.join()
    wait_for(lambda: patiently_settled(besieged, notice_id), within=120)
    done.set()
    talk.join()
    assert not troubles
    counts = besieged.counts(notice_id)
    everybody_has_a_row(besieged, notice_id)
    nobody_heard_it_twice(besieged, notice_id, counts)
    print(f"{dict(counts)} in {time.monotonic() - started:.1f} s")


def keep_asking(phone: Phone, done: threading.Event) -> None:
    """A veteran who asks meanwhile is answered, whenever the web process lives."""
    while not done.wait(0.5):
        phone.says(ASKED)


def patiently_settled(besieged: Besieged, notice_id: int) -> bool:
    patiently(lambda: minutes_pass(besieged.service, 2.5))
    return not besieged.counts(notice_id)[Standing.WAITING]


def everybody_has_a_row(besieged: Besieged, notice_id: int) -> None:
    """Exactly the people it was approved for, each once, each with one message at most."""
    with besieged.service.sessions.begin() as db:
        rows = db.execute(
            select(Conversation.contact, Recipient.way, Recipient.message_id)
            .join(Conversation, Conversation.id == Recipient.conversation_id)
            .where(Recipient.broadcast_id == notice_id)
        ).all()
        messages = db.scalars(select(Message.id).where(Message.routed == "notice")).all()
    people = besieged.spoken + besieged.silent
    assert Counter(contact for contact, _, _ in rows) == Counter(phone.openid for phone in people)
    assert sorted(messages) == sorted(message_id for _, _, message_id in rows if message_id is not None)
    assert Way.PLANNED not in {way for _, way, _ in rows}


def nobody_heard_it_twice(besieged: Besieged, notice_id: int, counts: Counter[Standing]) -> None:
    heard = besieged.heard()
    del heard[besieged.service.platform.phone(ASKING).openid]
    assert set(heard.values()) == {1}
    reached = counts[Standing.SENT] + counts[Standing.TEMPLATE]
    assert reached <= len(heard) <= reached + counts[Standing.UNKNOWN]
    assert counts[Standing.UNKNOWN] <= MOST_UNKNOWN, "only what was just leaving when its worker died"
    assert counts[Standing.FAILED] == counts[Standing.STOPPED] == counts[Standing.LEFT_OUT] == 0
    silent = len(besieged.silent)
    assert (
        counts[Standing.TEMPLATE] if besieged.kind == "postgresql" else counts[Standing.CALL]
    ) >= silent - MOST_UNKNOWN
    assert counts.total() == len(besieged.spoken) + silent
    shown = [phone for phone in besieged.spoken if any(WORDS in bubble for bubble in phone.bubbles)]
    assert len(shown) >= counts[Standing.SENT]
