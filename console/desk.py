"""What a view reaches for: the office's means, the request's transaction, and who is at the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar, cast

from flask import abort, current_app, g
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from knowledge_base.library import Library
from models.audit import AuditEntry, nameless
from models.base import Base
from models.petition.clock import day_of
from models.user import User
from models.user.authority import Actor
from models.user.sign_in import SignIn
from models.user.visible import is_hidden, visible

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Desk:
    """The means of the office that the console works with, put together in bot/office.py."""

    sessions: sessionmaker[Session]
    engine: Engine
    clock: Callable[[], dt.datetime]
    library: Callable[[], Library]
    read_media: Callable[[str], bytes]
    public_url: str
    trial: bool
    can_notify: bool = False  # whether there is a template for notices to those who have been silent for long
    has_helper: bool = False  # whether a model of the office's own may draft answers for colleagues

    @property
    def secure(self) -> bool:
        """Whether cookies may insist on https; a trial on this machine has none."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is at the desk. The rows are detached copies; a view that writes takes `user()`."""

    user_id: int
    name: str
    shown_as: str
    actor: Actor
    sign_in_id: int
    factor_shown: bool
    proved_at: dt.datetime


def desk() -> Desk:
    return cast(Desk, current_app.extensions["desk"])


def db() -> Session:
    """The transaction of this request: committed when the view returns, rolled back when it raises."""
    return cast(Session, g.db)


def now() -> dt.datetime:
    """The moment of this request, the same all through it."""
    return cast(dt.datetime, g.now)


def today() -> dt.date:
    """The day of this request in Guiyang."""
    return day_of(now())


def signed() -> Signed:
    return cast(Signed, g.signed)


def actor() -> Actor:
    return signed().actor


def user() -> User:
    """The row of the person at the desk, in this transaction."""
    return db().get_one(User, signed().user_id)


def sign_in() -> SignIn:
    return db().get_one(SignIn, signed().sign_in_id)


def library() -> Library:
    return desk().library()


def seen(model: type[Row], uid: str, resource: str, action: str, *, by: str = "uid") -> Row:
    """The row of this name, if the person may reach it for this act.

    Out of scope is 403, since a colleague may have it; what is restricted, withdrawn or not there looks the same: 404.
    """
    named = getattr(model, by) == uid
    found = db().scalars(visible(model, actor(), resource, action).where(named)).first()
    if found is None:
        row = db().scalars(select(model).where(named)).first()
        if row is None:
            abort(404)
        turn_away(getattr(row, "uid", uid), f"{resource}.{action}", hidden=is_hidden(db(), row, actor()))
    return found


def turn_away(subject: str, wanted: str, *, hidden: bool) -> NoReturn:
    """Refuse a row that is there. The guard notes the try when its transaction has been rolled back (R45).

    What is hidden is answered like a name that does not exist, and has a random one in the audit (X2).
    """
    g.refused = (nameless() if hidden else subject, wanted)
    abort(404 if hidden else 403)


def note(act: str, subject: str, detail: str = "") -> None:
    """Write to the audit who did what; the last thing a view does, since it holds the chain until the commit."""
    AuditEntry.write(db(), actor=f"user {signed().user_id}", act=act, subject=subject, detail=detail, now=now())


def note_apart(act: str, subject: str, detail: str = "") -> None:
    """The same in a transaction of its own: for what is only read, and for what was refused (R45)."""
    who = f"user {g.signed.user_id}" if "signed" in g else "nobody"
    with desk().sessions.begin() as apart:
        AuditEntry.write(apart, actor=who, act=act, subject=subject, detail=detail, now=now())
