"""The scheduler: one process of many sweeps, in batches, and nothing is dropped for coming late."""

import dataclasses
import datetime as dt
import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from bot import sweeps
from bot.jobs import JOBS, KEEPING, MOST_BATCHES, Job, JobRunner, jobs_of
from bot.retention import BadRetention, Retention
from models.conversation import SHANGHAI, Conversation
from models.job_lease import LASTS, JobLease
from tests.bot.test_delivery import make_office, make_settings
from tests.make import NOON


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path)


class Sweep:
    """A sweep that finds so many, batch after batch."""

    __name__ = "sweep"

    def __init__(self, *counts):
        self.counts, self.calls = list(counts), []

    def __call__(self, db, now):
        self.calls.append(now)
        return self.counts.pop(0) if self.counts else 0


def test_of_three_processes_one_leads(office):
    runners = [JobRunner(office) for _ in range(3)]
    assert [runner.renew() for runner in runners] == [True, False, False]
    assert [runner.renew() for runner in runners] == [True, False, False]


def test_only_the_leader_sweeps(office):
    leader, other = JobRunner(office), JobRunner(office)
    leader.renew()
    other.renew()
    sweep = Sweep(3)
    assert other.run_sweep(Job(sweep)) == 0
    assert sweep.calls == []
    assert leader.run_sweep(Job(sweep)) == 3
    assert sweep.calls == [NOON]


def test_nobody_sweeps_before_the_lease_is_taken(office):
    sweep = Sweep(1)
    assert JobRunner(office).run_sweep(Job(sweep)) == 0
    assert sweep.calls == []


def test_when_the_leader_dies_another_takes_over(office):
    leader, other = JobRunner(office), JobRunner(office)
    leader.renew()
    office.clock.now = NOON + LASTS
    assert other.renew()
    assert not leader.renew(), "the one that slept sees that it lost the lease"
    assert leader.run_sweep(Job(Sweep(1))) == 0
    assert other.run_sweep(Job(Sweep(1))) == 1


def test_without_the_database_nobody_leads(office):
    runner = JobRunner(office)
    assert runner.renew()

    class Away:
        def begin(self):
            raise OperationalError("select 1", {}, OSError("no route"))

    lost = JobRunner(dataclasses.replace(office, sessions=Away()))
    assert not lost.renew()
    assert lost.run_sweep(Job(Sweep(1))) == 0


def test_a_sweep_goes_on_while_its_batches_are_full(office):
    runner = JobRunner(office)
    runner.renew()
    sweep = Sweep(sweeps.BATCH, sweeps.BATCH, 7, 99)
    assert runner.run_sweep(Job(sweep)) == 2 * sweeps.BATCH + 7
    assert len(sweep.calls) == 3


def test_a_sweep_that_never_ends_is_cut_off(office):
    runner = JobRunner(office)
    runner.renew()
    sweep = Sweep(*[sweeps.BATCH] * 99)
    runner.run_sweep(Job(sweep))
    assert len(sweep.calls) == MOST_BATCHES


def test_what_a_failing_batch_did_is_undone_and_the_ones_before_stay(office):
    runner = JobRunner(office)
    runner.renew()

    def takes_leases(db, now):
        JobLease.hold(db, f"batch {len(calls)}", "x", now=now)
        calls.append(now)
        if len(calls) == 2:
            raise ZeroDivisionError
        return sweeps.BATCH

    calls = []
    with pytest.raises(ZeroDivisionError):
        runner.run_sweep(Job(takes_leases))
    with office.sessions.begin() as db:
        assert db.get(JobLease, "batch 0") is not None
        assert db.get(JobLease, "batch 1") is None


def test_a_clean_stop_gives_the_lease_back_at_once(office):
    stop, other = threading.Event(), JobRunner(office)
    process = threading.Thread(target=JobRunner(office).run, args=[stop])
    process.start()
    try:
        until = time.monotonic() + 10
        while not is_held(office) and time.monotonic() < until:
            time.sleep(0.02)
        assert not other.renew(), "the one that runs has it"
    finally:
        stop.set()
        process.join(10)
    assert not process.is_alive()
    assert other.renew()


def is_held(office):
    with office.sessions.begin() as db:
        return db.get(JobLease, "sweeps") is not None


@pytest.fixture
def planned(office):
    scheduler = JobRunner(office)._scheduler()
    scheduler.start(paused=True)
    yield {job.id: job for job in scheduler.get_jobs()}
    scheduler.shutdown(wait=False)


def test_every_job_is_planned_and_none_is_dropped_for_coming_late(planned):
    assert set(planned) >= {job.sweep.__name__ for job in JOBS} | {sweep.__name__ for sweep, _ in KEEPING}
    for job in planned.values():
        assert job.coalesce, "one that slept runs once, not many times over"
        assert job.misfire_grace_time is None, "one that comes late still runs"
        assert job.max_instances == 1


def test_hours_are_those_of_the_office(planned):
    for name, hour in (
        ("delete_drafts", 3),
        ("forget_questions", 3),
        ("forget_chats", 3),
        ("forget_media", 4),
        ("remind_drafts", 9),
    ):
        night = dt.datetime(2026, 11, 25, 23, 30, tzinfo=SHANGHAI)
        following = planned[name].trigger.get_next_fire_time(None, night)
        assert following == dt.datetime(2026, 11, 26, hour, 0, tzinfo=SHANGHAI)


def test_every_sweep_that_ends_what_is_kept_is_planned():
    ending = {name for name in vars(sweeps) if name.startswith(("forget_", "delete_"))}
    assert ending <= {sweep.__name__ for sweep, _ in KEEPING}


def test_sweeps_take_the_periods_of_the_office(office):
    with office.sessions.begin() as db:
        Conversation.of(db, "fake", "laozhou", now=NOON).say(db, "好", now=NOON)
    counts = []
    for days in (3, 2):
        keep = Retention(questions=dt.timedelta(days=days))
        (job,) = [job for job in jobs_of(office, keep) if job.sweep.__name__ == "forget_questions"]
        with office.sessions.begin() as db:
            counts.append(job.sweep(db, NOON + dt.timedelta(days=2)))
    assert counts == [0, 1]


def test_a_bad_period_stops_the_scheduler_before_it_deletes(office):
    with pytest.raises(BadRetention):
        JobRunner(office, {"FRONTDOOR_KEEP_CHATS_DAYS": "0"})


def test_nobody_is_reminded_at_night(planned):
    evening = dt.datetime(2026, 11, 25, 19, 30, tzinfo=SHANGHAI)
    assert planned["remind_drafts"].trigger.get_next_fire_time(None, evening).hour == 9


def test_held_messages_are_looked_at_every_minute(planned):
    assert planned["settle_held"].trigger.interval == dt.timedelta(minutes=1)
    assert planned["lapse_media"].trigger.interval == dt.timedelta(minutes=10)


def test_another_zone_is_taken_from_the_settings(office, tmp_path):
    elsewhere = dataclasses.replace(office, settings=make_settings(tmp_path, timezone="Asia/Urumqi"))
    assert str(JobRunner(elsewhere)._scheduler().timezone) == "Asia/Urumqi"
