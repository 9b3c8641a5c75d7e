"""The guard bites: no test reaches another machine, whatever way it tries, and this one is reached (R24)."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from bot.settings import PLATFORM

ELSEWHERE = "192.0.2.1"  # kept for documentation: nobody is there


def connect(family, address, how="connect"):
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.settimeout(1)
        getattr(one, how)(address)


def send_to(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", address)


WAYS = {
    "connect": lambda: connect(socket.AF_INET, (ELSEWHERE, 443)),
    "connect_ex": lambda: connect(socket.AF_INET, (ELSEWHERE, 443), how="connect_ex"),
    "IPv6": lambda: connect(socket.AF_INET6, ("2001:db8::1", 443)),
    "the metadata service": lambda: requests.get("http://169.254.169.254/", timeout=1),
    "a name": lambda: socket.getaddrinfo("api.weixin.qq.com", 443),
    "a name, the old way": lambda: socket.gethostbyname("api.weixin.qq.com"),
    "a name like ours": lambda: socket.getaddrinfo("localhost.example.com", 80),
    "the platform": lambda: requests.get(f"{PLATFORM}/cgi-bin/token", timeout=1),
    "a datagram": lambda: send_to((ELSEWHERE, 53)),
    "another thread": lambda: ThreadPoolExecutor(1).submit(connect, socket.AF_INET, (ELSEWHERE, 443)).result(),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_another_machine_is_not_reached_and_the_test_fails(way):
    with pytest.raises(pytest.fail.Exception, match="another machine"), suppress(Exception):
        way()


@pytest.mark.parametrize(
    ("family", "host"),
    [
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET, "127.8.8.8"),
        (socket.AF_INET, "localhost"),
        (socket.AF_INET6, "::1"),
    ],
)
def test_this_machine_is_reached(family, host):
    with socket.create_server((host, 0), family=family) as server:
        connect(family, server.getsockname()[:2])


def test_a_unix_socket_is_reached(tmp_path):
    path = str(tmp_path / "one")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        connect(socket.AF_UNIX, path)
