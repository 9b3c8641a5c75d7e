"""An article is written down as it will be read."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.amount import Amount
from knowledge_base.article import BadArticle, parse
from knowledge_base.article_form import DAYS, FIELDS, LISTS, as_text, fields_in, fields_of, text_of
from knowledge_base.deadline import Deadline
from knowledge_base.library import shipped_articles
from tests.knowledge_base.test_article import written

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=30
).filter(lambda said: not said.startswith(("#", "-", "·", "•")) and "（" not in said and "）" not in said)
days = st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31))
amounts = st.builds(Amount, since=days, words=words, source=words)


def test_every_article_that_ships_is_the_same_when_written_and_read():
    for article in shipped_articles():
        assert parse(as_text(article)) == article


@given(
    title=words, answer=words, ways=st.lists(words, max_size=5), ids=st.lists(st.sampled_from(["A01", "B02"]), max_size=2),
    until=st.none() | days, amounts=st.lists(amounts, max_size=3),
)  # fmt: skip
def test_whatever_an_editor_types_is_read_as_it_was_written(title, answer, ways, ids, until, amounts):
    article = dataclasses.replace(
        parse(written()), title=title, answer=answer, ways=tuple(ways), narrows=tuple(ids), supersedes=tuple(ids),
        valid_until=until, amounts=tuple(sorted(amounts, key=lambda each: each.since)),
        deadline=Deadline("去报到", "退役那天", "days", 30, who="自主就业的", earliest=True),
    )  # fmt: skip
    assert parse(as_text(article)) == article


def test_local_standards_say_since_when_and_by_which_paper():
    article = parse(
        written(
            "答复。\n\n## 本地标准\n\n- 2026-08-01起：每人每月 300 元（民通〔2026〕8号）\n- 2025-08-01起：每人每月 280 元（民通〔2025〕3号）\n"
        )
    )
    assert article.amount_on(dt.date(2026, 7, 31)) == Amount(dt.date(2025, 8, 1), "每人每月 280 元", "民通〔2025〕3号")
    assert str(article.amount_on(dt.date(2026, 8, 1))) == "2026-08-01起：每人每月 300 元（民通〔2026〕8号）"
    assert article.amount_on(dt.date(2025, 1, 1)) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- 每月 300 元", "看不懂"),
        ("- 2026-08-01起：300 元", "看不懂"),
        ("- 2026-02-30起：300 元（文）", "没有 2026-02-30"),
    ],
)
def test_an_amount_without_day_or_source_is_refused(line, said):
    with pytest.raises(BadArticle, match=said):
        parse(written(f"答复。\n\n## 本地标准\n\n{line}\n"))


@pytest.mark.parametrize(
    ("region", "level"), [("全国", 0), ("贵州省", 1), ("贵阳市", 2), ("观山湖区", 3), ("朱昌镇", 4), ("外地样例", 0)]
)
def test_a_nearer_region_is_known_by_its_name(region, level):
    assert parse(written(region=region)).level == level


def test_it_is_in_force_from_its_first_to_its_last_day():
    article = parse(written(effective="2026-05-01", valid_until="2026-12-31"))
    days = [dt.date(2026, 4, 30), dt.date(2026, 5, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [article.in_force(day) for day in days] == [False, True, True, False]


def test_the_form_of_every_article_is_the_same_whether_read_from_it_or_from_its_text():
    for article in shipped_articles():
        fields = {name: value for name, value in fields_of(article).items() if value}
        assert {name: value for name, value in fields_in(as_text(article)).items() if value} == fields


typed = st.dictionaries(st.sampled_from([name for name in FIELDS if name not in (*DAYS, *LISTS)]), st.text(max_size=40))


@given(typed)
def test_an_unsound_form_is_kept_word_for_word_and_told_why_not(fields):
    """Whatever was typed, it comes back on the next visit, and reading it as an article ends in words, not in a crash."""
    text = text_of(fields)
    again = fields_in(text)
    assert text_of(again) == text
    with pytest.raises(BadArticle):
        parse(text)
