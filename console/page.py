"""A page group: its routes, each with what it needs of whoever calls it, and its place in the menu.

Nothing is reachable that has not said what it needs: the guard refuses every view without a `Need`.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from console.desk import desk, note_apart, now, signed, user
from models.base import DomainError
from models.database import reading
from models.draft import Submission
from models.user.authority import is_logged, is_public

View = Callable[..., Any]
HERE = Path(__file__).parent
ONCE = "once"  # the field with a form's own key


class Moved(DomainError):
    """The account changed while the form was under way: a role ended, or all sign-ins were ended (R44)."""


@dataclass(frozen=True, slots=True)
class Later:
    """What a view answers with when it takes long to make: made once the transaction is over, and committed."""

    make: Callable[[], BaseResponse]


@dataclass(frozen=True, slots=True)
class Need:
    """What a view needs: a line of authority.csv for one of the caller's roles.

    `quiet`: a call the page makes by itself, which does not count as use of the sign-in (R33).
    `fresh`: the password has to have been given in the last five minutes (R36).
    """

    resource: str
    action: str
    quiet: bool = False
    fresh: bool = False


def needs(resource: str, action: str, *, quiet: bool = False, fresh: bool = False) -> Callable[[View], View]:
    """Declare what a view needs; also for the views that are not of the console."""

    def declare(view: View) -> View:
        view.need = Need(resource, action, quiet, fresh)  # type: ignore[attr-defined]
        return view

    return declare


class Page:
    """One file of the console. `menu`: its entry, shown to whoever may open it; `first`: the view it leads to."""

    def __init__(self, name: str, *, menu: str = "", first: str = "") -> None:
        self.name = name
        self.menu = menu
        self.first = f"{name}.{first}"
        self.blueprint = Blueprint(name, __name__, url_prefix="/console")
        self.current = False
        self._needs: dict[str, Need] = {}

    def get(self, path: str, resource: str, action: str, *, quiet: bool = False) -> Callable[[View], View]:
        """A page or fragment. It reads in a transaction that cannot write; what the table logs is logged apart."""
        return self._route(path, "GET", Need(resource, action, quiet))

    def post(
        self, path: str, resource: str, action: str, *, quiet: bool = False, fresh: bool = False
    ) -> Callable[[View], View]:
        """An act: one transaction. The same form sent twice acts once."""
        return self._route(path, "POST", Need(resource, action, quiet, fresh))

    def opens_for(self, allowed: Callable[[str, str], bool]) -> bool:
        """Whether the menu entry leads somewhere for this person."""
        if not self.menu:
            return False
        need = self._needs[self.first]
        return allowed(need.resource, need.action)

    def _route(self, path: str, method: str, need: Need) -> Callable[[View], View]:
        def declare(view: View) -> View:
            endpoint = f"{self.name}.{view.__name__}"
            run = needs(need.resource, need.action, quiet=need.quiet, fresh=need.fresh)(_in_transaction(view))
            self._needs[endpoint] = need
            self.blueprint.add_url_rule(path, view.__name__, run, methods=[method])
            return view

        return declare


def _in_transaction(view: View) -> View:
    @functools.wraps(view)
    def run(**values: Any) -> Any:
        if request.method == "GET":
            with desk().sessions(bind=reading(desk().engine)) as g.db:
                return view(**values)
        with desk().sessions.begin() as g.db:
            if "signed" in g:
                _still_ours()
                if not _comes_first():
                    return redirect(request.referrer or request.path.rsplit("/", 1)[0], 303)  # what was acted on
            answer = view(**values)
        return answer.make() if isinstance(answer, Later) else answer

    return run


def _still_ours() -> None:
    """Lock the account's row: what was taken from it meanwhile binds this very act, wholly before or wholly after."""
    ours = user()
    g.db.refresh(ours, with_for_update=True)
    if ours.epoch != g.epoch:
        raise Moved("您的账号刚才有变动，请重新登录")


def _comes_first() -> bool:
    key = request.form.get(ONCE, "")
    return not key or Submission.first(g.db, key[:32], signed().user_id, now=now())


def render(template: str, **values: Any) -> str:
    return render_template(template, **values)


def back_to(endpoint: str, **values: Any) -> BaseResponse:
    """After an act: see the page, so that a reload does nothing (303)."""
    return redirect(url_for(endpoint, **values), 303)


def read_by_us(resource: str, action: str, subject: str) -> None:
    """Note in the audit that somebody opened what the table says is logged (who reads what)."""
    if is_logged(resource, action):
        note_apart(f"{resource}.{action}", subject)


def form_key() -> str:
    """A key for one form on one page: models/draft.py Submission."""
    return secrets.token_urlsafe(16)


def need_of(view: View | None) -> Need | None:
    return getattr(view, "need", None)


def is_open(need: Need) -> bool:
    return is_public(need.resource, need.action)


def no_store(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store, private"
    return response
