"""Several processes as one command: what dies is started again; what keeps dying, SIGTERM and kill -9 end all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A process that is looked after: it notes its start, lives on or dies as told, and notes that it was ended.
CHILD = """
import os, signal, sys, time
name, lives, code = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def ended(*_):
    open(f"{name}.ended", "a").write("x")
    sys.exit(0)
signal.signal(signal.SIGTERM, ended)
with open(f"{name}.starts", "a") as starts:
    starts.write(f"{os.getpid()} {os.environ.get('SAID', '')}\\n")
if len(open(f"{name}.starts").readlines()) <= lives:
    os._exit(code)
while True:
    time.sleep(0.05)
"""
HELPER = """
import os, sys
from bot.supervisor import supervise
commands = [[sys.executable, "child.py", *words.split(",")] for words in sys.argv[1:]]
sys.exit(supervise(commands, os.environ | {"SAID": "hello"}, when_up=lambda: open("up", "a").write("x")))
"""


@pytest.fixture
def supervisor(tmp_path):
    """Starts the helper with children `name,deaths,exit code`; ended at the latest with the test."""
    (tmp_path / "child.py").write_text(CHILD)
    (tmp_path / "helper.py").write_text(HELPER)
    started = []

    def start(*children):
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen([sys.executable, "-m", "helper", *children], cwd=tmp_path, env=environ)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(10)


def pids(tmp_path, name):
    path = tmp_path / f"{name}.starts"
    return [int(line.split()[0]) for line in path.read_text().splitlines()] if path.exists() else []


def until(claim, seconds=15):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def lives(pid):
    """Whether it runs; one whose parent was killed may lie there dead until somebody clears it away."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_dies_is_started_again_and_the_others_go_on(supervisor, tmp_path):
    process = supervisor("web,2,1", "worker,0,0")
    until(lambda: len(pids(tmp_path, "web")) == 3)
    assert len(pids(tmp_path, "worker")) == 1
    assert (tmp_path / "up").read_text() == "x", "said once"
    assert "hello" in (tmp_path / "web.starts").read_text(), "the environment it was given"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_a_process_that_was_killed_is_started_again(supervisor, tmp_path):
    supervisor("web,0,0")
    until(lambda: pids(tmp_path, "web"))
    os.kill(pids(tmp_path, "web")[0], signal.SIGKILL)
    until(lambda: len(pids(tmp_path, "web")) == 2)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_all(supervisor, tmp_path, how):
    process = supervisor("web,0,0", "worker,0,0", "jobs,0,0")
    names = ("web", "worker", "jobs")
    until(lambda: all(pids(tmp_path, name) for name in names))
    process.send_signal(how)
    assert process.wait(10) == 0
    for name in names:
        assert (tmp_path / f"{name}.ended").read_text() == "x", "asked, not killed"
        assert not any(lives(pid) for pid in pids(tmp_path, name))


def test_killed_it_leaves_nobody(supervisor, tmp_path):
    process = supervisor("web,0,0", "worker,0,0", "jobs,0,0")
    names = ("web", "worker", "jobs")
    until(lambda: all(pids(tmp_path, name) for name in names))
    process.kill()
    process.wait(10)
    for name in names:
        until(lambda name=name: not any(lives(pid) for pid in pids(tmp_path, name)))
        assert (tmp_path / f"{name}.ended").read_text() == "x", "asked, not killed"


def test_a_child_whose_supervisor_is_gone_already_does_not_begin(tmp_path):
    nobody = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    command = [sys.executable, "-m", "bot.child", nobody.stdout.decode().strip(), "touch", str(tmp_path / "begun")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 1
    assert not (tmp_path / "begun").exists()


def test_one_that_keeps_dying_ends_all_with_its_code(supervisor, tmp_path):
    process = supervisor("worker,0,0", "web,99,3")
    assert process.wait(15) == 3
    assert len(pids(tmp_path, "web")) == 5
    assert (tmp_path / "worker.ended").read_text() == "x"
    assert not any(lives(pid) for pid in pids(tmp_path, "worker"))


def test_one_that_keeps_ending_well_is_no_success(supervisor):
    assert supervisor("web,99,0").wait(15) == 1
