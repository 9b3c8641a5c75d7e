"""Addresses longer than 4 KB, whatever they ask for (R14)."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import Client

from bot.addresses import ShortAddresses
from bot.app import HEADERS

ASKED: list[str] = []


def application(environ, start_response):
    """Notes what it was asked."""
    ASKED.append(environ["PATH_INFO"])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]


@pytest.fixture
def client() -> Client:
    ASKED.clear()
    return Client(ShortAddresses(application))


@pytest.mark.parametrize("path", ["/healthz?" + "x" * 4088, "/" + "y" * 4095, "/" + "%E4%B8%AD" * 455, "/"])
def test_up_to_four_kilobytes_are_read(client, path):
    assert client.get(path).text == "ok"


@pytest.mark.parametrize("path", ["/healthz?" + "x" * 4089, "/" + "y" * 4096, "/" + "%E4%B8%AD" * 456])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "FOO"])
def test_more_are_refused_before_anything_reads_them(client, path, method):
    response = client.open(path, method=method, data=b"x")
    assert response.status_code == 414
    assert ASKED == []
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    if method != "HEAD":
        assert re.fullmatch(r"地址太长了。编号 [0-9a-f]{8}", response.text)
        assert response.mimetype == "text/plain"
