"""A law read into its articles; whatever is wrong is told with its line."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.citation import numeral_of
from knowledge_base.law import faults_of, law_of, read_law
from tests.laws import ARTICLES, law_text


def read(articles):
    return read_law(law_text(articles))


def faults(articles):
    return [why for _, why in read(articles).faults]


def test_a_law_with_its_head_chapters_and_items():
    found = read_law(law_text())
    assert found.faults == ()
    assert found.remarks == ()
    assert faults_of(found.head) == {}
    law = law_of(found.head, found.articles)
    assert (law.title, law.name, law.issuer) == ("星河县老兵接待办法", "星河县老兵接待办法", "星河县人民政府")
    assert (law.adopted, law.effective) == (dt.date(2024, 5, 6), dt.date(2024, 7, 1))
    assert (law.document_number, law.region, law.source) == ("星政发〔2024〕7号", "星河县", "县政府公报")
    assert [article.label for article in law.articles] == ["第一条", "第二条", "第三条", "第四条", "第五条"]
    assert [article.anchor for article in law.articles][:2] == ["article-1", "article-2"]
    assert law.articles[0].heading == "第一章　总则"
    assert law.articles[2].heading == "第二章　怎样接待 第一节　茶水"
    assert law.articles[3].heading == "第二章　怎样接待 第二节　登记"
    assert law.articles[1].words.splitlines() == [
        "本办法所称接待，包括：",
        "（一）听人说话；",
        "（二）把话记下来。",
        "记下来的话要念给本人听。",
    ]
    assert law.articles[1].paragraphs == 2


def test_markdown_reads_the_same():
    marked = ARTICLES.replace("第一章", "## 第一章").replace("第一节", "### 第一节").replace("第三条", "**第三条**")
    assert read(marked).articles == read(ARTICLES).articles
    front = '---\ntitle: "星河县老兵接待办法"\nissuer: "星河县人民政府"\neffective: "2024-07-01"\nlevel: "办法"\n---\n\n# 星河县老兵接待办法\n'
    found = read_law(front + ARTICLES)
    assert found.head == {"title": "星河县老兵接待办法", "issuer": "星河县人民政府", "effective": "2024-07-01"}
    assert found.remarks == ()


def test_the_first_line_is_the_title_and_the_last_article_says_since_when():
    found = read_law("星河县老兵\u3000接待办法\n" + ARTICLES)
    assert found.head == {"title": "星河县老兵接待办法", "effective": "2024-07-01"}
    assert faults_of(found.head) == {"issuer": "请写发布机关"}


def test_a_notice_is_read_by_its_parts():
    found = read("一、先倒茶。\n水要热。\n（一）用大杯。\n二、再登记。")
    assert [article.label for article in found.articles] == ["一、", "二、"]
    assert found.articles[0].words == "先倒茶。\n水要热。\n（一）用大杯。"


def test_an_article_that_was_put_between():
    found = read("第一条　甲。\n第一条之一　乙。\n第二条　丙。")
    assert [article.anchor for article in found.articles] == ["article-1", "article-1-1", "article-2"]
    assert found.faults == ()


def test_a_copy_that_lost_the_gap_after_the_number():
    found = read("第一条为了接待，定这个。\n第二条来的人先坐。\n第一条的规定不适用于路过的人。")
    assert [article.words for article in found.articles] == [
        "为了接待，定这个。",
        "来的人先坐。\n第一条的规定不适用于路过的人。",
    ]


@pytest.mark.parametrize(
    ("articles", "why"),
    [
        ("没有条文的一段话。", "没有找到条文"),
        ("第一条　甲。\n第二条　乙。\n第二条　丙。", "第二条前面第 10 行已经有了"),
        ("第一条　甲。\n第三条　乙。\n第二条　丙。", "第二条排在第三条后面"),
        ("第一条　甲。\n第一二条　乙。", "条号“第一二条”读不懂"),
        ("第一条　甲。\n第2条　乙。", "条号“第2条”读不懂"),
        ("第一条　甲。\n第二条\n第三条　丙。", "第二条后面没有内容"),
        ("第一条　" + "长" * 20_001, "可能少了后面的条号"),
        ("\n".join(f"第{numeral_of(number)}条　甲。" for number in range(1, 2002)), "最多 2000 条"),
    ],
)
def test_what_is_wrong_is_told(articles, why):
    assert [found for found in faults(articles) if why in found], faults(articles)


def test_a_fault_names_its_line():
    assert read("第一条　甲。\n第二条\n第三条　丙。").faults == ((10, "第二条后面没有内容"),)


def test_gaps_and_lines_that_belong_nowhere_are_told_and_stop_nothing():
    found = read("题注一行\n第二条　乙。\n第五条　戊。\n第二章　末\n散着的一句。")
    assert found.faults == ()
    assert found.remarks == (
        "从第二条开始，前面的没有",
        "第二条后面是第五条，中间少了 2 条",
        "第 9、13 行不在任何一条里，没有收进来，请看看是不是目录或者题注",
    )


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"title": ""}, {"title": "请写标题"}),
        ({"effective": "明年"}, {"effective": "施行日期要写成 2026-12-03 这样"}),
        ({"effective": "2026-02-30"}, {"effective": "施行日期要写成 2026-12-03 这样"}),
        ({"adopted": "2026年2月3日"}, {}),
        ({"source": "长" * 201}, {"source": "来源最多 200 个字"}),
    ],
)
def test_a_head_that_cannot_be_taken(changes, faults):
    assert faults_of(read_law(law_text()).head | changes) == faults


@given(st.lists(st.integers(1, 60), min_size=1, max_size=30, unique=True))
def test_any_numbers_in_order_are_all_read(numbers):
    found = read("\n".join(f"第{numeral_of(number)}条　有 {number} 个字。" for number in sorted(numbers)))
    assert [article.number for article in found.articles] == sorted(numbers)
    assert found.faults == ()


@given(st.text(alphabet="第一二十条章节款之 　\n：:#*（）、x标题施行日期0-", max_size=120))
def test_no_text_breaks_the_reader_and_no_line_is_lost(text):
    found = read_law(text)
    assert found.articles or found.faults
    assert all(article.label and article.anchor.startswith("article-") for article in found.articles)
