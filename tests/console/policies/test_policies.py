"""The policy library: to read, to try, to take out of use by two people, and what ends soon."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import event, select

from knowledge_base.article_form import as_text
from knowledge_base.search import SURE
from models.audit import AuditEntry
from models.conversation import Arrival, Conversation
from models.message import Message
from models.policy import PolicyVersion
from models.reception import ReceptionTicket
from models.user import User
from models.wording import RETIRE, RetiredArticle, Wording
from tests.make import NOON

ARTICLE = "/console/policies/K01"


@pytest.fixture
def editor(signed_in):
    return signed_in("editor", name="chen", shown_as="小陈")


@pytest.fixture
def approver(signed_in):
    return signed_in("approver", name="like", shown_as="李科")


def digest_on(browser):
    return re.search(r'name="digest" value="(\w+)"', browser.page.text)[1]


def propose(editor, act="retirement", reason="文件明年一月废止"):
    editor.opens(ARTICLE)
    return editor.sends(f"{ARTICLE}/{act}", reason=reason)


def decide(approver, act="retirement", decision="approve", **fields):
    approver.opens(ARTICLE)
    return approver.sends(f"{ARTICLE}/{act}/decision", decision=decision, digest=digest_on(approver), **fields)


def asks(sessions, words, routed, *, useful=None, contact="laozhou", at=NOON):
    with sessions.begin() as db:
        conversation = Conversation.of(db, "fake", contact, now=at, refills="message")
        number = f"{contact}:{words}:{at.timestamp()}:{conversation.heard_this_day}"
        heard = conversation.hear(db, Arrival(number, "text", words, at), masked="", now=at)
        said = conversation.answer(db, "答复", to=heard, now=at, routed=routed)
        db.get_one(Message, said.id).useful = useful


# -- reading --------------------


def test_anybody_at_the_desk_may_read_the_library(signed_in, library):
    ours = signed_in("volunteer")
    ours.opens("/console/policies")
    assert "共 153 条" in ours.reads()
    assert "停用这一条" not in ours.opens(ARTICLE).text
    assert "试一问" not in ours.reads()


def test_the_menu_leads_there(editor):
    page = editor.opens("/console/policies").text
    assert re.search(r'href="/console/policies" aria-current="page">政策', page)
    assert re.search(r'href="/console/policies" aria-current="page">政策', editor.opens("/console/wordings").text)


def test_a_page_shows_all_that_an_answer_rests_on(editor, library):
    article = library.get("K01")
    editor.opens(ARTICLE)
    words = editor.reads()
    for shown in (article.title, article.source, article.article, article.effective, article.region, article.decides):
        assert shown in words
    for line in (*article.answer.splitlines(), article.citation, "1 有用", article.ways[0], "2026 年 11 月 25 日"):
        assert " ".join(line.split()) in words
    for other in article.related:
        assert library.get(other).title in words


def test_the_answer_is_shown_in_the_offices_own_words(editor, sessions):
    with sessions.begin() as db:
        by = User.named(db, "chen").id
        row = {"key": "policy.clear_now", "default_then": "1 有用\n2 没用\n3 看细说", "written_by_id": by}
        db.add(Wording(words="1 清楚了\n2 没清楚\n3 细看", state="live", written_at=NOON, **row))
    editor.opens(ARTICLE)
    assert "1 清楚了" in editor.reads()


def test_one_is_found_by_its_words_its_number_and_what_is_like_it(editor):
    for query in ("K01", "k01", "火车", "残废军人坐动车便宜不"):
        editor.opens(f"/console/policies?q={query}")
        assert "/console/policies/K01" in editor.page.text, query
    editor.opens("/console/policies?q=量子纠缠")
    assert "没有找到这样的条目" in editor.reads()


def test_the_list_narrows_by_topic_and_by_how_far_it_was_checked(editor, library):
    editor.opens("/console/policies?group=A 身份与档案")
    assert "找到 7 条" in editor.reads()
    pending = sum(article.verified == "pending" for article in library.articles.values())
    editor.opens("/console/policies?state=pending")
    assert f"找到 {pending} 条" in editor.reads()


def test_an_article_that_is_not_there_is_404(editor):
    assert editor.opens("/console/policies/Z99").status_code == 404


# -- figures --------------------


def test_how_often_it_was_answered_and_what_was_said_to_it(editor, sessions):
    for number, useful in enumerate((True, True, False, None)):
        asks(sessions, f"坐火车{number}", "policy:K01", useful=useful)
    editor.opens(ARTICLE)
    assert "答了 4 次，有用 2，没用 1" in editor.reads()
    editor.opens("/console/policies?q=K01")
    assert "答了 4 次，有用 2，没用 1" in editor.reads()


def test_the_list_takes_as_many_queries_for_many_as_for_none(editor, sessions, engine):
    def queries():
        seen = []

        def count(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        try:
            editor.opens("/console/policies")
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    queries()
    before = queries()
    for id_ in ("A01", "B01", "C01", "D01"):
        asks(sessions, f"问{id_}", f"policy:{id_}")
    assert queries() <= before + 1  # one to learn since when the messages are counted


# -- trying a question --------------------


def tries(editor, question):
    editor.opens(f"/console/policies/trial?q={question}")
    return editor.reads()


def test_what_would_be_answered_and_why(editor, library):
    words = tries(editor, "我伤残军人坐火车要好多钱")
    assert f"会直接答：{library.get('K01').title}" in words
    assert re.search(rf"最像的有 0\.\d\d，过了 {SURE}", words)
    assert "我爸是六级伤残军人，坐火车要给好多钱" in words
    assert re.search(r"火车 \d+%", words)
    assert "1 有用" in words


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("我不想活了", "会当成紧急情况"),
        ("人工", "会帮对方找接待室的人"),
        ("我要信访", "会开始登记反映的事"),
        ("镇里把我的补助扣了两年，找了几次都不理我", "会当成反映问题"),
        ("优待证", "会先问清楚一样：优待证办到哪一步了？"),
        ("伤残", "会列出 3 条让对方选"),
        ("今天天气怎么样", "会说没查到"),
        ("4", "会由“我的事”来答"),
    ],
)
def test_every_road_is_told(editor, question, heading):
    assert heading in tries(editor, question)


def test_it_is_the_answer_the_phone_gets(editor, phone):
    for question in ("优待证怎么办", "六十岁补助怎么领", "残疾军人看病", "退伍证丢了怎么补", "火星有多远"):
        said = phone.says(question)
        phone.waits(days=2)
        assert " ".join(said.split()) in tries(editor, question), question


def test_trying_keeps_nothing_and_calls_nobody(editor, sessions):
    tries(editor, "我不想活了")
    tries(editor, "人工")
    with sessions.begin() as db:
        assert db.scalars(select(Conversation)).all() == []
        assert db.scalars(select(ReceptionTicket)).all() == []


def test_numbers_in_what_is_tried_are_masked(editor):
    assert "52010119600101123X" not in tries(editor, "我的身份证 52010119600101123X 能办优待证吗").split("像老战友")[-1]


def test_a_question_too_long_is_refused_beside_the_field(editor):
    assert editor.opens(f"/console/policies/trial?q={'啊' * 201}").status_code == 422
    assert "最多 200 个字" in editor.reads()


def test_only_an_editor_tries(signed_in):
    assert signed_in("volunteer").opens("/console/policies/trial?q=x").status_code == 403


# -- out of use, and into use again --------------------


def test_two_people_take_an_article_out_of_use_and_the_phone_hears_no_more_of_it(
    editor, approver, app, clock, library, sessions
):
    assert propose(editor).status_code == 303
    editor.opens(ARTICLE)
    assert "等另一位同事定" in editor.reads()
    assert "会直接答" in tries(editor, "我伤残军人坐火车要好多钱")
    assert decide(approver).status_code == 303
    approver.opens(ARTICLE)
    assert "停用，机器不再答这一条" in approver.reads()
    assert "文件明年一月废止" in approver.reads()
    clock.passes(dt.timedelta(seconds=2))
    assert library.get("K01").title not in tries(editor, "我伤残军人坐火车要好多钱")
    with sessions.begin() as db:
        acts = [(entry.act, entry.subject) for entry in db.scalars(select(AuditEntry).order_by(AuditEntry.id))]
        assert [act for act in acts if act[0].startswith("policy.")] == [
            ("policy.draft", "article K01"),
            ("policy.retire", "article K01"),
        ]


def test_and_bring_it_back(editor, approver, clock, sessions):
    propose(editor)
    decide(approver)
    propose(editor, "return", "新文件沿用这一条")
    decide(approver, "return")
    clock.passes(dt.timedelta(seconds=2))
    assert "会直接答" in tries(editor, "我伤残军人坐火车要好多钱")
    editor.opens(ARTICLE)
    assert "恢复使用 ：新文件沿用这一条" in editor.reads()
    with sessions.begin() as db:
        assert RetiredArticle.ids(db) == frozenset()


def test_the_one_who_proposed_does_not_decide(signed_in, sessions):
    both = signed_in("editor", "approver", name="both")
    propose(both)
    both.opens(ARTICLE)
    assert "要请另一位同事定" in both.reads()
    assert 'name="digest"' not in both.page.text
    with sessions.begin() as db:
        digest = db.scalars(select(Wording.metadata.tables["approvals"].c.digest)).one()
    assert both.sends(f"{ARTICLE}/retirement/decision", decision="approve", digest=digest).status_code == 409
    with sessions.begin() as db:
        assert RetiredArticle.ids(db) == frozenset()


def test_nor_from_a_second_account(signed_in, sessions):
    propose(signed_in("editor", name="one", person="wang"))
    second = signed_in("approver", name="two", person="wang")
    second.opens(ARTICLE)
    assert 'name="digest"' not in second.page.text


def test_sent_back_it_stays_and_the_reason_is_read(editor, approver, sessions):
    propose(editor)
    assert decide(approver, decision="refuse").status_code == 422
    assert "退回的原因至少写 6 个字" in approver.reads()
    assert decide(approver, decision="refuse", why="新条例里还有这一条").status_code == 303
    editor.opens(ARTICLE)
    assert "李科退回：新条例里还有这一条" in editor.reads()
    with sessions.begin() as db:
        assert RetiredArticle.ids(db) == frozenset()


def test_a_day_later_it_has_to_be_proposed_anew(editor, approver, clock, browser):
    propose(editor)
    approver.opens(ARTICLE)
    digest = digest_on(approver)
    clock.passes(dt.timedelta(hours=24))
    approver = browser()
    approver.signs_in("like")
    approver.opens(ARTICLE)
    assert "一天内没人定，作废了" in approver.reads()
    assert approver.sends(f"{ARTICLE}/retirement/decision", decision="approve", digest=digest).status_code == 409


def test_without_a_reason_nothing_is_proposed(editor, approver):
    assert propose(editor, reason="废了").status_code == 422
    assert "原因至少写 6 个字" in editor.reads()
    approver.opens(ARTICLE)
    assert "等人定" not in approver.reads()


def test_what_waits_is_on_the_list_of_those_who_work_on_it_only(editor, approver, signed_in):
    propose(editor)
    approver.opens("/console/policies")
    assert "等人定 1 件" in approver.reads()
    ours = signed_in("volunteer", name="somebody")
    ours.opens("/console/policies")
    assert "等人定" not in ours.reads()
    ours.opens(ARTICLE)
    assert "废止" not in ours.reads()


def test_a_retired_article_is_found_under_its_state(editor, approver):
    propose(editor)
    decide(approver)
    editor.opens("/console/policies?state=retired")
    assert "找到 1 条" in editor.reads()
    editor.opens("/console/policies?state=used")
    assert "找到 152 条" in editor.reads()


def test_an_approver_alone_proposes_nothing(approver):
    assert propose(approver).status_code == 403


def test_the_decision_on_one_thing_is_no_decision_on_another(editor, approver, sessions):
    propose(editor)
    approver.opens(ARTICLE)
    digest = digest_on(approver)
    other = approver.sends("/console/policies/K02/retirement/decision", decision="approve", digest=digest)
    assert other.status_code == 409
    assert approver.sends(f"{ARTICLE}/return/decision", decision="approve", digest=digest).status_code == 409
    with sessions.begin() as db:
        assert RetiredArticle.ids(db) == frozenset()
        assert [each.act for each in db.scalars(select(AuditEntry)) if each.act == RETIRE] == []


# -- what ends soon --------------------


def test_what_ends_within_thirty_days_is_marked_with_its_day(editor, approver, sessions, clock, library):
    ending = {"A01": NOON + dt.timedelta(days=30), "B01": NOON + dt.timedelta(days=31), "C01": NOON}
    with sessions.begin() as db:
        by = User.named(db, "chen").id
        for number, (id_, last) in enumerate(ending.items(), start=1):
            text = as_text(replace(library.get(id_), valid_until=last.date()))
            row = {"uid": f"version-{number}", "number": number, "state": "live", "written_by_id": by}
            db.add(PolicyVersion(article_id=id_, text=text, written_at=NOON, **row))
    clock.passes(dt.timedelta(seconds=2))
    editor.opens("/console/policies?state=ending")
    assert "找到 2 条" in editor.reads()
    assert "快到期：用到 2026 年 12 月 25 日" in editor.reads()
    for ours in (editor, approver):
        ours.opens("/console/")
        assert "2 条 政策 30 天内到期" in ours.reads()
