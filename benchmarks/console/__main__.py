"""`.venv/bin/python -m benchmarks.console`: pages over a full database, and two hundred open consoles, on both kinds."""

from __future__ import annotations

import os
import sys

from benchmarks.console.consoles import OPEN, Cost, measure_consoles
from benchmarks.console.pages import measure_pages
from benchmarks.console.world import PHONES, build
from benchmarks.inbound import servers
from benchmarks.inbound.posts import make_account
from benchmarks.inbound.throughput import ON_POSTGRES, ON_SQLITE, database_for, fresh_folder

CORES = {0, 1}


def main() -> int:
    os.sched_setaffinity(0, CORES)
    servers.FOLDER.mkdir(parents=True, exist_ok=True)
    pages, costs = [], []
    with servers.postgres() as uri:
        for name in (ON_SQLITE, ON_POSTGRES):
            account, folder = make_account(), fresh_folder("console")
            environ = servers.frontdoor_environ(account, database_for(name, uri, folder), folder)
            world = build(environ)
            print(f"{name}: filled", file=sys.stderr, flush=True)
            with servers.frontdoor_with(environ, folder, workers=1) as server:
                pages += [(name, *row) for row in measure_pages(server.port, world)]
                costs.append((name, measure_consoles(server.port, server.pid, world, account)))
    print(_table(pages), _costs(costs), sep="\n\n")
    return 0


def _table(pages: list[tuple[str, str, float, float]]) -> str:
    head = f"| over {PHONES:,} conversations, 1,000,000 messages | page | p50 ms | p99 ms |\n|---|---|---|---|"
    return "\n".join([head, *(f"| {name} | {page} | {p50:.1f} | {p99:.1f} |" for name, page, p50, p99 in pages)])


def _costs(costs: list[tuple[str, Cost]]) -> str:
    head = (
        f"| {OPEN} open consoles | news p50 / p95 ms | missed | webhook p50 / p99 ms | of one core, idle / at work "
        "| MiB |\n|---|---|---|---|---|---|"
    )
    lines = [
        f"| {name} | {cost.heard_p50:.0f} / {cost.heard_p95:.0f} | {cost.missed} "
        f"| {cost.webhook_p50:.1f} / {cost.webhook_p99:.1f} | {cost.idle_share:.2f} / {cost.share:.2f} "
        f"| {cost.memory:.0f} |"
        for name, cost in costs
    ]
    return "\n".join([head, *lines])


sys.exit(main())
