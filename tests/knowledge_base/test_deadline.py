"""A deadline in an article: what is read, which day it falls on, and the sentence for every way to get it wrong."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.article import BadArticle, faults, parse
from knowledge_base.deadline import MOST, BadDeadline, Deadline
from knowledge_base.library import Library
from tests.knowledge_base.test_article import BODY, written

REPORT = {"what": "去报到", "since": "退役那天", "days": 30}
DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2080, 1, 1))


def front(**changes):
    """The mapping, with changes; None leaves a part out."""
    return {key: value for key, value in (REPORT | changes).items() if value is not None}


def test_the_day_it_counts_from_is_not_counted():
    assert Deadline.read(REPORT).falls_on(dt.date(2026, 9, 1)) == dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("span", "since", "last"),
    [
        ({"months": 6}, (2026, 3, 15), (2026, 9, 15)),
        ({"months": 6}, (2026, 8, 31), (2027, 2, 28)),
        ({"months": 1}, (2028, 1, 30), (2028, 2, 29)),
        ({"years": 2}, (2026, 9, 1), (2028, 9, 1)),
        ({"years": 1}, (2028, 2, 29), (2029, 2, 28)),
        ({"days": 60}, (2026, 12, 15), (2027, 2, 13)),
    ],
)
def test_months_and_years_end_on_the_same_day_or_the_last_one(span, since, last):
    deadline = Deadline.read(front(**({"days": None} | span)))
    assert deadline.falls_on(dt.date(*since)) == dt.date(*last)


@given(DAYS, st.sampled_from(["days", "months", "years"]), st.data())
def test_a_longer_term_never_ends_earlier(since, unit, data):
    count = data.draw(st.integers(1, MOST[unit] - 1))
    shorter, longer = (Deadline("做", "那天", unit, number).falls_on(since) for number in (count, count + 1))
    assert since < shorter < longer


def test_the_rule_is_one_sentence():
    assert Deadline.read(REPORT).rule == "从退役那天算起，30 天内去报到"
    assert Deadline.read(front(who="义务兵")).rule == "义务兵，从退役那天算起，30 天内去报到"
    again = front(what="重新评残", since="上次评残那天", days=None, years=1, earliest=True)
    assert Deadline.read(again).rule == "从上次评残那天算起，满 1 年才能重新评残"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("30 天内报到", "deadline 要写成"),
        ([REPORT], "deadline 要写成"),
        (front(colour="红"), "deadline 里不认识 colour"),
        (front(days=None), "要写一样，只写一样"),
        (front(months=1), "要写一样，只写一样"),
        (front(days=0), "days 要写 1 到 366 的整数"),
        (front(days=367), "days 要写 1 到 366 的整数"),
        (front(days="30"), "days 要写 1 到 366 的整数"),
        (front(days=True), "days 要写 1 到 366 的整数"),
        (front(what=None), "要写 what"),
        (front(what="  "), "要写 what"),
        (front(what=3), "要写 what"),
        (front(since=None), "要写 since"),
        (front(what="字" * 21), "what 最多 20 字"),
        (front(since="字" * 17), "since 最多 16 字"),
        (front(who="字" * 25), "who 最多 24 字"),
        (front(who=""), "要写 who"),
        (front(earliest="是"), "earliest 只写 true 或 false"),
    ],
)
def test_what_cannot_be_used_says_what_to_mend(wrong, said):
    with pytest.raises(BadDeadline, match=said):
        Deadline.read(wrong)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*REPORT, "who", "earliest", "years"]), inner)))  # fmt: skip
def test_whatever_stands_there_is_a_deadline_or_a_fault(anything):
    try:
        deadline = Deadline.read(anything)
    except BadDeadline:
        return
    assert deadline.falls_on(dt.date(2026, 9, 1)) > dt.date(2026, 9, 1)


def test_an_article_has_one_or_none():
    assert parse(written()).deadline is None
    body = BODY.replace("先到服务站登记。", "要在30日内到服务站登记。")
    article = parse(written(body, deadline="{what: 去登记, since: 退役那天, days: 30}"))
    assert article.deadline == Deadline("去登记", "退役那天", "days", 30)
    assert faults(article) == []
    with pytest.raises(BadArticle, match="要写 since"):
        parse(written(deadline="{what: 去登记, days: 30}"))


@pytest.mark.parametrize(
    ("answer", "span", "named"),
    [
        ("要在30日内报到。", {"days": 30}, True),
        ("要在 30 天内报到。", {"days": 30}, True),
        ("要在130日内报到。", {"days": 30}, False),
        ("政府6个月内安排。", {"months": 6}, True),
        ("退役后两年内入学。", {"years": 2}, True),
        ("满一年才能提。", {"years": 1}, True),
        ("早点去报到。", {"days": 30}, False),
        ("要在30个月内报到。", {"days": 30}, False),
    ],
)
def test_the_answer_has_to_name_it(answer, span, named):
    body = BODY.replace("先到服务站登记。", answer)
    (unit, count), = span.items()  # fmt: skip
    article = parse(written(body, deadline=f"{{what: 办, since: 那天, {unit}: {count}}}"))
    assert faults(article) == ([] if named else ["写了 deadline，答复里也要写这个期限"])


@pytest.mark.parametrize(
    ("article", "since", "last"),
    [
        ("C01", (2026, 9, 1), (2026, 10, 1)),  # 安置条例 51
        ("G05", (2026, 9, 1), (2026, 10, 31)),  # 抚恤条例 30
        ("G04", (2026, 9, 1), (2027, 9, 1)),  # 抚恤条例 28
        ("E01", (2026, 9, 1), (2028, 9, 1)),  # 保障法 35
        ("D03", (2026, 9, 1), (2027, 3, 1)),  # 安置条例 31
        ("D05", (2026, 9, 1), (2026, 10, 1)),  # 安置条例 75
        ("O03", (2026, 9, 1), (2026, 10, 1)),  # 信访条例 35, 36
        ("O09", (2026, 9, 1), (2026, 10, 1)),  # 人民调解法 33
        ("O10", (2026, 9, 1), (2026, 10, 31)),  # 行政复议法 20
    ],
)
def test_the_rights_that_can_be_lost_have_one(library: Library, article, since, last):
    deadline = library.everything[article].deadline
    assert deadline is not None
    assert deadline.falls_on(dt.date(*since)) == dt.date(*last)
    assert deadline.earliest is (article == "G04")
