"""The list as an Excel table: masked, for a reason, so much and so often a day, and only what one may see (R43)."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import insert

from console.petitions.export import MOST_ROWS
from console.sheets import _ONE_AT_A_TIME, read_sheet
from models.approval import Approval
from models.audit.stated_reason import StatedReason
from models.case import Case
from models.conversation import Conversation
from models.petition import Petition
from models.petition.restricted import hand_over
from models.user import User
from tests.console.petitions.stories import PHONE, filed, noted, petition
from tests.make import NOON

LIST, EXPORT, FULL = "/console/petitions", "/console/petitions/exports", "/console/petitions/full-exports"
REASON = "给局里汇总本月的办件"


@pytest.fixture
def wangjie(signed_in):
    """王姐 of the district's staff."""
    return signed_in("staff", shown_as="王姐", name="wangjie")


def takes(browser, reason=REASON, **filters):
    browser.opens(LIST)
    return browser.sends(EXPORT, export_reason=reason, **({"show": "open"} | filters))


def table(answer):
    assert answer.status_code == 200, answer.text[:400]
    return [row for row in read_sheet(answer.data) if row]


def test_the_table_is_masked_and_says_who_when_and_its_number(wangjie, sessions):
    number = filed(sessions, story="八六年退伍，补助只算了两年", names=["王建国"])
    answer = takes(wangjie)
    assert "attachment" in answer.headers["Content-Disposition"]
    head, row, *_, foot = table(answer)
    assert head[:3] == ["编号", "哪方面", "提出的人"]
    assert (row[0], row[2]) == (number, "王*国")
    entry = noted(sessions, "export.petitions_masked")[0]
    assert f"王姐 2026-11-25 10:00 导出，流水号 {entry.subject}，共 1 件" in foot[0]
    words = " ".join(cell for line in table(answer) for cell in line)
    assert not [secret for secret in ("王建国", PHONE, "八六年", "补助只算") if secret in words]


def test_the_reason_is_asked_for_and_kept(wangjie, sessions):
    filed(sessions)
    answer = takes(wangjie, reason="汇总")
    assert answer.status_code == 422
    assert "导出的原因至少写 6 个字" in wangjie.reads()
    assert 'aria-current="page">信访' in answer.text, "the menu still says where one is"
    assert noted(sessions, "export.petitions_masked") == []
    table(takes(wangjie))
    serial = noted(sessions, "export.petitions_masked")[0].subject
    with sessions.begin() as db:
        kept = db.query(StatedReason).one()
        assert kept.reason == REASON
        assert serial in kept.about


def test_it_has_what_the_filters_let_through(wangjie, sessions):
    mine, other = filed(sessions, officer="wangjie"), filed(sessions, who="other")
    numbers = [row[0] for row in table(takes(wangjie, whose="mine"))]
    assert mine in numbers
    assert other not in numbers


def test_what_one_may_not_see_is_not_in_it(wangjie, signed_in, sessions):
    hidden, named, seen = filed(sessions), filed(sessions, who="b", story="王姐不给办"), filed(sessions, who="c")
    with sessions.begin() as db:
        hand_over(db, petition(db, hidden), by=User.named(db, "wangjie"), now=NOON)
    numbers = [row[0] for row in table(takes(wangjie, show="all"))]
    assert seen in numbers
    assert not {hidden, named} & set(numbers)


def test_an_officer_takes_what_belongs_to_the_own_station(signed_in, sessions):
    ours, theirs = filed(sessions, where="金华镇翁贡村"), filed(sessions, who="b", where="别处")
    officer = signed_in("officer", shown_as="小黄", name="huang", station="52011501")
    numbers = [row[0] for row in table(takes(officer))]
    assert ours in numbers
    assert theirs not in numbers


def test_who_may_not_export_has_no_button_and_no_way(signed_in, sessions):
    filed(sessions)
    like = signed_in("supervisor", shown_as="李科", name="like")
    like.opens(LIST)
    assert "导出成 Excel" not in like.reads()
    assert takes(like).status_code == 403


def test_five_times_a_day_are_enough(wangjie, sessions, clock):
    filed(sessions)
    for _ in range(5):
        table(takes(wangjie))
        clock.now += dt.timedelta(seconds=10)
    assert takes(wangjie).status_code == 422
    assert "今天已经导出 5 次" in wangjie.reads()
    assert len(noted(sessions, "export.petitions_masked")) == 5


def test_too_many_at_once_are_refused(wangjie, sessions):
    number = filed(sessions)
    with sessions.begin() as db:
        copied_often(db, petition(db, number), MOST_ROWS)
    assert takes(wangjie).status_code == 422
    assert f"一次最多导出 {MOST_ROWS} 件" in wangjie.reads()


def copied_often(db, one, times):
    """As many more of the same, without what is sealed in it."""
    known = {
        name: getattr(one, name) for name in ("kind", "status", "filed_at", "due_on", "conversation_id", "station_id")
    }
    numbers = range(one.id + 1, one.id + 1 + times)
    rows = [{"id": id_, "uid": f"copy{id_}", "number": f"copy{id_}"} | known for id_ in numbers]
    db.execute(insert(Case.__table__), rows)
    db.execute(insert(Petition.__table__), [{"id": id_, "topic": one.topic, "raised_before": False} for id_ in numbers])


def asks_for_all(browser, sessions):
    """王姐 asks for the table in full; the uid of what waits."""
    browser.opens(LIST)
    assert browser.sends(FULL, full_reason=REASON, show="open").status_code == 303
    with sessions.begin() as db:
        return db.query(Approval).filter_by(act="export.petitions_full").one().uid


