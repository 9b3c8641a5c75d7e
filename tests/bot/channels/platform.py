"""A stand-in for the platform's API on loopback: it answers what the test told it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN_PATH = "/cgi-bin/stable_token"


@dataclass
class Reply:
    """One answer. `pause` seconds pass before it; `drip` sends it byte by byte with that pause."""

    body: bytes | dict[str, Any] = b""
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0
    drip: float = 0
    length: int | None = None
    hang_up: bool = False


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Script = Callable[[Asked], Reply]


class Platform:
    """Answers by path: a list is used up, its last answer stays; a function is asked each time."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.base = f"http://127.0.0.1:{server.server_port}"
        self.asked: list[Asked] = []
        self.replies: dict[str, list[Reply] | Script] = {}
        self.tokens_given = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()

    def says(self, path: str, *replies: Reply | dict[str, Any] | Script) -> None:
        if len(replies) == 1 and callable(replies[0]):
            self.replies[f"/cgi-bin/{path}"] = replies[0]
            return
        self.replies[f"/cgi-bin/{path}"] = [one if isinstance(one, Reply) else Reply(one) for one in replies]

    def count(self, path: str) -> int:
        return sum(asked.path == f"/cgi-bin/{path}" for asked in self.asked)

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            script = self.replies.get(asked.path)
            if script is None and asked.path == TOKEN_PATH:
                self.tokens_given += 1
                return Reply({"access_token": f"TOKEN-CANARY-{self.tokens_given}", "expires_in": 7200})
            if script is None:
                return Reply({"errcode": 0, "errmsg": "ok"})
            if isinstance(script, list):
                return script.pop(0) if len(script) > 1 else script[0]
        return script(asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    platform: Platform


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):  # the client had enough
            self.close_connection = True

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.command, address.path, parse_qs(address.query), dict(self.headers), body)
        reply = self.server.platform.reply(asked)
        self.server.platform.closing.wait(reply.pause)
        if reply.hang_up:
            self.close_connection = True
        else:
            self._answer(reply)

    def do_GET(self) -> None:
        self.do_POST()

    def _answer(self, reply: Reply) -> None:
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        length = len(content) if reply.length is None else reply.length
        for name, text in {"Content-Type": reply.kind, "Content-Length": str(length), **reply.headers}.items():
            self.send_header(name, text)
        self.end_headers()
        step = 1 if reply.drip else max(1, len(content))
        for place in range(0, len(content), step):
            if self.server.platform.closing.wait(reply.drip):
                return
            self.wfile.write(content[place : place + step])
        self.close_connection = length != len(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def open_platform() -> Iterator[Platform]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.platform = Platform(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.platform
    finally:
        server.platform.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
