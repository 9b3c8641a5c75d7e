"""The stream that tells an open page that something changed, never what: the page fetches it by its own right (R39)."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator

from flask import Response, current_app

from console.desk import Desk, desk, signed
from console.news import News, Watcher
from console.page import Page
from models.database import reading
from models.user import User
from models.user.sign_in import SignIn

PAGE = Page("live")
MOST_OF_ONE = 3  # streams of one user (R62)
MOST_OF_ALL = 200  # each holds a thread; over that, pages ask by themselves
BEAT = 10.0  # seconds: keeps proxies from closing the stream, and bounds how long an ended sign-in still hears (R44)
LONGEST = 600.0


class Streams:
    """Which streams this process has open, and of whom. A fourth of one user ends the first: a page left behind."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._open: dict[int, list[int]] = {}

    def enter(self, user_id: int) -> int | None:
        """The number of a new stream; None when this process has no thread to spare."""
        with self._lock:
            if sum(map(len, self._open.values())) >= MOST_OF_ALL:
                return None
            number = next(self._numbers)
            self._open[user_id] = [*self._open.get(user_id, ())[-MOST_OF_ONE + 1 :], number]
            return number

    def goes_on(self, user_id: int, number: int) -> bool:
        with self._lock:
            return number in self._open.get(user_id, ())

    def leave(self, user_id: int, number: int) -> None:
        with self._lock:
            left = [other for other in self._open.get(user_id, ()) if other != number]
            self._open[user_id] = left
            if not left:
                del self._open[user_id]


@PAGE.get("/live", "session", "own_log", quiet=True)
def stream() -> Response:
    streams: Streams = current_app.extensions["streams"]
    number = streams.enter(signed().user_id)
    if number is None:
        return Response(status=204)  # the browser does not try again by itself; the page asks every few seconds
    told = _told(streams, desk(), signed().user_id, signed().sign_in_id, number)
    return Response(told, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _told(streams: Streams, office: Desk, user_id: int, sign_in_id: int, number: int) -> Iterator[bytes]:
    """Marks of change until the sign-in is over; for a while only, so that no thread is held for ever."""
    try:
        streams.watcher.start()
        heard, ends, checked = streams.watcher.heard, time.monotonic() + LONGEST, time.monotonic()
        yield b"retry: 3000\n\n"
        while time.monotonic() < ends and streams.goes_on(user_id, number):
            news = streams.watcher.wait(heard, BEAT)
            heard = streams.watcher.heard if news else heard
            if time.monotonic() - checked >= BEAT:
                checked = time.monotonic()
                if not _still_signed_in(office, user_id, sign_in_id):
                    yield b"event: over\ndata: {}\n\n"
                    return
            yield _event(news, user_id)
    finally:
        streams.leave(user_id, number)


def _event(news: list[News], user_id: int) -> bytes:
    ours = any(user_id in each.holders for each in news)
    line = any(each.line for each in news)
    if not (ours or line):
        return b": beat\n\n"
    return f"data: {json.dumps({'ring': ours or line, 'line': line})}\n\n".encode()


def _still_signed_in(office: Desk, user_id: int, sign_in_id: int) -> bool:
    with office.sessions(bind=reading(office.engine)) as db:
        row, owner = db.get(SignIn, sign_in_id), db.get(User, user_id)
        return row is not None and owner is not None and row.lives(owner, now=office.clock())
