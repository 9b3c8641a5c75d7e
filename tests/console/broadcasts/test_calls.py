"""The sheet of calls: masked; a reason is typed once, kept sealed, and every number seen is counted (R42)."""

import datetime as dt
import re

import pytest
from sqlalchemy import select, text

from models.audit import AuditEntry
from models.audit.stated_reason import StatedReason
from models.broadcast import Recipient
from models.user import User
from tests.console.broadcasts.stories import approved, sent_out
from tests.notices import make_approved, make_followers, make_known

NUMBER = "13800006021"
WHY = "微信没发到，打电话告诉接访的时间"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def sheet(writer, checker, followers, sessions):
    """The address of a sheet with 王建国 on it."""
    address = approved(writer, checker)
    sent_out(sessions, address)
    return f"{address}/calls"


@pytest.fixture
def officer(signed_in):
    return signed_in("bwriter", "officer", name="officer", shown_as="赵干部")


def person_on(browser, sheet):
    browser.opens(sheet)
    return re.search(r"/calls/(\d+)\"", browser.page.text)[1]


def states(browser, sheet, why=WHY):
    browser.opens(sheet)
    return browser.sends(f"{sheet}/reasons", reason=why)


def looks(browser, sheet):
    """Press the button beside 王建国."""
    person = person_on(browser, sheet)
    return browser.sends(f"{sheet}/{person}/phone")


def seen_numbers(sessions):
    with sessions.begin() as db:
        return list(db.scalars(select(AuditEntry).where(AuditEntry.act == "veteran.reveal_phone")))


def test_it_is_masked_and_marks_who_was_called(writer, sheet):
    writer.opens(sheet)
    shown = writer.reads()
    assert "王*国" in shown
    assert "138****6021" in shown
    assert NUMBER not in writer.page.text
    assert "2 人没留姓名电话" in shown
    assert writer.sends(f"{sheet}/{person_on(writer, sheet)}").status_code == 303
    writer.opens(sheet)
    assert "还要打 0 人，名单上一共 1 人" in writer.reads()


def test_without_a_reason_there_is_no_number(officer, sheet, sessions):
    officer.opens(sheet)
    assert "看号码" not in officer.reads(), "the way to it is the reason"
    assert "先写原因" in officer.reads()
    answer = looks(officer, sheet)
    assert answer.status_code == 422
    assert NUMBER not in answer.text
    assert "请先写明为什么要看" in officer.reads()
    assert seen_numbers(sessions) == []


@pytest.mark.parametrize("nothing", ["", "   ", "打电话", "危机"])
def test_a_reason_is_more_than_a_word(officer, sheet, sessions, nothing):
    assert states(officer, sheet, nothing).status_code == 422
    assert "为什么要看至少写 6 个字" in officer.reads()
    assert looks(officer, sheet).status_code == 422
    with sessions.begin() as db:
        assert db.scalars(select(StatedReason)).all() == []


def test_typed_once_it_opens_the_numbers_one_by_one(officer, sheet, sessions):
    assert states(officer, sheet).status_code == 303
    officer.opens(sheet)
    assert f"10:30 以前可以看完整号码。 原因：{WHY}" in officer.reads()
    for _ in range(2):
        assert NUMBER not in officer.opens(sheet).text, "shown once, never kept on the page"
        answer = looks(officer, sheet)
        assert (answer.status_code, NUMBER in answer.text) == (200, True)
    entries = seen_numbers(sessions)
    assert len(entries) == 2, "each look is counted and written down"
    with sessions.begin() as db:
        stated = db.scalars(select(StatedReason)).one()
        assert {entry.detail for entry in entries} == {stated.named}
        assert stated.reason == WHY


def test_the_reason_is_kept_sealed_and_numbers_in_it_masked(officer, sheet, sessions):
    states(officer, sheet, "王建国 13800006021 让我打电话")
    with sessions.begin() as db:
        assert db.scalars(select(StatedReason)).one().reason == "王建国 138****6021 让我打电话"
        (kept,) = db.execute(text("select * from stated_reasons")).all()
        assert "让我打电话" not in repr(tuple(kept))
        assert "让我打电话".encode() not in bytes(kept.reason_sealed)


