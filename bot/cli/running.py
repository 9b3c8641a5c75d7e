"""frontdoor serve, deliver, jobs: the processes; demo: all of them beside a simulated platform."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

import click
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.backup import upgrade_with_copy
from bot.cli.settings import settings_or_exit
from bot.delivery import deliver as deliver_until
from bot.demo import run_demo
from bot.demo_data import is_demo
from bot.doctor import env_file
from bot.few_at_once import AT_ONCE
from bot.jobs import JobRunner
from bot.logs import set_up_logs
from bot.office import Office, open_office
from bot.schema import SchemaIsNewer, current_revision, newest_revision, upgrade
from bot.settings import Settings
from bot.supervisor import supervise
from console.live import MOST_OF_ALL
from models.database import open_engine, reading

logger = logging.getLogger(__name__)

HEADERS_WITHIN = 10_000  # ms; who sends them more slowly holds a connection for nothing (R14)
LOOK_AGAIN = 1.0  # seconds between two looks for a database that is away
THREADS = AT_ONCE + MOST_OF_ALL  # of one web process: those that work, and one for each open console's stream


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="网页进程数。")
@click.option("--all", "everything", is_flag=True, help="连同发送和定时任务一起启动。")
def serve(host: str, port: int, workers: int, *, everything: bool) -> None:
    """启动网页服务；空的数据库会自己准备好。"""
    set_up_logs()
    settings = _settings_to_start()
    try:
        _prepare(settings)
    except (SchemaIsNewer, DemoDatabase) as refusal:
        _refuse(str(refusal))
    if everything:
        me = [sys.executable, "-m", "bot.cli"]
        web = [*me, "serve", "--host", host, "--port", str(port), "--workers", str(workers)]
        sys.exit(supervise([web, [*me, "deliver"], [*me, "jobs"]]))
    Granian(
        "bot.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
        log_access=False,  # an access log would hold signatures and openids (R21)
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


@click.command()
def deliver() -> None:
    """发送排队的消息，取回照片和录音。可以启动多个。"""
    set_up_logs()
    deliver_until(*_office_to_start())


@click.command()
def jobs() -> None:
    """定时任务。可以启动多个，同一时间只有一个在做。"""
    set_up_logs()
    office, stop = _office_to_start()
    JobRunner(office).run(stop)


@click.command()
@click.option("--port", default=8000, show_default=True, help="服务的端口。")
@click.option("--phone-port", default=8099, show_default=True, help="模拟手机的端口。")
def demo(port: int, phone_port: int) -> None:
    """演示：不用公众号，在本机打开一部模拟的手机。"""
    sys.exit(run_demo(port=port, phone_port=phone_port))


class DemoDatabase(Exception):
    """Production must not start on invented data."""


def _settings_to_start() -> Settings:
    """The settings; in production nobody but their owner may read the file they come from (R67)."""
    settings = settings_or_exit()
    if not settings.trial:
        for finding in env_file(Path.cwd()):
            if finding.mark == "✗":
                _refuse(f"没有启动：{finding.words}")
    return settings


def _office_to_start() -> tuple[Office, threading.Event]:
    """For a worker that is started by itself: its office, and when to stop. It waits for a database that is away."""
    office = open_office(_settings_to_start())
    stop = _until_stopped()
    while not stop.is_set():
        try:
            _refuse_demo(office.settings, office.engine)
            break
        except DemoDatabase as refusal:
            _refuse(str(refusal))
        except SQLAlchemyError:
            logger.exception("store_unavailable")
            stop.wait(LOOK_AGAIN)
    return office, stop


def _prepare(settings: Settings) -> None:
    """The database in its newest shape; one of another shape that holds anything is copied first (R72)."""
    engine = open_engine(settings.database_url)
    if current_revision(engine) in (None, newest_revision()):
        upgrade(engine)
    else:
        office = open_office(settings)
        upgrade_with_copy(office, now=office.clock())
        office.engine.dispose()
    try:
        _refuse_demo(settings, engine)
    finally:
        engine.dispose()


def _refuse_demo(settings: Settings, engine: Engine) -> None:
    """Raises DemoDatabase in production (R68). A database without a shape holds nothing yet."""
    if settings.trial or current_revision(reading(engine)) is None:
        return
    with Session(reading(engine)) as db:
        if is_demo(db):
            raise DemoDatabase("这个数据库是演示用的，里面的站点都是编的。正式使用请换一个空的数据库。")


def _until_stopped() -> threading.Event:
    """Set by SIGTERM or Ctrl-C; what is in hand is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _refuse(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(2)
