"""Start-up time and memory of one web process."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from benchmarks.inbound import servers
from benchmarks.inbound.load import pace
from benchmarks.inbound.posts import build
from benchmarks.inbound.spent import family, mebibytes
from benchmarks.inbound.throughput import ON_POSTGRES, ON_SQLITE, Plan, database_for, fresh_folder

TURNS, RATE = 1000, 150.0


def measure_process(plan: Plan, say: Callable[[str], None]) -> str:
    """The table: seconds from the command to /readyz, and MiB (PSS) of each process after 1,000 turns."""
    lines = [
        f"| one web process | until /readyz, s: empty database | again, median (range) | MiB (PSS) after {TURNS:,} turns |",
        "|---|---|---|---|",
    ]
    for name in (ON_SQLITE, ON_POSTGRES):
        folder = fresh_folder("process")
        database_url = database_for(name, plan.postgres_uri, folder)
        times, memory = [], ""
        for turn in range(plan.runs + 1):
            with servers.frontdoor(plan.account, database_url, folder, workers=1) as server:
                times.append(server.seconds_to_ready)
                if turn == plan.runs:
                    posts = iter(build(plan.account, TURNS, seed=0))
                    pace(server.port, posts, connections=plan.connections, seconds=TURNS / RATE, rate=RATE)
                    memory = _memory(server.pid)
            say(f"{name}: ready after {times[-1]:.2f} s {memory}")
        again = times[1:]
        lines.append(
            f"| {name} | {times[0]:.2f} | {statistics.median(again):.2f} ({min(again):.2f}–{max(again):.2f}) | {memory} |"
        )
    return "\n".join(lines)


def _memory(pid: int) -> str:
    """The web process first, the one that watches over it second."""
    sizes = sorted((mebibytes(process) for process in family(pid)), reverse=True)
    return " + ".join(f"{size:.0f}" for size in sizes)
