"""The scheduler process: sweeps at their times, in one process at a time. The only file that imports APScheduler."""

from __future__ import annotations

import datetime as dt
import functools
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import sweeps, sweeps_console, sweeps_policy, sweeps_reception, sweeps_reminders
from bot.erase_list import EraseList
from bot.helper_model import DraftWork
from bot.library_work import LibraryWork
from bot.office import Office
from bot.retention import Retention, read_retention
from bot.sweeps_notices import NoticeSweep
from models.job_lease import JobLease

logger = logging.getLogger(__name__)

RENEW_EVERY = 4.0  # seconds; a third of the lease
MOST_BATCHES = 20


Sweep = Callable[[Session, dt.datetime], int]


@dataclass(frozen=True, slots=True)
class Job:
    """One sweep and when it runs: each so many seconds, or at hours of the day in the office's time zone."""

    sweep: Sweep
    seconds: int = 0
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Work that takes too long for a transaction and opens its own: `() -> how much was done`."""

    work: Callable[[], int]
    seconds: int


JOBS = (
    Job(sweeps_reception.escalate_urgent, seconds=15),
    Job(sweeps_reception.return_silent, seconds=60),
    Job(sweeps.settle_held, seconds=60),
    Job(sweeps.lapse_media, seconds=600),
    Job(sweeps.report_audit_head, hours="5"),
    Job(sweeps_reminders.forget_reminders, hours="3"),
    Job(sweeps_policy.tell_askers, seconds=300),
    Job(sweeps_policy.forget_askers, hours="3"),
)
# What is kept, and until when: these are told the office's periods.
KEEPING = (
    (sweeps.remind_drafts, "9-19"),
    (sweeps.delete_drafts, "3"),
    (sweeps.forget_questions, "3"),
    (sweeps.forget_chats, "3"),
    (sweeps.forget_profiles, "3"),
    (sweeps.forget_phones, "3"),
    (sweeps.forget_talks, "3"),
    (sweeps.forget_media, "4"),
    *((sweep, "4") for sweep in sweeps_console.ENDING),
)


def jobs_of(office: Office, keep: Retention = sweeps.KEEP) -> tuple[Job, ...]:
    """All sweeps, with those that need to know the office: its periods, its channels, its media folder."""
    keeping = (Job(_with_periods(sweep, keep), hours=hours) for sweep, hours in KEEPING)
    lasting = EraseList(office.settings.media_dir)
    notices = NoticeSweep(office.channels).spread_broadcasts
    reminders = sweeps_reminders.ReminderSweep(office.channels).tell_reminders
    return (
        *JOBS,
        *keeping,
        Job(lasting.list_erasures, seconds=60),
        Job(lasting.list_wishes, seconds=600),
        Job(notices, seconds=60),
        Job(reminders, seconds=300),
    )


def tasks_of(office: Office) -> tuple[Task, ...]:
    library = LibraryWork(office)
    drafts = [Task(DraftWork(office).write_draft, seconds=2)] if office.settings.helper.on else []
    return (Task(library.learn_library, seconds=5), Task(library.check_drafts, seconds=3), *drafts)


def _with_periods(sweep: Callable[[Session, dt.datetime, Retention], int], keep: Retention) -> Sweep:
    """A sweep under its own name, which is that of its job."""

    @functools.wraps(sweep)
    def swept(db: Session, now: dt.datetime) -> int:
        return sweep(db, now, keep)

    return swept


class JobRunner:
    """Holds the lease and runs the sweeps while it does."""

    def __init__(self, office: Office, environ: Mapping[str, str] = os.environ) -> None:
        self._office = office
        self._keep = read_retention(environ)
        self._me = secrets.token_hex(8)
        self._leads = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Until told to stop. A sweep in hand is finished."""
        scheduler = self._scheduler()
        scheduler.start()
        try:
            while not stop.is_set():
                self.renew()
                stop.wait(RENEW_EVERY)
        finally:
            scheduler.shutdown(wait=True)
            self._let_go()

    def renew(self) -> bool:
        """Take or keep the lease; without the database nobody leads."""
        try:
            with self._office.sessions.begin() as db:
                leads = JobLease.hold(db, "sweeps", self._me, now=self._office.clock())
        except SQLAlchemyError:
            logger.exception("lease_not_renewed")
            leads = False
        (self._leads.set if leads else self._leads.clear)()
        return leads

    def run_sweep(self, job: Job) -> int:
        """One sweep in batches, each its own transaction; nothing when another process leads."""
        done = 0
        if not self._leads.is_set():
            return done
        for _ in range(MOST_BATCHES):
            with self._office.sessions.begin() as db:
                count = job.sweep(db, self._office.clock())
            done += count
            if count < sweeps.BATCH:
                break
        if done:
            logger.info("swept", extra={"job": job.sweep.__name__, "count": done})
        return done

    def run_task(self, task: Task) -> int:
        """One piece of work; nothing when another process leads."""
        done = task.work() if self._leads.is_set() else 0
        if done:
            logger.info("worked", extra={"task": task.work.__name__, "count": done})
        return done

    def _scheduler(self) -> BackgroundScheduler:
        zone = self._office.settings.timezone
        # By default a job that comes a second late is dropped, and one that slept runs many times over.
        scheduler = BackgroundScheduler(
            timezone=zone, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        for job in jobs_of(self._office, self._keep):
            trigger = (
                IntervalTrigger(seconds=job.seconds) if job.seconds else CronTrigger(hour=job.hours, timezone=zone)
            )
            scheduler.add_job(self.run_sweep, trigger, args=[job], id=job.sweep.__name__)
        for task in tasks_of(self._office):
            every = IntervalTrigger(seconds=task.seconds)
            scheduler.add_job(self.run_task, every, args=[task], id=task.work.__name__)
        return scheduler

    def _let_go(self) -> None:
        try:
            with self._office.sessions.begin() as db:
                JobLease.let_go(db, "sweeps", self._me, now=self._office.clock())
        except SQLAlchemyError:
            logger.exception("lease_not_let_go")  # it ends by itself
