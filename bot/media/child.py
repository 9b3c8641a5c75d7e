"""The process in which files are decoded: `python -m bot.media.child KIND SECONDS MEMORY_MB`, file on stdin.

It gives up its rights before it reads the first byte, answers on stdout (answer.py) and ends. Started by apart.py.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Final

from bot.media.answer import write_cleaned, write_refusal
from bot.media.cleaning import clean
from bot.media.outcome import LARGEST, BadMedia

_OPEN_FILES: Final = 16  # three pipes, and a module Python loads late
_MEGABYTE: Final = 2**20


def main(kind: str, seconds: int, memory_mb: int) -> None:
    """Read one file, answer, end. What is raised here is a bug or a limit; the parent sees a child that died."""
    confine(seconds, memory_mb)
    try:
        data = sys.stdin.buffer.read(max(LARGEST.values()) + 1)
        answer = write_cleaned(clean(kind, data))
    except BadMedia as refused:
        answer = write_refusal(refused)
    except MemoryError:
        answer = write_refusal(BadMedia("out of memory"))
    sys.stdout.buffer.write(answer)


def confine(seconds: int, memory_mb: int) -> None:
    """Limit this process: CPU seconds, memory, no file written or made longer, few files open, no core dump.

    RLIMIT_AS counts address space, of which Pillow and PyAV take about 130 MB before any work (it varies with their
    versions). So the limit is what is taken now plus `memory_mb` to work in: by default about 390 MB in all.
    """
    # SIGXCPU at the first number says what happened; SIGKILL at the second ends a process that ignores it.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    limit(resource.RLIMIT_AS, _address_space() + memory_mb * _MEGABYTE)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    limit(resource.RLIMIT_CORE, 0)  # a crash must not leave the picture on the disk


def limit(what: int, value: int) -> None:
    """Lower the soft and the hard limit, so that it cannot be raised again (R58)."""
    resource.setrlimit(what, (value, value))


def _address_space() -> int:
    """Bytes of address space in use now (proc(5): the first number of statm, in pages)."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
