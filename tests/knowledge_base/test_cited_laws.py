"""依据 against the texts: what is not there is told; what nobody has seen is no mistake."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.article import parse
from knowledge_base.cited_laws import Shelf
from knowledge_base.law import faults_of, law_of, read_law
from knowledge_base.library import FOLDER
from tests.laws import law_text

TODAY = dt.date(2026, 11, 25)
SOURCES = Path(__file__).parents[3] / "shared/policy/sources"


def law(**changes):
    found = read_law(law_text(**changes))
    return law_of(found.head, found.articles)


def article(**changes):
    front = {
        "id": "A01", "title": "几分钟登记完？", "source": "星河县老兵接待办法", "cite": "老兵接待办法", "article": "第四条",
        "effective": "2024-07-01", "region": "星河县", "verified": "law", "checked": "2026-11-25", "decides": "县里",
    }  # fmt: skip
    return parse(
        "---\n" + "".join(f"{key}: {value}\n" for key, value in (front | changes).items()) + "---\n十五分钟。\n"
    )


def wrong(changes, *laws):
    return list(Shelf.of(laws or [law()]).compare(article(**changes), today=TODAY).wrong)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"article": "第二条第二款、第五条"}, []),
        ({"source": "中华人民共和国星河县老兵接待办法（2024年修订）"}, []),
        ({"article": "第六条"}, ["原文没有第六条"]),
        ({"article": "第一条、第四条之一"}, ["原文没有第四条之一"]),
        ({"article": "第二条第三款"}, ["原文第二条只有 2 款，没有第二条第三款"]),
        ({"effective": "2023-07-01"}, ["施行日期写的是 2023-07-01，原文是 2024-07-01"]),
        ({"source": "茶叶法", "cite": "茶叶法"}, ["没有《茶叶法》的原文"]),
        ({"article": "—", "verified": "local"}, []),
        ({"article": "—"}, ["有原文，却没有写第几条"]),
    ],
)
def test_what_does_not_exist_is_named(changes, found):
    assert wrong(changes) == found


def test_an_older_text_is_no_longer_cited():
    newer = law(施行日期="2026-01-01")
    assert wrong({}, law(), newer) == ["写的是 2024-07-01 起施行的旧文本，2026-01-01 起有新的"]
    assert wrong({}, law(), law(施行日期="2027-01-01")) == []
    assert wrong({"effective": "2026-01-01"}, law(), newer) == []


def test_what_says_that_it_has_not_seen_the_text_is_no_mistake():
    compared = Shelf.of([]).compare(article(article="—", verified="secondary"), today=TODAY)
    assert compared.wrong == ()
    assert compared.unseen == ("没有《星河县老兵接待办法》的原文",)


def test_a_notice_has_parts_and_no_articles():
    notice = replace(law(), articles=read_law(law_text("一、甲。\n二、乙。\n三、丙。\n四、丁。")).articles)
    assert wrong({}, notice) == ["原文没有第四条"]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the texts of the laws are not part of the project")
def test_every_citation_of_the_library_is_in_the_texts():
    read = [read_law(path.read_text("utf-8")) for path in sorted(SOURCES.glob("*.md"))]
    whole = [found for found in read if found.articles and not found.faults and not faults_of(found.head)]
    shelf = Shelf.of(law_of(found.head, found.articles) for found in whole)
    assert len(whole) >= 40
    articles = [parse(path.read_text("utf-8")) for path in sorted((FOLDER / "policies").glob("*.md"))]
    compared = {article.id: shelf.compare(article, today=TODAY) for article in articles}
    assert {id_: each.wrong for id_, each in compared.items() if each.wrong} == {}
    assert sum(each.places for each in compared.values()) > 150
