"""News for open pages: that something changed, within a second, to those whom it concerns, never what (R39, R44, R62)."""

from __future__ import annotations

import json
import threading
import time

import pytest

from console.live import MOST_OF_ONE, Streams
from console.news import Watcher
from models.conversation import Arrival, Conversation
from models.reception import ReceptionTicket
from models.user import User
from tests.make import NOON, make_user

SOON = 3.0  # seconds; a look every half second, and a slow machine


@pytest.fixture
def watcher(app):
    return app.extensions["streams"].watcher


@pytest.fixture
def talk(app, sessions):
    """A talk that 小陈 holds."""
    with sessions.begin() as db:
        conversation = Conversation.of(db, "wechat_oa", "oTALK", now=NOON, refills="message")
        ticket = ReceptionTicket.open(db, conversation, reason="asked", now=NOON)
        user = make_user(db)
        ticket.state, ticket.taken_by_id, ticket.taken_at = "taken", user.id, NOON
        conversation.mode = "person"
        return conversation.id, user.id


def says(sessions, words):
    with sessions.begin() as db:
        conversation = Conversation.of(db, "wechat_oa", "oTALK", now=NOON)
        conversation.hear(db, Arrival(f"key {words}", "text", words, NOON), masked="", now=NOON)


def test_who_holds_the_talk_hears_of_new_words(watcher, talk, sessions):
    watcher.start()
    mark = watcher.heard
    says(sessions, "在吗")
    (news,) = watcher.wait(mark, SOON)
    assert news.holders == {talk[1]}
    assert not news.line


def test_a_new_wish_to_speak_changes_the_line(watcher, app, sessions):
    watcher.start()
    mark = watcher.heard
    with sessions.begin() as db:
        conversation = Conversation.of(db, "wechat_oa", "oNEW", now=NOON)
        ReceptionTicket.open(db, conversation, reason="asked", now=NOON)
    assert watcher.wait(mark, SOON)[0].line


def test_words_to_the_bot_are_no_news(watcher, app, sessions):
    watcher.start()
    mark = watcher.heard
    says(sessions, "优待证怎么办")
    assert watcher.wait(mark, 1.2) == []


def test_a_stream_says_that_and_never_what(signed_in, talk, sessions):
    ours = signed_in("volunteer", name="li")
    with sessions.begin() as db:
        db.get_one(ReceptionTicket, 1).taken_by_id = User.named(db, "li").id
    answer = ours.opens("/console/live")
    stream = answer.iter_encoded()
    assert next(stream).startswith(b"retry")
    threading.Timer(0.2, says, (sessions, "很长的心里话")).start()
    told = next(stream)
    while told == b": beat\n\n":
        told = next(stream)
    assert json.loads(told.removeprefix(b"data: ")) == {"ring": True, "line": False}
    answer.close()


def test_a_fourth_page_of_one_person_ends_the_first(app):
    streams = Streams(Watcher(app.extensions["desk"]))
    numbers = [streams.enter(7) for _ in range(MOST_OF_ONE + 1)]
    assert [streams.goes_on(7, number) for number in numbers] == [False, True, True, True]
    for number in numbers:
        streams.leave(7, number)
    assert not streams.goes_on(7, numbers[-1])


def test_a_page_hears_that_its_sign_in_is_over(app, signed_in, sessions):
    ours = signed_in("volunteer", name="li")
    stream = ours.opens("/console/live").iter_encoded()
    next(stream)
    with sessions.begin() as db:
        User.named(db, "li").end_sign_ins()
    began, told = time.monotonic(), b""
    while not told.startswith(b"event: over") and time.monotonic() - began < 15:
        told = next(stream)
    assert told.startswith(b"event: over"), "a stream ends within 15 seconds (R44)"
