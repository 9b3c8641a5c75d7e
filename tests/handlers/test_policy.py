"""Policy questions, as they are typed."""

from __future__ import annotations

import pytest

from handlers.crisis import crisis_in
from knowledge_base.library import Library
from knowledge_base.normal import plain
from tests.handlers.stories import ANSWERED, COMPLAINT, NOT_OURS, WHICH, mode_of, rated
from tests.phone import Phone


def test_a_clear_question_gets_one_answer_with_its_source(phone: Phone) -> None:
    phone.says("优待证丢了咋办")
    phone.hears("依据：《优待证管理办法（试行）》", "8 找人问")
    phone.says("1")
    phone.hears("谢谢您")


def test_the_answer_names_law_article_region_and_date(phone: Phone) -> None:
    phone.says(ANSWERED)
    phone.hears("有优惠", "依据：《军人抚恤优待条例》第五十二条", "全国", "2024-10-01起施行", "核对")
    phone.hears("1 有用", "2 没用", "8 找人问")


def test_dialect_and_slips_are_understood(phone: Phone) -> None:
    phone.says("我残疾军人坐火车有啥子优惠嘛")
    phone.hears("第五十二条")
    phone.says("优侍证咋个办")
    phone.hears("《优待证管理办法（试行）》", "8 找人问")


def test_a_vague_question_is_asked_back_and_any_of_the_three_can_be_picked(phone: Phone) -> None:
    phone.says(WHICH)
    phone.hears("您是想问哪一个？", "\n1 ", "\n2 ", "\n3 ", "8 都不是，找人问")
    assert "\n4 " not in phone.last
    answers = []
    for digit in ("1", "二", "第三个"):
        phone.says(WHICH, digit)
        phone.hears("依据：", "1 有用")
        answers.append(phone.last)
    assert len(set(answers)) == 3


def only_one_is_likely(library: Library, words: str) -> bool:
    found = library.search(plain(words))
    return len(found.possible) == 1 and not (found.sure or found.road or library.fork(found) or crisis_in(words))


def test_where_only_one_is_likely_it_is_asked_whether_it_is_meant(phone: Phone, library: Library) -> None:
    ways = (way for article in library.articles.values() for way in article.ways)
    words = next(way for way in ways if only_one_is_likely(library, way))
    likely = library.articles[library.search(plain(words)).possible[0].id]
    phone.says(words)
    phone.hears("您是想问这个吗？", f"\n1 {likely.title}", "8 不是，找人问")
    phone.says("1")
    phone.hears("依据：", "1 有用")


def test_none_of_the_three_leads_to_a_person(phone: Phone) -> None:
    phone.says(WHICH, "8")
    phone.hears("正在帮您找接待室的老战友")


def test_useful_is_counted_once(phone: Phone) -> None:
    phone.says(ANSWERED, "1")
    phone.hears("谢谢您")
    phone.says("1")
    phone.hears("想问什么")
    with phone.sessions.begin() as db:
        assert rated(phone, db) == [True]


def test_not_useful_offers_other_words_or_a_person(phone: Phone) -> None:
    phone.says(ANSWERED, "2")
    phone.hears("没答好", "1 换个说法再问", "8 找人问")
    phone.says("1")
    phone.hears("换个说法")
    phone.says("残疾军人坐火车买票打几折")
    phone.hears("依据：")
    with phone.sessions.begin() as db:
        assert rated(phone, db) == [False]


def test_the_rating_belongs_to_the_answer_that_was_picked(phone: Phone) -> None:
    phone.says(ANSWERED, WHICH, "2", "2")
    phone.hears("没答好")
    with phone.sessions.begin() as db:
        assert rated(phone, db) == [False]


def test_nobody_invents_an_answer(phone: Phone) -> None:
    phone.says("我家的灯泡怎么换")
    assert "依据" not in phone.last
    phone.hears("8 ")


@pytest.mark.parametrize("words", [NOT_OURS, "股票今天涨了吗"])
def test_what_is_not_ours_is_said_so(phone: Phone, words: str) -> None:
    phone.says(words)
    phone.hears("这个我答不了", "1 查政策", "2 反映问题", "8 找人")
    phone.says("2")
    phone.hears("1 同意")


def test_the_first_road_shows_what_is_asked_most(phone: Phone) -> None:
    phone.says("1")
    phone.hears("想问什么，直接说就行", "\n1 ", "\n5 ", "8 都不是")
    phone.says("1")
    phone.hears("依据：")


def test_a_quarter_of_an_hour_later_digits_mean_the_menu_again(phone: Phone) -> None:
    phone.says(ANSWERED)
    phone.waits(minutes=16)
    phone.says("2")
    phone.hears("1 同意", "2 不同意")
    with phone.sessions.begin() as db:
        assert rated(phone, db) == []


def test_within_the_quarter_of_an_hour_a_digit_still_rates(phone: Phone) -> None:
    phone.says(ANSWERED)
    phone.waits(minutes=14)
    phone.says("1")
    phone.hears("谢谢您")


def test_another_question_follows_at_once(phone: Phone) -> None:
    phone.says(ANSWERED, "优待证丢了咋办")
    phone.hears("依据：《优待证管理办法（试行）》")


def test_a_voice_with_its_words_is_a_question(phone: Phone) -> None:
    phone.sends("voice", text=ANSWERED, media_id="voice1")
    phone.hears("依据：《军人抚恤优待条例》第五十二条")


@pytest.mark.parametrize(("digit", "answer"), [("1", "您说"), ("2", "您说"), ("8", "接待室")])
def test_a_voice_nobody_could_read_is_kept(phone: Phone, digit: str, answer: str) -> None:
    phone.sends("voice", media_id="voice1")
    phone.hears("没听清，录音留着", "1 再说一遍", "2 我打字", "8 找人听")
    phone.says(digit)
    phone.hears(answer)


def test_questions_need_no_consent(phone: Phone) -> None:
    for words in (ANSWERED, WHICH, "1", NOT_OURS):
        phone.says(words)
        assert "同意" not in phone.last


def test_a_complaint_is_offered_the_petition_or_a_person(phone: Phone) -> None:
    phone.says(COMPLAINT)
    phone.hears("登记编号", "1 记下来", "2 先看政策怎么说", "8 找人说")
    phone.says("8")
    assert mode_of(phone) == "waiting"


def test_who_rather_asks_first_is_invited_to_ask(phone: Phone) -> None:
    phone.says("他们太欺负人了", "2")
    phone.hears("想问什么，直接说就行")
