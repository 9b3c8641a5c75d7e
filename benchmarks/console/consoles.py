"""Two hundred open pages: how soon each hears of news, and what they cost the server and the front door meanwhile."""

from __future__ import annotations

import select
import socket
import statistics
import threading
import time
from dataclasses import dataclass

from benchmarks.console.world import World
from benchmarks.inbound.load import Result, pace
from benchmarks.inbound.posts import Account, Post, Writer
from benchmarks.inbound.spent import cpu_seconds, family, mebibytes

OPEN, PIECES, RATE = 200, 40, 50.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What was seen."""

    heard_p50: float  # ms from the veteran's words to the volunteer's page
    heard_p95: float
    missed: int
    webhook_p50: float
    webhook_p99: float
    share: float  # of one core, with the front door's load
    idle_share: float  # of one core, when nothing happens
    memory: float  # MiB of the web process


def measure_consoles(port: int, pid: int, world: World, account: Account) -> Cost:
    streams = [_Stream(port, world.tokens[number % len(world.tokens)]) for number in range(OPEN)]
    time.sleep(3)
    used, began = cpu_seconds([pid]), time.perf_counter()
    time.sleep(5)
    idle = (cpu_seconds([pid]) - used) / (time.perf_counter() - began)
    loaded = _Load(port, account)
    loaded.start()
    used, began = cpu_seconds([pid]), time.perf_counter()
    heard = [_hear(port, number, world, account, streams) for number in range(PIECES)]
    share = (cpu_seconds([pid]) - used) / (time.perf_counter() - began)
    loaded.join()
    memory = max(mebibytes(process) for process in family(pid))
    for stream in streams:
        stream.socket.close()
    times = sorted(wait for wait in heard if wait is not None)
    cuts = statistics.quantiles(times, n=20)
    return Cost(
        cuts[9], cuts[18], heard.count(None), loaded.result.percentile(0.5), loaded.result.percentile(0.99), share,
        idle, memory,
    )  # fmt: skip


class _Stream:
    """One open page: a connection that waits for what the server says."""

    def __init__(self, port: int, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        head = f"GET /console/live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: desk={token}\r\n\r\n"
        self.socket.sendall(head.encode())
        if b" 200 " not in self.socket.recv(4096):
            raise RuntimeError("a stream was refused")

    def forget(self) -> None:
        """What has come so far, and was not read."""
        while select.select([self.socket], [], [], 0)[0] and self.socket.recv(65536):
            pass

    def heard(self, until: float) -> float | None:
        """When news came, if it did; heartbeats are none."""
        while (left := until - time.perf_counter()) > 0:
            if select.select([self.socket], [], [], left)[0] and b"data:" in self.socket.recv(65536):
                return time.perf_counter()
        return None


class _Load(threading.Thread):
    """The front door at work meanwhile: so many questions a second."""

    def __init__(self, port: int, account: Account) -> None:
        super().__init__(daemon=True)
        self._port = port
        # Questions only: none of them changes the line of those who wait, so that no page hears of anything but ours.
        writer = Writer(account)
        self._posts = [writer.say(f"o-bench-load-{number}", "优待证丢了咋办") for number in range(int(RATE * 30))]
        self.result = Result()

    def run(self) -> None:
        self.result = pace(self._port, iter(self._posts), connections=16, seconds=25, rate=RATE)


def _hear(port: int, number: int, world: World, account: Account, streams: list[_Stream]) -> float | None:
    """A veteran says a word in a talk; milliseconds until a page of the volunteer who holds it hears of it."""
    place = number % len(world.tokens)
    said: Post = Writer(account).say(world.contacts[place], f"在吗{number}")
    page = streams[place + len(world.tokens)]
    page.forget()
    began = time.perf_counter()
    if not pace(port, iter([said]), connections=1, seconds=0.02, rate=50).acknowledged:
        raise RuntimeError("the veteran's word was not taken")
    at = page.heard(began + 5)
    time.sleep(0.3)
    return None if at is None else 1000 * (at - began)