def agrees(browser, uid, decision="approve"):
    browser.opens("/console/full-exports")
    digest = browser.page.text.split('name="digest" value="')[1].split('"')[0]
    return browser.sends(f"/console/full-exports/{uid}/decision", decision=decision, digest=digest).status_code


def test_all_of_it_takes_two_people_and_is_downloaded_once(wangjie, signed_in, sessions):
    mine, other = filed(sessions, officer="wangjie", story="补助只算了两年"), filed(sessions, who="b")
    like = signed_in("supervisor", shown_as="李科", name="like")
    uid = asks_for_all(wangjie, sessions)
    assert wangjie.sends(f"{FULL}/{uid}/file").status_code == 404, "nobody has agreed yet"
    like.opens(LIST)
    assert "有 1 份导出等您同意" in like.reads()
    assert agrees(like, uid) == 303
    wangjie.opens(LIST)
    assert "负责人同意了您要的完整表（1 件）" in wangjie.reads()
    rows = table(wangjie.sends(f"{FULL}/{uid}/file"))
    assert rows[1][0] == mine
    assert "补助只算了两年" in rows[1]
    words = " ".join(cell for row in rows for cell in row)
    assert PHONE not in words, "a number is seen one by one, for a reason"
    assert other not in words
    wangjie.opens(LIST)
    assert "负责人同意了" not in wangjie.reads()
    assert wangjie.sends(f"{FULL}/{uid}/file").status_code == 404, "once"


def test_nobody_agrees_to_the_own_export_from_another_account(wangjie, signed_in, sessions):
    filed(sessions, officer="wangjie")
    with sessions.begin() as db:
        person = User.named(db, "wangjie").person
    uid = asks_for_all(wangjie, sessions)
    second = signed_in("supervisor", shown_as="王姐二号", name="wangjie2", person=person)
    second.opens("/console/full-exports")
    assert "这是您自己提的" in second.reads()
    assert second.sends(f"/console/full-exports/{uid}/decision", decision="approve", digest="x").status_code == 409
    assert wangjie.sends(f"{FULL}/{uid}/file").status_code == 404


def test_what_was_agreed_to_lives_for_a_day_and_only_for_the_one_who_asked(wangjie, signed_in, sessions):
    filed(sessions, officer="wangjie")
    like, zhao = signed_in("supervisor", shown_as="李科", name="like"), signed_in("staff", shown_as="老赵", name="zhao")
    uid = asks_for_all(wangjie, sessions)
    agrees(like, uid)
    assert zhao.sends(f"{FULL}/{uid}/file").status_code == 404
    with sessions.begin() as db:
        db.query(Approval).filter_by(uid=uid).one().decided_at = NOON - dt.timedelta(hours=25)
    assert wangjie.sends(f"{FULL}/{uid}/file").status_code == 404


def test_what_became_restricted_meanwhile_is_left_out(wangjie, signed_in, sessions):
    number = filed(sessions, officer="wangjie")
    filed(sessions, officer="wangjie", who="b")
    like = signed_in("supervisor", shown_as="李科", name="like")
    uid = asks_for_all(wangjie, sessions)
    agrees(like, uid)
    with sessions.begin() as db:
        hand_over(db, petition(db, number), by=User.named(db, "wangjie"), now=NOON)
    wangjie.opens(LIST)
    assert number not in [row[0] for row in table(wangjie.sends(f"{FULL}/{uid}/file"))]


def test_the_password_is_asked_for_again_when_it_was_long_ago(wangjie, sessions, clock):
    filed(sessions)
    clock.now += dt.timedelta(minutes=6)
    assert takes(wangjie).status_code == 422
    assert noted(sessions, "export.petitions_masked") == []
    assert "export_reason" in wangjie.page.text, "what was typed is carried along"


@contextmanager
def another_table_in_hand():
    """Somebody else's table is being made, so that ours waits its two seconds and is given up."""
    assert _ONE_AT_A_TIME.acquire(timeout=10)
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def test_veterans_words_do_not_wait_for_a_table_that_is_being_made(wangjie, sessions):
    filed(sessions)
    wangjie.opens(LIST)
    with another_table_in_hand(), ThreadPoolExecutor(1) as apart:
        making = apart.submit(lambda: takes(wangjie))
        while not noted(sessions, "export.petitions_masked"):
            assert not making.done()
        with sessions.begin() as db:
            Conversation.of(db, "wechat_oa", "oNew", now=NOON)
        assert not making.done(), "the new follower was written down while the table was still waited for"
    assert making.result().status_code == 409


def test_a_table_that_was_not_made_is_said_so_and_does_not_count(wangjie, sessions):
    filed(sessions)
    with another_table_in_hand():
        assert takes(wangjie).status_code == 409
    assert "这一次不算" in wangjie.reads()
    (entry,) = noted(sessions, "export.failed")
    assert [entry.subject] == [each.subject for each in noted(sessions, "export.petitions_masked")]
    for _ in range(5):
        table(takes(wangjie))
    assert takes(wangjie).status_code == 422, "five were made"


def test_a_table_in_full_that_was_not_made_may_be_fetched_again(wangjie, signed_in, sessions):
    filed(sessions, officer="wangjie")
    like = signed_in("supervisor", shown_as="李科", name="like")
    uid = asks_for_all(wangjie, sessions)
    agrees(like, uid)
    wangjie.opens(LIST)
    with another_table_in_hand():
        assert wangjie.sends(f"{FULL}/{uid}/file").status_code == 409
    wangjie.opens(LIST)
    table(wangjie.sends(f"{FULL}/{uid}/file"))
    wangjie.opens(LIST)
    assert wangjie.sends(f"{FULL}/{uid}/file").status_code == 404, "once"
