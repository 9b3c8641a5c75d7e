"""A helper model of the tests: a small server on loopback that speaks the protocol and says what it was told to say."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.helper_settings import HelperSettings


class Helper(ThreadingHTTPServer):
    """`says` is its next answer: words, or what a broken machine sends as (status, headers, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says: Any = "去镇上的服务站申请〔B01〕"
        self.finish = "stop"
        self.pause = 0.0  # seconds between two bytes of an answer
        self.before: Callable[[], object] = lambda: None  # what happens elsewhere while it thinks
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    @property
    def settings(self) -> HelperSettings:
        return HelperSettings(url=f"http://127.0.0.1:{self.server_port}/v1", model="small-model", key="key-canary")

    @property
    def heard(self) -> str:
        """Everything it was told, in the last call."""
        return json.dumps(self.asked[-1], ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    server: Helper

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append({"path": self.path, **json.loads(body)})
        self.server.headers.append(dict(self.headers.items()))
        self.server.before()
        if isinstance(self.server.says, str):
            choice = {
                "message": {"role": "assistant", "content": self.server.says},
                "finish_reason": self.server.finish,
            }
            self._send(200, {}, json.dumps({"choices": [choice]}).encode())
        else:
            self._send(*self.server.says)

    def do_GET(self) -> None:
        self.server.asked.append({"path": self.path})
        self._send(200, {}, b"{}")

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for place in range(len(body)) if self.server.pause else ():
                self.wfile.write(body[place : place + 1])
                time.sleep(self.server.pause)
            self.wfile.write(b"" if self.server.pause else body)
        except ConnectionError:
            return  # whoever asked has gone: that is what some tests are about

    def log_message(self, *_: object) -> None:
        """A test's output is not the place for an access log."""


@contextmanager
def a_helper() -> Iterator[Helper]:
    with Helper() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)
