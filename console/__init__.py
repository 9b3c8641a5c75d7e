"""The staff's door. A page group is one file and one name in PAGES; its place in the menu comes with it."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

from console import (
    account,
    approvals,
    audit,
    broadcasts,
    confirmations,
    home,
    laws,
    live,
    media,
    people,
    petitions,
    policies,
    reception,
    settings,
    sign_in,
    static_files,
    stations,
    users,
)
from console.broadcasts import calls as broadcast_calls
from console.broadcasts import results as broadcast_results
from console.cookies import SIZES, size_of
from console.desk import Desk, desk
from console.filters import FILTERS
from console.guard import install as install_guard
from console.icons import icon
from console.laws import bringing_in
from console.live import Streams
from console.news import Watcher
from console.page import HERE, ONCE, Page, form_key
from console.petitions import export, filing, full_export, restricted, work
from console.policies import editing, exchange, learning, publishing, wordings
from console.reception import drafting, end, suggesting, talk

TEMPLATES = HERE / "templates"

PAGES: tuple[Page, ...] = (
    home.PAGE,
    sign_in.PAGE,
    account.PAGE,
    live.PAGE,
    static_files.PAGE,
    reception.PAGE,
    media.PAGE,
    petitions.PAGE,
    work.PAGE,
    filing.PAGE,
    export.PAGE,
    full_export.PAGE,
    approvals.PAGE,
    restricted.PAGE,
    broadcasts.PAGE,
    policies.PAGE,
    laws.PAGE,
    people.PAGE,
    users.PAGE,
    stations.PAGE,
    settings.PAGE,
    confirmations.PAGE,
    audit.PAGE,
)

# Pages without a menu entry of their own, by that of the page they belong to.
_UNDER = dict.fromkeys(("petition_work", "petition_filing", "petition_export", "petition_full_export"), "petitions")
_UNDER["laws"] = "policies"
_OF_THE_RECEPTION = (talk, end, suggesting, drafting)  # their views are on the reception's page
_OF_THE_POLICIES = (wordings, editing, publishing, learning, exchange)
_OF_THE_LAWS = (bringing_in,)
_OF_THE_NOTICES = (broadcast_results, broadcast_calls)


def furnish(app: Flask, means: Desk) -> None:
    """Give the console its means; whoever it had them from before is served no more."""
    if "streams" in app.extensions:
        app.extensions["streams"].watcher.stop()
    app.extensions["desk"] = means
    app.extensions["streams"] = Streams(Watcher(means))
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form" if means.secure else "form",
        SESSION_COOKIE_SECURE=means.secure,
    )


def open_console(app: Flask, *, office: str, help_phone: str) -> CSRFProtect:
    """Put the console into the application. The webhook has to be exempted from the forms' protection by name (C11)."""
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open over lunch; the sign-in bounds it
        WTF_CSRF_SSL_STRICT=False,  # the Origin is checked by our guard; no page of ours sends a Referer
        MAX_FORM_PARTS=200,
        MAX_FORM_MEMORY_SIZE=500_000,
    )
    app.jinja_env.globals.update(icon=icon, keys=_keys, csrf_token=generate_csrf, sizes=SIZES)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    install_guard(app)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        me = g.get("signed")
        entries = [page for page in PAGES if me is not None and page.opens_for(me.actor.may)]
        where = str(request.endpoint or "").split(".")[0]
        for page in entries:
            page.current = page.name == _UNDER.get(where, where)
        return {
            "me": me, "menu": entries, "size": size_of(request), "trial": desk().trial,
            "office": office, "help_phone": help_phone,
        }  # fmt: skip

    return CSRFProtect(app)


def _keys() -> Markup:
    """The hidden fields of every form: proof that it is ours, and its own key, so that it acts once."""
    return Markup(
        '<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="{}" value="{}">'
    ).format(generate_csrf(), ONCE, form_key())
