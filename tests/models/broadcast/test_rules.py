"""What a notice may say and when it may leave: own links only, no numbers of people, between eight and eight (R63)."""

import datetime as dt

import pytest

from models.broadcast.rules import (
    BadNotice,
    NotAtThisHour,
    check_time,
    check_words,
    foreign_link,
    in_hours,
    next_hours,
    seconds_to_read,
)
from models.conversation import SHANGHAI
from tests.make import NOON
from tests.notices import OWN, WORDS


def at(hour, minute=0, day=25):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        "请看 https://jrzj.example.cn/n/12 ，谢谢",
        "网址 jrzj.example.cn，下午 2.30 到",
        "https://jrzj.example.cn:8443/a.html",
        "电话 0851-84000000，8.5 折",
    ],
)
def test_own_links_and_plain_words_pass(words):
    check_words("接访", words, own_hosts=OWN)


@pytest.mark.parametrize(
    "words",
    [
        "http://evil.example/x",
        "www.baidu.com",
        "ｈｔｔｐｓ：／／evil.com",
        "https://jrzj.example.cn@evil.com/",
        "https://jrzj.example.cn.evil.com",
        "https://jrzj.example.cn\\@evil.com",
        "https://jrzj.example.cn/?next=https://evil.cn",
        "https://other.jrzj.example.cn/",
        "weixin://dl/chat",
        "http://203.0.113.9/",
        "看例子.com 上说的",
    ],
)
def test_a_link_that_leads_elsewhere_is_refused(words):
    assert foreign_link(words, own_hosts=OWN)
    with pytest.raises(BadNotice, match="链接"):
        check_words("接访", f"老战友您好，{words}", own_hosts=OWN)


@pytest.mark.parametrize(
    ("title", "words", "what"),
    [
        ("", WORDS, "名称"),
        ("接访", " \n", "正文"),
        ("名" * 61, WORDS, "名称最多"),
        ("接访", "字" * 501, "正文最多 500 个字，现在 501 个"),
        ("接访", "把 520115196503071234 带来", "身份证号"),
        ("接访", "原77126部队的战友请来", "部队番号"),
    ],
)
def test_what_a_notice_may_not_be(title, words, what):
    with pytest.raises(BadNotice, match=what):
        check_words(title, words, own_hosts=OWN)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [(at(7, 59), False), (at(8), True), (at(12), True), (at(20), True), (at(20, 1), False), (at(23), False)],
)
def test_notices_leave_between_eight_and_eight(moment, allowed):
    assert in_hours(moment) is allowed
    assert in_hours(moment.astimezone(dt.UTC)) is allowed, "the office's clock decides, not the server's"


def test_a_night_is_waited_out():
    assert next_hours(at(12)) == at(12)
    assert next_hours(at(3, 10)) == at(8)
    assert next_hours(at(20, 1)) == at(8, day=26)


def test_a_chosen_time_outside_the_hours_is_refused_not_moved():
    check_time(None, now=NOON)
    check_time(at(20), now=NOON)
    for wrong in (at(20, 1), at(7, 59, day=26), at(9), NOON + dt.timedelta(days=31)):
        with pytest.raises(NotAtThisHour):
            check_time(wrong, now=NOON)


def test_reading_out_takes_a_quarter_second_a_character():
    assert seconds_to_read("") == 5
    assert seconds_to_read("字" * 95) == 25
