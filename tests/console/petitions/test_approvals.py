"""等您复核: more time, the answer, not taking it on; agreed to by another person who has read it, or sent back."""

from __future__ import annotations

import re

import pytest

from models.approval import Approval
from models.petition.restricted import hand_over
from models.user import User
from tests.console.petitions.stories import DAY, does, filed, happened, noted, petition, told
from tests.make import NOON

LIST = "/console/petitions"
ANSWER = {"request": "重新算年限", "facts": "档案上是四年", "words": "补发两年的差额", "basis": "退役军人安置条例"}


@pytest.fixture
def wangjie(signed_in):
    return signed_in("staff", shown_as="王姐", name="wangjie")


@pytest.fixture
def like(signed_in):
    return signed_in("supervisor", shown_as="李科", name="like")


@pytest.fixture
def number(wangjie, sessions):
    """A petition in 王姐's hands, its page open before her."""
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    return number


def decides(browser, decision, **fields):
    """Open the first proposal that waits, and decide on what is shown."""
    browser.opens("/console/approvals")
    path = re.search(r'href="(/console/approvals/[^"]+)"', browser.page.text)[1]
    browser.opens(path)
    digest = re.search(r'name="digest" value="([^"]+)"', browser.page.text)[1]
    return browser.sends(f"{path}/decision", decision=decision, digest=digest, **fields).status_code


def test_more_time_takes_a_reason_and_a_second_person(wangjie, like, number, sessions):
    """Journey 17: without a reason refused; with one, and agreed to, the veteran is told."""
    does(wangjie, number, "acceptance")
    assert does(wangjie, number, "extension", days="20", extend_reason="") == 422
    assert does(wangjie, number, "extension", days="31", extend_reason="要到省里调档案") == 422
    assert does(wangjie, number, "extension", days="20", extend_reason="要到省里调档案") == 303
    assert "等另一位负责人复核" in wangjie.opens(f"{LIST}/{number}").text
    assert len(told(sessions, number)) == 1, "nothing is told before somebody agrees"
    assert decides(like, "approve") == 303
    assert "要多用 20 天。原因：\n要到省里调档案\n新日子：2027 年 2 月 13 日" in told(sessions, number)[1]
    wangjie.opens(f"{LIST}/{number}")
    assert "1 月 24 日到期 + 20 天 = 2 月 13 日" in wangjie.reads()
    assert noted(sessions, "petition.approve")


def test_the_answer_is_read_whole_before_it_is_agreed_to(wangjie, like, number, sessions):
    does(wangjie, number, "acceptance")
    assert does(wangjie, number, "answer", **ANSWER | {"basis": ""}) == 422
    assert "请写依据" in wangjie.reads()
    assert does(wangjie, number, "answer", **ANSWER) == 303
    like.opens("/console/approvals")
    assert "王*国" in like.reads()
    assert decides(like, "approve") == 303
    with sessions.begin() as db:
        answer = petition(db, number).answer
    for part in (
        "您的诉求：\n重新算年限",
        "查明的事实：\n档案上是四年",
        "处理意见：\n补发两年的差额",
        "依据：\n退役军人安置条例",
    ):
        assert part in answer
    wangjie.opens(f"{LIST}/{number}")
    assert "复查：11 月 25 日答复 + 30 天 = 12 月 25 日。 还剩 30 天" in wangjie.reads().replace("。还剩", "。 还剩")
    assert does(wangjie, number, "closure") == 303
    assert happened(sessions, number)[-1] == "closed"


def test_not_taken_on_takes_a_second_person(wangjie, like, number, sessions):
    assert does(wangjie, number, "refusal", decline_reason="这件事要到区法院起诉，带上判决书") == 303
    assert decides(like, "approve") == 303
    assert "没有受理。原因：\n这件事要到区法院起诉" in told(sessions, number)[0]
    wangjie.opens(f"{LIST}/{number}")
    assert "没有受理" in wangjie.reads()
    assert "办这件事" not in wangjie.reads()


