"""The figures: right on a small set counted by hand, and good enough on the questions of the district."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from bot.evaluation import Figures, evaluate, road_of
from handlers.kit.turn import Reading
from knowledge_base.article import Article
from knowledge_base.library import Library

DEV = Path(__file__).parents[3] / "shared" / "policy" / "questions_dev.csv"
CARD, MEDAL = "优待证怎么办理", "立功喜报什么时候送"


def make_article(article_id, title, *ways):
    return Article(
        id=article_id,
        title=title,
        category="",
        who="",
        source="",
        cite="",
        article="",
        effective="",
        region="全国",
        verified="law",
        checked=dt.date(2026, 11, 25),
        decides="",
        answer=title,
        details="",
        bring="",
        where="",
        ways=ways,
    )


@pytest.fixture(scope="module")
def small():
    return Library([make_article("B01", CARD), make_article("C01", MEDAL)])


def test_figures_are_those_counted_by_hand(small):
    rows = [
        (CARD, "B01"),  # first
        (MEDAL, "C01"),  # first
        (CARD, "C01"),  # the other one stands first, so this one is second
        (MEDAL, "Z99"),  # in no library: nowhere
        ("明天天气好不好", "OUT"),  # told apart
        (CARD, "OUT"),  # answered all the same
        ("我不想活了", "CRISIS"),
        (CARD, "CRISIS"),  # not noticed
        ("不想活了", "PETITION"),  # a false alarm
        ("村里把我的补助扣了不给", "PETITION"),
        ("8", "HUMAN"),
        ("人工", "HUMAN"),
        (CARD, "HUMAN"),  # answered instead
    ]
    figures = evaluate(rows, small)
    assert figures.places == [1, 1, 2, 0]
    summary = figures.summary()
    assert summary.pop("ms_per_question") > 0
    assert summary == {
        "hit1": 2 / 4,
        "hit3": 3 / 4,
        "mrr": (1 + 1 + 1 / 2 + 0) / 4,
        "out_false_answers": 1 / 2,
        "crisis_recall": 1 / 2,
        "crisis_false_alarms": 1 / 11,
        "petition_recall": 1 / 2,
        "human_recall": 2 / 3,
    }
    assert any("hit1" in line and "0.500" in line for line in figures.table())


def test_of_nothing_there_is_no_share():
    assert set(Figures().summary().values()) == {None}
    assert any("—" in line for line in Figures().table())


@pytest.mark.parametrize(
    ("words", "road"),
    [
        ("我不想活了", "crisis"),
        ("找人", "person"),
        ("8", "person"),
        (CARD, "answer"),
        ("嗯", "not_found"),
        ("", "not_found"),
    ],
)
def test_where_a_first_message_goes(small, words, road):
    assert road_of(Reading.of(words, small)) == road


@pytest.mark.skipif(not DEV.exists(), reason="the district's questions are not here")
def test_the_answers_are_as_good_as_they_have_been(library):
    with DEV.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["question"], row["topic_id"]) for row in csv.DictReader(lines)]
    summary = evaluate(rows, library).summary()
    assert summary["hit1"] >= 0.80
    assert summary["hit3"] >= 0.93