def test_it_holds_for_half_an_hour(officer, sheet, clock):
    states(officer, sheet)
    clock.passes(29 * MINUTE)
    assert looks(officer, sheet).status_code == 200
    clock.passes(MINUTE)
    assert looks(officer, sheet).status_code == 422


def test_for_that_sheet_and_that_person_alone(officer, sheet, sessions, signed_in):
    states(officer, sheet)
    colleague = signed_in("bwriter", "officer", name="colleague")
    assert looks(colleague, sheet).status_code == 422
    with sessions.begin() as db:
        (silent,) = make_followers(db, ["另一位"], spoke_at=None, station="520115")
        make_known(db, silent, name="李建国", phone="13900006022")
        other = make_approved(db)
        other.state = "done"
        db.flush()
        for row in db.scalars(select(Recipient).where(Recipient.broadcast_id == other.id)):
            row.way = "call"
        address = f"/console/broadcasts/{other.uid}/calls"
    assert looks(officer, address).status_code == 422
    assert looks(officer, sheet).status_code == 200


def test_who_may_not_see_numbers_states_no_reason(writer, sheet):
    writer.opens(sheet)
    assert "先写原因" not in writer.reads()
    assert writer.sends(f"{sheet}/reasons", reason=WHY).status_code == 403
    assert writer.sends(f"{sheet}/{person_on(writer, sheet)}/phone").status_code == 403


def test_an_officer_elsewhere_sees_no_number(sheet, sessions, signed_in):
    with sessions.begin() as db:
        person = db.scalars(select(Recipient.id).where(Recipient.way == "call").order_by(Recipient.id)).first()
    village = signed_in("officer", name="village", station="5201150101")
    assert village.sends(f"{sheet}/{person}/phone").status_code == 403


def has_looked(sessions, name, times, now):
    with sessions.begin() as db:
        actor = f"user {db.scalars(select(User.id).where(User.name == name)).one()}"
        for _ in range(times):
            AuditEntry.write(db, actor=actor, act="veteran.reveal_phone", subject="x", now=now)


def test_the_sixty_first_of_a_day_is_refused_whatever_the_reason(officer, sheet, sessions, clock):
    states(officer, sheet)
    has_looked(sessions, "officer", 59, clock())
    assert looks(officer, sheet).status_code == 200
    answer = looks(officer, sheet)
    assert answer.status_code == 422
    assert NUMBER not in answer.text
    assert "今天已经看过 60 次" in officer.reads()
    with sessions.begin() as db:
        assert db.scalars(select(AuditEntry).where(AuditEntry.act == "refused")).one().subject == "veteran.reveal_phone"


def test_the_supervisors_hear_of_the_twentieth(officer, sheet, sessions, clock, signed_in):
    states(officer, sheet)
    has_looked(sessions, "officer", 19, clock())
    looks(officer, sheet)
    supervisor = signed_in("supervisor", name="supervisor")
    supervisor.opens("/console/approvals")
    assert "赵干部" in supervisor.reads()


def test_the_supervisor_reads_the_reason_in_the_audit_and_the_administrator_does_not(officer, sheet, signed_in):
    states(officer, sheet)
    looks(officer, sheet)
    supervisor, admin = signed_in("supervisor", name="supervisor"), signed_in("admin", name="admin")
    supervisor.opens("/console/audit?act=veteran")
    assert supervisor.reads().count(f"原因：{WHY}") == 2, "where it was stated, and at the number"
    assert "看了完整电话" in supervisor.reads()
    assert "写了为什么要看号码" in supervisor.reads()
    admin.opens("/console/audit?act=veteran")
    assert WHY not in admin.reads()
    assert "写了原因，负责人看得到" in admin.reads()
