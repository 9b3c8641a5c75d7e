"""An article changed in the console: said at once, found by its new ways when the jobs process has learned them."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import replace

import pytest

from bot.library_work import NOT_LEARNED, LibraryWork
from bot.living import EVERY, Living
from knowledge_base.article import parse
from knowledge_base.article_form import as_text
from knowledge_base.library import Library
from knowledge_base.normal import plain
from models.policy import PolicyVersion
from models.policy.check import CheckResult
from models.policy.saved_question import SavedQuestion
from models.wording import RetiredArticle
from tests.bot.test_delivery import make_office
from tests.knowledge_base.test_article import written
from tests.make import NOON, make_user

CARD = parse(written(id="B01", title="优待证怎么办"))
MEDAL = replace(
    parse(written(id="C01", title="喜报什么时候送")),
    answer="武装部送。",
    ways=tuple(f"立功喜报哪天送{each}" for each in ("", "来", "到家", "到村")),
)
DIALECT = "那个红本本咋个整起来嘛"


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path)


@pytest.fixture
def work(office):
    return LibraryWork(office, lambda: [CARD, MEDAL])


class Clock:
    now = NOON

    def __call__(self):
        return self.now

    def later(self):
        self.now += EVERY


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def living(engine, sessions, clock):
    return Living(engine, sessions, clock, Library([CARD, MEDAL]))


def in_draft(db, article, *, checked=False):
    editor = make_user(db, f"editor-{article.id}", "小陈")
    draft = PolicyVersion.save(db, article.id, as_text(article), saved=0, what_changed="", by=editor, now=NOON)
    draft.ask_for_check()
    if checked:
        draft.keep_check(draft.digest, CheckResult(0).to_json())
    return draft, editor


def in_use(db, article):
    draft, editor = in_draft(db, article, checked=True)
    proposal = draft.propose(db, by=editor, now=NOON)
    boss = make_user(db, f"approver-{article.id}", "李科")
    PolicyVersion.publish(db, proposal, digest=proposal.digest, does_worse=False, by=boss, now=NOON)


def settled(living, clock, question, article_id):
    """The library, once a question is surely answered with this article; a thread may still read what was learned."""
    for _ in range(100):
        clock.later()
        library = living.now().library
        sure = library.search(plain(question)).sure
        if sure is not None and sure.id == article_id:
            return library
        time.sleep(0.02)
    raise AssertionError(f"{question} never finds {article_id}")


def test_a_published_answer_is_said_at_the_next_look(sessions, living, clock):
    assert living.now().library.get("B01").answer == CARD.answer
    with sessions.begin() as db:
        in_use(db, replace(CARD, answer="带身份证去服务站。"))
    assert living.now().library.get("B01").answer == CARD.answer, "looked at a moment ago"
    clock.later()
    library = living.now().library
    assert library.get("B01").answer == "带身份证去服务站。"
    assert library.search(plain("优待证怎么办")).hits[0].id == "B01", "found as before, while nobody has learned"


def test_its_new_ways_of_asking_are_found_once_they_were_learned(sessions, living, clock, work):
    ways = (*CARD.ways, DIALECT, "红本本咋个整", "红本本整起来要哪样")
    with sessions.begin() as db:
        in_use(db, replace(CARD, ways=ways))
    clock.later()
    assert not living.now().library.search(plain(DIALECT)).sure
    assert work.learn_library() == 1
    assert settled(living, clock, DIALECT, "B01").search(plain(DIALECT)).sure.id == "B01"
    assert work.learn_library() == 0, "what is known is not learned again"


def test_the_next_version_of_another_article_takes_nothing_back(sessions, living, clock, work):
    with sessions.begin() as db:
        in_use(db, replace(CARD, ways=(*CARD.ways, DIALECT, "红本本咋个整", "红本本整起来要哪样")))
    work.learn_library()
    settled(living, clock, DIALECT, "B01")
    with sessions.begin() as db:
        in_use(db, replace(MEDAL, answer="武装部敲锣打鼓送。"))
    clock.later()
    library = living.now().library
    assert library.get("C01").answer == "武装部敲锣打鼓送。"
    assert library.search(plain(DIALECT)).hits[0].id == "B01", "while nobody has learned the newest"


def test_an_article_nobody_had_written_before_is_found(sessions, living, clock, work):
    baths = replace(MEDAL, id="X01", title="澡堂几点开", answer="八点。", ways=("洗澡的几点开门", "澡堂开门没得"))
    with sessions.begin() as db:
        in_use(db, baths)
    work.learn_library()
    assert settled(living, clock, "澡堂几点开", "X01").get("X01").answer == "八点。"


def test_out_of_use_or_past_its_last_day_it_is_not_said(sessions, living, clock, work):
    with sessions.begin() as db:
        in_use(db, replace(CARD, valid_until=NOON.date()))
        boss, editor = make_user(db, "boss", "王处"), make_user(db, "ed", "小李")
        proposal = RetiredArticle.propose(db, "C01", "文件改了，先停用", by=editor, now=NOON)
        RetiredArticle.retire(db, proposal, digest=proposal.digest, by=boss, now=NOON)
    clock.later()
    assert set(living.now().library.articles) == {"B01"}
    clock.now += dt.timedelta(days=1)
    assert set(living.now().library.articles) == set()
    assert set(living.now().library.everything) == {"B01", "C01"}


def test_a_version_that_this_program_cannot_read_leaves_what_shipped(sessions, living, clock, caplog):
    with sessions.begin() as db:
        in_use(db, CARD)
        for version in PolicyVersion.history(db, "B01"):
            version.text = "不是一篇政策"
    clock.later()
    assert living.now().library.get("B01").answer == CARD.answer
    assert "policy_version_unreadable" in caplog.text


def test_a_draft_is_tried_on_the_saved_questions(sessions, work):
    with sessions.begin() as db:
        someone = make_user(db, "someone", "小王")
        for words, right in (("优待证怎么办", "B01"), ("立功喜报哪天送", "C01"), (DIALECT, "B01")):
            SavedQuestion.keep(db, words, right, by=someone, now=NOON)
        draft, _ = in_draft(db, replace(CARD, ways=(*CARD.ways, DIALECT, "红本本咋个整", "红本本整起来要哪样")))
        id_ = draft.id
    assert work.check_drafts() == 1
    assert work.check_drafts() == 0
    with sessions.begin() as db:
        draft = db.get_one(PolicyVersion, id_)
        found = CheckResult.from_json(draft.check_result)
        assert draft.is_checked
        assert (found.questions, [each.words for each in found.better], found.worse) == (3, [DIALECT], [])
        assert not found.stops


def test_a_draft_that_takes_another_articles_question_away_is_stopped(sessions, work):
    thief = replace(
        CARD, title="喜报什么时候送", answer="喜报。", ways=(*MEDAL.ways, *(f"喜报{n}哪天送" for n in "一二三"))
    )
    with sessions.begin() as db:
        someone = make_user(db, "someone", "小王")
        SavedQuestion.keep(db, "优待证怎么办", "B01", by=someone, now=NOON)
        SavedQuestion.keep(db, "立功喜报哪天送", "C01", by=someone, now=NOON)
        draft, _ = in_draft(db, thief)
        id_ = draft.id
    work.check_drafts()
    with sessions.begin() as db:
        found = CheckResult.from_json(db.get_one(PolicyVersion, id_).check_result)
    assert found.stops
    assert {each.words for each in found.worse} >= {"优待证怎么办"}


def test_a_draft_that_cannot_be_read_is_told_why(sessions, work):
    with sessions.begin() as db:
        draft, _ = in_draft(db, CARD)
        draft.text = "只有一句话"
        draft.ask_for_check()
        id_ = draft.id
    work.check_drafts()
    with sessions.begin() as db:
        assert "---" in json.loads(db.get_one(PolicyVersion, id_).check_result)["trouble"]


def test_where_learning_fails_staff_are_told_and_the_old_ones_answer(office, sessions):
    def broken():
        raise MemoryError

    with sessions.begin() as db:
        id_ = in_draft(db, CARD)[0].id
    LibraryWork(office, broken).check_drafts()
    with sessions.begin() as db:
        assert CheckResult.from_json(db.get_one(PolicyVersion, id_).check_result).trouble == NOT_LEARNED
        assert PolicyVersion.live(db) == {}
