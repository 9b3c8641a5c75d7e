"""Own words, and articles out of use: one writes, another person agrees, and nothing is said before that."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from models.approval import NeedsAnother, TooLate
from models.wording import (
    REWORD,
    BadWording,
    NotInUse,
    RetiredArticle,
    Wording,
    history,
    waiting,
)
from models.wording.rules import faults_in, fits
from tests.make import NOON, make_user

KEY, DEFAULT = "petition.filed", "已登记，编号 {number}。\n1 好的\n8 找人"
OURS = "记下了，编号是 {number}。\n1 好\n8 找人说"
A_DAY = dt.timedelta(days=1)


@pytest.fixture
def editor(db):
    return make_user(db, "editor", "小陈")


@pytest.fixture
def approver(db):
    return make_user(db, "approver", "李科")


def drafted(db, editor, words=OURS, *, now=NOON):
    return Wording.draft(db, KEY, words, default=DEFAULT, by=editor, now=now)


def agree(db, proposal, approver, *, default=DEFAULT, digest=None, now=NOON):
    Wording.approve(db, proposal, default=default, digest=digest or proposal.digest, by=approver, now=now)


# -- what own words must keep --------------------


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("", "请写"),
        (DEFAULT, "没有改动"),
        ("字" * 201 + "{number}\n1 好\n8 找人", "最多 200 个字"),
        ("记下了。\n1 好\n8 找人", "少了 {number}"),
        ("记下了，{name}，{number}。\n1 好\n8 找人", "没有 {name}"),
        ("{number.__class__}{number}\n1 好\n8 找人", "别的地方不要写花括号"),
        ("{p.__init__.__globals__[SECRET]}\n1 好\n8 找人", "别的地方不要写花括号"),
        ("{number:>99999999}\n1 好\n8 找人", "别的地方不要写花括号"),
        ("{number}。\n1 好\n7 找人", "1、8"),
        ("{number}。\n8 找人\n1 好", "1、8"),
        ("{number}。\n1.好\n8 找人", "1、8"),
        ("{number}。\n１ 好\n8 找人", "1、8"),
        ("{number}。\n1 好\n8 找人\n9 不办了", "1、8"),
        ("{number}，看 example.com\n1 好\n8 找人", "链接"),
        ("<a href=x>{number}</a>\n1 好\n8 找人", "尖括号"),
    ],
)
def test_what_cannot_be_said_is_refused_with_a_sentence(db, editor, words, part):
    with pytest.raises(BadWording, match=part.replace("{", r"\{").replace("}", r"\}")):
        drafted(db, editor, words)
    assert waiting(db, REWORD, now=NOON) == []


def test_the_help_lines_cannot_be_dropped():
    assert faults_in("有危险，马上打 110。", "有危险，打 110、120；想说话，打 12356。") == [
        "求助电话 120、12356 不能去掉"
    ]
    assert faults_in("有危险打 110、120，想说话 12356。", "有危险，打 110、120；想说话，打 12356。") == []


def test_a_line_of_words_must_not_begin_with_a_digit():
    assert "行首不能写数字" in faults_in("先看一看。\n15 天内答复。", "看一看，15 天内答复。")[0]


def test_two_hundred_of_the_widest_characters_still_fit():
    words = "𠀀" * 200
    assert faults_in(words, "原话") == []
    assert len(words.encode()) <= 1800


# -- two people --------------------


def test_a_draft_is_not_said(db, editor):
    drafted(db, editor)
    assert Wording.live(db) == {}


def test_agreed_to_by_another_it_is_said(db, editor, approver):
    agree(db, drafted(db, editor), approver)
    assert Wording.live(db) == {KEY: OURS}
    row = Wording.in_force(db)[KEY]
    assert (row.written_by_id, row.approved_by_id, row.approved_at) == (editor.id, approver.id, NOON)


def test_nobody_agrees_to_their_own_words_not_even_from_a_second_account(db, editor):
    second = make_user(db, "editor-2", "小陈")
    second.person = editor.person
    proposal = drafted(db, editor)
    for by in (editor, second):
        with pytest.raises(NeedsAnother):
            agree(db, proposal, by)
    assert Wording.live(db) == {}


def test_after_a_day_it_is_too_late(db, editor, approver):
    with pytest.raises(TooLate):
        agree(db, drafted(db, editor), approver, now=NOON + A_DAY)


def test_what_was_seen_is_what_is_agreed_to(db, editor, approver):
    proposal = drafted(db, editor)
    with pytest.raises(TooLate):
        agree(db, proposal, approver, digest="of another text")


def test_a_new_draft_takes_the_older_one_back(db, editor, approver):
    older, newer = drafted(db, editor), drafted(db, editor, "编号：{number}\n1 好\n8 找人")
    with pytest.raises(TooLate):
        agree(db, older, approver)
    agree(db, newer, approver)
    assert Wording.live(db)[KEY].startswith("编号：")


def test_new_words_end_those_before_and_both_stay_in_the_history(db, editor, approver):
    agree(db, drafted(db, editor), approver)
    agree(db, drafted(db, editor, "编号：{number}\n1 好\n8 找人"), approver)
    assert Wording.live(db)[KEY].startswith("编号：")
    assert [row.state for row in db.scalars(select(Wording).order_by(Wording.id))] == ["retired", "live"]
    assert [each.content["words"][:2] for each in history(db, KEY, REWORD)] == ["编号", "记下"]


def test_a_refused_draft_changes_nothing_and_says_why(db, editor, approver):
    proposal = drafted(db, editor)
    proposal.refuse(db, "原来的更清楚", by=approver, now=NOON)
    assert Wording.live(db) == {}
    assert history(db, KEY, REWORD)[0].answer == "原来的更清楚"


def test_words_that_no_longer_fit_the_program_cannot_be_agreed_to(db, editor, approver):
    with pytest.raises(TooLate, match="原话改过了"):
        agree(db, drafted(db, editor), approver, default="已登记，编号 {number}，{tell_by}前告诉您。")
    assert not fits(OURS, "已登记，编号 {number}。\n1 好的\n2 看一看")


# -- back to the program's words --------------------


def back(db, proposal, approver, *, now=NOON):
    Wording.retire(db, proposal, digest=proposal.digest, by=approver, now=now)


def test_back_to_the_programs_words_takes_two_people_too(db, editor, approver):
    agree(db, drafted(db, editor), approver)
    proposal = Wording.propose_default(db, KEY, "还是原来的好", by=editor, now=NOON)
    with pytest.raises(NeedsAnother):
        back(db, proposal, editor)
    back(db, proposal, approver)
    assert Wording.live(db) == {}
    with pytest.raises(NotInUse):
        Wording.propose_default(db, KEY, "还是原来的好", by=editor, now=NOON)


def test_words_changed_meanwhile_are_not_taken_away(db, editor, approver):
    agree(db, drafted(db, editor), approver)
    proposal = Wording.propose_default(db, KEY, "还是原来的好", by=editor, now=NOON)
    agree(db, drafted(db, editor, "编号：{number}\n1 好\n8 找人"), approver)
    with pytest.raises(TooLate, match="换过了"):
        back(db, proposal, approver)


# -- articles --------------------


def retired(db, editor, approver, article_id="B01"):
    proposal = RetiredArticle.propose(db, article_id, "文件废止了", by=editor, now=NOON)
    RetiredArticle.retire(db, proposal, digest=proposal.digest, by=approver, now=NOON)


def test_an_article_goes_out_of_use_when_another_person_agrees(db, editor, approver):
    proposal = RetiredArticle.propose(db, "B01", "文件废止了", by=editor, now=NOON)
    assert RetiredArticle.ids(db) == frozenset()
    with pytest.raises(NeedsAnother):
        RetiredArticle.retire(db, proposal, digest=proposal.digest, by=editor, now=NOON)
    RetiredArticle.retire(db, proposal, digest=proposal.digest, by=approver, now=NOON)
    assert RetiredArticle.ids(db) == {"B01"}
    row = db.get(RetiredArticle, "B01")
    assert (row.reason, row.retired_by_id, row.approved_by_id) == ("文件废止了", editor.id, approver.id)


def test_and_comes_back_likewise(db, editor, approver):
    retired(db, editor, approver)
    proposal = RetiredArticle.propose_return(db, "B01", "新文件沿用这一条", by=editor, now=NOON)
    with pytest.raises(NeedsAnother):
        RetiredArticle.bring_back(db, proposal, digest=proposal.digest, by=editor, now=NOON)
    RetiredArticle.bring_back(db, proposal, digest=proposal.digest, by=approver, now=NOON)
    assert RetiredArticle.ids(db) == frozenset()
    retired(db, editor, approver)


def test_what_is_so_already_is_not_proposed(db, editor, approver):
    with pytest.raises(NotInUse, match="正在用"):
        RetiredArticle.propose_return(db, "B01", "新文件沿用这一条", by=editor, now=NOON)
    retired(db, editor, approver)
    with pytest.raises(NotInUse, match="已经停用"):
        RetiredArticle.propose(db, "B01", "文件废止了", by=editor, now=NOON)