def test_sent_back_it_comes_with_the_reason_and_with_what_was_written(wangjie, like, number, sessions):
    does(wangjie, number, "acceptance")
    does(wangjie, number, "answer", **ANSWER)
    assert decides(like, "refuse", reason="短") == 422
    assert decides(like, "refuse", reason="依据要写到第几条") == 303
    wangjie.opens(f"{LIST}/{number}")
    assert "“书面答复”被退回了：依据要写到第几条" in wangjie.reads()
    for written in ANSWER.values():
        assert f">{written}</textarea>" in wangjie.page.text
    assert len(told(sessions, number)) == 1


def test_one_who_is_both_does_not_sign_the_own_proposal(signed_in, sessions):
    both = signed_in("staff", "supervisor", shown_as="王姐", name="wangjie", person="p1")
    second = signed_in("supervisor", shown_as="王姐二号", name="wangjie2", person="p1")
    number = filed(sessions, officer="wangjie")
    does(both, number, "acceptance")
    does(both, number, "extension", days="20", extend_reason="要到省里调档案")
    for ours in (both, second):
        ours.opens("/console/approvals")
        assert "这是您自己提的" in ours.reads()
        with sessions.begin() as db:
            proposal = db.query(Approval).one()
            path, digest = f"/console/approvals/{proposal.uid}/decision", proposal.digest
        assert ours.sends(path, decision="approve", digest=digest).status_code == 409
    with sessions.begin() as db:
        assert petition(db, number).extended_days == 0


def test_what_was_changed_after_it_was_read_is_not_agreed_to(wangjie, like, number, sessions):
    does(wangjie, number, "acceptance")
    does(wangjie, number, "extension", days="10", extend_reason="要到省里调档案")
    like.opens("/console/approvals")
    path = re.search(r'href="(/console/approvals/[^"]+)"', like.page.text)[1]
    like.opens(path)
    digest = re.search(r'name="digest" value="([^"]+)"', like.page.text)[1]
    does(wangjie, number, "extension", days="30", extend_reason="要到省里调档案，还要等")
    assert like.sends(f"{path}/decision", decision="approve", digest=digest).status_code == 409
    like.opens("/console/approvals")
    new = re.search(r'href="(/console/approvals/[^"]+)"', like.page.text)[1]
    like.opens(new)
    assert like.sends(f"{new}/decision", decision="approve", digest=digest).status_code == 409
    with sessions.begin() as db:
        assert petition(db, number).extended_days == 0


def test_a_day_later_it_is_gone_from_the_list(wangjie, like, number, clock):
    does(wangjie, number, "acceptance")
    does(wangjie, number, "extension", days="10", extend_reason="要到省里调档案")
    like.opens("/console/approvals")
    path = re.search(r'href="(/console/approvals/[^"]+)"', like.page.text)[1]
    clock.passes(DAY)
    like.signs_in("like")
    like.opens("/console/approvals")
    assert "现在没有要复核的" in like.reads()
    like.opens(path)
    assert "放了一天以上" in like.reads()
    assert like.sends(f"{path}/decision", decision="approve", digest="x").status_code == 409


def test_the_staff_does_not_sign(wangjie, number):
    does(wangjie, number, "acceptance")
    assert wangjie.opens("/console/approvals").status_code == 403


def test_a_proposal_on_what_one_must_not_know_is_not_there(wangjie, like, number, sessions):
    does(wangjie, number, "acceptance")
    does(wangjie, number, "extension", days="10", extend_reason="要到省里调档案")
    like.opens("/console/approvals")
    path = re.search(r'href="(/console/approvals/[^"]+)"', like.page.text)[1]
    with sessions.begin() as db:
        hand_over(db, petition(db, number), by=User.named(db, "wangjie"), now=NOON)
    like.opens("/console/approvals")
    assert "现在没有要复核的" in like.reads()
    assert like.opens(path).status_code == 404
