"""The outbox: what is due leaves once, in order, urgent things first; what fails waits, is parked or is given up."""

import dataclasses
import datetime as dt
import itertools
import threading
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot.channels import SendFailed
from bot.delivery import deliver, deliver_due
from bot.media_store import MediaStore
from bot.office import Office
from bot.settings import Settings, WeChatSettings
from knowledge_base.library import Library
from models.conversation import Arrival, Conversation
from models.message import LEASE, Message, Priority, Status
from models.vault import KeyRing
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY, NOON

numbers = itertools.count(1)
SECOND = dt.timedelta(seconds=1)


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def waits(self, **time):
        self.now += dt.timedelta(**time)


class FakeChannel:
    """A platform that writes down what it is given, and fails as it was told: by the words of a message."""

    name = "fake"

    def __init__(self):
        self.sent, self.calls = [], []
        self.failures = defaultdict(list)  # words → what to raise, one call after another
        self.files = {}  # media id → bytes, or what to raise
        self.before_send = lambda words: None
        self.before_fetch = lambda media_id: None

    def send(self, contact, words, *, from_bot):
        self.calls.append(words)
        self.before_send(words)
        if self.failures[words]:
            raise self.failures[words].pop(0)
        self.sent.append((contact, words))

    def fetch(self, media_id, *, most):
        self.calls.append(media_id)
        self.before_fetch(media_id)
        answer = self.files[media_id]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def words(self):
        return [words for _, words in self.sent]


def make_settings(folder: Path, **changes) -> Settings:
    wechat = WeChatSettings(
        app_id="wx" + "0" * 16,
        app_secret="",
        token="t" * 20,
        aes_key="A" * 43,
        aes_key_previous="",
        original_id="gh_test",
        security="safe",
        api_base="http://127.0.0.1:9",
    )
    settings = Settings(
        mode="trial",
        database_url="sqlite://",
        secret_key="s" * 40,
        data_keys=(DATA_KEY,),
        index_key=INDEX_KEY,
        audit_key=AUDIT_KEY,
        metrics_token="",
        public_url="http://127.0.0.1:9",
        media_dir=folder,
        backup_recipient="",
        timezone="Asia/Shanghai",
        wechat=wechat,
    )
    return dataclasses.replace(settings, **changes)


def make_office(engine, sessions, folder: Path) -> Office:
    """An office with a channel of the test and a clock that stands at ten in the morning."""
    return Office(
        settings=make_settings(folder),
        engine=engine,
        sessions=sessions,
        clock=Clock(NOON),
        library=Library([]),
        channels={"fake": FakeChannel()},
        media=MediaStore(folder, KeyRing([DATA_KEY], INDEX_KEY)),
    )


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path)


@pytest.fixture
def channel(office):
    return office.channels["fake"]


def hear(db, contact="laozhou", *, now=NOON, refills="message"):
    """A word from a veteran; the conversation it opens or goes on with."""
    conversation = Conversation.of(db, "fake", contact, now=now, refills=refills)
    conversation.hear(db, Arrival(f"m:{next(numbers)}", "text", "在吗", now), masked="", now=now)
    return conversation


def say(office, *texts, contact="laozhou", speaks=True, **how):
    """Put texts into the outbox of a chat; their ids."""
    with office.sessions.begin() as db:
        now = office.clock()
        chat = hear(db, contact, now=now) if speaks else Conversation.of(db, "fake", contact, now=now)
        return [chat.say(db, text, now=now, **how).id for text in texts]


def deliver_all(office, *, rounds=50):
    """Until nothing is due."""
    return sum(itertools.takewhile(bool, (deliver_due(office) for _ in range(rounds))))


def look(office, message_id):
    with office.sessions.begin() as db:
        return db.get_one(Message, message_id)


def chat(office, contact="laozhou"):
    with office.sessions.begin() as db:
        return db.scalars(select(Conversation).where(Conversation.contact == contact)).one()


def alarms(caplog):
    return [record.getMessage() for record in caplog.records].count("message_in_trouble")


# -- in order --------------------


def test_a_chat_leaves_in_order_one_at_a_time(office, channel):
    say(office, "一", "二", "三")
    assert deliver_due(office) == 1, "those behind the first wait for it"
    assert channel.words == ["一"]
    assert deliver_all(office) == 2
    assert channel.words == ["一", "二", "三"]


def test_what_waits_for_a_second_try_keeps_the_next_ones_back(office, channel):
    channel.failures["一"] = [SendFailed("-1", retry=True)]
    say(office, "一", "二")
    deliver_all(office)
    assert channel.words == []
    office.clock.waits(seconds=1)
    deliver_all(office)
    assert channel.words == ["一", "二"]


def test_replies_go_before_nudges_and_notices(office, channel):
    say(office, "通知", contact="a", priority=Priority.NOTICE)
    say(office, "提醒", contact="b", priority=Priority.NUDGE)
    say(office, "答复", contact="c", priority=Priority.REPLY)
    deliver_all(office)
    assert channel.words == ["答复", "提醒", "通知"]


def test_a_reply_does_not_wait_behind_a_notice_of_the_same_chat(office, channel):
    say(office, "通知", priority=Priority.NOTICE)
    say(office, "答复")
    deliver_all(office)
    assert channel.words == ["答复", "通知"]


def test_what_is_due_later_leaves_later(office, channel):
    say(office, "八点", due_at=NOON + dt.timedelta(hours=1))
    assert deliver_all(office) == 0
    office.clock.waits(hours=1)
    assert deliver_all(office) == 1


# -- stopping --------------------


def test_told_to_stop_the_message_in_hand_is_finished_and_the_rest_left(office, channel):
    ids = [say(office, name, contact=name)[0] for name in ("a", "b", "c")]
    stop = threading.Event()
    channel.before_send = lambda _: stop.set()
    deliver(office, stop)
    assert channel.words == ["a"]
    assert [look(office, each).status for each in ids] == [Status.SENT, Status.CLAIMED, Status.CLAIMED]
    office.clock.now = NOON + LEASE
    deliver_all(office)
    assert channel.words == ["a", "b", "c"], "another worker sends what was never begun"


def test_a_worker_told_before_it_begins_does_nothing(office, channel):
    say(office, "一")
    stop = threading.Event()
    stop.set()
    deliver(office, stop)
    assert channel.calls == []


def test_a_store_that_is_away_for_a_moment_loses_nothing(office, channel):
    say(office, "一")
    stop, sessions = threading.Event(), office.sessions

    class AwayAtFirst:
        failures = 2

        def begin(self):
            if self.failures:
                self.failures -= 1
                raise OperationalError("select 1", {}, OSError("no route"))
            return sessions.begin()

    channel.before_send = lambda _: stop.set()
    deliver(dataclasses.replace(office, sessions=AwayAtFirst()), stop)
    assert channel.words == ["一"]


def test_the_outbox_is_found_by_its_index(office):
    """However long the transcript grows, looking for due messages reads the few that are still to be done."""
    say(office, "一")
    with office.sessions.begin() as db:
        if db.get_bind().dialect.name != "sqlite":
            pytest.skip("the plan depends on statistics there")
        plan = db.execute(
            text(
                "explain query plan select id from messages where status in ('queued','claimed','sending') and due_at <= 'x'"
            )
        ).all()
    assert "ix_messages_due" in str(plan)
