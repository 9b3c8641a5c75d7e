"""A draft by the helper model: who may ask for one, what leaves this machine for it, and what never does."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.erasure import Erasure
from models.masking import mask
from models.message import Message
from models.model_draft import (
    MOST_AN_HOUR,
    WAITS_FOR,
    CannotDraft,
    ModelDraft,
    cited_in,
    nameless_words,
    without_marks,
)
from models.petition.restricted import hide
from models.reception import ReceptionTicket
from models.reception.talk import last_message
from tests.make import NOON, make_user
from tests.models.room import a_talk, says, talk_of

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def chen(db):
    return make_user(db)


def asks(db, ticket, by, *, now=NOON):
    return ModelDraft.ask(db, ticket, last_message(db, ticket), ["B01", "B03"], by=by, now=now)


def test_a_draft_is_wanted_until_it_is_written(db, chen):
    ticket = a_talk(db, "优待证咋个办")
    draft = asks(db, ticket, chen)
    assert ModelDraft.next_wanted(db) is draft
    assert (draft.state, draft.article_ids, draft.question(db)) == ("wanted", ["B01", "B03"], "优待证咋个办")
    draft.keep("带上身份证〔B03〕")
    assert ModelDraft.next_wanted(db) is None
    assert (draft.state, ModelDraft.latest(db, ticket, chen).answer) == ("done", "带上身份证〔B03〕")
    assert "身份证".encode() not in draft.answer_sealed


def test_who_asked_first_is_served_first(db, chen):
    first = asks(db, a_talk(db, "优待证咋个办"), chen)
    second = asks(db, a_talk(db, "光荣牌掉了"), chen)
    first.fail("起草的机器连不上")
    assert ModelDraft.next_wanted(db) is second


def test_nobody_asks_twice_while_one_is_being_written_but_later_yes(db, chen):
    ticket = a_talk(db, "优待证咋个办")
    asks(db, ticket, chen)
    with pytest.raises(CannotDraft, match="正在起草"):
        asks(db, ticket, chen, now=NOON + WAITS_FOR - dt.timedelta(seconds=1))
    assert asks(db, ticket, chen, now=NOON + WAITS_FOR).waits(NOON + WAITS_FOR)


def test_so_many_an_hour_and_no_more(db, chen):
    for _ in range(MOST_AN_HOUR):
        asks(db, a_talk(db, "优待证咋个办"), chen)
    ticket = a_talk(db, "优待证咋个办")
    with pytest.raises(CannotDraft, match="一小时最多起草 20 次"):
        asks(db, ticket, chen)
    asks(db, ticket, make_user(db, "wang", "王姐"))
    asks(db, ticket, chen, now=NOON + HOUR)


# -- what never leaves --------------------


def test_in_danger_a_person_answers_alone(db, chen):
    ticket = a_talk(db, "活起没得意思了", urgent="self_harm")
    with pytest.raises(CannotDraft, match="要您自己来回"):
        asks(db, ticket, chen)


def test_what_turns_into_danger_while_it_waits_does_not_leave(db, chen):
    ticket = a_talk(db, "优待证咋个办")
    draft = asks(db, ticket, chen)
    ReceptionTicket.open(db, talk_of(db, ticket), reason="urgent", urgent="self_harm", now=NOON)
    assert draft.question(db) == ""


def test_words_of_a_report_do_not_leave_whenever_they_became_one(db, chen):
    ticket = a_talk(db, "我要告站长收钱，优待证才给办")
    draft = asks(db, ticket, chen)
    hide(db, draft.message_id)
    assert draft.question(db) == ""
    with pytest.raises(CannotDraft):
        asks(db, ticket, chen, now=NOON + HOUR)


def test_who_is_erased_leaves_no_draft(db, chen):
    ticket, other = a_talk(db, "优待证咋个办"), a_talk(db, "光荣牌掉了")
    asks(db, ticket, chen).keep("去服务站〔B01〕")
    asks(db, other, chen)
    Erasure.of(db, talk_of(db, ticket), now=NOON)
    assert [draft.ticket_id for draft in db.scalars(select(ModelDraft))] == [other.id]


def test_the_words_are_not_kept_a_second_time(db, chen):
    ticket = a_talk(db, "优待证咋个办")
    draft = asks(db, ticket, chen)
    db.get_one(Message, draft.message_id).words = ""
    assert draft.question(db) == ""
    assert db.scalar(select(func.count()).select_from(ModelDraft)) == 1


def test_the_last_word_is_what_is_answered(db, chen):
    ticket = a_talk(db, "您好")
    says(db, talk_of(db, ticket), "光荣牌掉了咋个补", now=NOON)
    assert asks(db, ticket, chen).question(db) == "光荣牌掉了咋个补"


def test_name_numbers_and_secrets_are_taken_out(db, chen):
    ticket = a_talk(db, "我叫王建国，电话13800006021，身份证520115195607011234，在52886部队当过兵，优待证咋个办")
    asked = asks(db, ticket, chen).question(db)
    assert asked == "我叫对方，电话（号码），身份证（号码），在〔可能涉密〕当过兵，优待证咋个办"


def test_a_name_nobody_has_told_before_is_seen_where_it_is_said(db):
    assert nameless_words("您好，我叫李大山。优待证咋办", name="") == "您好，我叫对方。优待证咋办"
    assert nameless_words("姓名：李大山 想办优待证", name="") == "姓名：对方 想办优待证"
    assert nameless_words("我叫他去办优待证要得不", name="") == "我叫他去办优待证要得不"


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["13800006021", "一三八零零零零六零二一"]))
def test_whatever_stands_around_it_a_phone_does_not_leave(before, after, phone):
    asked = nameless_words(f"{before}，{phone}，{after}", name="王建国")
    assert "6021" not in asked or "6021" in before + after
    assert "王建国" not in asked
    assert mask(asked).text == asked or "*" not in asked


def test_the_marks_of_a_draft():
    words = "去服务站〔B01〕。\n带身份证〔B03〕〔B01〕"
    assert cited_in(words) == ["B01", "B03"]
    assert without_marks(words) == "去服务站。\n带身份证"
