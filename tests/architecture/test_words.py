"""Every word the bot may say: keys, lengths, blanks, numbers, and what is never said (ux.md 7)."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable

import pytest

import bot.conversation  # the engine has phrases of its own
from bot.channels.wechat_xml import MOST_BYTES, with_tap_links
from bot.webhook import APOLOGY
from handlers import BY_NAME, DIALOGUES
from handlers.kit.form import Form
from handlers.kit.phrase import PHRASES, Phrase, worded
from handlers.policy.answer import bubble, faults_in_use
from knowledge_base.library import FOLDER, Library

LONGEST = 200
TODAY = dt.date(2026, 11, 25)
# What stands in a blank at its longest.
BLANKS = {
    "amount": "2026-08-01起：每人每月二百八十元（民政通〔2026〕18号）",
    "aspect": "晚了怎么办",
    "decides": "户籍地退役军人服务站、县级退役军人事务部门",
    "link": "https://front-door.office.example/policies/B01",
    "region": "观山湖区",
    "year": "2019",
    "step": "7",
    "steps": "7",
    "choices": "1、2、3、4、5 或 6",
    "count": "100",
    "minutes": "500",
    "words": "词" * 100,  # of a voice; other words are cut to 60
    "place": "金" * 20,
    "contact": "王" * 24,
    "who": "，王老战友",
    "number": "261125 0001",
    "tell_by": "12 月 10 日",
    "title": "住房、生活困难",
    "status": "已经收到，12 月 10 日前告诉您是否受理。",
    "day": "11 月 25 日",
    "cases": "100",
    "handling": "2026 年 11 月 25 日起",
    "sensitive": "2026 年 11 月 25 日起",
    "days": "3650",
    "accepted_on": "2026 年 11 月 25 日",
    "told_on": "2026 年 11 月 25 日",
    "answered_on": "2026 年 11 月 25 日",
    "asked_on": "2026 年 11 月 25 日",
    "review": "复查",
    "answer_by": "2027 年 11 月 25 日",
    "review_by": "2027 年 11 月 25 日",
    "reason": "因" * 80,  # a longer one goes in two bubbles
    "sentence": "句" * 120,
    "station": "观山湖区世纪城街道退役军人服务站",
    "handler": "观山湖区世纪城街道退役军人服务站 何敏",
    "name": "王*国",
    "phone": "0851-84000000 转 8001",
    "hours": "周一至周五 9:00-12:00 13:30-17:00；周六 9:00-12:00",
    "when": "11 月 30 日（周一）13:30 ",
    "source": "《" + "优" * 20 + "》第一百二十三条",
    "what": "去安置地的区退役军人局报到、落户、交材料",
    "rule": "自主就业的军士、义务兵，从安置地接收您的那天算起，60 个月内去安置地的区退役军人局报到、落户",
    "since": "安置地的政府接收您的那一天以后",
    "from_day": "2026 年 11 月 25 日",
    "ahead": "7 天和 1 天",
    "limit": "最早",
    "reminders": "9",
}
APPROVED = {"110", "119", "120", "12356", "12345", "12388"}
EXAMPLES = {"13800000000", "138"}  # shown as a pattern to follow
BANNED = "用户 系统检测到 输入有误 格式错误 经研究 予以 敬请谅解 已受理 相关部门 亲，亲们 亲亲".replace(
    "，", " "
).split()


def filled(phrase: Phrase) -> str:
    return worded([phrase(**{blank: BLANKS[blank] for blank in phrase.blanks})], {})


def numbers_in(phrase: Phrase) -> set[str]:
    return set(re.findall(r"[0-9]{3,}", phrase.default))


def test_there_are_phrases_of_every_dialogue() -> None:
    assert bot.conversation.TOO_FAST.key in PHRASES
    spoken = {key.split(".")[0] for key in PHRASES}
    assert {dialogue.name for dialogue in DIALOGUES} - {"waiting"} <= spoken


def keys_of(claim: Callable[[Phrase], object]) -> list[str]:
    """The phrases a claim holds of."""
    return [phrase.key for phrase in PHRASES.values() if claim(phrase)]


def test_keys_name_dialogue_and_phrase() -> None:
    assert keys_of(lambda phrase: not re.fullmatch(r"[a-z_]+\.[a-z_]+", phrase.key)) == []
    assert all(PHRASES[key].key == key for key in PHRASES)


def test_no_two_phrases_are_called_alike() -> None:
    with pytest.raises(ValueError, match="two phrases"):
        Phrase("front_desk.menu", "x")


def test_blanks_are_known_and_filled() -> None:
    assert keys_of(lambda phrase: phrase.blanks - BLANKS.keys()) == []
    assert keys_of(lambda phrase: re.search(r"[{}]", filled(phrase))) == []


def test_every_phrase_fits_one_bubble() -> None:
    assert keys_of(lambda phrase: not 0 < len(filled(phrase)) <= LONGEST) == []
    assert keys_of(lambda phrase: len(with_tap_links(filled(phrase)).encode()) > MOST_BYTES) == []


def test_only_approved_numbers_are_named() -> None:
    assert keys_of(lambda phrase: numbers_in(phrase) - APPROVED - EXAMPLES) == []
    assert keys_of(lambda phrase: phrase.key.startswith("urgent.") and EXAMPLES & numbers_in(phrase)) == []


def test_nothing_is_said_that_is_never_said() -> None:
    assert keys_of(lambda phrase: any(banned in phrase.default for banned in BANNED)) == []
    assert keys_of(lambda phrase: re.search("[！!]{2}|[\U0001f300-\U0001faff]", phrase.default)) == []


def test_digits_mean_the_same_everywhere() -> None:
    """0 上一步, 8 找人, 9 不办了; a list has 1 to 7."""
    meant = {"0": "上一步|能办的事", "8": "找|不是|人", "9": "不"}
    for phrase in PHRASES.values():
        for digit, words in re.findall(r"^([0-9]) (.+)$", phrase.default, re.M):
            assert re.search(meant.get(digit, "."), words), phrase.key


def test_at_most_one_question_is_asked() -> None:
    asking = keys_of(lambda phrase: re.sub("“.*?”", "", phrase.default).count("？") > 1)
    assert asking == []


def test_chinese_is_written_with_chinese_marks() -> None:
    half_width = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")
    assert keys_of(lambda phrase: half_width.search(phrase.default)) == []


def test_the_apology_of_the_door_keeps_the_rules() -> None:
    assert len(APOLOGY) <= LONGEST
    assert set(re.findall(r"[0-9]{3,}", APOLOGY)) <= APPROVED
    assert not [banned for banned in BANNED if banned in APOLOGY]


def test_dialogues_have_names_of_their_own() -> None:
    assert max(Counter(dialogue.name for dialogue in DIALOGUES).values()) == 1
    assert all(BY_NAME[dialogue.name] is dialogue for dialogue in DIALOGUES)
    assert DIALOGUES[0].name == "urgent"
    assert DIALOGUES[-1].name == "policy"
    assert all(len(dialogue.name) <= 20 for dialogue in DIALOGUES)


def test_questions_of_a_form_have_keys_of_their_own() -> None:
    for form in (dialogue for dialogue in DIALOGUES if isinstance(dialogue, Form)):
        keys = [question.key for question in form.questions]
        assert len(keys) == len(set(keys))
        assert len([question for question in form.questions if question.when({})]) <= 7


def test_every_article_fits_one_bubble(library: Library) -> None:
    bubbles = {article.id: bubble(article, today=TODAY) for article in library.articles.values()}
    assert not {id_: len(words) for id_, words in bubbles.items() if len(words) > LONGEST}
    assert not [id_ for id_, article in library.articles.items() if faults_in_use(article, today=TODAY)]
    assert len(bubbles) > 100


def test_no_article_gives_a_choice_or_a_banned_word(library: Library) -> None:
    for article in library.articles.values():
        assert not re.search(r"^[0-9] \S", article.answer, re.M), article.id
        assert not [banned for banned in ("用户", "敬请谅解", "已受理", "经研究") if banned in article.answer], (
            article.id
        )


def test_titles_fit_the_list_of_three(library: Library) -> None:
    titles = sorted((article.title for article in library.articles.values()), key=len)[-3:]
    assert sum(map(len, titles)) + 40 <= LONGEST


def test_every_file_of_the_library_is_read(library: Library) -> None:
    assert {path.stem for path in (FOLDER / "policies").glob("*.md")} == set(library.articles)
