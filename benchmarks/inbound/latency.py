"""p50 and p99 at a steady 300 turns a second over a million stored messages."""

from __future__ import annotations

import random
import re
import statistics
from collections.abc import Callable, Iterator

from sqlalchemy import create_engine

from benchmarks.inbound import servers
from benchmarks.inbound.filling import MESSAGES, PHONES, fill
from benchmarks.inbound.ledger import audit
from benchmarks.inbound.load import Result, open_samples, pace
from benchmarks.inbound.posts import build
from benchmarks.inbound.throughput import ON_POSTGRES, ON_SQLITE, Plan, database_for, fresh_folder
from bot.schema import upgrade

RATE = 300.0
WARM_UP = 3.0
CONNECTIONS = 64  # a paced load must not wait for a connection of its own


def measure_latency(plan: Plan, say: Callable[[str], None]) -> str:
    """The table. Each database is filled once and then measured `runs` times."""
    lines = [
        f"| at {RATE:.0f} turns/s over {MESSAGES:,} messages | p50 ms | p99 ms, median (range) | answered/s | faults |",
        "|---|---|---|---|---|",
    ]
    for name in (ON_SQLITE, ON_POSTGRES):
        results = list(_runs(plan, name, say))
        slow = [result.percentile(0.99) for result in results]
        middle = statistics.median(result.percentile(0.5) for result in results)
        rate = statistics.median(result.rate for result in results)
        faults = sum(sum(result.faults.values()) for result in results)
        lines.append(
            f"| {name} | {middle:.1f} | {statistics.median(slow):.1f} ({min(slow):.1f}–{max(slow):.1f}) "
            f"| {rate:.0f} | {faults} |"
        )
    return "\n".join(lines)


def _runs(plan: Plan, name: str, say: Callable[[str], None]) -> Iterator[Result]:
    folder = fresh_folder("latency")
    database_url = database_for(name, plan.postgres_uri, folder)
    engine = create_engine(re.sub(r"^postgres(?:ql)?://", "postgresql+psycopg://", database_url))
    upgrade(engine)
    engine.dispose()
    fill(database_url)
    say(f"{name}: filled")
    # Phones with a history, in no order, so that no page of the database is warm by chance.
    phones = list(range(PHONES))
    random.Random(0).shuffle(phones)
    numbers = iter(phones)
    with servers.frontdoor(plan.account, database_url, folder, workers=plan.workers) as server:
        for turn in range(plan.runs):
            count = int(RATE * (plan.seconds + WARM_UP)) + 1
            posts = iter(build(plan.account, count, seed=turn, phones=numbers))
            warm = pace(server.port, posts, connections=CONNECTIONS, seconds=WARM_UP, rate=RATE)
            result = pace(server.port, posts, connections=CONNECTIONS, seconds=plan.seconds, rate=RATE)
            open_samples(result, plan.account)
            books = audit(database_url, warm.acknowledged + result.acknowledged)
            result.faults.update(lost=books.lost, doubled=books.doubled, unanswered=books.unanswered)
            say(f"{name}: p50 {result.percentile(0.5):.1f} p99 {result.percentile(0.99):.1f} ms {dict(result.faults)}")
            yield result
