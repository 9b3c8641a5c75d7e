"""Numbers and places as laws write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.citation import (
    BadNumeral,
    Cited,
    cited_in,
    in_pieces,
    name_of,
    numeral_of,
    value_of,
)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("一", 1), ("十", 10), ("十二", 12), ("一十二", 12), ("二十", 20), ("一百零二", 102), ("一百一十", 110),
     ("一百〇二", 102), ("一千零一十", 1010), ("九千九百九十九", 9999)],
)  # fmt: skip
def test_numbers_are_read_as_laws_count(numeral, value):
    assert value_of(numeral) == value


@pytest.mark.parametrize("numeral", ["", "零", "一二", "十百", "二十十", "百", "一百二", "零一", "三壹", "1"])
def test_what_nobody_writes_is_no_number(numeral):
    with pytest.raises(BadNumeral):
        value_of(numeral)


@given(st.integers(1, 9999))
def test_every_number_comes_back(value):
    assert value_of(numeral_of(value)) == value


@given(st.text(alphabet="零一二三九十百千第条款项之（）1", max_size=30))
def test_no_words_break_the_reading_and_none_are_lost(text):
    assert "".join(words for words, _ in in_pieces(text)) == text
    assert all(cited.number or "第0" in cited.words for cited in cited_in(text))


def test_places_down_to_the_item():
    assert cited_in("第二条、第八十一条第二款第（三）项，第十二条之一") == [
        Cited("第二条", 2),
        Cited("第八十一条第二款第（三）项", 81, paragraph=2, item=3),
        Cited("第十二条之一", 12, inserted=1),
    ]
    assert [cited.number for cited in cited_in("安置条例第45条")] == [45]
    assert [cited.anchor for cited in cited_in("第十二条、第十二条之一")] == ["article-12", "article-12-1"]


def test_what_is_between_stays():
    assert in_pieces("看第二条和第三条。") == [
        ("看", None),
        ("第二条", Cited("第二条", 2)),
        ("和", None),
        ("第三条", Cited("第三条", 3)),
        ("。", None),
    ]
    assert in_pieces("—") == [("—", None)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("中华人民共和国茶水法", "茶水法"),
        ("《茶水法（2023年修正）》", "茶水法"),
        ("茶水管理办法（试行）", "茶水管理办法（试行）"),
        ("茶水实施办法（县发〔2018〕72号）", "茶水实施办法"),
        (" 茶 水 法 ", "茶水法"),
    ],
)
def test_a_law_is_called_the_same_in_every_version(title, name):
    assert name_of(title) == name
