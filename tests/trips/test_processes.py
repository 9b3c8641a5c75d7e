"""The processes themselves: ending, leases, two workers at once, what they refuse, what they log and count."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from bot.settings import PREFIX
from models.job_lease import JobLease
from tests.make import make_district
from tests.trips.desk import SENT, in_talk, reply, statuses, token_expires, wait_for, words
from tests.trips.service import ACCOUNT, Service, children, running

LOST_CARD = "优待证丢了咋办"
IN_FLIGHT = 20
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def nobody_may_write(service: Service) -> Iterator[None]:
    """The store is busy: every request waits inside the service."""
    with service.engine.begin() as connection:
        if service.engine.dialect.name == "postgresql":
            connection.execute(text("lock table conversations in access exclusive mode"))
        yield


def test_what_is_in_flight_when_told_to_stop_is_answered(service: Service) -> None:
    phones = [service.platform.phone(f"在途{number}") for number in range(IN_FLIGHT)]
    before, web = len(service.platform.deliveries), service.processes["serve"]
    try:
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            with nobody_may_write(service):
                said = [pool.submit(phone.says, LOST_CARD) for phone in phones]
                wait_for(lambda: len(service.platform.deliveries) == before + IN_FLIGHT)
                time.sleep(0.7)
                web.terminate()
                time.sleep(0.5)
                assert not any(each.done() for each in said)
            assert all("依据" in words(each.result(20)) for each in said)
        assert web.wait(15) == 0
        assert {each.attempts for each in service.platform.deliveries[before:]} == {1}
    finally:
        if web.poll() is None:
            service.kill("serve")
        service.start("serve")


def test_all_in_one_starts_three_and_ends_them(tmp_path: Path) -> None:
    with running(f"sqlite:///{tmp_path}/trip.db", tmp_path, workers=()) as service:
        command = [sys.executable, "-m", "bot.cli", "serve", "--all", "--port", str(service.port)]
        with (tmp_path / "serve.log").open("ab") as log:
            whole = subprocess.Popen(command, env=os.environ | service.environ, stderr=log, start_new_session=True)
        service.processes["serve"] = whole
        service.wait_until_ready()
        three = children(whole.pid)
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1:5] for pid in three]
        assert sorted(command[2] for command in commands) == [b"deliver", b"jobs", b"serve"]
        everybody = [*three, *(child for pid in three for child in children(pid))]
        phone = service.platform.phone("全套")
        assert phone.says(LOST_CARD)
        with service.sessions.begin() as db:
            make_district(db, hours="周一至周日 0:00-23:59")
        reply(service, in_talk(service, "全套二"), "都在")
        service.platform.phone("全套二").hears("都在", within=30)
        whole.terminate()
        assert whole.wait(25) == 0
        assert not [pid for pid in everybody if Path(f"/proc/{pid}").exists()]


def holder(service: Service) -> str:
    with service.sessions.begin() as db:
        lease = db.get(JobLease, "sweeps")
        return lease.holder if lease is not None else ""


def ends(service: Service) -> float:
    with service.sessions.begin() as db:
        return db.get_one(JobLease, "sweeps").until.timestamp()


@ON_POSTGRESQL
def test_of_three_job_processes_one_works_and_another_takes_over(service: Service) -> None:
    service.start("jobs")
    wait_for(lambda: holder(service))
    first = holder(service)
    service.start("jobs2", "jobs3")
    for name in ("jobs2", "jobs3"):
        service.wait_until_working(name)
    # A renewal, with the others alive: it is still the first that holds it.
    until = ends(service)
    wait_for(lambda: ends(service) > until, within=15)
    assert holder(service) == first
    service.kill("jobs")
    wait_for(lambda: holder(service) != first, within=20)
    # The third has not taken it from the second.
    second, until = holder(service), ends(service)
    wait_for(lambda: ends(service) > until, within=15)
    assert holder(service) == second
    for name in ("jobs2", "jobs3"):
        service.kill(name)


@ON_SQLITE
def test_a_job_process_that_is_told_to_stop_lets_go_at_once(service: Service) -> None:
    service.start("jobs")
    wait_for(lambda: holder(service))
    first = holder(service)
    service.start("jobs2")
    service.wait_until_working("jobs2")
    process = service.processes.pop("jobs")
    process.terminate()
    assert process.wait(15) == 0
    wait_for(lambda: holder(service) != first, within=8)
    service.kill("jobs2")


def test_a_second_worker_doubles_nothing_and_keeps_the_order(service: Service) -> None:
    phones = [in_talk(service, f"两个工{number}") for number in range(10)]
    service.start("deliver2")
    service.wait_until_working("deliver2")
    service.platform.faults.api_slow = 0.03
    for number in range(4):
        for phone in phones:
            reply(service, phone, f"第{number}句")
    wait_for(lambda: all(statuses(service, phone) == [SENT] * 4 for phone in phones))
    for phone in phones:
        told = [bubble.text for bubble in phone.bubbles if re.fullmatch(r"第\d句", bubble.text)]
        assert told == [f"第{number}句" for number in range(4)]
    process = service.processes.pop("deliver2")
    process.terminate()
    assert process.wait(15) == 0


def test_two_web_processes_answer_twenty_phones_at_once(service: Service) -> None:
    service.kill("serve")
    service.web_workers = 2
    try:
        service.start("serve")
        assert len(children(service.processes["serve"].pid)) >= 2
        phones = [service.platform.phone(f"同时{number}") for number in range(20)]
        with ThreadPoolExecutor(len(phones)) as pool:
            for _ in range(3):
                assert all("依据" in words(told) for told in pool.map(lambda phone: phone.says(LOST_CARD), phones))
    finally:
        service.web_workers = 1
        service.kill("serve")
        service.start("serve")


def figures(service: Service) -> dict[str, float]:
    answer = requests.get(f"{service.url}/metrics", headers={"Authorization": f"Bearer {'m' * 24}"}, timeout=5)
    assert answer.ok
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_pushes_are_counted_for_who_knows_the_token(service: Service) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {'m' * 24}"}):
        assert requests.get(f"{service.url}/metrics", headers=headers, timeout=5).status_code == 404
    phone, before = service.platform.phone("数一数"), figures(service)
    phone.says(LOST_CARD, LOST_CARD)
    phone.sends_photo()
    service.platform.faults.late_retry = 0.0
    phone.says(LOST_CARD)
    service.platform.faults.clear()
    service.platform.faults.wrong_signature = True
    phone.says("冒充")
    after = figures(service)
    grown = {name: after[name] - before.get(name, 0) for name in after if not name.endswith("_created")}
    assert grown['frontdoor_pushes_total{kind="text"}'] == 4
    assert grown['frontdoor_pushes_total{kind="image"}'] == 1
    assert grown['frontdoor_pushes_total{kind="refused"}'] == 1
    assert grown['frontdoor_answers_total{outcome="answered"}'] == 4
    assert grown['frontdoor_answers_total{outcome="repeated"}'] == 1
    assert grown["frontdoor_push_seconds_count"] == 5
    assert not any(phone.openid in name for name in after)


@ON_SQLITE
def test_what_the_worker_could_not_send_is_read_from_the_rows(service: Service) -> None:
    phone, failed = in_talk(service, "数失败"), 'frontdoor_messages{status="failed"}'
    before = figures(service)[failed]
    service.platform.faults.send_error = 43004
    reply(service, phone, "一句")
    wait_for(lambda: figures(service)[failed] == before + 1)


def test_logs_are_lines_of_json_and_name_nobody(tmp_path: Path) -> None:
    """Forgeries, unreadable bodies, a store that is away, tokens refused: all that makes a process talk."""
    with running(f"sqlite:///{tmp_path}/trip.db", tmp_path) as service:
        with service.sessions.begin() as db:
            make_district(db, hours="周一至周日 0:00-23:59")
        faults, phone = service.platform.faults, in_talk(service, "金丝雀")
        other = service.platform.phone("黄鹂")
        other.says("金丝雀话canary-word 13800006021 52010319500307123X")
        for name in ("wrong_signature", "tampered_encrypt", "json_push", "repeated_elements", "oversize"):
            setattr(faults, name, True)
            other.says("金丝雀话canary-word 13800006021")
            faults.clear()
        faults.clock_skew = 1200
        other.says("金丝雀话canary-word")
        faults.clear()
        with nobody_may_write(service):
            assert "12345" in words(other.says("金丝雀话canary-word"))
        reply(service, phone, "金丝雀话canary-word")
        phone.hears("canary-word", within=30)
        tokens = {str(token.words) for token in (service.platform.state.tokens.stable.current,) if token}
        service.platform.revoke_tokens()
        reply(service, phone, "金丝雀话canary-word 二")
        phone.hears("二", within=30)
        token_expires(service)
        faults.token_error = 40125
        reply(service, phone, "金丝雀话canary-word 三")
        wait_for(lambda: "40125" in service.log_of("deliver").read_text())
        faults.clear()
        requests.get(f"{service.url}/nowhere/{phone.openid}", timeout=5)
        service.platform.complaints.clear()
        secrets = {value for name, value in ACCOUNT.items() if name not in ("APP_ID", "ORIGINAL_ID")}
        secrets |= {value for name, value in service.environ.items() if name.removeprefix(PREFIX) in SECRET_SETTINGS}
        current = service.platform.state.tokens.stable.current
        tokens |= {current.words} if current else set()
    assert tokens
    for name in ("serve", "deliver"):
        log = service.log_of(name).read_text()
        lines = [json.loads(line) for line in log.splitlines()]
        assert lines, name
        for canary in (phone.openid, other.openid, "canary", "金丝雀", "黄鹂", "13800006021", *secrets, *tokens):
            assert canary not in log, (name, canary[:12])
        for line in lines:
            assert {"at", "level", "event", "in"} <= set(line)
            assert re.fullmatch(r"[a-z_]+", line["event"]), line
            if name == "serve":
                assert re.fullmatch(r"[0-9a-f]{8}", line.get("request", "")), line
    events = {json.loads(line)["event"] for line in service.log_of("serve").read_text().splitlines()}
    assert {"push_refused", "push_unreadable", "clock_skew", "store_unavailable"} <= events


SECRET_SETTINGS = frozenset({"SECRET_KEY", "DATA_KEYS", "INDEX_KEY", "AUDIT_KEY", "METRICS_TOKEN"})
