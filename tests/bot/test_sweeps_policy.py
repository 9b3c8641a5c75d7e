"""Who asked in vain is told when the answer is in use: once, by day, in one bubble or two, or at the next word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.delivery import deliver_due
from bot.sweeps_policy import forget_askers, tell_askers
from handlers.policy.answer import LONGEST_BUBBLE
from knowledge_base.article import parse
from knowledge_base.library import Library
from knowledge_base.normal import plain
from models.conversation import Arrival, Conversation
from models.message import Message
from models.policy import PolicyVersion
from models.policy.asked import KEPT, PUT_OFF, Asker, DealtQuestion
from models.user import User
from models.wording import RetiredArticle
from tests.bot.test_delivery import make_office
from tests.bot.test_library_work import in_draft
from tests.bot.test_sweeps import twice
from tests.knowledge_base.test_article import written
from tests.make import NIGHT, NOON, make_user
from tests.phone import Phone

CARD = replace(parse(written(id="B01", title="优待证怎么办")), answer="带身份证去服务站。")
QUESTION = "那个红本本咋个整起来嘛"
UNKNOWN = "军犬退役可以领养吗"
DAY = dt.timedelta(days=1)


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path / "media")


def asks(db, words=QUESTION, contact="laozhou", *, now=NOON - 5 * DAY):
    conversation = Conversation.of(db, "fake", contact, now=now, refills="message")
    heard = conversation.hear(db, Arrival(f"{contact}:{words}", "text", words, now), masked="", now=now)
    return db.get_one(Message, heard)


def answered(sessions, article=CARD, *contacts, words=QUESTION):
    """An editor gives the question to the draft of an article, and another person agrees."""
    with sessions.begin() as db:
        draft, editor = in_draft(db, article, checked=True)
        asked = [asks(db, words, contact) for contact in contacts or ("laozhou",)]
        Asker.wait(db, draft, asked, now=NOON)
        DealtQuestion.deal(db, [words], draft, by=editor, now=NOON)
        proposal = draft.propose(db, by=editor, now=NOON)
        boss = make_user(db, "boss", "李科")
        PolicyVersion.publish(db, proposal, digest=proposal.digest, does_worse=False, by=boss, now=NOON)


def said(sessions):
    with sessions.begin() as db:
        bots = select(Message).where(Message.author == "bot").order_by(Message.id)
        return [message.words for message in db.scalars(bots)]


def test_everybody_who_asked_is_told_once_what_they_asked_and_the_answer(sessions):
    answered(sessions, CARD, "laozhou", "laoli")
    assert twice(sessions, tell_askers, NOON) == 2
    first, second = said(sessions)
    assert first.startswith(f"您 11 月 20 日问的“{QUESTION}”，现在有答案了：\n带身份证去服务站。")
    assert CARD.citation in first
    assert first.endswith("8 找人问")
    assert len(first) <= LONGEST_BUBBLE
    assert second == first


def test_who_asks_while_the_answer_is_being_written_hears_so_and_is_told_too(sessions):
    with sessions.begin() as db:
        draft, editor = in_draft(db, CARD, checked=True)
        DealtQuestion.deal(db, [plain(UNKNOWN)], draft, by=editor, now=NOON)
    phone = Phone(sessions, Library([CARD]), now=NOON)
    phone.says(UNKNOWN)
    phone.hears("正在准备答复，有了就告诉您", "8 找老战友来答")
    with sessions.begin() as db:
        proposal = db.scalars(select(PolicyVersion)).one().propose(db, by=db.get_one(User, editor.id), now=NOON)
        boss = make_user(db, "boss", "李科")
        PolicyVersion.publish(db, proposal, digest=proposal.digest, does_worse=False, by=boss, now=NOON)
    assert twice(sessions, tell_askers, NOON + DAY) == 1
    assert f"“{UNKNOWN}”，现在有答案了" in said(sessions)[-1]


def test_once_it_is_answered_or_given_up_nobody_is_kept_waiting_in_vain(sessions):
    with sessions.begin() as db:
        draft, editor = in_draft(db, CARD, checked=True)
        DealtQuestion.deal(db, [plain(UNKNOWN)], draft, by=editor, now=NOON)
        draft.drop()
    phone = Phone(sessions, Library([CARD]), now=NOON)
    phone.says(UNKNOWN)
    phone.hears("没有查到确切规定")


def test_a_long_answer_follows_in_a_bubble_of_its_own(sessions):
    answered(sessions, replace(CARD, answer="很长。" * 36), words="为啥子" * 40)
    assert twice(sessions, tell_askers, NOON) == 1
    head, answer = said(sessions)
    assert head.endswith("…”，现在有答案了：")
    assert answer.startswith("很长。")
    assert max(len(head), len(answer)) <= LONGEST_BUBBLE


def test_nobody_is_woken(sessions):
    answered(sessions)
    assert twice(sessions, tell_askers, NIGHT) == 0
    assert twice(sessions, tell_askers, NOON + DAY) == 1


def test_killed_half_way_nobody_is_told_and_nothing_is_lost(sessions):
    answered(sessions)
    db = sessions()
    assert tell_askers(db, NOON) == 1
    db.rollback()  # what kill -9 leaves
    db.close()
    assert said(sessions) == []
    assert twice(sessions, tell_askers, NOON) == 1


def test_a_closed_window_holds_it_until_the_next_word(sessions, office):
    answered(sessions)  # the question is five days old
    office.clock.now = NOON
    assert twice(sessions, tell_askers, NOON) == 1
    deliver_due(office)
    assert office.channels["fake"].sent == []
    with sessions.begin() as db:
        asks(db, "在吗", now=NOON)
    deliver_due(office)
    assert [words for _, words in office.channels["fake"].sent] == said(sessions)


def test_what_is_not_in_force_yet_is_told_when_it_is(sessions):
    answered(sessions, replace(CARD, effective=(NOON + PUT_OFF).date().isoformat()))
    assert twice(sessions, tell_askers, NOON) == 0
    assert twice(sessions, tell_askers, NOON + PUT_OFF) == 1


def test_what_is_out_of_use_is_not_told(sessions):
    answered(sessions)
    with sessions.begin() as db:
        by = make_user(db, "other", "王处").id
        db.add(RetiredArticle(article_id="B01", reason="文件废止了", retired_by_id=by, approved_by_id=by, at=NOON))
    assert twice(sessions, tell_askers, NOON) == 0


def test_after_ninety_days_all_of_it_is_forgotten(sessions):
    answered(sessions)
    assert twice(sessions, forget_askers, NOON + KEPT - DAY) == 0
    assert twice(sessions, forget_askers, NOON + KEPT) == 1
    with sessions.begin() as db:
        assert DealtQuestion.standings(db) == {}
