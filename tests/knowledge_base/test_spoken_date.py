"""A day as old people type and say it, and what is missing where none is named."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.normal import plain
from knowledge_base.spoken_date import Missing, NoDay, spoken_date

TODAY = dt.date(2026, 11, 25)  # a Wednesday
LATELY = st.dates(dt.date(1950, 1, 1), dt.date(2026, 12, 31))
TENS = ("", "十", "二十", "三十")
ONES = "〇一二三四五六七八九"


def read(words, today=TODAY):
    return spoken_date(plain(words), today=today)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026年9月1日", (2026, 9, 1)),
        ("２０２６年９月１日", (2026, 9, 1)),
        ("2026 年 9 月 1 号", (2026, 9, 1)),
        ("26年9月1", (2026, 9, 1)),
        ("26年9月1号退的", (2026, 9, 1)),
        ("二〇二六年九月一日", (2026, 9, 1)),
        ("幺九八六年洞九月洞一", (1986, 9, 1)),
        ("八六年十二月三十一号", (1986, 12, 31)),
        ("一九八六年十月廿五", (1986, 10, 25)),
        ("99年9月9", (1999, 9, 9)),
        ("一二年十二月一日", (2012, 12, 1)),
        ("27年1月1日", (2027, 1, 1)),
        ("去年九月一号", (2025, 9, 1)),
        ("去年的9月1号", (2025, 9, 1)),
        ("前年十月一", (2024, 10, 1)),
        ("今年九月份一号", (2026, 9, 1)),
        ("明年3月1日", (2027, 3, 1)),
        ("9月1号", (2026, 9, 1)),
        ("我是9月1号批的", (2026, 9, 1)),
        ("十一月十一", (2026, 11, 11)),
        ("12月20号", (2026, 12, 20)),
        ("3月1号", (2026, 3, 1)),
        ("二月二十九", (2024, 2, 29)),
        ("上个月15", (2026, 10, 15)),
        ("上月二十", (2026, 10, 20)),
        ("这个月三号", (2026, 11, 3)),
        ("下个月1号", (2026, 12, 1)),
        ("今天", (2026, 11, 25)),
        ("昨天收到的", (2026, 11, 24)),
        ("大前天", (2026, 11, 22)),
        ("三天前", (2026, 11, 22)),
        ("两个星期前", (2026, 11, 11)),
        ("上周五", (2026, 11, 20)),
        ("上个礼拜天", (2026, 11, 22)),
        ("这周一", (2026, 11, 23)),
        ("2026-9-1", (2026, 9, 1)),
        ("2026.09.01", (2026, 9, 1)),
        ("2026/9/1", (2026, 9, 1)),
        ("20260901", (2026, 9, 1)),
        ("86.10.5", (1986, 10, 5)),
        ("9.1", (2026, 9, 1)),
        ("2026年9月1日，就是9月1号", (2026, 9, 1)),
    ],
)
def test_a_day_in_any_of_their_ways(words, day):
    assert read(words) == dt.date(*day)


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("随便", Missing.UNREAD),
        ("", Missing.UNREAD),
        ("哪天都行", Missing.UNREAD),
        ("去年", Missing.PART),
        ("去年9月", Missing.PART),
        ("2026年", Missing.PART),
        ("九月份", Missing.PART),
        ("15号", Missing.PART),
        ("2月30日", Missing.NO_SUCH_DAY),
        ("9月31", Missing.NO_SUCH_DAY),
        ("2025年2月29", Missing.NO_SUCH_DAY),
        ("13月1号", Missing.NO_SUCH_DAY),
        ("1812年9月1日", Missing.NO_SUCH_DAY),
        ("28年1月1日", Missing.NO_SUCH_DAY),
        ("2099年9月1日", Missing.NO_SUCH_DAY),
        ("22年9月1日去的，24年9月1日退的", Missing.SEVERAL),
        ("昨天还是前天", Missing.SEVERAL),
        ("农历八月初三", Missing.LUNAR),
        ("去年腊月二十", Missing.LUNAR),
        ("二零二四年十月初一", Missing.LUNAR),
    ],
)
def test_what_is_missing_is_told_apart(words, missing):
    with pytest.raises(NoDay) as no:
        read(words)
    assert no.value.missing == missing


@given(LATELY)
def test_every_day_is_read_as_it_is_written(day):
    for written in (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y-%m-%d}",
        f"{day:%Y%m%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{_in_turn(day.year)}年{_counted(day.month)}月{_counted(day.day)}号",
    ):
        assert read(written) == day, written


@given(st.dates(dt.date(1928, 1, 1), dt.date(2027, 12, 31)).filter(lambda day: day.year >= 1930))
def test_a_year_of_two_digits_is_the_one_they_lived(day):
    assert read(f"{day:%y}年{day.month}月{day.day}") == day


@given(LATELY, LATELY)
def test_without_a_year_it_is_never_far_ahead(day, today):
    try:
        found = read(f"{day.month}月{day.day}号", today)
    except NoDay:
        assert (day.month, day.day) == (2, 29)
        return
    assert (found.month, found.day) == (day.month, day.day)
    assert dt.timedelta(days=-3000) < found - today <= dt.timedelta(days=60)


@given(
    st.text(max_size=60)
    | st.text(alphabet="年月日号上个去前今明天周星期礼拜一二三十廿卅洞幺0123456789 .-", max_size=20)
)
def test_noise_is_a_day_or_none(noise):
    with contextlib.suppress(NoDay):
        assert isinstance(read(noise), dt.date)


def _in_turn(number):
    return "".join(ONES[int(digit)] for digit in str(number))


def _counted(number):
    ten, one = divmod(number, 10)
    return TENS[ten] + (ONES[one] if one else "")
