"""`serve --all` from outside: the address it takes, and that nothing of it is left when it was killed (R14)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.trips.desk import wait_for
from tests.trips.service import Service, children, running


@pytest.fixture
def everything(tmp_path: Path) -> Iterator[Service]:
    """Web, worker and jobs under one supervisor."""
    with running(f"sqlite:///{tmp_path}/trip.db", tmp_path, workers=()) as service:
        command = [sys.executable, "-m", "bot.cli", "serve", "--all", "--port", str(service.port)]
        with service.log_of("serve").open("ab") as log:
            service.processes["serve"] = subprocess.Popen(command, env=os.environ | service.environ, stderr=log)
        service.wait_until_ready()
        yield service


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_long_addresses_are_refused_and_a_supervisor_killed_leaves_nobody(everything: Service) -> None:
    for path in ("/healthz?", "/nowhere?", "/channels/wechat_oa?"):
        assert requests.get(f"{everything.url}{path}{'x' * 3000}", timeout=5).status_code != 414
        answer = requests.get(f"{everything.url}{path}{'x' * 5000}", timeout=5)
        assert answer.status_code == 414
        assert "地址太长了" in answer.text

    supervisor = everything.processes["serve"]
    three = children(supervisor.pid)
    workers = [child for pid in three for child in children(pid)]
    assert len(three) == 3
    assert workers, "the web server's own"
    supervisor.kill()
    supervisor.wait(10)
    wait_for(lambda: not any(runs(pid) for pid in (*three, *workers)))
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{everything.url}/healthz", timeout=5)
