"""The tests run with the network closed: only this machine is reached (R24). Python tells; nothing is replaced."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from typing import Any

import pytest

# Audit events of Python, and which of their arguments says where to.
TO_ADDRESS = {"socket.connect": 1, "socket.sendto": 1}
TO_NAME = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
ASKED = TO_ADDRESS | TO_NAME


def close_egress() -> None:
    """From now on, in this process and for good, whoever looks for another machine fails the test."""
    sys.addaudithook(_look)


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ASKED:
        return
    where = arguments[ASKED[event]]
    if event in TO_ADDRESS:
        where = where[0] if isinstance(where, tuple) else None  # a Unix socket has a path
    if not is_here(where):
        # No Exception: code that catches those is what is tested.
        pytest.fail(f"a test looked for another machine: {event} {where!r}")


def is_here(host: Any) -> bool:
    """Whether a host is this machine; None and "" are, for whoever binds."""
    if not isinstance(host, (str, bytes)):
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    try:
        return name in ("", "localhost") or ip_address(name).is_loopback
    except ValueError:
        return False
