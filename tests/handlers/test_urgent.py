"""Urgent: danger comes before everything, holds approved numbers only, and is ended by a person."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from handlers.crisis import Crisis
from models.message import Message
from models.people import Consent
from tests.handlers.stories import (
    ANSWERED,
    CRY,
    PLACES,
    STORY,
    a_volunteer_takes,
    at_step,
    at_the_card,
    each,
    mode_of,
    petitions,
    runs,
    the_volunteer_closes,
    ticket_of,
)
from tests.phone import Phone

CRIES = {
    Crisis.MEDICAL: "我爸突然昏倒了，喊不醒",
    Crisis.SELF_HARM: CRY,
    Crisis.THREAT: "我要砍死他",
    Crisis.ABUSE: "儿媳妇不给饭吃",
    Crisis.DISTRESS: "我撑不下去了",
    Crisis.FRAUD: "我被骗了两万块",
}
APPROVED = {"110", "119", "120", "12356", "12345"}


def numbers_in(words: str) -> set[str]:
    return set(re.findall(r"[0-9]{3,}", words))


@pytest.mark.parametrize("kind", Crisis)
def test_each_danger_has_its_words_and_an_urgent_ticket(phone: Phone, kind: Crisis) -> None:
    phone.says(CRIES[kind])
    phone.hears("值班人员", "1 请给我打电话", "2 我现在没事，想说说话")
    assert numbers_in(phone.last) <= APPROVED
    assert numbers_in(phone.last)
    assert "1 查政策" not in phone.last
    assert "有用" not in phone.last
    with phone.sessions.begin() as db:
        ticket = ticket_of(phone, db)
        assert (ticket.urgent, ticket.state, ticket.reason) == (kind, "waiting", "urgent")


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (Crisis.MEDICAL, {"110", "119", "120"}),
        (Crisis.SELF_HARM, {"110", "120", "12356"}),
        (Crisis.THREAT, {"110"}),
        (Crisis.FRAUD, {"110"}),
    ],
)
def test_the_numbers_fit_the_danger(phone: Phone, kind: Crisis, numbers: set[str]) -> None:
    phone.says(CRIES[kind])
    assert numbers_in(phone.last) == numbers


def test_whatever_follows_is_listened_to(phone: Phone) -> None:
    phone.says(CRY, "2")
    phone.hears("不急", "您先说")
    for words in (STORY, "0", "9", "2", "菜单", "8", "不用了", "我没事了"):
        phone.says(words)
        assert numbers_in(phone.last) <= APPROVED
        assert phone.last
        with phone.sessions.begin() as db:
            assert ticket_of(phone, db).urgent


def test_a_call_is_asked_for(phone: Phone) -> None:
    phone.says(CRY, "1")
    phone.hears("打电话", "不要等，马上打 110、120")
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db).call_back


def test_a_question_then_is_answered_without_a_menu(phone: Phone) -> None:
    phone.says(CRY, ANSWERED)
    phone.hears("第五十二条", "值班人员还是会来")


def test_a_worse_danger_is_heard_in_the_middle(phone: Phone) -> None:
    phone.says(CRIES[Crisis.DISTRESS], CRIES[Crisis.MEDICAL])
    phone.hears("人命要紧", "119")
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db).urgent == Crisis.MEDICAL


def test_the_gravest_danger_stays_on_the_ticket(phone: Phone) -> None:
    phone.says(CRIES[Crisis.SELF_HARM], CRIES[Crisis.FRAUD])
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db).urgent == Crisis.SELF_HARM


@pytest.mark.parametrize("way", ["voice", "percent", "spaced"])
def test_it_is_heard_however_it_is_said(phone: Phone, way: str) -> None:
    if way == "voice":
        phone.sends("voice", text="我不想活了", media_id="voice1")
    else:
        phone.says({"percent": "%E6%88%91%E4%B8%8D%E6%83%B3%E6%B4%BB%E4%BA%86", "spaced": "不 想 活 了"}[way])
    phone.hears("12356")


def test_it_comes_before_consent_and_asks_for_none(phone: Phone) -> None:
    phone.says("2", CRY)
    phone.hears("12356")
    assert "同意" not in phone.last
    with phone.sessions.begin() as db:
        assert not db.scalars(select(Consent)).all()


def test_it_comes_from_everywhere(phone: Phone) -> None:
    for person, place in each(phone, PLACES):
        PLACES[place](person)
        person.says("我不想活了")
        person.hears("您不麻烦谁", "12356")
        with person.sessions.begin() as db:
            assert ticket_of(person, db).urgent == "self_harm"


def test_an_open_form_is_parked_and_goes_on_later(phone: Phone) -> None:
    at_step(phone, 5)
    phone.says(CRY)
    with phone.sessions.begin() as db:
        assert [run.dialogue for run in runs(phone, db, "parked")] == ["petition"]
    a_volunteer_takes(phone)
    the_volunteer_closes(phone)
    phone.says("接着填", "1")
    phone.hears("【第5步/共7步】")


def test_in_danger_the_card_is_not_filed_by_a_1(phone: Phone) -> None:
    at_the_card(phone)
    phone.says(CRY, "1")
    with phone.sessions.begin() as db:
        assert not petitions(db)


def test_danger_is_answered_at_any_speed(phone: Phone) -> None:
    for _ in range(20):
        phone.says("在吗")
    phone.says("在吗")
    phone.hears("发得有点快")
    phone.says("在吗")
    phone.hears_nothing()
    phone.says(CRY)
    phone.hears("12356")


def test_danger_is_answered_as_the_201st_message_of_a_day(phone: Phone) -> None:
    phone.says("在吗")
    with phone.sessions.begin() as db:
        phone.conversation(db).heard_this_day = 200
    phone.says("在吗")
    phone.hears("发得有点快")
    phone.says(CRY)
    phone.hears("12356")


def test_only_a_person_ends_it(phone: Phone) -> None:
    phone.says(CRY)
    for days in (1, 10, 100):
        phone.waits(days=days)
        phone.says("9")
        phone.hears("值班人员会来")
        assert mode_of(phone) == "waiting"
    a_volunteer_takes(phone)
    phone.says("我好些了")
    phone.hears_nothing()
    the_volunteer_closes(phone)
    phone.says("菜单")
    phone.hears("1 查政策")


def test_it_is_answered_again_after_a_person_closed_it(phone: Phone) -> None:
    phone.says(CRY)
    a_volunteer_takes(phone)
    the_volunteer_closes(phone)
    phone.says(CRY)
    phone.hears("12356")
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db).urgent == "self_harm"


def test_who_waited_already_keeps_the_one_ticket(phone: Phone) -> None:
    phone.says("8", CRY)
    with phone.sessions.begin() as db:
        ticket = ticket_of(phone, db)
        assert (ticket.urgent, ticket.reason) == ("self_harm", "asked")


def test_idioms_and_old_stories_are_no_danger(phone: Phone) -> None:
    for person, words in each(phone, ["累死了", "气死我了", "自杀的军人算不算烈士", "我爸死了有补助吗"]):
        person.says(words)
        assert "12356" not in person.last


def test_where_it_went_is_noted(phone: Phone) -> None:
    phone.says(CRY)
    with phone.sessions.begin() as db:
        assert "urgent:self_harm" in db.scalars(select(Message.routed)).all()


def test_what_is_written_on_a_code_is_no_cry(phone: Phone) -> None:
    for kind in ("subscribe", "scan"):
        phone.sends(kind, text="不想活了")
        phone.hears("老战友，您好")
        assert "120" not in phone.last
