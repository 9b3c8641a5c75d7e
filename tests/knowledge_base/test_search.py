"""The search: the same answer every time, in bounded time, for whatever is typed."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.kit.turn import Reading
from knowledge_base.features import SYNONYMS, features
from knowledge_base.library import the_asking_part
from knowledge_base.normal import plain
from knowledge_base.search import LONGEST_SEARCHED, POSSIBLE, SURE, Finding, Hit

ROOT = Path(__file__).parents[2]
QUESTIONS = (
    "优待证怎么办",
    "退伍证丢了怎么补",
    "立功喜报",
    "我要找工作",
    "伤残等级怎么评",
    "房子漏水哪个管",
    "天气好不好",
)


def test_every_title_finds_its_article_first(library):
    missed = [each.id for each in library.articles.values() if library.search(plain(each.title)).hits[0].id != each.id]
    assert missed == []


def test_the_same_question_has_the_same_answer(library):
    for question in QUESTIONS:
        assert library.search(plain(question)) == library.search(plain(question))


def test_the_answer_does_not_hang_on_the_process():
    """Sets and dicts are ordered anew in every process; what is found must not be."""
    program = (
        "from knowledge_base.article import read\nfrom knowledge_base.library import FOLDER, Library\n"
        "from knowledge_base.normal import plain\n"
        "library = Library([read(path) for path in sorted((FOLDER / 'policies').glob('[AB]*.md'))])\n"
        f"for question in {QUESTIONS!r}:\n"
        "    found = library.search(plain(question))\n"
        "    print(found.road, [(hit.id, round(hit.score, 6)) for hit in found.hits])\n"
    )
    heard = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    one, two = (process.communicate(timeout=60)[0] for process in heard)
    assert one == two
    assert len(one.splitlines()) == len(QUESTIONS)


def test_a_hundred_thousand_characters_do_not_hurt(library):
    book = "".join(chr(0x4E00 + number % 20_000) for number in range(100_000))
    for flood in (book, "优待证怎么办" * 17_000, "a" * 100_000, " " * 100_000 + "优待证"):
        started = time.perf_counter()
        found = library.search(flood)
        reading = Reading.of(flood, library)
        assert time.perf_counter() - started < 2
        assert found == library.search(the_asking_part(flood))
        assert len(the_asking_part(flood)) <= LONGEST_SEARCHED + 1
        assert isinstance(reading.found, Finding)


def test_what_a_long_letter_asks_at_its_end_is_found(library):
    story = "我是八一年的兵，在云南那边待了四年，回来种地，养了三个娃儿，老大在广东打工，老二嫁到了外县。"
    letter = plain(story * 20 + "我现在就想晓得，残疾军人坐火车到底减不减一半票钱")
    assert len(letter) > 2 * LONGEST_SEARCHED
    assert library.search(letter).hits[0].id == "K01"


@pytest.mark.parametrize("words", ["", " ", "。", "\u200b", "🎖️", "ΩΩΩ"])
def test_where_nothing_is_known_nothing_is_found(library, words):
    found = library.search(words)
    assert found == Finding()
    assert (found.sure, found.possible, found.road) == (None, (), "")


@given(words=st.text(max_size=300))
@settings(deadline=None)
def test_whatever_is_typed_gives_hits_in_order(library, words):
    found = library.search(plain(words))
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 + 1e-6 for score in scores)
    assert len({hit.id for hit in found.hits}) == len(found.hits) <= 5
    assert found.road in ("", "PERSON", "PETITION", "OUT")


@pytest.mark.parametrize(
    ("scores", "sure", "possible"),
    [
        ((0.5, 0.3), True, 2),
        ((0.5, 0.425), True, 2),  # just clear of the second
        ((0.5, 0.43), False, 2),
        ((SURE, 0.01), True, 1),
        ((SURE - 0.001,), False, 1),
        ((POSSIBLE - 0.001, POSSIBLE - 0.01), False, 0),
        ((0.5, 0.4, 0.3, 0.2), True, 3),  # three are offered at most
        ((), False, 0),
    ],
)
def test_what_is_sure_stands_clear_of_the_second(scores, sure, possible):
    found = Finding(tuple(Hit(f"A{place}", score) for place, score in enumerate(scores)))
    assert (found.sure is not None) is sure
    assert len(found.possible) == possible


def test_features_are_runs_within_a_phrase_and_words():
    assert features("优待证") == ("优", "待", "证", "优待", "待证", "优待证", "w:优待证", "^优待", "$待证")
    assert "证怎" not in features("优待证 怎么"), "no run goes over a gap"
    assert features("") == ()


def test_words_that_are_said_for_the_same_are_alike():
    assert set(features("坐高铁")) & set(features("搭动车")) == {"s:车船"}
    assert "s:车船" not in features("买把锄头")


def test_of_two_words_the_longer_one_is_meant():
    assert "s:公职" in features("公务员")
    assert "s:祖父" not in features("公务员")


def test_no_word_is_said_for_two_things():
    lines = [line.split() for line in SYNONYMS.read_text("utf-8").splitlines()]
    said = [word for _, *words in lines for word in words]
    assert [word for word, often in Counter(said).items() if often > 1] == []
    assert len({meaning for meaning, *_ in lines}) == len(lines)
