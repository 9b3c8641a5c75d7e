"""What ten phones wait while an eleventh sends 500 messages at once (security.md R62)."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.inbound import servers
from benchmarks.inbound.load import Result, pace
from benchmarks.inbound.posts import Post, Writer, contact, questions
from benchmarks.inbound.throughput import ON_POSTGRES, ON_SQLITE, Plan, database_for, fresh_folder

FLOOD, FLOOD_CONNECTIONS = 500, 32
OTHERS, RATE = 10, 10.0  # phones, and questions a second of them all
SECONDS = 15.0
AT_ONCE = 1e6  # a second


def measure_flood(plan: Plan, say: Callable[[str], None]) -> str:
    """The table: the wait of the ten without a flood, and with one."""
    lines = [
        f"| {OTHERS} phones, {RATE:.0f} questions a second | alone: p50 / p95 ms | while another sends {FLOOD}: p50 / p95 ms | faults |",
        "|---|---|---|---|",
    ]
    for name in (ON_SQLITE, ON_POSTGRES):
        folder = fresh_folder("flood")
        with servers.frontdoor(
            plan.account, database_for(name, plan.postgres_uri, folder), folder, workers=plan.workers
        ) as server:
            writer = Writer(plan.account)
            alone = _others(server.port, writer)
            with ThreadPoolExecutor(1) as pool:
                sending = pool.submit(_flood, server.port, writer)
                beside = _others(server.port, writer)
            flood = sending.result()
        faults = alone.faults + beside.faults + flood.faults
        say(f"{name}: {len(flood.waits)} of the flood answered, {dict(faults)}")
        shown = " | ".join(f"{each.percentile(0.5):.0f} / {each.percentile(0.95):.0f}" for each in (alone, beside))
        lines.append(f"| {name} | {shown} | {sum(faults.values())} |")
    return "\n".join(lines)


def _others(port: int, writer: Writer) -> Result:
    return pace(port, _asked(writer, range(1, OTHERS + 1)), connections=OTHERS, seconds=SECONDS, rate=RATE)


def _flood(port: int, writer: Writer) -> Result:
    return pace(port, _asked(writer, [0]), connections=FLOOD_CONNECTIONS, seconds=FLOOD / AT_ONCE, rate=AT_ONCE)


def _asked(writer: Writer, phones: range | list[int]) -> Iterator[Post]:
    chance = random.Random(0)
    return (writer.say(contact(phone), chance.choice(questions())) for phone in itertools.cycle(phones))
