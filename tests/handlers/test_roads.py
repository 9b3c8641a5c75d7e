"""The roads, walked: a complaint is offered to be recorded, a person comes, and nobody is sent off."""

import re

import pytest

from tests.handlers.stories import mode_of
from tests.phone import Phone


@pytest.mark.parametrize(
    "story",
    [
        "材料交到村里一年多了，问起来都说在排队，到底卡在哪里没人讲得清",
        "说好年底修房子，现在又说明年，年年都是这句话",
        "窗口那个人讲话凶得很，问一句就喊我出去",
    ],
)
def test_a_complaint_told_as_a_story_is_offered_to_be_recorded(phone: Phone, story: str) -> None:
    phone.says(story)
    phone.hears("登记编号", "1 记下来", "8 找人说")


@pytest.mark.parametrize("wish", ["我不跟机器讲，给我喊个能作主的人来", "我字认不得几个，麻烦找个同志打电话跟我讲"])
def test_a_person_asked_for_in_a_whole_sentence_comes(phone: Phone, wish: str) -> None:
    phone.says(wish)
    phone.hears("正在帮您找接待室的老战友")
    assert mode_of(phone) == "waiting"


@pytest.mark.parametrize("question", ["明天赶场会不会下雨", "酸菜鱼怎么做才香", "企业职工养老保险断了怎么续"])
def test_what_is_none_of_ours_is_said_so_and_a_person_offered(phone: Phone, question: str) -> None:
    phone.says(question)
    assert re.search(r"^8 .*找人", phone.last, re.M), phone.last
    assert "依据" not in phone.last
