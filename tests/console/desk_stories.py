"""Short ways to where a story at the reception's desk begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from models.conversation import Conversation
from models.reception import ReceptionTicket
from models.station import Station
from models.user import User
from tests.bot.channels.door import Clock
from tests.console.browser import Browser
from tests.models.room import a_talk, everything_left, says, talk_of, told


class Desk:
    """What the tests of the reception share: who waits, what was sent, what is stored."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self.sessions, self.clock = sessions, clock

    def somebody_waits(self, *said: str, station: str = "", **more: Any) -> str:
        """The name of the ticket in addresses."""
        with self.sessions.begin() as db:
            where = db.scalars(select(Station).where(Station.code == station)).one() if station else None
            return a_talk(db, *said, now=more.pop("now", self.clock()), station=where, **more).uid

    def says(self, uid: str, words: str) -> None:
        with self.sessions.begin() as db:
            says(db, talk_of(db, self.ticket(db, uid)), words, now=self.clock())

    def told(self, uid: str) -> list[str]:
        with self.sessions.begin() as db:
            return told(db, self.ticket(db, uid))

    def state(self, uid: str, *names: str) -> Any:
        with self.sessions.begin() as db:
            ticket = self.ticket(db, uid)
            found = [getattr(ticket, name) for name in names or ("state",)]
            return found[0] if len(found) == 1 else tuple(found)

    def everything_left(self, uid: str) -> None:
        with self.sessions.begin() as db:
            everything_left(db, self.ticket(db, uid), now=self.clock())

    def conversation(self, db: Session, uid: str) -> Conversation:
        return talk_of(db, self.ticket(db, uid))

    def person(self, shown_as: str) -> User:
        with self.sessions.begin() as db:
            return db.scalars(select(User).where(User.shown_as == shown_as)).one()

    @staticmethod
    def ticket(db: Session, uid: str) -> ReceptionTicket:
        return db.scalars(select(ReceptionTicket).where(ReceptionTicket.uid == uid)).one()


@pytest.fixture
def desk(sessions: sessionmaker[Session], clock: Clock) -> Desk:
    return Desk(sessions, clock)


@pytest.fixture
def chen(app: object, signed_in: Any) -> Browser:
    """小陈, a volunteer of the district, signed in."""
    return signed_in("volunteer", shown_as="小陈")


@pytest.fixture
def wang(app: object, signed_in: Any) -> Browser:
    """王姐, of the staff, signed in."""
    return signed_in("staff", shown_as="王姐")


def takes(browser: Browser, uid: str) -> None:
    browser.opens("/console/reception")
    answer = browser.sends(f"/console/reception/{uid}/taking")
    assert answer.status_code == 303, browser.reads()


def ago(**span: float) -> dt.timedelta:
    return dt.timedelta(**span)


@contextmanager
def statements_of(sessions: sessionmaker[Session]) -> Iterator[list[str]]:
    """What is run on the engine meanwhile."""
    ran: list[str] = []

    def note(*given: Any) -> None:
        ran.append(given[2])

    event.listen(sessions.kw["bind"], "before_cursor_execute", note)
    yield ran
    event.remove(sessions.kw["bind"], "before_cursor_execute", note)
