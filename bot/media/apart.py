"""Cleaning in a process of its own: whatever a crafted file does to a decoder, it does it there (R55, R58).

Nothing of the file is decoded here; the first bytes and the size are looked at, to spare a process for the plain cases.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Final

from bot.media.answer import LONGEST_ANSWER, read_answer
from bot.media.outcome import BadMedia, Cleaned, check_size
from bot.media.signature import HEAD_BYTES, sniff

logger = logging.getLogger(__name__)

_TAKEN: Final = {
    "image": {"image/jpeg", "image/png", "image/webp"},
    "voice": {"audio/amr", "audio/amr-wb"},
    "video": {"video/mp4"},
}
# `-m` looks for modules in the working directory first, so the child finds this very package, installed or not.
_ROOT: Final = Path(__file__).resolve().parents[2]
_PIECE: Final = 64 * 1024


def clean_in_child(kind: str, data: bytes, *, seconds: float = 10, memory_mb: int = 256) -> Cleaned:
    """clean(kind, data) in a fresh process with `seconds` of clock and of CPU and `memory_mb` to work in.

    BadMedia when the file is refused, and when the child runs out of time or memory, or dies.
    """
    check_size(kind, data)
    if sniff(data[:HEAD_BYTES]) not in _TAKEN[kind]:
        raise BadMedia("wrong type")
    deadline = time.monotonic() + seconds
    with _child(kind, seconds, memory_mb) as child:
        try:
            answer = _exchange(child, data, deadline)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # the group: a decoder that was taken over may have started more
    if child.returncode == -signal.SIGXCPU:
        raise BadMedia("out of time")
    if not answer:
        # Told apart from a refusal, since a broken installation would look like a broken picture for ever.
        logger.warning("media_child_died", extra={"status": child.returncode})
    return read_answer(kind, answer)


def _child(kind: str, seconds: float, memory_mb: int) -> subprocess.Popen[bytes]:
    """Start the child without our environment (it holds the keys), without our open files, silent on stderr.

    The CPU limit repeats the clock for a child whose parent has died and can no longer end it.
    """
    command = [sys.executable, "-s", "-B", "-m", "bot.media.child", kind, str(math.ceil(seconds)), str(memory_mb)]
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module; no word comes from outside
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=_ROOT,
        env={},
        start_new_session=True,
    )


def _exchange(child: subprocess.Popen[bytes], data: bytes, deadline: float) -> bytes:
    """Feed the child and hear it out, never past the deadline (monotonic seconds), never more than LONGEST_ANSWER.

    Popen.communicate() would keep any amount that a decoder which was taken over cares to write.
    """
    if child.stdin is None or child.stdout is None:
        raise ValueError("the child has no pipes")
    left, answer = memoryview(data), bytearray()
    os.set_blocking(child.stdin.fileno(), False)
    with selectors.DefaultSelector() as pipes:
        pipes.register(child.stdin, selectors.EVENT_WRITE)
        pipes.register(child.stdout, selectors.EVENT_READ)
        while len(answer) <= LONGEST_ANSWER:
            ready = pipes.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise BadMedia("out of time")
            for key, _ in ready:
                if key.fileobj is child.stdin:
                    left = _fed(child.stdin, left)
                    if not left:
                        pipes.unregister(child.stdin)
                        child.stdin.close()
                elif piece := os.read(child.stdout.fileno(), _PIECE):
                    answer += piece
                else:
                    return bytes(answer)
    raise BadMedia("cut off")


def _fed(pipe: IO[bytes], left: memoryview) -> memoryview:
    """What is still to be written; nothing once the child reads no more, since its answer then says why."""
    try:
        return left[os.write(pipe.fileno(), left[:_PIECE]) :]
    except BrokenPipeError:
        return left[:0]
