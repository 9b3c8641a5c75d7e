"""Whatever is said, in whatever order: an answer comes, it is short, it asks one thing, and 8 reaches a person."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.channels.wechat_xml import MOST_BYTES, text_answer, with_tap_links
from tests.handlers.stories import (
    ANSWERED,
    CONTACT,
    CRY,
    NOT_OURS,
    PLACE,
    STORY,
    UNIT,
    WHICH,
    WISH,
    at_the_card,
    somebody,
    ticket_of,
)
from tests.make import make_district
from tests.phone import Phone

LONGEST = 200
FAMILIES = [
    [*"0123456789", "１", "八", "选1", "第一个", "9吧", "4️⃣"],
    [
        "菜单",
        "返回",
        "上一步",
        "取消",
        "算了",
        "帮助",
        "字太小",
        "接着填",
        "继续",
        "重来",
        "人工",
        "转任工",
        "修改3",
        "改",
    ],
    ["同意", "不同意", "不同意了", "删我的资料", "查我的资料", "查进度", "我要撤回", "催一催", "谢谢", "你好", "好的"],
    [ANSWERED, WHICH, "优待证丢了咋办", "六十岁补助怎么领", "当过兵看病有啥优惠", NOT_OURS, "股票今天涨了吗"],
    ["我要反映问题", STORY, PLACE, UNIT, WISH, CONTACT, "反映过", "王建国、李卫东、张援朝、赵红军、钱学农、孙大勇"],
    [CRY, "我被骗了两万块", "520115195001010011", "6222021234567890128", "我在第14集团军某部服役"],
    [
        "😀👍🏻",
        "[流泪]",
        "补" * 3_000,
        "a" * 3_000,
        "？" * 60,
        "]]>",
        "<a href='x'>1</a>",
        "\x00\x07\u202e",
        "\u200b",
        "1\n2\n8",
    ],
    ["image", "voice", "video", "location", "subscribe", "scan", "file"],
    ["20 minutes", "3 days"],
]
KINDS, PAUSES = set(FAMILIES[7]), {"20 minutes": {"minutes": 20}, "3 days": {"days": 3}}
WORD = st.sampled_from(FAMILIES).flatmap(st.sampled_from) | st.text(max_size=30).filter(lambda text: "\x00" not in text)
# Random words rarely walk a form to its end, so many talks begin inside of one.
BEGINNINGS = [
    [],
    ["2", "1"],
    ["2", "1", "2", STORY, "1", PLACE],
    ["2", "1", "2", STORY, "1", PLACE, UNIT, WISH, "2", CONTACT],
    ["2", "1", "2", STORY, "1", PLACE, UNIT, WISH, "2", CONTACT, "1", "4"],
    ["8"],
]
TALK = st.builds(lambda first, rest: [*first, *rest], st.sampled_from(BEGINNINGS), st.lists(WORD, max_size=7))


def says(phone: Phone, words: str) -> str | None:
    """One of the pool: words, a kind of message, or time that passes. None when nothing was said."""
    phone.waits(seconds=5)
    if words in PAUSES:
        phone.waits(**PAUSES[words])
        return None
    if words in KINDS:
        media = "" if words in ("location", "subscribe", "scan", "file") else "media1"
        return phone.sends(words, text="金华镇" if words == "location" else "", media_id=media)
    return phone.says(words)


def asked(answer: str) -> int:
    """How many questions an answer asks: choices, quotations, titles and examples ask nothing."""
    lines = [line for line in answer.split("\n") if not re.match(r"[0-9] |比如|像", line)]
    return re.sub(r"“.*?”|《.*?》", "", "\n".join(lines), flags=re.S).count("？")


def check(answer: str) -> None:
    assert answer.strip(), "no answer"
    rendered = with_tap_links(answer)
    assert len(rendered.encode()) <= MOST_BYTES
    choices = re.findall(r"^[0-9] \S.*$", answer, re.M)
    assert rendered.count("<a href") - answer.count("<a href") == len(choices), "too long for its tap links"
    assert asked(answer) <= 1, answer
    assert text_answer(to="o1", ours="gh_1", words=rendered, at=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    above_the_card = "\n请您核对" in answer  # known: see below
    assert len(answer) <= LONGEST or above_the_card, answer


@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(TALK)
@example(["2", "字太小"])
@example([CRY, "当过兵看病有啥优惠", "9", "3 days", "1"])
def test_any_talk(phone: Phone, talk: list[str]) -> None:
    phone = somebody(phone)
    for words in [*talk, "8"]:
        answer = says(phone, words)
        if answer is not None:
            check(answer)
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db) is not None


def test_at_night_in_a_district_with_hours(phone: Phone) -> None:
    """The longest answer of the reception: closed, the day named, the number, the hours."""
    with phone.sessions.begin() as db:
        make_district(db, hours="周一至周五 9:00-12:00 13:30-17:00；周六 9:00-12:00", phone="0851-84000000")
    phone.waits(days=2, hours=12)
    for words in ("8", "还有好久", "1", "13800006021", ANSWERED):
        check(phone.says(words))


def says_everything_at_length(phone: Phone) -> None:
    phone.says("2", "1", "5", STORY * 9, "1", PLACE * 9, UNIT * 9, WISH * 9, "2")
    phone.says("王建国、李卫东、张援朝、赵红军、钱学农 13800006021")
    phone.hears("请您核对")


def test_the_longest_card_is_short_enough(phone: Phone) -> None:
    says_everything_at_length(phone)
    assert len(phone.last) <= LONGEST


def test_the_longest_card_with_photos_is_short_enough(phone: Phone) -> None:
    says_everything_at_length(phone)
    for _ in range(10):
        phone.sends("image", media_id="photo")
    assert len(phone.last) <= LONGEST


@pytest.mark.parametrize("words", [ANSWERED, "优待证丢了咋办", "字太小"])
def test_what_stands_above_the_card_leaves_it_short_enough(phone: Phone, words: str) -> None:
    at_the_card(phone)
    phone.sends("image", media_id="photo1")
    phone.says(words)
    assert len(phone.last) <= LONGEST


def test_nothing_that_steers_a_screen_is_said_back(phone: Phone) -> None:
    phone.says("2", "1", "2", "补\x07助\u202e少算", "1", PLACE, UNIT, "\x07\u202e", "1", "1")
    assert not re.search("[\x00-\x08\u202a-\u202e]", phone.last)
