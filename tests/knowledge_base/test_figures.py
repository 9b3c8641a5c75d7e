"""The figures of a text in one spelling: two ways of writing the same one are one, two different ones never are."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.citation import numeral_of
from knowledge_base.figures import figures_in

ALIKE = [
    ("60日内", "六十天"),
    ("60 天", "６０天"),
    ("三个月", "3 个月"),
    ("每人每月3,000元", "三千块钱"),
    ("3万元", "三万块"),
    ("1.5万元", "一万五千元"),
    ("500元", "伍佰元"),
    ("百分之五十", "50％"),
    ("2021-01-01起施行", "2021年1月1日"),
    ("2021年11月15日印发", "11月15号"),
    ("2021年11月15日印发", "2021年"),
    ("二〇二六年", "2026年"),
    ("第三十条", "第30条"),
    ("七至十级", "七级到十级"),
    ("满60周岁", "60 岁"),
    ("十五个工作日", "15工作日"),
    ("电话0851-84000000", "0851-84000000"),
    ("半年", "半年内"),
]
OTHERS = [
    ("60日内", "60个工作日"),
    ("15日", "15天"),  # the fifteenth of a month is no length of time
    ("8月", "8个月"),
    ("500元", "5000元"),
    ("5万元", "5元"),
    ("2021-01-01起施行", "2021年2月1日"),
    ("2021年11月15日", "2021年15月"),
    ("第三十条", "30元"),
    ("六级", "七级"),
    ("五折", "六折"),
    ("50%", "50元"),
    ("1.5倍", "5倍"),
    ("84000000", "84000001"),
    ("没有数字", "12345"),
]


@pytest.mark.parametrize(("told", "said"), ALIKE)
def test_the_same_figure_in_another_spelling_is_known(told, said):
    assert figures_in(said)
    assert figures_in(said) <= figures_in(f"前面有字，{told}，后面也有") | figures_in("七级")


@pytest.mark.parametrize(("told", "said"), OTHERS)
def test_another_figure_is_another(told, said):
    assert not figures_in(said) <= figures_in(told)


@pytest.mark.parametrize("words", ["一般要带身份证，统一办", "先看 B03 这一条", "四通八达", "", "一次性退役金"])
def test_what_counts_nothing_is_no_figure(words):
    assert figures_in(words) == frozenset()


@given(st.integers(1, 9999), st.sampled_from(["元", "天", "年", "个月", "岁", "级", "条"]))
def test_a_number_in_hanzi_is_the_one_in_figures(value, unit):
    assert figures_in(f"第{numeral_of(value)}{unit}") == figures_in(f"第{value}{unit}")


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_a_date_is_the_same_however_it_is_written(day):
    spoken = f"{day.year}年{day.month}月{day.day}日"
    assert figures_in(spoken) == figures_in(day.isoformat()) == figures_in(f"{day.year} 年 {day.month} 月 {day.day} 日")


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    assert all(value for value, _ in figures_in(text))


@given(st.text(max_size=100), st.integers(1, 10**6))
def test_a_figure_that_is_put_in_is_found(text, amount):
    assert (str(amount), "元") in figures_in(f"{text}，{amount}元")
