"""法规 in the console: brought in, agreed to by another person, read, searched, linked from the policies."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from console.laws.passage import passage_of, pieces_of, terms_of
from knowledge_base.citation import numeral_of
from knowledge_base.law import FIELDS, law_of, read_law
from knowledge_base.library import Library
from models.audit import AuditEntry
from models.law import LawText
from models.user import User
from tests.laws import ARTICLES, HEAD, law_text, word_file

FILLED = {name: HEAD[called] for name, called in FIELDS.items()}


@pytest.fixture
def editor(signed_in):
    return signed_in("editor", name="chen", shown_as="小陈")


@pytest.fixture
def approver(signed_in):
    return signed_in("approver", name="like", shown_as="李科")


@pytest.fixture
def in_use(editor, approver, sessions, clock):
    """Laws that two people have put into use; the name of each comes back."""

    def use(articles=ARTICLES, **changes):
        found = read_law(law_text(articles, **changes))
        with sessions.begin() as db:
            by, other = User.named(db, "chen"), User.named(db, "like")
            proposal = LawText.propose(db, law_of(found.head, found.articles), by=by, now=clock())
            LawText.approve(db, proposal, digest=proposal.digest, by=other, now=clock())
        return proposal.subject

    return use


def digest_on(browser):
    return re.search(r'name="digest" value="(\w+)"', browser.page.text)[1]


def chooses(editor, data, name="law.md"):
    editor.opens("/console/law-file")
    return editor.sends("/console/law-file", file=(io.BytesIO(data), name))


def proposes(editor, **changes):
    editor.opens("/console/law-file")
    return editor.sends("/console/law-file/proposal", digest=digest_on(editor), **(FILLED | changes))


def brings_in(editor, text, **changes):
    assert chooses(editor, text.encode()).status_code == 303
    answer = proposes(editor, **changes)
    assert answer.status_code == 303, editor.reads()
    return answer.headers["Location"]


def decides(approver, place, decision="approve", **fields):
    approver.opens(place)
    return approver.sends(f"{place}/decision", decision=decision, digest=digest_on(approver), **fields)


def laws(sessions, state="live"):
    with sessions.begin() as db:
        return list(db.scalars(select(LawText.title).where(LawText.state == state)))


# -- bringing in --------------------


@pytest.mark.parametrize("data", [law_text().encode(), law_text().encode("gb18030"), word_file(law_text())])
def test_a_file_is_looked_through_first_and_another_person_puts_it_into_use(editor, approver, sessions, data):
    assert chooses(editor, data).status_code == 303
    editor.opens("/console/law-file")
    assert "找到 5 条，第一条到第五条" in editor.reads()
    assert 'value="星河县人民政府"' in editor.page.text
    assert laws(sessions, "draft") == laws(sessions) == []
    place = proposes(editor).headers["Location"]
    editor.opens("/console/laws")
    assert "启用法规：星河县老兵接待办法" in editor.reads()
    assert "还没有导入法规" in editor.reads()
    assert decides(approver, place).status_code == 303
    approver.opens(place)
    assert "现行 2024-07-01 起施行" in approver.reads()
    assert laws(sessions) == ["星河县老兵接待办法"]
    with sessions.begin() as db:
        acts = [entry.act for entry in db.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert [act for act in acts if act.startswith("policy.")] == ["policy.draft", "policy.approve"]


def test_the_one_who_brings_it_in_does_not_decide(editor, signed_in, sessions):
    place = brings_in(editor, law_text())
    with sessions.begin() as db:
        person = User.named(db, "chen").person
    again = signed_in("approver", name="chen2", person=person)
    again.opens(place)
    assert "要请另一位同事定" in again.reads()
    again.sends(f"{place}/decision", decision="approve", digest="x")
    assert laws(sessions) == []
    assert editor.sends(f"{place}/decision", decision="approve").status_code == 403


def test_what_is_sent_back_says_why_and_is_not_in_use(editor, approver, sessions):
    place = brings_in(editor, law_text())
    assert decides(approver, place, "refuse").status_code == 422
    assert "退回的原因" in approver.reads()
    assert decides(approver, place, "refuse", why="少了附件，请补上").status_code == 303
    editor.opens(place)
    assert "少了附件，请补上" in editor.reads()
    assert laws(sessions) == []


def test_every_bad_line_is_named_and_nothing_is_brought_in(editor, sessions):
    answer = chooses(editor, law_text("第一条　甲。\n第二条\n第二条　乙。").encode())
    assert answer.status_code == 422
    assert "有 2 处要改，没有导入" in editor.reads()
    for said in ("第 10 行 第二条后面没有内容", "第 11 行 第二条前面第 10 行已经有了"):
        assert said in editor.reads()
    editor.opens("/console/law-file")
    assert "核对一遍" not in editor.reads()
    assert laws(sessions, "draft") == []


def test_gaps_are_told_and_may_be_agreed_to(editor):
    chooses(editor, law_text("第一条　甲。\n第四条　丁。").encode())
    editor.opens("/console/law-file")
    assert "第一条后面是第四条，中间少了 2 条" in editor.reads()


def test_what_the_file_does_not_say_is_typed_and_nothing_typed_is_lost(editor, sessions):
    chooses(editor, f"星河县老兵接待办法\n{ARTICLES}".encode())
    assert proposes(editor, issuer="", effective="七月").status_code == 422
    assert "请写发布机关" in editor.reads()
    assert "施行日期要写成 2026-12-03 这样" in editor.reads()
    assert 'value="七月"' in editor.page.text
    assert 'value="星政发〔2024〕7号"' in editor.page.text
    assert laws(sessions, "draft") == []
    assert proposes(editor).status_code == 303


def test_another_file_chosen_meanwhile_is_shown_before_it_is_proposed(editor, sessions):
    chooses(editor, law_text().encode())
    editor.opens("/console/law-file")
    shown = digest_on(editor)
    chooses(editor, law_text("第一条　别的。").encode())
    editor.sends("/console/law-file/proposal", digest=shown, **FILLED)
    editor.opens("/console/law-file")
    assert "找到 1 条" in editor.reads()
    assert laws(sessions, "draft") == []


def test_what_was_chosen_can_be_left(editor):
    chooses(editor, law_text().encode())
    editor.sends("/console/law-file/dismissal")
    editor.opens("/console/law-file")
    assert "选一个文件" in editor.reads()


def test_a_form_over_the_limit_is_refused_before_it_is_read(editor):
    editor.opens("/console/law-file")
    assert editor.sends("/console/law-file", file="x" * 2_200_000).status_code == 413


def test_a_law_may_be_larger_than_a_message(editor):
    """256 KB are enough for everything else that is sent here."""
    text = law_text("\n".join(f"第{numeral_of(number)}条　{'甲' * 500}" for number in range(1, 280)))
    assert 400_000 < len(text.encode()) < 500_000
    assert chooses(editor, text.encode()).status_code == 303


def test_who_is_no_editor_brings_nothing_in(signed_in):
    volunteer = signed_in("volunteer")
    assert volunteer.opens("/console/law-file").status_code == 403
    assert "导入一份法规" not in volunteer.opens("/console/laws").text


def test_what_waits_is_not_there_for_others(editor, signed_in):
    place = brings_in(editor, law_text())
    volunteer = signed_in("volunteer")
    assert volunteer.opens(place).status_code == 404
    assert "老兵接待办法" not in volunteer.opens("/console/laws").text


# -- reading --------------------


def test_a_page_has_every_article_with_an_anchor_and_its_words_escaped(signed_in, in_use):
    uid = in_use(ARTICLES.replace("热茶", "热茶<script>"))
    ours = signed_in("volunteer")
    page = ours.opens(f"/console/laws/{uid}").text
    assert re.search(r'id="article-3"><h3>第三条</h3>', page)
    assert "热茶&lt;script&gt;" in page
    for said in ("第二章　怎样接待 第一节　茶水", "星政发〔2024〕7号", "县政府公报", "5 条，第一条到第五条"):
        assert " ".join(said.split()) in ours.reads()


def test_versions_name_each_other(signed_in, in_use):
    old, new, coming = in_use(施行日期="2019-01-01"), in_use(), in_use(施行日期="2027-01-01")
    ours = signed_in("volunteer")
    ours.opens(f"/console/laws/{old}")
    assert "这是旧文本" in ours.reads()
    assert f"/console/laws/{new}" in ours.page.text
    listed = ours.opens("/console/laws").text
    assert listed.index(new) < listed.index(old) < listed.index(coming)
    for said in ("现行 2024-07-01", "旧文本 2019-01-01", "还没施行 2027-01-01"):
        assert said in ours.reads()


def test_two_people_take_a_law_out_of_use(editor, approver, in_use, sessions):
    place = f"/console/laws/{in_use()}"
    editor.opens(place)
    assert editor.sends(f"{place}/retirement", reason="短").status_code == 422
    assert editor.sends(f"{place}/retirement", reason="县里发文废止了").status_code == 303
    approver.opens(place)
    approver.sends(f"{place}/retirement/decision", decision="approve", digest=digest_on(approver))
    assert laws(sessions) == []
    approver.opens(place)
    assert "这一份已经停用" in approver.reads()


def test_the_first_page_says_that_a_law_waits(editor, approver):
    brings_in(editor, law_text())
    approver.opens("/console/")
    assert "法规等您定" in approver.reads()
    assert "政策恢复" not in approver.reads()


# -- searching --------------------


def searches(ours, query):
    ours.opens(f"/console/laws?q={query}")
    return ours.reads()


def test_words_are_found_with_their_passage_marked_and_the_way_to_the_article(signed_in, in_use):
    uid, _ = in_use(), in_use(施行日期="2019-01-01")
    ours = signed_in("volunteer")
    assert "找到 1 条" in searches(ours, "热茶")
    assert f"/console/laws/{uid}#article-3" in ours.page.text
    assert "<mark>热茶</mark>" in ours.page.text
    assert "没有找到这样的条文" in searches(ours, "量子纠缠")
    searches(ours, "接待办法第四条")
    assert ours.page.text.index("#article-4") < ours.page.text.index("#article-1")


def test_what_is_searched_is_shown_as_words(signed_in, in_use):
    in_use(ARTICLES.replace("热茶", "热茶<b>"))
    ours = signed_in("volunteer")
    searches(ours, "热茶<b>")
    assert "<mark>热茶&lt;b&gt;</mark>" in ours.page.text or "<mark>热茶</mark>&lt;b&gt;" in ours.page.text


def test_a_question_is_taken_apart_into_words():
    assert terms_of("安置条例第四十五条 落户") == ["安置条例", "落户", "安置", "条例"]
    assert terms_of("  ") == []


def test_a_passage_begins_a_little_before_what_was_found():
    text = "前" * 100 + "登记" + "后" * 300
    passage = passage_of(text, ["登记"])
    assert ("登记", True) in passage
    assert passage[0][0].startswith("…前")
    assert "".join(words for words, _ in passage_of("短短一句", ["没有"])) == "短短一句"
    assert pieces_of("茶水和热茶水", ["茶", "热茶水"]) == [("茶", True), ("水和", False), ("热茶水", True)]


# -- from a policy --------------------


@pytest.fixture
def library(library):
    """With an article that rests on the invented law."""
    changes = {"source": "星河县老兵接待办法（2024年修订）", "cite": "老兵接待办法", "article": "第四条、第九条"}
    article = replace(library.get("K01"), **changes, effective="2024-07-01")
    return Library([article, library.get("A01")])


def test_a_policy_leads_to_the_article_it_cites(signed_in, in_use):
    ours = signed_in("volunteer")
    assert "/console/laws/" not in ours.opens("/console/policies/K01").text.split("依据")[-1]
    uid = in_use()
    page = ours.opens("/console/policies/K01").text
    assert f'<a href="/console/laws/{uid}#article-4">第四条</a>' in page
    assert "article-9" not in page
    in_use(施行日期="2026-01-01")
    ours.opens("/console/policies/K01")
    assert "现行文本是 2026-01-01 起施行的" in ours.reads()
