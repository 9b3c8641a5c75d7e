"""Several processes as one command: start them, start again what dies, stop them all when told or killed."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

CHILD = (sys.executable, "-m", "bot.child")
LOOK_EVERY = 0.5
GRACE = 25.0  # seconds for what is in hand
STARTS_AT_ONCE = 5  # so many deaths in a row without a minute of life: something is wrong for good
LIVED = 60.0


@dataclass
class _Child:
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    looks: int = field(default=0)


def supervise(
    commands: Sequence[Sequence[str]],
    environ: Mapping[str, str] | None = None,
    when_up: Callable[[], None] | None = None,
) -> int:
    """Run the commands until SIGTERM, Ctrl-C, or until one keeps dying; the exit code. `when_up` is called once."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = [_Child(command) for command in commands]
    code = 0
    try:
        code = _look_after(children, environ)
        if when_up is not None:
            when_up()
        while not stop.is_set() and not code:
            code = _look_after(children, environ)
            stop.wait(LOOK_EVERY)
    finally:
        _end(children)
    return code


def _look_after(children: Sequence[_Child], environ: Mapping[str, str] | None) -> int:
    for child in children:
        if child.process is not None and child.process.poll() is None:
            child.looks += 1
            continue
        if child.process is not None:
            child.deaths = 1 if child.looks * LOOK_EVERY > LIVED else child.deaths + 1
            logger.error("process_ended", extra={"command": child.command[-1], "code": child.process.returncode})
            if child.deaths >= STARTS_AT_ONCE:
                return child.process.returncode or 1
        child.looks = 0
        # A group of its own: Ctrl-C in the terminal reaches us only, and we end them in order.
        child.process = subprocess.Popen(  # noqa: S603  our own command lines
            [*CHILD, str(os.getpid()), *child.command],
            env=dict(environ) if environ else os.environ.copy(),
            start_new_session=True,
        )
    return 0


def _end(children: Sequence[_Child]) -> None:
    living = [child.process for child in children if child.process is not None and child.process.poll() is None]
    for process in living:
        process.terminate()
    for process in living:
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
