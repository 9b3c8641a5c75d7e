"""Notices in the chat: no more of them, again, the last ones to read, and one's own before it leaves (R63)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.broadcast import Broadcast
from models.broadcast.preview import preview_code
from models.broadcast.spread import spread
from models.conversation import Conversation
from tests.handlers.stories import ANSWERED, CRY, IN_THE_FORM, PLACES, at_step, each, runs
from tests.notices import WORDS, make_approved, make_draft
from tests.phone import Phone

NO_MORE = [
    "退订通知",
    "退 订 通知。",
    "ＴＤ",
    "td",
    "退订",
    "退定通知",
    "不想再收通知了",
    "别再发通知",
    "我要退订",
    "不要再给我发通知",
]
AGAIN = ["订阅通知", "恢复通知", "我要收通知", "重新订阅"]


def wants_none(phone: Phone) -> bool:
    with phone.sessions.begin() as db:
        return phone.conversation(db).no_notices_at is not None


def told(phone: Phone, **notice: str) -> None:
    """A notice for everybody has been spread."""
    with phone.sessions.begin() as db:
        make_approved(db, now=phone.now, **notice)
    with phone.sessions.begin() as db:
        spread(db, phone.now, template=False)


@pytest.mark.parametrize("words", NO_MORE)
def test_one_word_is_enough_to_have_no_more_of_them(phone: Phone, words: str) -> None:
    phone.says(words)
    phone.hears("以后不再给您发通知", "都和以前一样", "订阅通知")
    assert wants_none(phone)


@pytest.mark.parametrize("words", AGAIN)
def test_and_one_to_have_them_again(phone: Phone, words: str) -> None:
    phone.says("退订通知", words)
    phone.hears("以后有通知就发给您", "退订通知")
    assert not wants_none(phone)


@pytest.mark.parametrize(
    "words", ["我没收到通知", "通知里说的那个钱怎么领", "我要退订单", "录取通知书丢了咋办", "取消"]
)
def test_words_about_something_else_unsubscribe_nobody(phone: Phone, words: str) -> None:
    phone.says(words)
    assert not wants_none(phone)


def test_who_wants_none_is_left_out_and_everything_else_goes_on(phone: Phone) -> None:
    phone.says("退订通知")
    with phone.sessions.begin() as db:
        neighbour = Conversation.of(db, "wechat_oa", "oTEST-neighbour", now=phone.now, refills="message")
        notice = make_approved(db, now=phone.now)
        assert (notice.counted, neighbour.no_notices_at) == (1, None)
    phone.says(ANSWERED)
    phone.hears("依据")
    phone.says("8")
    phone.hears("接待室")


@pytest.mark.parametrize("place", IN_THE_FORM)
def test_in_the_middle_of_a_form_the_form_goes_on(phone: Phone, place: str) -> None:
    PLACES[place](phone)
    phone.says("退订通知")
    phone.hears("以后不再给您发通知")
    assert len(phone.last.splitlines()) > 2, "and the form says where it stands"
    assert wants_none(phone)
    with phone.sessions.begin() as db:
        assert [run.dialogue for run in runs(phone, db, "open")] == ["petition"]


def test_a_crisis_comes_before_it(phone: Phone) -> None:
    phone.says(CRY, "退订通知")
    assert not wants_none(phone)


def test_the_last_notices_are_read_again(phone: Phone) -> None:
    phone.says("你好")
    told(phone)
    told(phone, words="体检改到 12 月 9 日。")
    for words in ("看通知", "通知", "最近的通知"):
        phone.says(words)
        phone.hears(WORDS, "体检改到 12 月 9 日")
    assert phone.last.index("体检") < phone.last.index(WORDS), "the newest first"


def test_nobody_reads_notices_that_were_not_for_him_nor_old_ones(phone: Phone) -> None:
    phone.says("看通知")
    phone.hears("最近 30 天没有发给您的通知")
    told(phone)
    (other,) = (phone for phone, _ in each(phone, ["通知"]))
    other.says("看通知")
    other.hears("没有发给您的通知")
    phone.waits(days=31)
    phone.says("看通知")
    phone.hears("没有发给您的通知")


def test_long_notices_never_burst_the_bubble(phone: Phone) -> None:
    phone.says("你好")
    for number in "一二三":
        told(phone, words=number * 400)
    phone.says("看通知")
    assert "三" in phone.last
    assert "二" not in phone.last
    assert len(phone.last) <= 600


def test_notice_is_a_word_like_others_inside_a_form(phone: Phone) -> None:
    at_step(phone, 5)
    phone.says("通知")
    assert "最近" not in phone.last


# -- a look before it leaves --------------------


def code_of(phone: Phone, notice_id: int) -> str:
    with phone.sessions.begin() as db:
        return preview_code(db, db.get_one(Broadcast, notice_id), now=phone.now)


def a_draft(phone: Phone) -> int:
    with phone.sessions.begin() as db:
        return make_draft(db, now=phone.now).id


def test_by_its_code_a_draft_is_seen_as_it_will_arrive(phone: Phone) -> None:
    notice_id = a_draft(phone)
    phone.says(f"看样子 {code_of(phone, notice_id)}")
    phone.hears(WORDS, "不想再收通知，回复“退订通知”。")


def test_the_code_holds_for_minutes_and_names_one_notice(phone: Phone) -> None:
    first, second = a_draft(phone), a_draft(phone)
    code = code_of(phone, first)
    assert code != code_of(phone, second)
    phone.waits(minutes=10)
    phone.says(f"看样子{code}")
    phone.hears(WORDS)
    phone.waits(minutes=10)
    phone.says(f"看样子{code}")
    phone.hears("过时了")
    phone.says("看样子 000000")
    phone.hears("过时了")


def test_what_has_left_is_shown_to_nobody_by_a_code(phone: Phone) -> None:
    notice_id = a_draft(phone)
    code = code_of(phone, notice_id)
    with phone.sessions.begin() as db:
        db.scalars(select(Broadcast)).one().state = "stopped"
    phone.says(f"看样子 {code}")
    phone.hears("过时了")
