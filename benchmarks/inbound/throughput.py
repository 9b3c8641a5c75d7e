"""Turns a second: the four servers in turn, a different one first in every round."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.inbound import servers
from benchmarks.inbound.ledger import Books, audit
from benchmarks.inbound.load import Result, open_samples, press
from benchmarks.inbound.posts import Account, Post, build
from benchmarks.inbound.spent import cpu_seconds

WARM_UP = 1.0
MOST_A_SECOND = 7000  # posts to have ready; the fastest server here does not reach it

SESSION_OFF, AS_IT_COMES = "WeRoBot, session off", "WeRoBot as it comes"
ON_SQLITE, ON_POSTGRES = "frontdoor, SQLite", "frontdoor, PostgreSQL"


@dataclass(slots=True)
class Entry:
    """One server over all rounds."""

    name: str
    results: list[Result] = field(default_factory=list)
    books: list[Books] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # microseconds a turn, of server and database
    opened: int = 0

    @property
    def rates(self) -> list[float]:
        return [result.rate for result in self.results]

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def milliseconds(self, share: float) -> float:
        return statistics.median(result.percentile(share) for result in self.results)


@dataclass(frozen=True, slots=True)
class Plan:
    account: Account
    postgres_uri: str
    seconds: float
    runs: int
    connections: int
    workers: int


def measure(plan: Plan, say: Callable[[str], None]) -> list[Entry]:
    """Every server `runs` times."""
    entries = [Entry(name) for name in (AS_IT_COMES, SESSION_OFF, ON_SQLITE, ON_POSTGRES)]
    for turn in range(plan.runs):
        posts = build(plan.account, int(MOST_A_SECOND * (plan.seconds + WARM_UP)), seed=turn)
        first = turn % len(entries)
        for entry in entries[first:] + entries[:first]:
            _measure_once(plan, entry, posts)
            say(f"round {turn + 1}: {entry.name}: {entry.rates[-1]:,.0f}/s")
    return entries


def _measure_once(plan: Plan, entry: Entry, posts: list[Post]) -> None:
    folder = fresh_folder("run")
    database_url = database_for(entry.name, plan.postgres_uri, folder)
    queue = iter(posts)
    with _server(plan, entry.name, database_url, folder) as server:
        warm = press(server.port, queue, connections=plan.connections, seconds=WARM_UP)
        processes = [server.pid, servers.postgres_pid()] if entry.name == ON_POSTGRES else [server.pid]
        before = cpu_seconds(processes)
        result = press(server.port, queue, connections=plan.connections, seconds=plan.seconds)
        entry.cpu.append(1e6 * (cpu_seconds(processes) - before) / max(1, len(result.waits)))
    entry.results.append(result)
    entry.opened += open_samples(result, plan.account)
    if database_url:
        entry.books.append(audit(database_url, warm.acknowledged + result.acknowledged))


def _server(plan: Plan, name: str, database_url: str, folder: Path) -> AbstractContextManager[servers.Server]:
    if not database_url:
        return servers.werobot(plan.account, folder, session=name == AS_IT_COMES)
    return servers.frontdoor(plan.account, database_url, folder, workers=plan.workers)


def database_for(name: str, postgres_uri: str, folder: Path) -> str:
    """An empty database for one of our servers; nothing for the others."""
    if name == ON_POSTGRES:
        return servers.new_database(postgres_uri, "bench")
    return f"sqlite:///{folder / 'bench.db'}" if name == ON_SQLITE else ""


def fresh_folder(name: str) -> Path:
    folder = servers.FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
