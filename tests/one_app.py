"""One application for all tests of a process: to build it takes longer than most of them."""

from __future__ import annotations

from functools import cache

from flask import Flask

from bot.app import build_app, move_in
from bot.office import Office


def app_for(office: Office) -> Flask:
    """The application, at work for this office from now on; whoever was served before is so no more."""
    app = _built()
    if app.extensions.get("office") is not office:
        move_in(app, office)
    return app


@cache
def _built() -> Flask:
    return build_app()
