"""Petitions as the console finds them: filed by a veteran, in somebody's hands."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.audit import AuditEntry
from models.conversation import Conversation
from models.message import Message
from models.petition import Petition
from models.user import User
from tests.console.browser import Browser
from tests.make import NOON, make_petition

DAY = dt.timedelta(days=1)
PHONE = "13800006021"


def filed(
    sessions: sessionmaker[Session], *, officer: str = "", now: dt.datetime = NOON, who: str = "laozhou", **told: Any
) -> str:
    """The number of a petition on record, given to an officer by sign-in name."""
    with sessions.begin() as db:
        talk = Conversation.of(db, "wechat_oa", who, now=now, refills="message")
        petition = make_petition(db, talk, now=now, **told)
        if officer:
            petition.officer_id = User.named(db, officer).id
        return petition.number


def petition(db: Session, number: str) -> Petition:
    return db.scalars(select(Petition).where(Petition.number == number)).one()


def happened(sessions: sessionmaker[Session], number: str) -> list[str]:
    with sessions.begin() as db:
        return [event.what for event in petition(db, number).history(db)]


def told(sessions: sessionmaker[Session], number: str) -> list[str]:
    """What left for the veteran."""
    with sessions.begin() as db:
        mine = Message.conversation_id == petition(db, number).conversation_id
        return [message.words for message in db.scalars(select(Message).where(mine, Message.author == "staff"))]


def noted(sessions: sessionmaker[Session], act: str) -> list[AuditEntry]:
    with sessions.begin() as db:
        return list(db.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id)))


def does(browser: Browser, number: str, act: str, /, **fields: str) -> int:
    """Open the page, send one of its forms; how it was answered."""
    browser.opens(f"/console/petitions/{number}")
    return browser.sends(f"/console/petitions/{number}/{act}", **fields).status_code


def numbers(browser: Browser, path: str = "/console/petitions") -> list[str]:
    """The numbers in the list, from top to bottom."""
    browser.opens(path)
    words = browser.page.text.split("<tbody>")[1] if "<tbody>" in browser.page.text else ""
    return [part.split('"')[0] for part in words.split("/console/petitions/")[1:]]
