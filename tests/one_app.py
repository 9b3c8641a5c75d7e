"""One application for all tests of a process: to build it takes longer than most of them."""

from __future__ import annotations

from functools import cache

from flask import Flask

from bot.app import build_app, move_in
from bot.office import Office
from models.user import User
from models.user.sign_in import SignIn


def app_for(office: Office) -> Flask:
    """The application, at work for this office from now on; whoever was served before is so no more."""
    app = _built()
    if app.extensions.get("office") is not office:
        move_in(app, office)
    return app


def sign_in(name: str) -> str:
    """The token of a new sign-in of somebody, with the second factor shown, at the office that is at work.

    A password is slow on purpose, and the sign-in page has tests of its own.
    """
    desk = _built().extensions["desk"]
    with desk.sessions.begin() as db:
        user = User.named(db, name)
        assert user is not None, f"nobody is called {name}"
        row, token = SignIn.begin(db, user, own_device=False, now=desk.clock())
        row.factor_at = desk.clock()
    return token


@cache
def _built() -> Flask:
    return build_app()
