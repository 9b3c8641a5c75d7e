"""Nobody gets further than the table says: every address, every role, every method (R38; authz-matrix 4)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from bot.app import create_app
from console.page import need_of
from models.user.authority import ROLES, is_public, table
from tests.console.browser import Browser

UNKNOWN = "AAAAAAAAAAAAAAAA"
# What a browser may do before anybody has signed in, and where a refusal is not a 403 but the way to the sign-in page.
SIGN_IN = ("sign_in", "account", "static_files")


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(method, a path with unknown names in it, endpoint) of every address of the console."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:int:)?\w+>", lambda name: "1" if "int:" in name[0] else UNKNOWN, rule.rule)
        found += [(method, path, rule.endpoint) for method in sorted(rule.methods & {"GET", "POST"})]
    return found


def test_every_view_says_what_it_needs_and_the_table_knows_it(app):
    needs = {pair[1:] for pair in table()}
    for method, path, endpoint in routes(app):
        need = need_of(app.view_functions[endpoint])
        assert need is not None, f"{method} {path} has said nothing"
        assert (need.resource, need.action) in needs, f"{method} {path} needs what the table does not know"


def test_a_view_that_has_said_nothing_is_refused(app):
    another = create_app(app.extensions["office"])
    another.add_url_rule("/console/forgotten", "forgotten", lambda: "secret")
    assert Browser(another).opens("/console/forgotten").status_code == 403


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_reaches_what_the_table_allows_and_nothing_else(app, signed_in, role):
    ours = signed_in(role, name=role)
    for method, path, endpoint in routes(app):
        need = need_of(app.view_functions[endpoint])
        if endpoint.split(".")[0] in SIGN_IN or not path.startswith("/console") or endpoint == "live.stream":
            continue
        answer = ours.opens(path) if method == "GET" else ours.sends(path)
        allowed = (role, need.resource, need.action) in table()
        assert (answer.status_code != 403) == allowed, f"{role}: {method} {path} gave {answer.status_code}"
        assert answer.status_code < 500, f"{role}: {method} {path} gave {answer.status_code}"


def test_without_a_sign_in_only_the_sign_in_pages_answer(app, browser):
    for method, path, endpoint in routes(app):
        need = need_of(app.view_functions[endpoint])
        if not path.startswith("/console") or is_public(need.resource, need.action):
            continue
        stranger = browser()
        answer = stranger.opens(path) if method == "GET" else stranger.sends(path)
        assert answer.status_code == 303, f"{method} {path} gave {answer.status_code}"
        assert answer.headers["Location"].startswith("/console/sign-in"), path


def test_the_second_factor_comes_before_every_page(app, browser, hire):
    ours: Browser = browser()
    ours.signs_in(hire("王姐", "staff"), factor=False)
    for method, path, endpoint in routes(app):
        need = need_of(app.view_functions[endpoint])
        if method == "GET" and path.startswith("/console") and need.resource not in ("session", "page"):
            assert "/console/factor" in ours.opens(path).headers.get("Location", ""), path
