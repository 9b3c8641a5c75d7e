"""The road a text takes: complaints told as stories, people asked for, and what is none of ours are told from policy."""

from collections import Counter
from pathlib import Path

import pytest

from knowledge_base import roads
from knowledge_base.library import FOLDER, ROUTES, read_ways
from knowledge_base.normal import plain
from knowledge_base.roads import POLICY, road_of
from knowledge_base.teaching import mark

CASES = [line.split("\t") for line in Path(__file__).with_name("road_cases.txt").read_text("utf-8").splitlines()[1:]]
WAYS = {road: read_ways(FOLDER / "ways" / name) for road, name in ROUTES.items()}


def taken(road):
    """Which roads the cases of one road take."""
    roads_taken = [road_of(plain(text), answered=False) or POLICY for label, text in CASES if label == road]
    return {name: count / len(roads_taken) for name, count in Counter(roads_taken).items()}


def test_what_was_learned_is_of_the_ways_as_they_are_now():
    """After a change in ways/: `frontdoor policy learn`."""
    assert roads.opinion().mark == mark(WAYS)


def test_there_are_many_ways_and_no_case_is_one_of_them():
    for road, ways in WAYS.items():
        assert len(ways) >= 400, road
        assert len(set(ways)) == len(ways)
    assert not {text for _, text in CASES} & {way for ways in WAYS.values() for way in ways}


@pytest.mark.parametrize(("road", "least"), [("PETITION", 0.75), ("PERSON", 0.85), ("OUT", 0.75), (POLICY, 0.9)])
def test_each_road_is_found_in_words_it_was_not_taught(road, least):
    assert taken(road)[road] >= least, taken(road)


def test_a_complaint_told_as_a_story_is_no_question(library):
    assert library.search(plain("补助拖了三个月，问到哪个都说不晓得，喊我回家等")).road == "PETITION"
    assert library.search(plain("六十岁农村老兵补助怎么申请")).road == ""


def test_a_person_is_asked_for_in_many_tongues(library):
    for text in ("有没得真人", "我要找个人讲", "喊你们领导来", "转人宫", "莫要机器答我"):
        assert library.search(plain(text)).road == "PERSON", text


def test_where_the_library_has_an_answer_a_road_must_be_surer():
    for without, beside in roads.LIKELY.values():
        assert without < beside


def test_a_name_alone_is_no_grievance_and_nothing_that_is_not_ours():
    for name in ("去世补助", "抚恤金", "丧葬费", "社保", "房子", "天气"):
        assert road_of(plain(name), answered=False) == "", name


def test_a_grievance_may_be_as_short():
    for said in ("我要投诉", "不给办", "要个说法", "拖了三年"):
        assert road_of(plain(said), answered=False) == "PETITION", said
