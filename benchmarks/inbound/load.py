"""The load: raw keep-alive sockets behind one epoll, cheap enough to share two cores with what it measures."""

from __future__ import annotations

import re
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from benchmarks.inbound.posts import Account, Post
from simulator.crypto import BadEnvelope, Envelope

PATIENCE = 20.0  # seconds without any answer before the load gives up
SAMPLED = 25  # every so many answers is opened afterwards
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.I)
_CLOSES = re.compile(rb"connection: *close", re.I)
_SEALED = re.compile(rb"<Encrypt>(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)")


@dataclass(slots=True)
class Result:
    """What came of one load."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)  # seconds from due (or sent) to answered, one a turn
    acknowledged: list[str] = field(default_factory=list)
    samples: list[bytes] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the turns was answered."""
        waits = sorted(self.waits)
        return 1000 * waits[min(len(waits) - 1, int(share * len(waits)))] if waits else float("nan")


class _Connection:
    """One socket to the server; opened again when the server closes it, as its workers may."""

    def __init__(self, port: int, poll: select.epoll) -> None:
        self._port, self._poll = port, poll
        self.post: Post | None = None
        self.began = 0.0
        self.received = b""
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll.register(self.socket.fileno(), select.EPOLLIN)

    def again(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        self._poll.unregister(self.socket.fileno())
        self.socket.close()

    def send(self, post: Post, began: float) -> None:
        self.post, self.began, self.received = post, began, b""
        self.socket.sendall(post.request)

    def receive(self) -> bytes | None:
        """The whole answer once it is there; b"" when the connection broke."""
        try:
            part = self.socket.recv(65536)
        except OSError:
            part = b""
        if not part:
            return b""
        self.received += part
        head, gap, body = self.received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if gap else None
        return self.received if length and len(body) >= int(length[1]) else None


def press(port: int, posts: Iterator[Post], *, connections: int, seconds: float) -> Result:
    """Closed loop: every connection sends its next post as soon as it has its answer."""
    until = time.perf_counter() + seconds

    def due(now: float, _sent: int) -> float | None:
        return now if now < until else None

    return _run(port, posts, connections, due)


def pace(port: int, posts: Iterator[Post], *, connections: int, seconds: float, rate: float) -> Result:
    """Open loop: posts fall due at a fixed pace whatever the server does; waiting for a connection counts."""
    began = time.perf_counter()

    def due(_now: float, sent: int) -> float | None:
        return began + sent / rate if sent < rate * seconds else None

    return _run(port, posts, connections, due)


def _run(port: int, posts: Iterator[Post], connections: int, due: Callable[[float, int], float | None]) -> Result:
    result, poll = Result(), select.epoll()
    idle = [_Connection(port, poll) for _ in range(connections)]
    by_number = {connection.socket.fileno(): connection for connection in idle}
    sent, began = 0, time.perf_counter()
    while True:
        now = time.perf_counter()
        while idle and (at := due(now, sent)) is not None and at <= now:
            idle.pop().send(next(posts), at)
            sent += 1
        if len(idle) == connections and at is None:
            break
        # Only a paced load with an idle connection has to wake up for itself.
        timeout = max(0.0, at - now) if idle and at is not None else PATIENCE
        answered = poll.poll(timeout)
        if not answered and timeout == PATIENCE:
            raise RuntimeError(f"no answer for {PATIENCE:.0f} seconds")
        idle += [connection for number, _ in answered if (connection := _hear(result, by_number, number))]
    result.seconds = time.perf_counter() - began
    for connection in idle:
        connection.close()
    return result


def _hear(result: Result, by_number: dict[int, _Connection], number: int) -> _Connection | None:
    """Read from one socket; the connection, when it has become free for the next post."""
    connection = by_number[number]
    answer = connection.receive()
    if answer is None:
        return None
    closes = not answer or _note(result, connection, answer)
    if not answer and connection.post is not None:
        result.faults["broken connection"] += 1
    if closes:
        del by_number[number]
        connection.again()
        by_number[connection.socket.fileno()] = connection
    was_busy, connection.post = connection.post is not None, None
    return connection if was_busy else None


def _note(result: Result, connection: _Connection, answer: bytes) -> bool:
    """Keep what the measurement needs; True when the server closes the connection."""
    assert connection.post is not None
    result.waits.append(time.perf_counter() - connection.began)
    if answer[9:12] == b"200":
        result.acknowledged.append(connection.post.key)
        if len(result.acknowledged) % SAMPLED == 0:
            result.samples.append(answer)
    else:
        result.faults[f"HTTP {answer[9:12].decode()}"] += 1
    return bool(_CLOSES.search(answer, 0, 400))


def open_samples(result: Result, account: Account) -> int:
    """Open the sampled answers; how many there were. What is no sealed text becomes a fault."""
    envelope = Envelope(account.aes_key, account.app_id)
    for answer in result.samples:
        found = _SEALED.search(answer)
        try:
            inner = envelope.open(found[1].decode()) if found else ""
        except BadEnvelope:
            inner = ""
        if "text" not in inner or "<Content>" not in inner:
            result.faults["answer without words"] += 1
    return len(result.samples)
