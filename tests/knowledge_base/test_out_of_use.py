"""A library without some of its articles, and why an article is found."""

from __future__ import annotations

import pytest

from knowledge_base.normal import plain
from tests.make import NOON

ASKED = plain("我伤残军人坐火车要好多钱")


def test_what_is_left_out_is_found_by_nobody(library):
    assert library.search(ASKED).sure.id == "K01"
    fewer = library.on(NOON.date(), without=["K01"])
    assert "K01" not in [hit.id for hit in fewer.search(ASKED).hits]
    assert fewer.get("K01") is None
    assert len(fewer.search(ASKED).hits) == 5
    assert len(fewer.articles) == len(library.articles) - 1


def test_the_rest_is_found_as_before(library):
    fewer = library.on(NOON.date(), without=["K01", "A01"])
    for question in ("优待证怎么办", "六十岁补助怎么领", "随军家属工作"):
        assert fewer.search(plain(question)) == library.search(plain(question))


def test_it_is_still_there_to_be_read_and_comes_back(library):
    fewer = library.on(NOON.date(), without=["K01"])
    assert fewer.everything["K01"] is library.get("K01")
    assert fewer.on(NOON.date()).search(ASKED) == library.search(ASKED)
    assert library.get("K01") is not None


def test_even_without_all_of_them_a_road_is_found(library):
    bare = library.on(NOON.date(), without=library.everything)
    assert bare.search(ASKED).hits == ()
    assert bare.search(ASKED).sure is None


@pytest.mark.parametrize("words", ["我伤残军人坐火车要好多钱", "优待证优待证", "60 岁补助 abc", "你好"])
def test_the_parts_add_up_to_the_score(library, words):
    hit = library.search(plain(words)).hits[0]
    match = library.explain(plain(words), hit.id)
    assert sum(part for _, part in match.words) == pytest.approx(hit.score, rel=1e-4)


def test_the_nearest_way_and_the_weightiest_words_are_named(library):
    match = library.explain(ASKED, "K01")
    article = library.get("K01")
    assert match.way in (article.title, *article.ways)
    assert "坐火车" in match.way
    assert "火车" in [word for word, _ in match.words[:3]]
