"""Writing an article: nothing typed is lost, tried on saved questions, in use after another person's yes."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from knowledge_base.article import parse
from knowledge_base.article_form import as_text, fields_of
from models.approval import Approval
from models.audit import AuditEntry
from models.policy import PUBLISH, PolicyVersion
from models.policy.check import Changed, CheckResult, Rival
from models.policy.saved_question import SavedQuestion
from tests.make import NOON

DRAFT = "/console/policies/K01/draft"
PUBLICATION = "/console/policies/K01/publication"
NOTHING_CHANGED = CheckResult(3)


@pytest.fixture
def editor(signed_in):
    return signed_in("editor", name="chen", shown_as="小陈")


@pytest.fixture
def approver(signed_in):
    return signed_in("approver", name="like", shown_as="李科")


@pytest.fixture
def fields(library):
    return fields_of(library.get("K01")) | {"answer": "坐车有优惠。\n· 凭证减一半。"}


def follows(browser):
    """What the browser shows after an act."""
    if browser.page.status_code == 303:
        browser.opens(browser.page.headers["Location"])
    return browser.page


def sends(editor, fields, act="save", *, saved=0, to=DRAFT, **more):
    editor.opens(to)
    editor.sends(to, **fields, act=act, saved=str(saved), **more)
    return follows(editor)


def proposed(editor, fields):
    return sends(editor, fields, "propose", what_changed="写短一点，老人看得快")


def tried(sessions, result=NOTHING_CHANGED):
    with sessions.begin() as db:
        draft = PolicyVersion.draft_of(db, "K01")
        draft.keep_check(draft.digest, result.to_json())


def decides(approver, decision="approve", **more):
    page = approver.opens(PUBLICATION).text
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    approver.sends(f"{PUBLICATION}/decision", decision=decision, digest=digest, **more)
    return follows(approver)


def draft_in(sessions, article_id="K01"):
    with sessions() as db:
        return PolicyVersion.draft_of(db, article_id)


# -- writing --------------------


def test_the_form_begins_with_what_is_in_use(editor, library):
    page = editor.opens(DRAFT).text
    article = library.get("K01")
    assert article.title in page
    assert article.ways[0] in page
    assert "还没有草稿" in page
    assert "手机上的样子" in page


def test_a_draft_is_kept_and_nothing_that_is_in_use_changes(editor, sessions, fields):
    sends(editor, fields)
    assert "草稿存好了" in editor.page.text
    assert parse(draft_in(sessions).text).answer == fields["answer"]
    with sessions() as db:
        assert PolicyVersion.live(db) == {}


def test_an_unsound_draft_is_kept_and_told_what_to_mend(editor, sessions, fields):
    sends(editor, fields | {"checked": "昨天", "answer": "很长" * 100}, "propose", what_changed="写得更清楚一点")
    assert editor.page.status_code == 422
    assert "人工核对日" in editor.page.text
    page = editor.opens(DRAFT).text
    assert "昨天" in page
    assert "很长" * 100 in page
    with sessions() as db:
        assert PolicyVersion.draft_of(db, "K01").check_of == ""


def test_without_source_or_date_it_cannot_be_put_before_anybody(editor, approver, fields):
    for missing in ("source", "checked"):
        sends(
            editor,
            fields | {missing: ""},
            "propose",
            saved=0 if missing == "source" else 1,
            what_changed="改了几个字词",
        )
        assert editor.page.status_code == 422
    assert approver.opens(PUBLICATION).status_code == 404


def test_why_it_was_changed_has_to_be_said(editor, fields):
    sends(editor, fields, "propose", what_changed="改")
    assert editor.page.status_code == 422
    assert "至少写 6 个字" in editor.page.text
    assert fields["answer"] in editor.page.text


def test_two_who_write_at_once_are_told(editor, signed_in, sessions, fields):
    other = signed_in("editor", name="wang", shown_as="小王")
    other.opens(DRAFT)
    sends(editor, fields)
    other.sends(DRAFT, **(fields | {"answer": "我写的。"}), act="save", saved="0")
    assert other.page.status_code == 409
    assert "别的同事刚改过" in other.page.text
    assert parse(draft_in(sessions).text).answer == fields["answer"]


def test_a_new_article_takes_the_next_number_of_its_category(editor, sessions, library, fields):
    taken = sorted(id_ for id_ in library.everything if id_.startswith("K"))
    sends(editor, fields | {"id": "", "title": "坐轮渡要钱吗？"}, to="/console/policies/new")
    number = f"K{int(taken[-1][1:]) + 1:02}"
    assert parse(draft_in(sessions, number).text).id == number
    assert "坐轮渡要钱吗" in editor.opens(f"/console/policies/{number}/draft").text
    assert f"新的一条 {number}" in editor.opens("/console/policies").text


def test_a_new_article_without_a_category_is_asked_for_it(editor, fields):
    sends(editor, fields | {"category": "随便"}, to="/console/policies/new")
    assert editor.page.status_code == 422
    assert "类别要从单子里选" in editor.page.text
    assert fields["answer"] in editor.page.text


def test_a_draft_may_be_given_up(editor, sessions, fields):
    sends(editor, fields)
    editor.opens(DRAFT)
    editor.sends(f"{DRAFT}/removal")
    assert draft_in(sessions) is None


def test_nobody_else_writes(signed_in):
    for role in ("volunteer", "officer", "supervisor", "approver"):
        assert signed_in(role, name=f"user-{role}", shown_as="别人").opens(DRAFT).status_code == 403


# -- trying --------------------


def test_what_the_try_found_is_told_in_words(editor, sessions, fields):
    sends(editor, fields, "check")
    assert "正在试" in editor.opens(DRAFT).text
    tried(
        sessions,
        CheckResult(
            9, [Changed("坐车减半不", "K01", 0, 2), Changed("公交免费不", "K02", 2, 0, "K01")], [Rival("坐公交", "K02")]
        ),
    )
    page = editor.opens(DRAFT).text
    assert "试了 9 个已存的问题" in page
    assert "1 个更差" in page
    assert "直接答 → 答不上" in page
    assert "和别的条目抢的问法 1 种" in page


def test_a_question_is_saved_from_the_trial_and_stays_until_it_is_removed(editor, sessions):
    editor.opens("/console/policies/trial?q=伤残军人坐火车要好多钱")
    assert "存下这个问题" in editor.page.text
    editor.sends("/console/policies/questions", words="伤残军人坐火车要好多钱", article_id="K01")
    page = editor.opens("/console/policies/questions").text
    assert "伤残军人坐火车要好多钱" in page
    assert "找得到" in page
    with sessions() as db:
        (kept,) = SavedQuestion.all(db)
    editor.sends(f"/console/policies/questions/{kept.uid}/removal")
    assert "还没有存过问题" in editor.opens("/console/policies/questions").text


def test_a_question_without_an_answer_is_not_saved(editor, sessions):
    editor.opens("/console/policies/questions")
    editor.sends("/console/policies/questions", words="坐", article_id="K99")
    follows(editor)
    assert "没有存" in editor.page.text
    with sessions() as db:
        assert SavedQuestion.all(db) == []


# -- agreeing --------------------


def test_another_person_sees_what_changed_and_agrees(editor, approver, sessions, fields):
    proposed(editor, fields)
    assert "等另一位同事定" in editor.page.text
    tried(sessions)
    assert "用新的一版" in approver.opens("/console/policies").text
    page = approver.opens(PUBLICATION).text
    assert "写短一点，老人看得快" in page
    assert "<ins>" in page
    assert "坐车有优惠" in page
    decides(approver)
    assert "几秒钟后就照新的答" in approver.page.text
    with sessions() as db:
        assert parse(PolicyVersion.texts(db)["K01"]).answer == fields["answer"]
        acts = db.scalars(select(AuditEntry.act).where(AuditEntry.subject == "article K01")).all()
    assert acts == ["policy.draft", "policy.approve"]


def test_the_writer_never_agrees_even_with_both_roles(signed_in, sessions, fields):
    both = signed_in("editor", "approver", name="both", shown_as="小周")
    proposed(both, fields)
    tried(sessions)
    assert "要请另一位同事定" in both.opens(PUBLICATION).text
    with sessions() as db:
        digest = Approval.waiting(db, PUBLISH, "K01", now=NOON).digest
    both.sends(f"{PUBLICATION}/decision", decision="approve", digest=digest)
    assert both.page.status_code == 409
    with sessions() as db:
        assert PolicyVersion.live(db) == {}


@pytest.mark.parametrize(
    ("result", "said"),
    [(None, "还没有试完"), (CheckResult(2, [Changed("公交免费不", "K02", 2, 0)]), "答得更差")],
)
def test_it_is_not_put_into_use_untried_or_when_it_does_worse(editor, approver, sessions, fields, result, said):
    proposed(editor, fields)
    if result:
        tried(sessions, result)
    decides(approver)
    assert approver.page.status_code == 409
    assert said in approver.page.text
    with sessions() as db:
        assert PolicyVersion.live(db) == {}


def test_sent_back_it_says_why_and_the_draft_stays(editor, approver, sessions, fields):
    proposed(editor, fields)
    tried(sessions)
    decides(approver, "refuse", why="条号写错了，看一下")
    assert "条号写错了" in editor.opens(DRAFT).text
    assert draft_in(sessions) is not None


# -- versions --------------------


def test_every_version_is_there_beside_the_one_before(editor, approver, sessions, fields, library):
    proposed(editor, fields)
    tried(sessions)
    decides(approver)
    page = editor.opens("/console/policies/K01/versions").text
    assert "第 1 版" in page
    assert "程序自带的" in page
    assert "写短一点，老人看得快" in page
    assert library.get("K01").answer.splitlines()[0] in page
    editor.sends("/console/policies/K01/versions/0/draft")
    assert parse(draft_in(sessions).text) == parse(as_text(library.get("K01")))
    assert editor.sends("/console/policies/K01/versions/7/draft").status_code == 404
