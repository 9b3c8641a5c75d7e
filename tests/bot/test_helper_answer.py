"""What the helper model is told, and which of its answers a colleague gets to see."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given as whenever
from hypothesis import strategies as st

from bot.helper_answer import LONGEST, NoDraft, accepted, given_of, prompt
from knowledge_base.amount import Amount
from knowledge_base.figures import figures_in
from models.model_draft import cited_in, without_marks

TODAY = dt.date(2026, 11, 25)
GIVEN = {
    "B01": "优待证怎么申请\n答复：去户籍地镇上的服务站申请，60日内办结。\n去哪里办：服务站\n依据：《办法》第三条（全国，2021-01-01起施行）",
    "B03": "要带什么\n答复：身份证、户口簿，两张照片。站上电话0851-84000000。没办成不能领。",
}


@pytest.fixture
def given(library):
    return {id_: given_of(library.get(id_), library, today=TODAY) for id_ in ("B01", "B03")}


def test_everything_an_article_says_is_given_and_nothing_of_how_people_ask(library):
    article = replace(
        library.get("B03"), bring="带户口簿", amounts=(Amount(dt.date(2026, 8, 1), "每人每月100元", "某文件"),)
    )
    told = given_of(article, library, today=TODAY)
    for part in (article.title, article.answer, "要带什么：带户口簿", article.where, "每人每月100元", article.citation):
        assert part in told
    assert "先看 A03" not in told, "articles are named, so that no other one is cited"
    assert library.get("A03").title in told
    assert max(article.ways, key=len) not in told


def test_it_is_told_the_rules_the_articles_and_the_words(given):
    rules, asked = prompt("优待证咋个办", given)
    assert (rules["role"], asked["role"]) == ("system", "user")
    for text in given.values():
        assert text in rules["content"]
    assert "只用下面给出的政策来写" in rules["content"]
    assert "比如〔B01〕" in rules["content"]
    assert asked["content"] == "对方的话：\n优待证咋个办"


GOOD = [
    ("去镇上的服务站申请〔B01〕", "去镇上的服务站申请〔B01〕"),
    ("去服务站申请【B01】\n\n带身份证（B03）", "去服务站申请〔B01〕\n带身份证〔B03〕"),
    ("1. 去服务站申请〔B01、B03〕。", "去服务站申请〔B01〕〔B03〕。"),
    ("- **六十天**内办结[B01]", "六十天内办结〔B01〕"),
    ("<think>他问的是优待证，给他5000元</think>\n去服务站申请〔B01〕", "去服务站申请〔B01〕"),
    ("2021年1月1日起施行〔B01〕", "2021年1月1日起施行〔B01〕"),
    ("站上电话 0851-84000000〔B03〕", "站上电话 0851-84000000〔B03〕"),
    ("没办成不能领〔B03〕", "没办成不能领〔B03〕"),
    ("去服务站申请〔B01〕\n要几块钱，政策里没有写。", "去服务站申请〔B01〕\n要几块钱，政策里没有写。"),
]
BAD = [
    ("", "没有写出话"),
    ("<think>想了很久</think>", "没有写出话"),
    ("去服务站申请。", "没有写明依据"),
    ("去服务站申请〔B01〕\n带身份证", "没有写明依据"),
    ("政策里没有写，" + "不过您还是可以先去站上问问" * 4, "没有写明依据"),
    ("政策里没有写", "没有写到"),
    ("去服务站申请〔B02〕", "没有给它的依据"),
    ("去服务站申请〔B01〕，也看 D16", "没有给它的依据"),
    ("按 B01 去服务站", "没有给它的依据"),
    ("去服务站" * 100 + "〔B01〕", "太长"),
    ("每月能领500元〔B01〕", "没有的数字"),
    ("三十天内办结〔B01〕", "没有的数字"),
    ("60个工作日内办结〔B01〕", "没有的数字"),
    ("满八年的可以〔B01〕", "没有的数字"),
    ("打 12345 问〔B01〕", "没有的数字"),
    ("打 0851-84000001 问〔B03〕", "没有的数字"),
    ("按第八条办〔B01〕", "没有的数字"),
    ("您肯定办得下来〔B01〕", "答应或者回绝"),
    ("您没有资格〔B01〕", "答应或者回绝"),
    ("您不能申请〔B01〕", "答应或者回绝"),
    ("看 https://example.com〔B01〕", "网址"),
]


@pytest.mark.parametrize(("said", "kept"), GOOD)
def test_what_stands_in_the_articles_is_kept_line_by_line(said, kept):
    assert accepted(said, GIVEN) == kept


@pytest.mark.parametrize(("said", "why"), BAD)
def test_what_does_not_is_refused_with_its_reason(said, why):
    with pytest.raises(NoDraft, match=why):
        accepted(said, GIVEN)


@whenever(
    st.lists(st.sampled_from(["去站上", "〔B01〕", "[B03]", "〔D09〕", "500元", "60天", "\n", "没写", "保证", "1. "]))
)
def test_whatever_it_says_only_sound_drafts_are_kept(pieces):
    try:
        words = accepted("".join(pieces), GIVEN)
    except NoDraft:
        return
    assert 0 < len(words) <= LONGEST
    assert set(cited_in(words)) <= GIVEN.keys()
    assert cited_in(words)
    assert figures_in(without_marks(words)) <= figures_in("\n".join(GIVEN.values()))


@whenever(st.text(max_size=500))
def test_any_text_is_kept_or_refused_and_nothing_worse(said):
    try:
        assert accepted(said, GIVEN)
    except NoDraft as why:
        assert str(why)  # noqa: PT017
