"""What is taken from an account while its form is under way binds that very act: wholly before it, or wholly after (R44)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from flask import request

from bot.app import create_app
from console.desk import db, note
from console.page import Page
from models.user import User
from tests.console.petitions.stories import noted


@pytest.fixture
def app(app):
    """An application of its own, since it gets a page more."""
    return create_app(app.extensions["office"])


class Act:
    """An act of the console that lasts as long as the test wants."""

    def __init__(self, app):
        self.begun, self.may_end = threading.Event(), threading.Event()
        page = Page("slow_act")

        @page.post("/slow-act", "session", "own_log")
        def act() -> str:
            self.begun.set()
            assert self.may_end.wait(10)
            note("session.slow_act", f"as {db().query(User).filter_by(name='chen').one().epoch}")
            return "done"

        app.register_blueprint(page.blueprint)


def end_all(sessions):
    """The administrator ends every sign-in of 小陈."""
    with sessions.begin() as db:
        User.named(db, "chen").end_sign_ins()


def test_when_the_sign_ins_were_ended_on_the_way_nothing_is_done(app, signed_in, sessions):
    """Between the guard, which let the form in, and the act."""
    act = Act(app)
    act.may_end.set()

    @app.before_request
    def meanwhile() -> None:
        if request.path == "/console/slow-act":
            end_all(sessions)

    ours = signed_in("volunteer", name="chen")
    answer = ours.sends("/console/slow-act")
    assert answer.status_code == 409
    assert "您的账号刚才有变动，请重新登录" in ours.reads()
    assert not act.begun.is_set()
    assert noted(sessions, "session.slow_act") == []


def test_when_the_act_has_begun_the_end_waits_for_it(app, signed_in, sessions):
    act, browser = Act(app), signed_in("volunteer", name="chen")
    with ThreadPoolExecutor(2) as apart:
        acting = apart.submit(browser.sends, "/console/slow-act")
        assert act.begun.wait(10)
        ending = apart.submit(end_all, sessions)
        assert not wait([ending], timeout=0.3).done, "the account's row is held by the act"
        act.may_end.set()
        assert acting.result().status_code == 200
        ending.result()
    assert len(noted(sessions, "session.slow_act")) == 1
    assert browser.opens("/console/account").status_code == 303, "and afterwards it is over"
