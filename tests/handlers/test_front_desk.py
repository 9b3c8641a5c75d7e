"""The front desk: greeting, menu, help, back, cancel and a person, in every spelling and from every place."""

from __future__ import annotations

import pytest

from models.station import Station
from tests.handlers.stories import (
    ANSWERED,
    CRY,
    ELSEWHERE,
    IN_THE_FORM,
    NOT_OURS,
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
from tests.make import make_district
from tests.phone import Phone

ROADS = ("1 查政策", "2 反映问题（信访）", "3 申请困难帮扶", "4 查办到哪一步", "8 找接待室的人")
MENU = ["0", "０", "零", "〇", "选0", "0。", "菜单", "主菜单", "首页", "功 能", "返回", "上一步"]
OPEN_PLACES = [*ELSEWHERE, *IN_THE_FORM, "consent", "waiting", "sure to erase"]
PERSON = ["8", "８", "八", "捌", "8号", "选8", "第八个", "发8", "8吧", "8.", "【8】", "8️⃣", "转人工", "转任工", "人公"]
PERSON += ["轉人工", "我要人工服务", "找人", "真人", "有人吗", "喊个人来", "找工作人员", "请打电话给我", "我要当面说"]


@pytest.mark.parametrize("kind", ["subscribe", "scan"])
def test_who_comes_is_greeted(phone: Phone, kind: str) -> None:
    phone.sends(kind)
    phone.hears("老战友，您好", *ROADS, "小键盘")


@pytest.mark.parametrize("kind", ["subscribe", "scan"])
def test_who_scans_the_code_of_a_station_belongs_to_it(phone: Phone, kind: str) -> None:
    with phone.sessions.begin() as db:
        make_district(db)
        code, station_id = db.query(Station.code, Station.id).filter(Station.level == "village").first()
    phone.sends(kind, text=code)
    phone.hears("老战友，您好")
    with phone.sessions.begin() as db:
        assert phone.conversation(db).station_id == station_id
    phone.sends(kind, text="no station of ours")
    phone.hears("老战友，您好")
    with phone.sessions.begin() as db:
        assert phone.conversation(db).station_id == station_id


def test_who_comes_back_is_told_of_the_form(phone: Phone) -> None:
    at_step(phone, 3)
    phone.sends("subscribe")
    phone.hears("老战友，您好", "接着填")
    phone.says("接着填")
    phone.hears("上次填到第 3 步")


def test_the_menu_in_every_spelling(phone: Phone) -> None:
    for person, words in each(phone, MENU):
        person.says(words)
        person.hears(*ROADS)


def test_the_word_menu_works_everywhere(phone: Phone) -> None:
    for person, place in each(phone, OPEN_PLACES):
        PLACES[place](person)
        person.says("菜单")
        person.hears(*ROADS)
        assert ("接着填" in person.last) == (place in IN_THE_FORM or place == "consent")


def test_help_works_everywhere(phone: Phone) -> None:
    for person, place in each(phone, OPEN_PLACES):
        PLACES[place](person)
        person.says("帮助")
        person.hears("9 不办了", "8 找接待室的人")


def test_letters_too_small(phone: Phone) -> None:
    for person, words in each(phone, ["字太小", "字太小看不青", "字大点嘛"]):
        person.says(words)
        person.hears("关怀模式", "回复 8")


def test_help_does_not_lose_the_form(phone: Phone) -> None:
    for person, place in each(phone, IN_THE_FORM):
        PLACES[place](person)
        person.says("帮助")
        with person.sessions.begin() as db:
            assert [run.dialogue for run in runs(person, db, "open")] == ["petition"]


def test_after_help_the_same_question_is_asked_again(phone: Phone) -> None:
    at_step(phone, 3)
    phone.says("帮助")
    phone.hears("【第3步/共7步】")
    phone.says("金华镇翁贡村")
    phone.hears("【第4步/共7步】")


def test_back_outside_a_form_is_the_menu(phone: Phone) -> None:
    for person, place, words in each(phone, ELSEWHERE, ["0", "返回"]):
        PLACES[place](person)
        person.says(words)
        person.hears(*ROADS)


def test_there_is_nothing_to_cancel(phone: Phone) -> None:
    for person, place, words in each(phone, ELSEWHERE, ["9", "算了"]):
        PLACES[place](person)
        person.says(words)
        person.hears("没有在办的事")


def test_cancel_deletes_the_form_from_every_step(phone: Phone) -> None:
    for person, place, words in each(phone, [*IN_THE_FORM, "consent"], ["不弄了"]):
        PLACES[place](person)
        person.says(words)
        person.hears("不办了", "填的内容删掉了")
        with person.sessions.begin() as db:
            assert not runs(person, db, "open")
            assert all(run.state_sealed is None for run in runs(person, db, "closed"))
            assert not petitions(db)


def test_a_person_in_every_spelling(phone: Phone) -> None:
    for person, words in each(phone, PERSON):
        person.says(words)
        person.hears("正在帮您找接待室的老战友")
        assert mode_of(person) == "waiting"


def test_a_person_from_everywhere(phone: Phone) -> None:
    for person, place, words in each(phone, OPEN_PLACES, ["转任工"]):
        PLACES[place](person)
        person.says(words)
        with person.sessions.begin() as db:
            assert ticket_of(person, db).state == "waiting"
        assert "接待室" in person.last


def test_in_danger_no_menu_is_shown_and_nothing_is_cancelled(phone: Phone) -> None:
    for person, words in each(phone, ["菜单", "0", "返回", "9", "取消", "8", "人工", "帮助", "你好"]):
        person.says(CRY, words)
        person.hears("值班人员会来", "12356")
        assert "1 查政策" not in person.last
        with person.sessions.begin() as db:
            assert ticket_of(person, db).urgent == "self_harm"


def test_back_while_waiting_keeps_the_place_in_line(phone: Phone) -> None:
    for person, words in each(phone, ["返回", "0", "上一步"]):
        person.says("8", words)
        assert person.last
        assert mode_of(person) == "waiting"


@pytest.mark.parametrize("words", ["不找了", "算了", "取消"])
def test_the_words_for_9_end_the_waiting_too(phone: Phone, words: str) -> None:
    phone.says("8", words)
    phone.hears("不找了")
    assert mode_of(phone) == "bot"


def test_courtesies_are_answered_in_kind(phone: Phone) -> None:
    kind = {"你好": "老战友，您好", "在吗": "老战友，您好", "谢谢": "不用谢", "晓得了": "好的", "好的": "好的"}
    for person, place, words in each(phone, ELSEWHERE, kind):
        PLACES[place](person)
        person.says(words)
        person.hears(kind[words])


def test_hardship_leads_to_the_conditions_or_to_a_person(phone: Phone) -> None:
    phone.says("3")
    phone.hears("困难帮扶", "1 帮扶要什么条件", "8 找人帮我申请")
    phone.says("1")
    phone.hears("依据：")
    phone.says("申请帮扶", "8")
    assert mode_of(phone) == "waiting"


def test_two_misunderstandings_in_a_row_offer_a_person(phone: Phone) -> None:
    phone.says(NOT_OURS)
    assert "请接待室的人来跟您说" not in phone.last
    phone.says("股票今天涨了吗")
    phone.hears("怪我", "请接待室的人来跟您说", "1 好，请人来", "2 我换个说法", "8 找人")
    phone.says("1")
    phone.hears("正在帮您找接待室的老战友")


def test_the_second_chance_may_be_another_wording(phone: Phone) -> None:
    phone.says(NOT_OURS, NOT_OURS, "2")
    phone.hears("换个说法")
    phone.says(ANSWERED)
    phone.hears("依据：")


def test_an_answer_in_between_forgives_the_misunderstanding(phone: Phone) -> None:
    phone.says(NOT_OURS, ANSWERED, NOT_OURS)
    assert "怪我" not in phone.last


@pytest.mark.parametrize("words", ["接着填", "继续", "2"])
def test_a_form_left_for_the_menu_is_taken_up_again(phone: Phone, words: str) -> None:
    at_step(phone, 4)
    phone.says("菜单", words)
    phone.hears("上次填到第 4 步", "1 接着填", "2 重新来", "9 不办了")
    phone.says("1")
    phone.hears("【第4步/共7步】", "和哪个单位有关")


def test_a_form_left_at_the_card_comes_back_to_the_card(phone: Phone) -> None:
    at_the_card(phone)
    phone.says("菜单", "2", "1")
    phone.hears("请您核对", "1 没错，提交")


@pytest.mark.parametrize("words", ["接着填", "2"])
def test_a_form_left_for_a_person_is_taken_up_after_the_talk(phone: Phone, words: str) -> None:
    at_step(phone, 5)
    phone.says("8")
    a_volunteer_takes(phone)
    the_volunteer_closes(phone)
    phone.says(words, "1")
    phone.hears("【第5步/共7步】")


@pytest.mark.parametrize("words", ["接着填", "2"])
def test_the_form_goes_on_while_waiting(phone: Phone, words: str) -> None:
    at_step(phone, 5)
    phone.says("8", words)
    phone.hears("上次填到第 5 步")


def test_without_a_form_there_is_nothing_to_go_on_with(phone: Phone) -> None:
    phone.says("接着填")
    assert phone.last
    assert "上次填到" not in phone.last


def test_a_story_is_not_taken_for_a_command(phone: Phone) -> None:
    at_step(phone, 2)
    phone.says("谢谢", "你好", "好的", STORY)
    phone.hears("一共 4 条")
