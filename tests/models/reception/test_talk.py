"""One talk as its holder sees it: from the sitting it was asked for in, with notes and files, and no more of a past."""

import datetime as dt

import pytest
from sqlalchemy import event

from models.conversation import Arrival
from models.media import Media
from models.reception.talk import card, last_words, states_of, transcript
from models.user.authority import Actor
from tests.make import NOON, make_petition
from tests.models.room import a_talk, a_volunteer, everything_left, minutes, says, talk_of


@pytest.fixture
def chen(db):
    return a_volunteer(db, "小陈")


@pytest.fixture
def held(db, chen):
    ticket = a_talk(db, "优待证三个月没下来")
    ticket.take(db, by=chen, now=NOON + minutes(1), words="小陈在和您说话")
    return ticket


def words(db, ticket, me, **more):
    return [said.words for said in transcript(db, ticket, me, name="王*国", **more)]


def test_bubbles_and_notes_stand_in_order_with_their_authors(db, held, chen):
    he = a_volunteer(db, "何敏")
    held.reply(db, "我来查", by=chen, now=NOON + minutes(2))
    held.note(db, "台账有", by=chen, now=NOON + minutes(3))
    held.put_back(db, why="小陈下班了", now=NOON + minutes(4))
    held.take(db, by=he, now=NOON + minutes(5))
    held.reply(db, "我接着查", by=he, now=NOON + minutes(6))
    said = [(each.author, each.who, each.mine) for each in transcript(db, held, he, name="王*国")]
    assert said == [
        ("veteran", "王*国", False),
        ("veteran", "王*国", False),
        ("bot", "机器", False),
        ("staff", "小陈", False),
        ("note", "小陈", False),
        ("system", "", False),
        ("staff", "何敏", True),
    ]


def test_the_sitting_before_asking_belongs_to_it_and_nothing_older(db, chen):
    ticket = a_talk(db, "在不在", now=NOON)
    conversation = talk_of(db, ticket)
    ticket.close(db, outcome="gave up waiting", now=NOON + minutes(1))
    says(db, conversation, "这一句是上次说完以后的", now=NOON + minutes(60))
    says(db, conversation, "优待证掉了咋办", now=NOON + minutes(100))
    conversation.say(db, "依据：…", now=NOON + minutes(100))
    says(db, conversation, "8", now=NOON + minutes(110))
    again = type(ticket).open(db, conversation, reason="asked", now=NOON + minutes(110))
    again.take(db, by=chen, now=NOON + minutes(112))
    assert words(db, again, chen) == ["优待证掉了咋办", "依据：…", "8"]


def test_words_of_an_earlier_talk_are_never_shown(db, chen):
    ticket = a_talk(db, "活起没得意思", urgent="self_harm")
    ticket.take(db, by=chen, now=NOON)
    ticket.close(db, by=chen, outcome="call_or_visit", summary="通过电话，家里有人", now=NOON + minutes(1))
    conversation = talk_of(db, ticket)
    says(db, conversation, "8", now=NOON + minutes(2))
    again = type(ticket).open(db, conversation, reason="asked", now=NOON + minutes(2))
    assert words(db, again, chen) == ["8"]
    assert words(db, ticket, chen) == ["8", "活起没得意思"]


def test_only_what_is_new_is_asked_for(db, held, chen):
    shown = transcript(db, held, chen, name="王*国")
    held.note(db, "台账有", by=chen, now=NOON + minutes(2))
    says(db, talk_of(db, held), "要得", now=NOON + minutes(3))
    newest = max(said.id for said in shown)
    assert words(db, held, chen, after=newest) == ["台账有", "要得"]


def test_files_stand_with_their_message(db, held, chen):
    conversation = talk_of(db, held)
    heard = conversation.hear(db, Arrival("m:photo", "image", "", NOON + minutes(2)), masked="", now=NOON + minutes(2))
    media = Media.want(db, conversation, heard, "image", "media-1", now=NOON + minutes(2))
    last = transcript(db, held, chen, name="王*国")[-1]
    assert [file.uid for file in last.files] == [media.uid]


def test_what_becomes_of_an_answer_can_be_asked(db, held, chen):
    held.reply(db, "我来查", by=chen, now=NOON + minutes(2))
    said = transcript(db, held, chen, name="王*国")[-1]
    assert said.pending
    assert [message.id for message in states_of(db, held, [said.id, 1, 2])] == [said.id]


def test_an_answer_is_looked_for_by_the_last_words(db, held):
    says(db, talk_of(db, held), "那医药费能报好多", now=NOON + minutes(2))
    assert last_words(db, held) == "那医药费能报好多"


# -- the card --------------------


def test_the_card_shows_matters_and_the_last_three_receptions(db, chen):
    ticket = a_talk(db)
    conversation, when = talk_of(db, ticket), NOON
    make_petition(db, conversation)
    restricted = make_petition(db, conversation)
    restricted.restricted = True
    closed = make_petition(db, conversation)
    closed.withdraw(db, now=NOON)
    for number in range(4):
        ticket.take(db, by=chen, now=when)
        ticket.close(db, by=chen, outcome="answered", summary=f"第 {number} 次", now=when)
        when += dt.timedelta(days=1)
        ticket = type(ticket).open(db, conversation, reason="asked", now=when)
    ticket.take(db, by=chen, now=when)
    shown = card(db, ticket, Actor.of(db, chen, now=when))
    assert (shown.name, shown.phone) == ("王*国", "138****6021")
    assert [case.number for case in shown.cases] == ["2611250001"]
    assert [each.summary for each in shown.receptions] == ["第 3 次", "第 2 次", "第 1 次"]


def test_of_a_past_crisis_only_that_there_was_one(db, chen):
    ticket = a_talk(db, urgent="self_harm")
    ticket.take(db, by=chen, now=NOON)
    ticket.close(db, by=chen, outcome="call_or_visit", summary="想不开，已通电话", now=NOON)
    again = type(ticket).open(db, talk_of(db, ticket), reason="asked", now=NOON + minutes(5))
    again.take(db, by=chen, now=NOON + minutes(5))
    (past,) = card(db, again, Actor.of(db, chen, now=NOON)).receptions
    assert (past.urgent, past.summary) == (True, "")


def test_the_number_left_for_the_talk_comes_before_the_one_on_file_and_both_are_masked(db, held, chen):
    actor = Actor.of(db, chen, now=NOON)
    assert card(db, held, actor).phone == "138****6021"
    held.phone = "13911112222"
    assert card(db, held, actor).phone == "139****2222"


def test_a_long_talk_takes_no_more_statements_than_a_short_one(db, held, chen):
    conversation = talk_of(db, held)
    for number in range(60):
        says(db, conversation, f"第 {number} 句", now=NOON + minutes(number))
        held.reply(db, f"答 {number}", by=chen, now=NOON + minutes(number))
        held.note(db, f"记 {number}", by=chen, now=NOON + minutes(number))
        everything_left(db, held, now=NOON + minutes(number))
    ran = []
    event.listen(db.connection(), "before_cursor_execute", lambda *told: ran.append(told[2]))
    assert len(transcript(db, held, chen, name="王*国")) > 180
    assert len(ran) <= 6
