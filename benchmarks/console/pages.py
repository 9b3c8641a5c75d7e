"""The pages a volunteer has open all day: how long the server takes for each, one after the other."""

from __future__ import annotations

import http.client
import statistics
import time

from benchmarks.console.world import World

LOOKS = 200


def measure_pages(port: int, world: World) -> list[tuple[str, float, float]]:
    """(page, p50, p99 in ms) of the line, a talk, and the fragments that news makes a page fetch."""
    talk = f"/console/reception/{world.talks[0]}"
    addresses = {
        "queue page": "/console/reception",
        "chat page": talk,
        "queue fragment": "/console/reception/line",
        "chat fragment": f"{talk}/messages?after=0",
    }
    return [(name, *_timed(port, address, world.tokens[0])) for name, address in addresses.items()]


def _timed(port: int, address: str, token: str) -> tuple[float, float]:
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(LOOKS):
        began = time.perf_counter()
        connection.request("GET", address, headers={"Cookie": f"desk={token}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}")
        times.append(1000 * (time.perf_counter() - began))
    connection.close()
    cuts = statistics.quantiles(times, n=100)
    return cuts[49], cuts[98]
