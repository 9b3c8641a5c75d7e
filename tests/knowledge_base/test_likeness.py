"""Questions put together: what is nearly the same, whatever the order, and nothing is lost."""

import time

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.likeness import ALIKE, alike
from knowledge_base.normal import plain


def test_a_slip_and_a_polite_word_are_the_same_question():
    assert alike(["优待证怎么办", "火星有多远", "优带证怎么办", "优待证怎么办呀"]) == [
        ["优待证怎么办", "优带证怎么办", "优待证怎么办呀"],
        ["火星有多远"],
    ]


def test_other_numbers_are_other_questions():
    assert len(alike(["60岁补助怎么领", "70岁补助怎么领", "60岁补助怎么领呢"])) == 2


def test_the_same_words_are_there_once():
    assert alike(["x", "x", ""]) == [["x"], [""]]


words = st.lists(st.text("优待证怎么办补助60", max_size=8).map(plain), max_size=30)


@given(words)
def test_none_is_lost_and_each_is_like_the_first_of_its_group(texts):
    groups = alike(texts)
    assert sorted(text for group in groups for text in group) == sorted(set(texts))
    assert groups == alike(texts)
    for first, *others in groups:
        assert all(_dice(first, other) >= ALIKE for other in others)


@given(words)
def test_nobody_who_is_alike_is_passed_over(texts):
    """Only some are compared; that must change nothing."""
    firsts: list[str] = []
    for text in dict.fromkeys(texts):
        if not any(_dice(text, first) >= ALIKE and _digits(text) == _digits(first) for first in firsts):
            firsts.append(text)
    assert [group[0] for group in alike(texts)] == firsts


def test_a_thousand_questions_take_no_time(library):
    ways = [plain(way) for article in library.everything.values() for way in article.ways][:1000]
    began = time.perf_counter()
    assert sum(map(len, alike(ways))) == len(set(ways))
    assert time.perf_counter() - began < 5


def _digits(text):
    return "".join(each if each.isdigit() else " " for each in text).split()


def _dice(one, other):
    first, second = ({*text, *(text[at : at + 2] for at in range(len(text) - 1))} for text in (one, other))
    return 2 * len(first & second) / (len(first) + len(second) or 1)
