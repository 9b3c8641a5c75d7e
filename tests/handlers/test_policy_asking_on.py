"""Asking on: what else there is to an answer, and questions that leave out what they are about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from handlers.policy.answer import LONGEST_BUBBLE, LONGEST_PAGE, bubble, faults_in_use, pages
from handlers.policy.follow_up import LONGEST, aspect_of
from knowledge_base.amount import Amount
from knowledge_base.forks import forks
from knowledge_base.normal import plain
from knowledge_base.search import Finding, Hit
from tests.phone import Phone

CARD = "优待证怎么申请"
CARD_TITLE = "您接着问的是“退役军人优待证怎么申请？”"
TODAY = dt.date(2026, 11, 25)


# -- what else there is --------------------


def test_the_whole_of_an_answer_is_read_page_by_page(phone: Phone) -> None:
    phone.says(CARD)
    phone.hears("3 看细说")
    phone.says("3")
    phone.hears("1 接着看", "8 找人问")
    heard = [phone.last]
    while "1 接着看" in phone.last:
        heard.append(phone.says("1"))
    told = "".join(heard)
    article = phone.library.get("B01")
    assert article.where[-12:] in told, "to the last sentence"
    assert max(len(each) for each in heard) <= LONGEST_BUBBLE
    phone.says("8")
    phone.hears("正在帮您找接待室的老战友")


@pytest.mark.parametrize("between", [(), ("3",), ("要带什么", "3"), ("3", "1")])
def test_a_reminder_may_be_asked_for_also_after_reading_on(phone: Phone, between: tuple[str, ...]) -> None:
    phone.says("退伍回来多久内要报到")
    phone.hears("4 到时候提醒我")
    phone.says(*between, "4")
    phone.hears("30 天内去安置地退役军人局报到", "是哪年哪月哪日")


def test_nobody_has_to_know_what_b03_is(phone: Phone) -> None:
    article = phone.library.get("B01")
    assert "B03" in article.bring
    told = "".join(pages(article, phone.library))
    assert "B03" not in told
    assert phone.library.get("B03").title in told


def test_every_page_of_every_article_fits(library) -> None:
    for article in library.articles.values():
        told = pages(article, library)
        assert told, article.id
        assert max(len(each) for each in told) <= LONGEST_PAGE
        assert not [each for each in told if each[:1].isdigit() and each[1:2] == " "], "no page begins with a choice"


# -- left out what it is about --------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("要带什么", "清单各地不一样"),
        ("去哪点办嘛", "户籍地乡镇"),
        ("好久办得下来", "审核要几天，没查到规定"),
        ("代替老人家办行不行", "由监护人代为申请"),
        ("依据是哪一条", "依据：《"),
    ],
)
def test_a_short_question_is_read_with_what_was_told_last(phone: Phone, asked: str, said: str) -> None:
    phone.says(CARD, asked)
    phone.hears(CARD_TITLE, said, "1 有用", "3 看细说", "8 找人问")


def test_it_may_go_on_and_on(phone: Phone) -> None:
    phone.says(CARD, "要带什么", "好久办得下来", "去哪里办")
    phone.hears(CARD_TITLE, "户籍地乡镇")


def test_also_after_it_was_called_useful(phone: Phone) -> None:
    phone.says(CARD, "1", "要带什么")
    phone.hears(CARD_TITLE)


def test_where_the_article_is_silent_that_is_said(phone: Phone) -> None:
    phone.says("公墓怎么申请安葬", "要好多钱")
    phone.hears("您接着问的是", "8 找人问")
    assert "元" not in phone.last


def test_a_quarter_of_an_hour_later_it_stands_by_itself(phone: Phone) -> None:
    phone.says(CARD)
    phone.waits(minutes=16)
    phone.says("要带什么")
    assert "您接着问的是" not in phone.last


def test_a_question_with_a_subject_of_its_own_is_not_bent(phone: Phone) -> None:
    phone.says(CARD, "光荣牌去哪里领")
    assert "您接着问的是" not in phone.last
    phone.hears("光荣牌")


def test_a_long_question_says_what_it_is_about() -> None:
    assert aspect_of("要带什么" * (LONGEST // 4 + 1)) is None
    assert aspect_of(plain("要带什么材料去办？")) is not None


@pytest.mark.parametrize("words", ["人工", "谢谢", "想死了算了", "优待证", "今天天气", ""])
def test_what_is_no_question_of_that_kind_is_left_alone(words: str) -> None:
    assert aspect_of(words) is None


# -- what decides --------------------


def test_between_neighbours_the_one_thing_that_decides_is_asked(phone: Phone) -> None:
    phone.says("去世补助")
    phone.hears("去世的人生前是哪一种？", "1 残疾军人", "3 普通的退伍老兵", "8 都不是，找人问")
    phone.says("1")
    phone.hears(phone.library.get("H06").answer[:12], "依据")


@pytest.mark.parametrize("word", ["房子", "社保", "坐车", "优待证"])
def test_one_word_alone_is_asked_back_and_never_sent_away(phone: Phone, word: str) -> None:
    phone.says(word)
    phone.hears("？", "1 ", "2 ", "8 都不是，找人问")


def test_what_is_sure_is_not_asked_about(library) -> None:
    assert library.fork(Finding((Hit("J01", 0.5), Hit("J02", 0.1)))) is None
    assert library.fork(Finding((Hit("J01", 0.2), Hit("J02", 0.19)))).ask == "看病的是哪一位？"
    assert library.fork(Finding((Hit("J01", 0.2), Hit("B01", 0.19)))) is None, "no fork tells these apart"


def test_an_option_that_is_out_of_use_is_not_offered(library) -> None:
    likely = Finding((Hit("J01", 0.2), Hit("J02", 0.19), Hit("J03", 0.18)))
    options = library.on(TODAY, without=["J03"]).fork(likely).options
    assert [id_ for _, id_ in options] == ["J02", "J01"]


def test_every_fork_leads_to_articles_and_fits(library) -> None:
    for fork in forks():
        assert {id_ for _, id_ in fork.options} <= set(library.articles)
        assert 2 <= len(fork.options) <= 5
        assert fork.ask.endswith("？")
        assert max(len(answer) for answer, _ in fork.options) <= 16


# -- which rule speaks --------------------


def test_a_local_standard_is_told_with_its_day_and_paper(phone: Phone) -> None:
    article = phone.library.get("B01")
    with_it = replace(article, answer="可以申请。", amounts=(Amount(TODAY, "工本费 0 元", "区退役军人局通知"),))
    phone.library = phone.library.with_articles([with_it])
    phone.says(CARD)
    phone.hears("本地标准，2026-11-25起：工本费 0 元（区退役军人局通知）", "依据：")
    phone.says("要好多钱")
    phone.hears("工本费 0 元")


def test_the_nearer_of_two_rules_speaks_and_says_so(phone: Phone) -> None:
    article = phone.library.get("K02")
    city = replace(article, id="K92", region="贵阳市", answer="贵阳有自己的办法。", narrows=("K02",), ways=())
    phone.library = phone.library.with_articles([city])
    phone.says("退役军人坐公交地铁能免费吗")
    phone.hears("贵阳有自己的办法", "这是贵阳市的规定", "依据：", "贵阳市")


def test_who_asks_how_it_was_in_a_year_is_told_so(phone: Phone) -> None:
    article = phone.library.get("K01")
    old = replace(
        article, id="K91", effective="2011-08-01", valid_until=dt.date(2024, 9, 30), answer="那时候减一半。", ways=()
    )
    phone.library = phone.library.with_articles([old, replace(article, supersedes=("K91",))]).on(TODAY)
    phone.says("2019年的时候残疾军人坐火车的优惠怎么规定的")
    phone.hears("2019年的时候是这样规定的", "那时候减一半")
    phone.says("2005年的时候残疾军人坐火车的优惠怎么规定的")
    phone.hears("2005年的规定库里没有", "有优惠")
    phone.says("残疾军人坐火车的优惠怎么规定的")
    assert "那时候" not in phone.last


# -- what may be said at all --------------------


def test_a_first_message_that_is_too_long_is_no_answer_to_use(library) -> None:
    article = replace(library.get("B01"), answer="长" * 110, amounts=(Amount(TODAY, "每月三百元", "民政局发的文"),))
    assert len(bubble(article, today=TODAY)) > LONGEST_BUBBLE
    assert any("答复要再短一点" in fault for fault in faults_in_use(article, today=TODAY))
