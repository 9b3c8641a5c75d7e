"""How the answers did: counted by article, of lately only, and what was asked without an answer."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from models import answer_figures
from models.answer_figures import Count, Lately, asked_in_vain, counts
from models.conversation import Arrival, Conversation
from models.message import Message
from tests.make import NOON


def in_vain(db, **more):
    """The words that were asked in vain, each with the article that was of no use."""
    found = asked_in_vain(db, select(Message), Lately.at(db, now=NOON), str.isdigit, **more)
    return [(each.message.words, each.article_id) for each in found]


def asked(db, words, routed, *, now=NOON, useful=None, contact="laozhou"):
    """A veteran asks, and the answer goes where it goes."""
    conversation = Conversation.of(db, "fake", contact, now=now, refills="message")
    number = f"m{len(db.scalars(select(Message.id)).all())}"
    heard = conversation.hear(db, Arrival(number, "text", words, now), masked="", now=now)
    said = conversation.answer(db, "答复", to=heard, now=now, routed=routed)
    db.get_one(Message, said.id).useful = useful
    db.flush()


def test_answers_are_counted_by_article_with_what_was_said_to_them(db):
    asked(db, "优待证怎么办", "policy:B01", useful=True)
    asked(db, "优待证", "policy:B01", useful=False)
    asked(db, "优待证？", "policy:B01")
    asked(db, "六十岁补助", "policy:I01", useful=True)
    asked(db, "天气", "not_found")
    lately = Lately.at(db, now=NOON)
    assert counts(db, lately) == {"B01": Count(3, 1, 1), "I01": Count(1, 1, 0)}
    assert counts(db, lately, article_id="B01") == {"B01": Count(3, 1, 1)}


def test_a_month_ago_counts_no_more(db):
    asked(db, "优待证怎么办", "policy:B01", now=NOON - dt.timedelta(days=31))
    asked(db, "火星多远", "not_found", now=NOON - dt.timedelta(days=31))
    lately = Lately.at(db, now=NOON)
    assert (counts(db, lately), in_vain(db)) == ({}, [])
    assert lately.since == NOON - dt.timedelta(days=30)


def test_the_newest_are_looked_at_and_the_page_can_say_since_when(db):
    for day in range(4, 0, -1):
        asked(db, "优待证怎么办", "policy:B01", now=NOON - dt.timedelta(days=day))
    last = db.scalar(select(Message.id).order_by(Message.id.desc()).limit(1))
    lately = Lately(NOON - dt.timedelta(days=30), last - 4)
    assert counts(db, lately) == {"B01": Count(2)}
    assert answer_figures.MOST_LOOKED_AT >= 50_000


def test_what_had_no_answer_is_listed_newest_first_while_its_words_are_kept(db):
    asked(db, "火星多远", "not_found")
    asked(db, "说过就忘", "not_found")
    asked(db, "天气怎么样", "not_found")
    db.scalars(select(Message)).all()[2].words_sealed = None
    db.flush()
    assert in_vain(db) == [("天气怎么样", ""), ("火星多远", "")]
    assert in_vain(db, most=1) == [("天气怎么样", "")]


def test_an_answer_that_was_of_no_use_is_there_with_its_article(db):
    asked(db, "优待证怎么办", "policy:B01", useful=True)
    asked(db, "六十岁补助", "policy:I01", useful=False)
    assert in_vain(db) == [("六十岁补助", "I01")]


def test_behind_a_digit_stands_the_question_its_list_was_given_for(db):
    asked(db, "补助", "choices:I01,I02")
    asked(db, "有哪些事", "choices:A01,A02", contact="laoli")
    asked(db, "2", "policy:I02", useful=False)
    asked(db, "优待证", "choices:B01,B02")
    asked(db, "3", "policy:K01", useful=False, contact="somebody")
    assert in_vain(db) == [("补助", "I02")], "a digit nobody offered is no question"
