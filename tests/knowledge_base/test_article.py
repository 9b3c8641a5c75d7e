"""A policy file: what is read from it, and the Chinese sentence for every way to get it wrong."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.article import BadArticle, faults, parse, read

WAYS = "\n".join(f"- 优待证第{number}种问法" for number in range(12))
FRONT = {
    "id": "B01",
    "title": "优待证怎么办？",
    "category": "B 优待",
    "who": "退役军人",
    "source": "中华人民共和国退役军人保障法",
    "cite": "退役军人保障法",
    "article": "第五十三条",
    "effective": "2021-01-01",
    "region": "全国",
    "verified": "law",
    "checked": "2026-11-25",
    "decides": "户籍地服务站",
    "related": "[A01, A02]",
}
BODY = f"先到服务站登记。\n· 带身份证。\n\n## 细说\n\n长一点的话。\n\n## 要带什么\n\n身份证。\n\n## 去哪里办\n\n服务站。\n\n## 怎么问\n\n{WAYS}\n"


def written(body=BODY, **changes):
    front = "\n".join(f"{key}: {value}" for key, value in (FRONT | changes).items() if value is not None)
    return f"---\n{front}\n---\n{body}"


def test_a_file_is_read_as_it_was_written():
    article = parse(written(valid_until="2027-12-31"))
    assert (article.id, article.title, article.cite) == ("B01", "优待证怎么办？", "退役军人保障法")
    assert (article.effective, article.checked) == ("2021-01-01", dt.date(2026, 11, 25))
    assert article.answer == "先到服务站登记。\n· 带身份证。"
    assert (article.details, article.bring, article.where) == ("长一点的话。", "身份证。", "服务站。")
    assert len(article.ways) == 12
    assert (article.related, article.valid_until) == (("A01", "A02"), dt.date(2027, 12, 31))
    assert faults(article) == []


def test_what_may_be_left_out():
    article = parse(written("答复。\n", cite=None, related=None, effective="", article="—", verified="local"))
    assert article.cite == article.source
    assert (article.related, article.ways, article.details, article.effective) == ((), (), "", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "开头要有两行 ---"),
        ("没有说明，只有话。", "开头要有两行 ---"),
        (written().removeprefix("---\n"), "开头要有两行 ---"),
        ("---\nid: [A\n---\n话", "说明读不懂"),
        ("---\n- 一\n- 二\n---\n话", "说明要一行一栏"),
        ("---\n\n---\n话", "说明要一行一栏"),
        (written(colour="红"), "不认识 colour"),
        (written("话\n\n## 备注\n\n没有这一节"), "没有“备注”这一节"),
        (written(verified="maybe"), "verified 要写 law、secondary、local 或 pending"),
        (written(verified=""), "verified 要写"),
        (written(id=None), "少了编号（id）"),
        (written(title="", source=None), "少了标准问法（title）、文件全名（source）"),
        (written(region=None, decides=None), "少了哪里适用（region）、谁来定（decides）"),
        (written(checked="昨天"), "人工核对日"),
        (written(checked=None), "人工核对日"),
        (written(valid_until="明年底"), "要写日期"),
        (written(valid_until="2027"), "要写日期"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_mend(text, said):
    with pytest.raises(BadArticle) as refused:
        parse(text)
    assert said in str(refused.value)


def test_the_file_is_named(tmp_path):
    path = tmp_path / "B01.md"
    path.write_text("话", "utf-8")
    with pytest.raises(BadArticle, match=r"B01\.md：开头"):
        read(path)
    path.write_bytes(written().encode("gbk"))
    with pytest.raises(BadArticle, match=r"B01\.md"):
        read(path)
    path.write_bytes(written().replace("\n", "\r\n").encode())
    assert read(path).id == "B01", "as Windows writes it"


SOUND = parse(written())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer": ""}, "答复 0 字，要在 1 到 110 字之间"),
        ({"answer": "字" * 111}, "答复 111 字，要在 1 到 110 字之间"),
        ({"answer": "先登记。\n1 带身份证"}, "答复里行首不能用数字，那是留给选项的"),
        ({"answer": "2026 年起"}, "答复里行首不能用数字，那是留给选项的"),
        ({"answer": "先登记。\n  ２带身份证"}, "答复里行首不能用数字，那是留给选项的"),
        ({"cite": "法" * 21}, "cite 21 字，最多 20 字"),
        ({"ways": SOUND.ways[:11]}, "怎么问只有 11 条，至少 12 条"),
        ({"ways": (*SOUND.ways, SOUND.ways[0])}, "怎么问里有重复的"),
        ({"article": "—"}, "verified 是 law，就要写条号和施行日"),
        ({"effective": ""}, "verified 是 law，就要写条号和施行日"),
    ],
)
def test_each_fault_alone_gives_its_sentence(changes, said):
    assert faults(dataclasses.replace(SOUND, **changes)) == [said]


def test_what_is_just_right_is_no_fault():
    edge = dataclasses.replace(SOUND, answer="字" * 110, cite="法" * 20)
    assert faults(edge) == []
    assert faults(dataclasses.replace(SOUND, answer="先登记，3 天内办好。\n· 1 张照片")) == []
    assert faults(dataclasses.replace(SOUND, verified="local", article="—", effective="")) == []


def test_several_faults_are_all_said():
    assert len(faults(dataclasses.replace(SOUND, answer="1" * 200, cite="法" * 30, ways=()))) == 4


@pytest.mark.parametrize(
    ("changes", "citation"),
    [
        ({}, "依据：《退役军人保障法》第五十三条（全国，2021-01-01起施行，2026-11-25核对）"),
        (
            {"verified": "local", "article": "—", "effective": ""},
            "依据：《退役军人保障法》（全国，2026-11-25核对，各地不同，以当地公布为准）",
        ),
        (
            {"verified": "local", "cite": "（没有查到规定原文）", "article": "—", "effective": ""},
            "依据：（没有查到规定原文）（全国，2026-11-25核对，各地不同，以当地公布为准）",
        ),
        (
            {"verified": "secondary", "effective": "2020年"},
            "依据：《退役军人保障法》第五十三条（全国，2020年，2026-11-25核对，没查到原文，以当地公布为准）",
        ),
    ],
)
def test_what_an_answer_rests_on_stands_under_it(changes, citation):
    assert dataclasses.replace(SOUND, **changes).citation == citation


def test_an_article_is_in_force_to_the_end_of_its_last_day():
    last = dataclasses.replace(SOUND, valid_until=dt.date(2027, 12, 31))
    assert last.in_force(dt.date(2027, 12, 31))
    assert not last.in_force(dt.date(2028, 1, 1))
    assert SOUND.in_force(dt.date(2999, 1, 1))


@given(st.text(max_size=200))
def test_noise_after_the_front_matter_is_an_answer_or_a_fault(noise):
    try:
        article = parse(written(noise + "\n"))
    except BadArticle:
        assert "##" in noise
    else:
        assert isinstance(faults(article), list)
