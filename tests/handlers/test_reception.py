"""Reception: the line, the hours, what is said while waiting, and silence while a person holds the chat."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from models.base import Base, Sealed
from models.conversation import SHANGHAI
from models.reception import ReceptionTicket
from models.user import User
from tests.handlers.stories import (
    ANSWERED,
    CRY,
    NUMBER,
    a_volunteer_takes,
    mode_of,
    open_district,
    somebody,
    the_volunteer_closes,
    ticket_of,
)
from tests.make import NIGHT, make_district
from tests.phone import Phone


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def test_the_place_in_line(phone: Phone) -> None:
    open_district(phone)
    phone.says("8")
    phone.hears("您排第一个", "可以先说是什么事", "1 请打电话给我", "9 不找了", "接待时间：周一至周五 9:00-12:00")
    other = somebody(phone)
    other.waits(minutes=1)
    other.says("8")
    other.hears("您前面还有 1 位，大约等 10 分钟")
    phone.says("9")
    phone.hears("不找了", "随时回复 8")
    other.says("人工")
    other.hears("您排第一个")


def test_who_is_in_danger_stands_in_front(phone: Phone) -> None:
    open_district(phone)
    phone.says("8")
    somebody(phone).says(CRY)
    phone.says("还有好久")
    phone.hears("前面还有 1 位")


def test_asking_twice_is_one_place_in_line(phone: Phone) -> None:
    open_district(phone)
    phone.says("8", "8", "人工")
    with phone.sessions.begin() as db:
        assert len(db.scalars(select(ReceptionTicket)).all()) == 1


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (NIGHT, "明天 9:00"),
        (at(2026, 11, 25, 7), "今天 9:00"),
        (at(2026, 11, 25, 12, 30), "今天 13:30"),
        (at(2026, 11, 27, 18), "11 月 30 日（周一） 9:00"),
        (at(2026, 10, 1, 10), "10 月 8 日（周四） 9:00"),
        (at(2026, 10, 9, 20), "明天 9:00"),
    ],
    ids=["night", "early", "noon", "friday evening", "national day", "eve of a make-up day"],
)
def test_nobody_is_there(phone: Phone, now: dt.datetime, opening: str) -> None:
    open_district(phone)
    phone.now = now
    phone.says("8")
    phone.hears("现在接待室没人", f"{opening} 第一个回您", "急事打 12345", "接待时间：")
    assert "排第一" not in phone.last


def test_a_make_up_saturday_is_worked(phone: Phone) -> None:
    open_district(phone)
    phone.now = at(2026, 10, 10, 10)
    phone.says("8")
    phone.hears("您排第一个")


def test_an_office_without_hours_promises_none(phone: Phone) -> None:
    with phone.sessions.begin() as db:
        make_district(db, hours="", phone="0851-84000000")
    phone.says("8")
    phone.hears("接待室的人看到就回您", "急事打 0851-84000000", "1 请打电话给我")
    assert "接待时间" not in phone.last


def test_an_office_not_yet_set_up(phone: Phone) -> None:
    phone.says("8", "我在门口等，穿件蓝衣服")
    phone.hears("记给接待室的人看了", "急事打 12345")


def test_what_is_said_while_waiting_is_noted(phone: Phone) -> None:
    open_district(phone)
    phone.says("8", "我在门口等，穿件蓝衣服")
    phone.hears("记给接待室的人看了", "您排第一个")
    phone.sends("image", media_id="photo1")
    phone.hears("记给接待室的人看了")
    phone.sends("voice", media_id="voice1")
    phone.hears("记给接待室的人看了")
    with phone.sessions.begin() as db:
        assert "我在门口等，穿件蓝衣服" in phone.transcript(db)


def test_a_complaint_while_waiting_belongs_to_the_person(phone: Phone) -> None:
    phone.says("8", "我交了三回材料，没人管")
    phone.hears("记给接待室的人看了")


def test_a_policy_question_while_waiting_is_answered(phone: Phone) -> None:
    phone.says("8", ANSWERED)
    phone.hears("依据：《军人抚恤优待条例》第五十二条", "找人的事还给您排着")
    assert mode_of(phone) == "waiting"


def test_9_stops_the_waiting(phone: Phone) -> None:
    phone.says("8", "9")
    phone.hears("不找了", "说过的话还留着")
    assert mode_of(phone) == "bot"
    phone.says("9")
    phone.hears("没有在办的事")


def test_9_stops_it_after_something_else_too(phone: Phone) -> None:
    phone.says("8", "菜单", "9")
    phone.hears("不找了")
    assert mode_of(phone) == "bot"


def test_words_after_something_else_are_noted_too(phone: Phone) -> None:
    phone.says("8", "菜单", "我在门口等，穿件蓝衣服")
    phone.hears("记给接待室的人看了")
    phone.says("1")
    phone.hears("您的电话是多少")


def test_who_would_rather_be_called_leaves_a_number(phone: Phone) -> None:
    open_district(phone)
    phone.now = NIGHT
    phone.says("8", "1")
    phone.hears("打电话给您", "您的电话是多少")
    phone.says("138 0000 6021")
    phone.hears("电话记下了。明天 9:00 给您打")
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db).call_back
    phone.says("我上午在家")
    phone.hears("记给接待室的人看了")


def test_while_somebody_is_there_the_call_is_not_put_off(phone: Phone) -> None:
    open_district(phone)
    phone.says("8", "1", NUMBER)
    assert "13:30" not in phone.last


def test_the_number_left_can_be_called(phone: Phone) -> None:
    phone.says("8", "1", NUMBER)
    phone.hears("电话记下了")
    with phone.sessions.begin() as db:
        assert NUMBER in " ".join(everything_sealed(db))


def everything_sealed(db) -> list[str]:
    """All sealed text there is, opened."""
    found = []
    for mapper in Base.registry.mappers:
        names = [name for name, value in vars(mapper.class_).items() if isinstance(value, Sealed)]
        found += [getattr(row, name) for row in (db.scalars(select(mapper.class_)) if names else ()) for name in names]
    return found


def test_while_a_person_holds_the_chat_the_bot_is_silent(phone: Phone) -> None:
    phone.says("8")
    a_volunteer_takes(phone)
    for words in ("要得", "8", "2", "菜单", ANSWERED, "删我的资料", "1"):
        phone.says(words)
        phone.hears_nothing()
    for kind in ("image", "voice", "video", "location", "shortvideo", "subscribe"):
        phone.sends(kind, media_id="media1")
        phone.hears_nothing()
    with phone.sessions.begin() as db:
        assert "要得" in phone.transcript(db)


def test_danger_is_answered_even_then(phone: Phone) -> None:
    phone.says("8")
    a_volunteer_takes(phone)
    phone.says(CRY)
    phone.hears("120", "110", "12356")
    assert mode_of(phone) == "person"
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db).urgent == "self_harm"
    phone.says("我听老李的")
    phone.hears_nothing()


def test_what_the_volunteer_says_goes_out_as_the_volunteer(phone: Phone) -> None:
    phone.says("8")
    a_volunteer_takes(phone)
    with phone.sessions.begin() as db:
        ticket_of(phone, db).reply(db, "王老哥，我是接待室的老李。", by=db.scalars(select(User)).one(), now=phone.now)
    with phone.sessions.begin() as db:
        assert phone.transcript(db)[-1] == "王老哥，我是接待室的老李。"


@pytest.mark.parametrize("words", ["你好", "8", ANSWERED, "2", "4", "人工", "嗯"])
def test_after_the_talk_the_bot_answers_again(phone: Phone, words: str) -> None:
    phone.says("8")
    a_volunteer_takes(phone)
    the_volunteer_closes(phone)
    phone.says(words)
    assert phone.last
    assert "记给接待室的人看了" not in phone.last


def test_the_next_talk_is_a_new_place_in_line(phone: Phone) -> None:
    phone.says("8")
    a_volunteer_takes(phone)
    the_volunteer_closes(phone)
    phone.says("8")
    phone.hears("正在帮您找")
    with phone.sessions.begin() as db:
        assert len(db.scalars(select(ReceptionTicket)).all()) == 2


def test_waiting_overnight_is_still_waiting(phone: Phone) -> None:
    open_district(phone)
    phone.now = NIGHT
    phone.says("8")
    phone.waits(hours=12)
    phone.says("我还在等")
    phone.hears("记给接待室的人看了", "您排第一个")


def test_who_leaves_the_account_leaves_the_line(phone: Phone) -> None:
    open_district(phone)
    phone.says("8")
    phone.sends("unsubscribe")
    other = somebody(phone)
    other.waits(minutes=1)
    other.says("8")
    other.hears("您排第一个")
