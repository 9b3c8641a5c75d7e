"""Laws by their articles: one brings them in, another agrees; versions stand beside each other; words are found."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from knowledge_base.law import law_of, read_law
from models.approval import NeedsAnother, TooLate
from models.law import NOW_IN_FORCE, OLDER, TO_COME, LawArticle, LawText, NoLaw, standings
from models.law.search import search
from tests.laws import ARTICLES, law_text
from tests.make import NOON, make_user

NAME = "星河县老兵接待办法"


@pytest.fixture
def editor(db):
    return make_user(db, "editor", "小陈")


@pytest.fixture
def approver(db):
    return make_user(db, "approver", "李科")


@pytest.fixture
def brings(db, editor):
    def bring(articles=ARTICLES, **changes):
        found = read_law(law_text(articles, **changes))
        return LawText.propose(db, law_of(found.head, found.articles), by=editor, now=NOON)

    return bring


@pytest.fixture
def in_use(db, brings, approver):
    def use(*given, **changes):
        proposal = brings(*given, **changes)
        LawText.approve(db, proposal, digest=proposal.digest, by=approver, now=NOON)
        return row_of(db, proposal)

    return use


def row_of(db, proposal):
    return db.scalars(select(LawText).where(LawText.uid == proposal.subject)).one()


def labels(found):
    return [article.label for article in found]


def test_nothing_is_in_use_before_another_person_agrees(db, brings, editor, approver):
    proposal = brings()
    assert LawText.live(db) == []
    assert LawText.in_force(db, [NAME], today=NOON.date()) is None
    with pytest.raises(NeedsAnother):
        LawText.approve(db, proposal, digest=proposal.digest, by=editor, now=NOON)
    with pytest.raises(TooLate):
        LawText.approve(db, proposal, digest="of other words", by=approver, now=NOON)
    LawText.approve(db, proposal, digest=proposal.digest, by=approver, now=NOON)
    law = LawText.in_force(db, [NAME], today=NOON.date())
    assert (law.title, law.approved_by_id, law.approved_at) == (NAME, approver.id, NOON)
    assert labels(law.articles) == ["第一条", "第二条", "第三条", "第四条", "第五条"]
    assert "article-4" in law.anchors


def test_a_proposal_that_is_a_day_old_counts_no_more(db, brings, approver):
    proposal = brings()
    with pytest.raises(TooLate):
        LawText.approve(db, proposal, digest=proposal.digest, by=approver, now=NOON + dt.timedelta(days=1))
    assert LawText.live(db) == []


def test_versions_stand_beside_each_other_and_the_one_that_holds_today_comes_first(db, in_use):
    old = in_use(施行日期="2019-07-01")
    now_in_force = in_use()
    to_come = in_use(施行日期="2027-01-01")
    assert LawText.live(db) == [to_come, now_in_force, old]
    assert standings(LawText.live(db), today=NOON.date()) == [
        (now_in_force, NOW_IN_FORCE), (old, OLDER), (to_come, TO_COME),
    ]  # fmt: skip
    assert LawText.in_force(db, ["别的法", NAME], today=NOON.date()) is now_in_force
    assert LawText.in_force(db, [NAME], today=dt.date(2018, 1, 1)) is None


def test_the_same_version_once_more_replaces_it(db, in_use, brings):
    first = in_use()
    with pytest.raises(NoLaw, match="一个字都没有变"):
        brings()
    mended = in_use(ARTICLES.replace("热茶", "热茶、一把椅子"))
    assert LawText.live(db) == [mended]
    assert first.state == "replaced"
    assert len(first.articles) == 5


def test_another_place_has_its_own(db, in_use):
    ours, theirs = in_use(), in_use(适用地区="月河县")
    assert {law.uid for law in LawText.live(db)} == {ours.uid, theirs.uid}


def test_two_people_take_a_law_out_of_use(db, in_use, editor, approver):
    law = in_use()
    proposal = law.propose_end(db, "已经废止了", by=editor, now=NOON)
    LawText.retire(db, proposal, digest=proposal.digest, by=approver, now=NOON)
    assert LawText.live(db) == []
    with pytest.raises(NoLaw):
        law.propose_end(db, "再停用一次", by=editor, now=NOON)


def test_what_was_replaced_meanwhile_is_not_taken_out_of_use(db, in_use, editor, approver):
    law = in_use()
    proposal = law.propose_end(db, "已经废止了", by=editor, now=NOON)
    in_use(ARTICLES.replace("热茶", "凉茶"))
    with pytest.raises(TooLate):
        LawText.retire(db, proposal, digest=proposal.digest, by=approver, now=NOON)


# -- searching --------------------


def test_the_article_with_the_rarest_words_comes_first(db, in_use):
    law = in_use()
    assert labels(search(db, ["热茶"], [law.id])) == ["第三条"]
    assert labels(search(db, ["老兵", "热茶"], [law.id]))[0] == "第三条"
    assert search(db, ["量子"], [law.id]) == []
    assert search(db, [], [law.id]) == []
    assert search(db, ["热茶"], []) == []


def test_an_article_is_found_by_its_number_within_the_law_that_is_named(db, in_use):
    law, other = in_use(), in_use(标题="月河县茶叶办法")
    assert labels(search(db, ["老兵接待办法"], [law.id, other.id], anchors=["article-4"]))[0] == "第四条"
    first = search(db, ["茶叶办法"], [law.id, other.id], anchors=["article-4"])[0]
    assert (first.law.title, first.label) == ("月河县茶叶办法", "第四条")


def test_marks_of_the_database_are_words_like_others(db, in_use):
    law = in_use("第一条　满 100% 的。\n第二条　满 100 元的。\n第三条　编号 a_b。")
    assert labels(search(db, ["100%"], [law.id])) == ["第一条"]
    assert labels(search(db, ["a_b"], [law.id])) == ["第三条"]


def test_only_the_laws_that_are_asked_for_are_searched(db, in_use, brings):
    law = in_use()
    waiting = row_of(db, brings(标题="月河县接待办法"))
    assert {article.law_id for article in search(db, ["热茶"], [law.id])} == {law.id}
    assert db.scalars(select(LawArticle).where(LawArticle.law_id == waiting.id)).first() is not None
