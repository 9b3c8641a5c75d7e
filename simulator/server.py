"""The HTTP server of a simulator: loopback only, kept-alive connections, nothing printed."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


def check_loopback(host: str) -> None:
    """The simulator has no passwords, so it must not be reachable from outside."""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"the simulator listens on loopback only, not on {host}")


class _Connections:
    """The open connections of one server, so that stopping it ends them as a dead platform would."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def discard(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def cut(self) -> None:
        with self._lock:
            for connection in self._open:
                # One that is already gone at the other end cannot be shut down again.
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


def _handler(connections: _Connections) -> type[WSGIRequestHandler]:
    class Handler(WSGIRequestHandler):
        # Headers and body go out as two packets; with Nagle's algorithm each answer would take 40 ms longer.
        disable_nagle_algorithm = True
        timeout = 60

        def setup(self) -> None:
            super().setup()
            connections.add(self.connection)

        def finish(self) -> None:
            connections.discard(self.connection)
            super().finish()

        def log(self, _kind: str, _message: str, *_values: object) -> None:
            """Silent: request lines hold tokens."""

    return Handler


@contextmanager
def serving(app: Flask, host: str, port: int) -> Iterator[str]:
    """Serve in a thread while the block runs; gives the base address."""
    check_loopback(host)
    connections = _Connections()
    server = make_server(host, port, app, threaded=True, request_handler=_handler(connections))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        connections.cut()
        server.server_close()
