"""Wishes about notices hold wherever they are said: beside a volunteer, across leaving and coming back; and 报名."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.base import keys_of
from models.broadcast import Broadcast, Recipient
from models.broadcast.audience import count_audience
from models.broadcast.result import Standing, people, progress
from models.broadcast.spread import spread
from models.conversation import Conversation
from models.message import Message
from models.no_notices import NoNotices
from models.reception.talk import transcript
from models.user import User
from tests.handlers.stories import (
    ANSWERED,
    IN_THE_FORM,
    PLACES,
    a_volunteer_takes,
    runs,
    somebody,
    the_volunteer_closes,
    ticket_of,
)
from tests.notices import WORDS, make_approved, make_known
from tests.phone import Phone


def wants_none(phone: Phone) -> bool:
    with phone.sessions.begin() as db:
        return phone.conversation(db).no_notices_at is not None


def told(phone: Phone, *, template: bool = False, **notice: str) -> int:
    """A notice for everybody has been spread; its id."""
    with phone.sessions.begin() as db:
        notice_id = make_approved(db, now=phone.now, **notice).id
    with phone.sessions.begin() as db:
        spread(db, phone.now, template=template)
    return notice_id


def coming(phone: Phone) -> list[int]:
    """The notices 老周 has signed up for."""
    with phone.sessions.begin() as db:
        mine = select(Recipient.broadcast_id).where(Recipient.conversation_id == phone.conversation(db).id)
        return list(db.scalars(mine.where(Recipient.signed_up_at.is_not(None)).order_by(Recipient.broadcast_id)))


# -- while a person holds the chat --------------------


@pytest.fixture
def in_talk(phone: Phone) -> Phone:
    phone.says("8")
    a_volunteer_takes(phone)
    return phone


def test_no_more_notices_holds_at_once_and_is_confirmed_in_one_line(in_talk: Phone) -> None:
    in_talk.says("退订通知")
    assert wants_none(in_talk)
    assert in_talk.last == "（系统：以后不再给您发通知。想再收，说“订阅通知”。）"
    in_talk.says("订阅通知")
    in_talk.hears("（系统：", "以后有通知就发给您")
    assert not wants_none(in_talk)


@pytest.mark.parametrize("words", ["不要发通知", "别再发通知", "ＴＤ", "退 订 通知。"])
def test_in_whatever_words(in_talk: Phone, words: str) -> None:
    in_talk.says(words)
    assert wants_none(in_talk)


def test_the_person_in_the_room_reads_the_wish_and_its_answer(in_talk: Phone) -> None:
    in_talk.says("退订通知")
    with in_talk.sessions.begin() as db:
        volunteer = db.scalars(select(User)).one()
        talk = transcript(db, ticket_of(in_talk, db), volunteer, name="老周")
        said = [(each.author, each.words) for each in talk][-2:]
    assert said == [("veteran", "退订通知"), ("bot", in_talk.last)]


def test_nothing_else_is_talked_over(in_talk: Phone) -> None:
    for words in ("看通知", "通知", "看样子 123456", "报名", "我没收到通知", "退订通知是什么意思，我没看懂"):
        in_talk.says(words)
        in_talk.hears_nothing()
    assert not wants_none(in_talk)


def test_the_talk_goes_on_as_it_was(in_talk: Phone) -> None:
    with in_talk.sessions.begin() as db:
        before = [(run.dialogue, run.status) for run in runs(in_talk, db, "open")]
    in_talk.says("退订通知", "我接着说")
    in_talk.hears_nothing()
    with in_talk.sessions.begin() as db:
        assert [(run.dialogue, run.status) for run in runs(in_talk, db, "open")] == before
        assert in_talk.conversation(db).mode == "person"


# -- leaving and coming back --------------------


def leaves_and_returns(phone: Phone) -> None:
    phone.sends("unsubscribe")
    phone.waits(days=3)
    phone.sends("subscribe")


def test_who_wanted_none_wants_none_when_back(phone: Phone) -> None:
    phone.says("退订通知")
    for _ in range(2):
        leaves_and_returns(phone)
        assert wants_none(phone)
    with phone.sessions.begin() as db:
        assert count_audience(db, None, now=phone.now, template=True).everybody == 0


def test_also_when_the_first_thing_heard_is_a_word(phone: Phone) -> None:
    phone.says("退订通知")
    phone.sends("unsubscribe")
    phone.says("你好")
    assert wants_none(phone)


def test_until_they_say_otherwise(phone: Phone) -> None:
    phone.says("退订通知")
    leaves_and_returns(phone)
    phone.says("订阅通知")
    assert not wants_none(phone)
    leaves_and_returns(phone)
    assert not wants_none(phone), "the last wish counts"


def test_who_said_nothing_gets_them_and_so_does_the_neighbour(phone: Phone) -> None:
    neighbour = somebody(phone)
    phone.says("你好")
    neighbour.says("退订通知")
    neighbour.sends("unsubscribe")
    leaves_and_returns(phone)
    assert not wants_none(phone)


def test_nothing_readable_is_kept_of_who_is_gone(phone: Phone) -> None:
    """R51: one blind index, made with the key, and nothing once the person is back."""
    phone.says("退订通知")
    phone.sends("unsubscribe")
    with phone.sessions.begin() as db:
        kept = db.scalars(select(NoNotices)).one()
        assert {column.name for column in NoNotices.__table__.columns} == {"contact_index", "listed"}
        assert kept.contact_index == keys_of(db).index("conversations.contact", f"wechat_oa {phone.openid}")
        assert phone.openid not in kept.contact_index
        assert db.scalars(select(Conversation.contact)).one().startswith("gone:")
        assert db.scalars(select(Message).where(Message.words_sealed.is_not(None))).all() == []
    phone.sends("subscribe")
    with phone.sessions.begin() as db:
        assert db.scalars(select(NoNotices)).all() == []


# -- 报名 --------------------


def test_who_was_told_of_an_event_signs_up_in_one_word(phone: Phone) -> None:
    phone.says("你好")
    notice_id = told(phone)
    phone.says("报名")
    phone.hears("记下了，您要参加：", WORDS[:20], "取消报名", "8")
    phone.says("我要报名")
    assert coming(phone) == [notice_id], "said twice it counts once"
    with phone.sessions.begin() as db:
        assert phone.conversation(db).misunderstood == 0


def test_and_takes_it_back_in_one(phone: Phone) -> None:
    phone.says("你好")
    told(phone)
    phone.says("报名", "取消报名")
    phone.hears("您不参加了：", WORDS[:20])
    assert coming(phone) == []
    phone.says("取消报名")
    assert "您不参加了" not in phone.last, "there is nothing to take back"


@pytest.mark.parametrize("kind", ["policy", "visit", "other"])
def test_to_other_notices_it_is_a_word_like_others(phone: Phone, kind: str) -> None:
    phone.says("你好")
    told(phone, kind=kind)
    phone.says("报名")
    assert "记下了，您要参加" not in phone.last
    assert coming(phone) == []


def test_who_was_not_told_of_an_event_does_not_sign_up_for_it(phone: Phone) -> None:
    told_one = somebody(phone)
    told_one.says("你好")
    told(phone)
    phone.says("报名")
    assert "记下了，您要参加" not in phone.last
    told_one.waits(days=31)
    told_one.says("报名")
    assert "记下了，您要参加" not in told_one.last, "an event of last month is over"


CHECK_UP = "老战友，您好。\n12 月 9 日在镇卫生院体检。"


def told_twice(phone: Phone) -> tuple[int, int]:
    """Two events are open; the check-up is the newer one."""
    phone.says("你好")
    first = told(phone)
    phone.waits(hours=1)
    return first, told(phone, words=CHECK_UP)


@pytest.mark.parametrize(("digit", "place"), [("1", 0), ("2", 1), ("第二个", 1)])
def test_of_several_events_it_asks_which_is_meant(phone: Phone, digit: str, place: int) -> None:
    events = told_twice(phone)
    phone.says("报名")
    phone.hears("您要参加哪一件？", f"1 “{WORDS[:20]}", "2 “12 月 9 日在镇卫生院体检。”")
    assert coming(phone) == [], "nobody is counted anywhere before they have said"
    phone.says(digit)
    phone.hears("记下了，您要参加：")
    assert coming(phone) == [events[place]]


def test_of_those_that_are_left_none_has_to_be_asked_for(phone: Phone) -> None:
    first, second = told_twice(phone)
    phone.says("报名", "2", "报名")
    phone.hears("记下了，您要参加：", WORDS[:20])
    assert coming(phone) == [first, second]


def test_who_comes_to_several_says_which_they_cannot_come_to(phone: Phone) -> None:
    first, _ = told_twice(phone)
    phone.says("报名", "2", "报名", "取消报名")
    phone.hears("哪一件去不了？")
    phone.says("2")
    phone.hears("您不参加了：", "体检")
    assert coming(phone) == [first]


def test_whoever_says_something_else_instead_is_heard(phone: Phone) -> None:
    told_twice(phone)
    phone.says("报名", ANSWERED)
    phone.hears("依据")
    assert coming(phone) == []


def test_an_event_that_was_stopped_meanwhile_is_not_signed_up_for(phone: Phone) -> None:
    _, second = told_twice(phone)
    phone.says("报名")
    with phone.sessions.begin() as db:
        db.get_one(Broadcast, second).state = "stopped"
    phone.says("2")
    phone.hears("通知已经停了", "8")
    assert coming(phone) == []


@pytest.mark.parametrize("place", IN_THE_FORM)
def test_in_a_form_the_event_is_named_in_words_since_digits_belong_to_the_form(phone: Phone, place: str) -> None:
    events = told_twice(phone)
    PLACES[place](phone)
    phone.says("报名")
    phone.hears("报名1：“", "报名2：“12 月 9 日")
    phone.says("报名2")
    phone.hears("记下了，您要参加：", "体检")
    assert coming(phone) == [events[1]]
    with phone.sessions.begin() as db:
        assert [run.dialogue for run in runs(phone, db, "open")] == ["petition"]


def test_beside_a_volunteer_too(phone: Phone) -> None:
    first, _ = told_twice(phone)
    phone.says("8")
    a_volunteer_takes(phone)
    phone.says("报名")
    phone.hears("（系统：您说的是哪一件？", "报名1：“", "报名2：“")
    phone.says("1")
    assert coming(phone) == [], "digits belong to the person one speaks with"
    phone.says("报名 1")
    phone.hears("（系统：记下了，您要参加：")
    assert coming(phone) == [first]


def test_however_many_and_long_they_are_the_question_fits_one_bubble(phone: Phone) -> None:
    phone.says("你好")
    for number in "一二三四五六七八九":
        with phone.sessions.begin() as db:
            db.query(Broadcast).update({"send_at": phone.now})  # three a day are the most
        phone.waits(days=1)
        told(phone, words=number * 300)
    phone.says("报名")
    assert len(phone.last) <= 200
    phone.hears("7 “九")
    assert "8 “" not in phone.last, "8 asks for a person"
    phone.says("7")
    phone.hears("记下了，您要参加：九九")


@pytest.mark.parametrize("place", IN_THE_FORM)
def test_in_the_middle_of_a_form_the_form_goes_on(phone: Phone, place: str) -> None:
    phone.says("你好")
    notice_id = told(phone)
    PLACES[place](phone)
    phone.says("报名")
    phone.hears("记下了，您要参加")
    assert coming(phone) == [notice_id]
    with phone.sessions.begin() as db:
        assert [run.dialogue for run in runs(phone, db, "open")] == ["petition"]


def test_beside_a_volunteer_it_counts_as_well(phone: Phone) -> None:
    phone.says("8")
    notice_id = told(phone)
    a_volunteer_takes(phone)
    phone.says("报名")
    phone.hears("（系统：记下了，您要参加：")
    assert coming(phone) == [notice_id]
    phone.says("不参加了")
    phone.hears("（系统：记下了，您不参加了：")
    the_volunteer_closes(phone)
    assert coming(phone) == []


def test_who_comes_is_counted_and_listed_masked(phone: Phone) -> None:
    phone.says("你好")
    neighbour, third = somebody(phone), somebody(phone)
    neighbour.says("你好")
    third.says("你好")
    with phone.sessions.begin() as db:
        make_known(db, phone.conversation(db).id, name="周建国", phone="13800006021")
    notice_id = told(phone)
    phone.says("报名")
    neighbour.says("报名")
    with phone.sessions.begin() as db:
        notice = db.get_one(Broadcast, notice_id)
        found, shown = progress(db, notice), people(db, notice, tuple(Standing), signed_up=True)
    assert (found.signed_up, found.everybody) == (2, 3)
    assert sorted(person.name for person in shown) == ["周*国", "老战友"]
    assert "周建国" not in repr(shown)
