"""The service as it runs: real processes, a real database, and a simulated platform beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.schema import upgrade
from bot.settings import PREFIX
from models.base import open_sessions
from models.database import open_engine
from models.vault import KeyRing, decode_key, new_key
from simulator import Platform

ACCOUNT = {
    "APP_ID": "wx00aa11bb22cc33dd",
    "APP_SECRET": "f" * 32,
    "TOKEN": "tripTokenTripToken26",
    "AES_KEY": "tripkeytripkeytripkeytripkeytripkeytripkeyA",
    "ORIGINAL_ID": "gh_trip00000000",
}


@dataclass
class Service:
    """Web and worker processes for one database, and the platform they talk to."""

    platform: Platform
    environ: dict[str, str]
    port: int
    engine: Engine
    sessions: sessionmaker[Session]
    logs: Path
    web_workers: int = 1
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *names: str) -> None:
        """Start `serve`, `deliver` or `jobs`; the web process is waited for. A second one is called `deliver2`."""
        for name in names:
            web = ["--port", str(self.port), "--workers", str(self.web_workers)]
            more = web if name == "serve" else []
            with self.log_of(name).open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "bot.cli", name.rstrip("0123456789"), *more],
                    env=os.environ | self.environ,
                    stderr=log,
                    start_new_session=True,
                )
        if "serve" in names:
            self.wait_until_ready()

    def log_of(self, name: str) -> Path:
        """What that process wrote to standard error."""
        return self.logs / f"{name}.log"

    def wait_until_ready(self, *, within: float = 40.0) -> None:
        ends = time.monotonic() + within
        while time.monotonic() < ends and self.processes["serve"].poll() is None:
            try:
                if requests.get(f"{self.url}/readyz", timeout=1).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the service did not come up: {self.log_of('serve').read_text()[-2000:]}")

    def wait_until_working(self, name: str, *, within: float = 40.0) -> None:
        """`deliver` and `jobs` say nothing when they begin; they do once they listen for SIGTERM."""
        ends, status = time.monotonic() + within, Path(f"/proc/{self.processes[name].pid}/status")
        while time.monotonic() < ends:
            caught = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigCgt"))
            if int(caught, 16) >> (signal.SIGTERM - 1) & 1:
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} did not begin: {self.log_of(name).read_text()[-2000:]}")

    def kill(self, name: str) -> None:
        """kill -9 of the whole process group: granian's workers too."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_one_of(self, name: str) -> None:
        """kill -9 of one of the processes it has started itself."""
        os.kill(children(self.processes[name].pid)[0], signal.SIGKILL)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(30)
        self.processes.clear()


def children(parent: int) -> list[int]:
    """Processes started by that one which still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, above = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it has just ended
        if int(above) == parent and state != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


@contextmanager
def running(
    database_url: str,
    folder: Path,
    *,
    mode: str = "safe",
    reply_limit: float = 5.0,
    workers: tuple[str, ...] = ("serve", "deliver"),
    settings: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """A platform and a service on an empty database."""
    engine = open_engine(database_url)
    upgrade(engine)
    platform = Platform(
        app_id=ACCOUNT["APP_ID"],
        app_secret=ACCOUNT["APP_SECRET"],
        token=ACCOUNT["TOKEN"],
        aes_key=ACCOUNT["AES_KEY"],
        original_id=ACCOUNT["ORIGINAL_ID"],
        mode=mode,
        reply_limit=reply_limit,
    )
    with platform.serve() as api_base:
        environ = _environ(database_url, folder, api_base, mode) | dict(settings or {})
        keys = KeyRing([decode_key(environ[f"{PREFIX}DATA_KEYS"])], decode_key(environ[f"{PREFIX}INDEX_KEY"]))
        sessions = open_sessions(engine, keys, audit_key=decode_key(environ[f"{PREFIX}AUDIT_KEY"]))
        service = Service(platform, environ, _free_port(), engine, sessions, folder)
        platform.webhook = f"{service.url}/channels/wechat_oa"
        try:
            service.start(*workers)
            yield service
        finally:
            service.stop()
            engine.dispose()


def _environ(database_url: str, folder: Path, api_base: str, mode: str) -> dict[str, str]:
    values = {f"WECHAT_{name}": value for name, value in ACCOUNT.items()} | {
        "MODE": "trial",
        "DATABASE_URL": database_url,
        "MEDIA_DIR": str(folder / "media"),
        "SECRET_KEY": "s" * 43,
        "DATA_KEYS": new_key(),
        "INDEX_KEY": new_key(),
        "AUDIT_KEY": new_key(),
        "PUBLIC_URL": "http://127.0.0.1",
        "WECHAT_API_BASE": api_base,
        "WECHAT_SECURITY": mode,
        "METRICS_TOKEN": "m" * 24,
    }
    return {PREFIX + name: value for name, value in values.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
