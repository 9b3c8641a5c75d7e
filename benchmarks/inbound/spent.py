"""What processes have used: CPU time and memory, read from /proc with all their children."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes, their children, and children that are gone."""
    return sum(_own_seconds(process) for pid in pids for process in family(pid))


def family(pid: int) -> list[int]:
    """A process and everything below it."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    ]
    return [pid, *(process for child in children for process in family(child))]


def mebibytes(pid: int) -> float:
    """The process's own share of memory (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _own_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended between two looks
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS
