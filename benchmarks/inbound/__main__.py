"""`.venv/bin/python -m benchmarks.inbound`: throughput; with --latency, --process or --flood one of the other parts."""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks.inbound.flood import measure_flood
from benchmarks.inbound.latency import measure_latency
from benchmarks.inbound.posts import make_account
from benchmarks.inbound.process import measure_process
from benchmarks.inbound.report import faults, throughput_table
from benchmarks.inbound.servers import FOLDER, postgres, prepare_bench_venv
from benchmarks.inbound.throughput import Plan, measure

CORES = {0, 1}
PARTS = {"latency": measure_latency, "process": measure_process, "flood": measure_flood}


def main() -> int:
    options = _options()
    os.sched_setaffinity(0, CORES)  # the servers, the database and the load inherit it
    FOLDER.mkdir(parents=True, exist_ok=True)
    with postgres() as uri:
        plan = Plan(make_account(), uri, options.seconds, options.runs, options.connections, options.workers)
        for chosen, part in PARTS.items():
            if getattr(options, chosen):
                print(part(plan, _say))
                return 0
        return _throughput(plan)


def _throughput(plan: Plan) -> int:
    prepare_bench_venv()
    entries = measure(plan, _say)
    print(throughput_table(entries))
    wrong = faults(entries)
    print("\n".join(wrong) or f"no faults; {sum(entry.opened for entry in entries):,} answers opened")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inbound", description=__doc__)
    parser.add_argument("--seconds", type=float, help="of one run; 3, or 15 with --latency")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--latency", action="store_true", help="p50 and p99 at 300 turns/s over 1,000,000 messages")
    parser.add_argument("--process", action="store_true", help="start-up time and memory of one web process")
    parser.add_argument("--flood", action="store_true", help="what others wait while one phone sends 500 messages")
    options = parser.parse_args()
    options.seconds = options.seconds or (15.0 if options.latency else 3.0)
    return options


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


sys.exit(main())
