"""A notice on its way at the console: one town taken out of it, and who signed up for the event."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.broadcast import Recipient, Way
from models.broadcast.spread import spread
from tests.console.broadcasts.stories import approved, notice_of, sent_out
from tests.make import NOON
from tests.notices import messages_of

TOWN = "52011501"
WHY = "那边改到 12 月 10 日"


def drops(browser, address, **fields):
    browser.opens(address)
    return browser.sends(f"{address}/dropped-towns", **({"town": TOWN, "why": WHY} | fields))


# -- one town --------------------


def test_before_it_is_out_a_town_is_taken_out(writer, checker, followers, sessions):
    address = approved(writer, checker)
    writer.opens(address)
    assert "金华镇退役军人服务站（还没收到 12 人）" in writer.reads()
    assert drops(writer, address).status_code == 303
    writer.opens(address)
    shown = writer.reads()
    assert "还没收到的 12 人不会收到" in shown
    assert "12 停发了" in shown
    assert f"金华镇停发：{WHY}（12 人）" in shown
    assert "金华镇退役军人服务站（还没收到" not in shown
    with sessions.begin() as db:
        assert spread(db, NOON, template=True) == 3, "the others get it as approved"


@pytest.mark.parametrize("who", ["bwriter", "bapprover"])
def test_under_way_either_of_them_does_it(writer, checker, followers, sessions, signed_in, who):
    address = approved(writer, checker)
    sent_out(sessions, address, sent=5)
    other = signed_in(who, name="somebody else")
    assert drops(other, address).status_code == 303
    other.opens(f"{address}/people?show=stopped")
    shown = other.reads()
    assert shown.count(f"金华镇停发：{WHY}") == 7, "each one's line says why"
    assert "第 1 到 7 人，共 7 人" in shown
    with sessions.begin() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.act == "broadcast.drop_town")).one()
        assert (entry.subject, entry.detail) == (notice_of(db, address).uid, f"{TOWN}, spared 7")


def test_nobody_of_it_stays_on_the_sheet_of_calls(writer, checker, followers, sessions):
    address = approved(writer, checker)
    sent_out(sessions, address, sent=6, failed=6)
    writer.opens(address)
    assert "没收到的 9 人" in writer.reads()
    drops(writer, address)
    writer.opens(address)
    assert "没收到的 3 人" in writer.reads()


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"town": ""}, "请选哪个镇不发了"),
        ({"town": "nowhere"}, "请选哪个镇不发了"),
        ({"why": ""}, "为什么不发至少写 4 个字"),
        ({"why": "字" * 31}, "为什么不发最多 30 个字"),
    ],
)
def test_faults_stand_beside_their_fields_and_nothing_is_stopped(writer, checker, followers, sessions, fields, fault):
    address = approved(writer, checker)
    assert drops(writer, address, **fields).status_code == 422
    assert fault in writer.reads()
    with sessions.begin() as db:
        assert db.scalars(select(Recipient).where(Recipient.way == Way.DROPPED)).all() == []


def test_a_notice_for_one_town_is_stopped_not_dropped(writer, checker, followers):
    address = approved(writer, checker, station=TOWN)
    writer.opens(address)
    assert "一个镇停发" not in writer.reads()
    assert drops(writer, address).status_code == 422
    assert "请用“停发”" in writer.reads()


def test_when_it_is_over_there_is_nothing_to_drop(writer, checker, followers, sessions):
    address = approved(writer, checker)
    sent_out(sessions, address)
    writer.opens(address)
    assert "一个镇停发" not in writer.reads()
    assert drops(writer, address).status_code in (409, 422)


# -- 报名 --------------------


def sign_ups(sessions, address, count):
    with sessions.begin() as db:
        mine = select(Recipient).where(Recipient.broadcast_id == notice_of(db, address).id)
        for minute, row in enumerate(db.scalars(mine.order_by(Recipient.id.desc()).limit(count))):
            row.signed_up_at = NOON + dt.timedelta(minutes=minute)


def test_who_signed_up_is_counted_and_listed_masked(writer, checker, followers, sessions):
    address = approved(writer, checker)
    sent_out(sessions, address)
    writer.opens(address)
    assert "0 人回复了“报名”" in writer.reads()
    sign_ups(sessions, address, 3)
    writer.opens(address)
    assert "3 人回复了“报名”" in writer.reads()
    assert f"{address}/sign-ups" in writer.page.text
    writer.opens(f"{address}/sign-ups")
    shown = writer.reads()
    assert "王*国" in shown
    assert "王建国" not in shown
    assert shown.count("老战友 ") >= 2
    assert "第 1 到 3 人，共 3 人" in shown


def test_the_number_moves_with_the_others(writer, checker, followers, sessions):
    address = approved(writer, checker)
    with sessions.begin() as db:
        spread(db, NOON, template=False)
        assert len(messages_of(db, notice_of(db, address))) == 12
    sign_ups(sessions, address, 2)
    assert re.search(r"<b>2</b> 人回复了“报名”", writer.opens(f"{address}/progress").text)


def test_only_an_event_is_signed_up_for(writer, checker, followers, sessions):
    address = approved(writer, checker, kind="policy")
    sent_out(sessions, address)
    writer.opens(address)
    assert "报名" not in writer.reads()


def test_the_list_is_for_who_may_see_the_notice(writer, checker, followers, sessions, signed_in):
    address = approved(writer, checker)
    sent_out(sessions, address)
    sign_ups(sessions, address, 1)
    town = signed_in("bwriter", name="town", station=TOWN)
    for other in (town, signed_in("volunteer", name="volunteer")):
        assert other.opens(f"{address}/sign-ups").status_code == 403
    assert checker.opens(f"{address}/sign-ups").status_code == 200
    with sessions.begin() as db:
        read = db.scalars(select(AuditEntry).where(AuditEntry.act == "broadcast.list").order_by(AuditEntry.id.desc()))
        assert read.first().subject == notice_of(db, address).uid
