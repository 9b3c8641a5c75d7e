"""frontdoor serve, deliver, jobs: the processes; demo: all of them beside a simulated platform."""

from __future__ import annotations

import signal
import sys
import threading

import click
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy.orm import Session

from bot.backup import upgrade_with_copy
from bot.cli.settings import office_or_exit, settings_or_exit
from bot.delivery import deliver as deliver_until
from bot.demo import run_demo
from bot.demo_data import is_demo
from bot.jobs import JobRunner
from bot.logs import set_up_logs
from bot.office import open_office
from bot.schema import SchemaIsNewer, current_revision, newest_revision, upgrade
from bot.settings import Settings
from bot.supervisor import supervise
from models.database import open_engine

THREADS = 4  # of one web process; more only fight for the interpreter (docs/benchmarks.md)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="网页进程数；SQLite 只能是 1。")
@click.option("--all", "everything", is_flag=True, help="连同发送和定时任务一起启动。")
def serve(host: str, port: int, workers: int, *, everything: bool) -> None:
    """启动网页服务；空的数据库会自己准备好。"""
    set_up_logs()
    settings = settings_or_exit()
    if settings.database_url.startswith("sqlite") and workers > 1:
        click.echo("SQLite 只能用一个网页进程，请去掉 --workers，或改用 PostgreSQL。", err=True)
        sys.exit(2)
    try:
        _prepare(settings)
    except (SchemaIsNewer, DemoDatabase) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)
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
        log_access=False,  # an access log would hold signatures and openids (R21)
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


@click.command()
def deliver() -> None:
    """发送排队的消息，取回照片和录音。可以启动多个。"""
    set_up_logs()
    deliver_until(office_or_exit(), _until_stopped())


@click.command()
def jobs() -> None:
    """定时任务。可以启动多个，同一时间只有一个在做。"""
    set_up_logs()
    JobRunner(office_or_exit()).run(_until_stopped())


@click.command()
@click.option("--port", default=8000, show_default=True, help="服务的端口。")
@click.option("--phone-port", default=8099, show_default=True, help="模拟手机的端口。")
def demo(port: int, phone_port: int) -> None:
    """演示：不用公众号，在本机打开一部模拟的手机。"""
    sys.exit(run_demo(port=port, phone_port=phone_port))


class DemoDatabase(Exception):
    """Production must not start on invented data."""


def _prepare(settings: Settings) -> None:
    """The database in its newest shape; one of another shape that holds anything is copied first (R72)."""
    engine = open_engine(settings.database_url)
    if current_revision(engine) in (None, newest_revision()):
        upgrade(engine)
    else:
        office = open_office(settings)
        upgrade_with_copy(office, now=office.clock())
        office.engine.dispose()
    with Session(engine) as db:
        demo = is_demo(db)
    engine.dispose()
    if demo and not settings.trial:
        raise DemoDatabase("这个数据库是演示用的，里面的站点都是编的。正式使用请换一个空的数据库。")


def _until_stopped() -> threading.Event:
    """Set by SIGTERM or Ctrl-C; what is in hand is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
