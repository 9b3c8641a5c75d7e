"""The access token: fetched once for all, renewed once, left alone when it cannot be had (R27, sheet 5)."""

from __future__ import annotations

import datetime as dt
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot.channels.wechat_api import PATIENCE
from bot.logs import set_up_logs
from models.channel_token import ChannelToken
from tests.bot.channels.api import CANARIES, SEND, failure, meaning, send
from tests.bot.channels.platform import Asked, Reply

pytestmark = pytest.mark.usefixtures("no_canary_in_the_log")

TOKEN = "stable_token"
GOOD = {"access_token": "TOKEN-CANARY-1", "expires_in": 7200}


def takes_only(good: str, code: int = 40001):
    """An API that knows one token."""

    def reply(asked: Asked) -> Reply:
        return Reply({"errcode": 0 if asked.query["access_token"] == [good] else code})

    return reply


def test_eight_at_once_in_two_processes_fetch_one(make_account, platform):
    accounts = [make_account(patience=PATIENCE), make_account(patience=PATIENCE)] * 4
    platform.says(TOKEN, Reply(GOOD, pause=0.2))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, accounts))
    assert (platform.count(TOKEN), platform.count(SEND)) == (1, 8)


def test_eight_at_once_whose_token_was_revoked_fetch_one_more(make_account, platform):
    accounts = [make_account(patience=PATIENCE), make_account(patience=PATIENCE)] * 4
    send(accounts[0])
    platform.says(SEND, takes_only("TOKEN-CANARY-2"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, accounts))
    assert platform.count(TOKEN) == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_revoked_token_is_renewed_once_and_the_message_repeated_once(account, platform, code):
    send(account)
    platform.says(SEND, takes_only("TOKEN-CANARY-2", code))
    send(account)
    assert (platform.count(TOKEN), platform.count(SEND)) == (2, 3)
    assert platform.asked[-1].json["text"]["content"] == "您好"


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_refused_for_ever_is_not_hammered_at(make_account, platform, clock, code):
    accounts = [make_account(), make_account()]
    platform.says(SEND, {"errcode": code})
    failed = failure(accounts[0])
    assert meaning(failed) == {"retry", "alarm"}
    assert failed.retry_after == dt.timedelta(minutes=5)
    for account in accounts * 3:
        assert meaning(failure(account)) == {"retry"}
    assert (platform.count(TOKEN), platform.count(SEND)) == (2, 2)
    clock.now += dt.timedelta(minutes=5, seconds=1)
    platform.says(SEND, {"errcode": 0})
    send(accounts[1])
    assert platform.count(TOKEN) == 3


@pytest.mark.parametrize(
    "code", [40001, 40002, 40013, 40125, 40164, 61004, 40243, 89503, 89501, 89506, 89507, 45009, 50004, 50007, 99999]
)
def test_where_no_token_is_given_one_alarm_and_five_minutes_of_rest(make_account, platform, clock, code):
    accounts = [make_account(), make_account()]
    platform.says(TOKEN, {"errcode": code, "errmsg": "no rid: 1"})
    first = failure(accounts[0])
    assert meaning(first) == {"retry", "alarm"}
    assert str(code) in first.reason
    clock.now += dt.timedelta(minutes=4)
    later = [failure(account) for account in accounts]
    assert [meaning(failed) for failed in later] == [{"retry"}] * 2
    assert {failed.retry_after for failed in later} == {dt.timedelta(minutes=1)}
    assert str(code) in later[0].reason
    assert (platform.count(TOKEN), platform.count(SEND)) == (1, 0)
    clock.now += dt.timedelta(minutes=2)
    platform.says(TOKEN, GOOD)
    send(accounts[1])


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"errcode": -1}),
        Reply(b"<html>502</html>", kind="text/html"),
        Reply(b"", status=500),
        Reply(b"[]"),
        Reply({}),
        Reply({"errcode": 0}),
        Reply({"access_token": ""}),
        Reply(b"", status=302, headers={"Location": "/cgi-bin/elsewhere"}),
        Reply(hang_up=True),
        Reply(GOOD, pause=1),
    ],
    ids=["busy", "HTML", "500", "a list", "nothing", "no token", "empty token", "302", "hung up", "silence"],
)
def test_gateway_trouble_with_the_token_rests_for_seconds(account, platform, clock, reply):
    platform.says(TOKEN, reply)
    assert failure(account).retry_after == dt.timedelta(seconds=5)
    assert failure(account).retry
    assert platform.count(TOKEN) == 1
    assert platform.count("elsewhere") == 0
    clock.now += dt.timedelta(seconds=6)
    platform.says(TOKEN, GOOD)
    send(account)


def test_a_refused_connection_names_no_secret(make_account, caplog):
    with caplog.at_level(logging.WARNING):
        assert failure(make_account("http://127.0.0.1:9")).retry


@pytest.mark.parametrize(
    ("life", "after", "fetched"),
    [
        (7200, 6890, 1),
        (7200, 6910, 2),
        (600, 290, 1),
        (600, 310, 2),
        (300, 59, 1),
        (300, 61, 2),
        (0, 59, 1),
        (-5, 61, 2),
    ],
)
def test_a_token_is_renewed_before_it_ends(account, platform, clock, life, after, fetched):
    platform.says(TOKEN, {"access_token": "TOKEN-CANARY-1", "expires_in": life})
    send(account)
    clock.now += dt.timedelta(seconds=after)
    send(account)
    assert platform.count(TOKEN) == fetched


@pytest.mark.parametrize("life", ["soon", None, 10**30, [], "7200"])
def test_an_odd_life_is_taken_for_the_usual_one(account, platform, clock, life):
    platform.says(TOKEN, {"access_token": "TOKEN-CANARY-1", "expires_in": life})
    send(account)
    clock.now += dt.timedelta(seconds=6800)
    send(account)
    assert platform.count(TOKEN) == 1


def test_the_token_is_sealed_in_the_database_and_outlives_the_process(make_account, platform, sessions):
    send(make_account())
    send(make_account())
    assert platform.count(TOKEN) == 1
    with sessions.begin() as db:
        row = db.scalars(select(ChannelToken)).one()
        assert row.token == "TOKEN-CANARY-1"
        assert b"CANARY" not in (row.token_sealed or b"")


def test_a_process_that_died_while_renewing_holds_up_nobody_for_long(account, platform, sessions, clock):
    with sessions.begin() as db:
        row = ChannelToken.of(db, "wechat_oa:wx5823bf96d3bd56c7")
        assert row.claim_renewal(db, now=clock.now)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send, account)
        time.sleep(0.25)
        assert not waiting.done()
        clock.now += dt.timedelta(seconds=21)
        waiting.result(2)
    assert platform.count(TOKEN) == 1


def test_the_libraries_do_not_log_addresses_in_production(account, platform, caplog):
    """urllib3 writes paths with their token at DEBUG; our own set-up keeps it quiet."""
    root = logging.getLogger()
    names = ("urllib3", "apscheduler", "alembic", "granian", "_granian", "sqlalchemy")
    before = root.level, list(root.handlers), [logging.getLogger(name).level for name in names]
    try:
        set_up_logs()
        root.addHandler(caplog.handler)
        root.setLevel(logging.DEBUG)
        send(account)
        platform.says(SEND, {"errcode": -1})
        assert failure(account).retry
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        for name, level in zip(names, before[2], strict=True):
            logging.getLogger(name).setLevel(level)
    told = [record.getMessage() for record in caplog.records if record.name.startswith(("urllib3", "requests", "bot"))]
    assert "wechat_said_no" in told
    assert not any(canary in line for line in told for canary in CANARIES)
