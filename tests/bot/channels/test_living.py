"""What the office changes while the programs run is said, or said no more, within two seconds, in every process."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import event

from handlers.policy.answer import CLEAR_NOW
from models.wording import RetiredArticle, Wording
from tests.bot.channels.door import Clock, Door, make_office
from tests.make import NOON, make_user

TWO_SECONDS = dt.timedelta(seconds=2)
DEFAULT, OURS = CLEAR_NOW.default, "1 答清楚了\n2 没答清楚\n3 细看"


@pytest.fixture
def by(sessions):
    """Who writes and who agrees."""
    with sessions.begin() as db:
        return make_user(db, "editor", "小陈"), make_user(db, "approver", "李科")


def reword(sessions, by, words=OURS, *, key=CLEAR_NOW.key, default=DEFAULT):
    with sessions.begin() as db:
        proposal = Wording.draft(db, key, words, default=default, by=by[0], now=NOON)
        Wording.approve(db, proposal, default=default, digest=proposal.digest, by=by[1], now=NOON)


def back_to_default(sessions, by):
    with sessions.begin() as db:
        proposal = Wording.propose_default(db, CLEAR_NOW.key, "还是原来的好", by=by[0], now=NOON)
        Wording.retire(db, proposal, digest=proposal.digest, by=by[1], now=NOON)


def retire(sessions, by, article_id):
    with sessions.begin() as db:
        proposal = RetiredArticle.propose(db, article_id, "文件废止了", by=by[0], now=NOON)
        RetiredArticle.retire(db, proposal, digest=proposal.digest, by=by[1], now=NOON)


def bring_back(sessions, by, article_id):
    with sessions.begin() as db:
        proposal = RetiredArticle.propose_return(db, article_id, "还是有效的", by=by[0], now=NOON)
        RetiredArticle.bring_back(db, proposal, digest=proposal.digest, by=by[1], now=NOON)


@pytest.fixture
def another(engine, sessions, library):
    """The same office in another process, which has answered already."""
    clock = Clock()
    door = Door(make_office(engine, sessions, library, clock=clock), clock)
    assert "1 有用" in door.says("优待证怎么办", FromUserName="oOTHER")
    return door


def test_agreed_words_are_said_within_two_seconds_in_every_process(door, another, sessions, by):
    assert "1 有用" in door.says("优待证怎么办")
    reword(sessions, by)
    for process in (door, another):
        process.clock.passes(TWO_SECONDS)
        assert "1 答清楚了" in process.says("优待证怎么办")
    back_to_default(sessions, by)
    for process in (door, another):
        process.clock.passes(TWO_SECONDS)
        assert "1 有用" in process.says("优待证怎么办")


def test_what_was_agreed_to_before_a_quiet_night_is_in_the_first_word_after_it(door, sessions, by):
    door.says("优待证怎么办")
    reword(sessions, by)
    door.clock.passes(dt.timedelta(hours=9))
    assert "1 答清楚了" in door.says("优待证怎么办")


def test_words_in_a_later_message_and_its_answer_still_understood(door, sessions, by):
    reword(sessions, by)
    door.says("优待证怎么办")
    assert "谢谢" in door.says("1")


def test_own_words_that_a_new_version_has_outgrown_are_left_out(door, sessions, by):
    """Written for another default: a choice that is not there any more, a blank that nobody fills."""
    reword(sessions, by, "1 有用\n2 没用\n3 再说说\n8 找人", default="1 有用\n2 没用\n3 再来\n8 找人问")
    said = door.says("优待证怎么办")
    assert "1 有用" in said
    assert "再说说" not in said
    reword(sessions, by, "{who}，答得清楚吗", default="{who}，清楚吗")
    door.clock.passes(TWO_SECONDS)
    said = door.says("优待证怎么办")
    assert "1 有用" in said
    assert "who" not in said


def test_a_retired_article_is_answered_from_no_more_until_it_comes_back(door, another, sessions, by, library):
    asked, answer = "我伤残军人坐火车要好多钱", library.get("K01").answer
    assert answer in door.says(asked)
    retire(sessions, by, "K01")
    for process in (door, another):
        process.clock.passes(TWO_SECONDS)
        assert answer not in process.says(asked)
        assert library.get("K01").title not in process.says(asked)
    bring_back(sessions, by, "K01")
    for process in (door, another):
        process.clock.passes(TWO_SECONDS)
        assert answer in process.says(asked)


def test_a_process_started_later_knows_it_at_once(engine, sessions, library, by):
    retire(sessions, by, "K01")
    clock = Clock()
    door = Door(make_office(engine, sessions, library, clock=clock), clock)
    assert library.get("K01").answer not in door.says("我伤残军人坐火车要好多钱")


def test_a_choice_offered_before_the_article_went_is_not_answered_from_it(door, sessions, by, library):
    article = library.get("I01")
    assert f"2 {article.title}" in door.says("查政策")
    retire(sessions, by, "I01")
    door.clock.passes(TWO_SECONDS)
    assert "没有查到" in door.says("2")
    assert article.title not in door.says("查政策")


def test_the_look_is_taken_once_in_two_seconds(door, engine):
    looks = []

    @event.listens_for(engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, *_rest):
        looks.extend([statement] if "from wordings" in statement.lower() else [])

    try:
        for _ in range(5):
            door.says("优待证怎么办")
        assert len(looks) == 1
        door.clock.passes(TWO_SECONDS)
        door.says("优待证怎么办")
        assert len(looks) == 2
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_a_clock_set_back_does_not_stop_the_looks(door, sessions, by):
    door.says("优待证怎么办")
    reword(sessions, by)
    door.clock.passes(-dt.timedelta(hours=1))
    assert "1 答清楚了" in door.says("优待证怎么办")
