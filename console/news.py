"""What is new for open pages: one watcher a process looks twice a second, streams wait for it and cost nothing."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import deque
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from console.desk import Desk
from models.database import reading
from models.message import Message
from models.reception import ReceptionTicket

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds; an open page hears within one
REMEMBERED = 100  # pieces of news for streams that are slow to wake


@dataclass(frozen=True, slots=True)
class News:
    """What one look found: whether the line of those who wait changed, and who holds the talks with new words."""

    line: bool
    holders: frozenset[int]


class Watcher:
    """Looks at the two marks that everything new moves: the newest message, the last change of a ticket."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._bell = threading.Condition()
        self._heard: deque[tuple[int, News]] = deque(maxlen=REMEMBERED)
        self._count = 0
        self._message = 0
        self._changed: dt.datetime | None = None
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    @property
    def heard(self) -> int:
        """How much this process has heard so far: where a new stream begins."""
        return self._count

    def start(self) -> None:
        """Begin to watch with the first stream; a process without consoles asks nothing."""
        with self._bell:
            if self._thread is not None:
                return
            self._look(first=True)
            self._thread = threading.Thread(target=self._watch, name="news", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Nobody is served from here any more."""
        self._over.set()

    def wait(self, after: int, timeout: float) -> list[News]:
        """What was heard after a mark; an empty list when nothing came in time."""
        with self._bell:
            self._bell.wait_for(lambda: self._count > after, timeout)
            return [news for number, news in self._heard if number > after]

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            try:
                self._look()
            except SQLAlchemyError:
                logger.warning("news_not_read")  # the store is away for a while; pages say so by themselves

    def _look(self, *, first: bool = False) -> None:
        with self._desk.sessions(bind=reading(self._desk.engine)) as db:
            message = db.scalar(select(func.max(Message.id))) or 0
            changed = db.scalar(select(func.max(ReceptionTicket.changed_at)))
            if first or (message == self._message and changed == self._changed):
                self._message, self._changed = message, changed
                return
            news = News(changed != self._changed, _holders(db, after=self._message))
        self._message, self._changed = message, changed
        if first or not (news.line or news.holders):
            return
        with self._bell:
            self._count += 1
            self._heard.append((self._count, news))
            self._bell.notify_all()


def _holders(db: Session, *, after: int) -> frozenset[int]:
    """The users who hold a talk in which something was said."""
    said = select(Message.conversation_id).where(Message.id > after)
    held = select(ReceptionTicket.taken_by_id).where(
        ReceptionTicket.state == "taken", ReceptionTicket.conversation_id.in_(said)
    )
    return frozenset(user_id for user_id in db.scalars(held) if user_id is not None)
