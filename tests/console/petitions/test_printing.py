"""A restricted petition on paper: asked for with a reason, agreed to by another discipline contact, for a day."""

from __future__ import annotations

import datetime as dt

import pytest

from models.petition.restricted import hand_over
from models.user import User
from tests.console.petitions.stories import filed, happened, noted, petition
from tests.make import NOON

REASON = "开会要当面核对材料"
STORY = "站长把补助扣下来自己用"


@pytest.fixture
def number(signed_in, sessions):
    signed_in("staff", shown_as="王姐", name="wangjie")
    number = filed(sessions, officer="wangjie", story=STORY)
    with sessions.begin() as db:
        hand_over(db, petition(db, number), by=User.named(db, "wangjie"), now=NOON)
    return f"/console/restricted/{number}"


@pytest.fixture
def wu(signed_in):
    return signed_in("discipline", shown_as="老吴", name="wu")


@pytest.fixture
def zheng(signed_in):
    return signed_in("discipline", shown_as="老郑", name="zheng")


def asks(browser, page, reason=REASON):
    browser.opens(page)
    return browser.sends(f"{page}/prints", print_reason=reason).status_code


def agrees(browser, page):
    browser.opens(page)
    digest = browser.page.text.split('name="digest" value="')[1].split('"')[0] if "digest" in browser.page.text else ""
    return browser.sends(f"{page}/prints/approval", digest=digest).status_code


def test_two_people_make_a_print(wu, zheng, number, sessions):
    assert asks(wu, number) == 303
    assert wu.opens(f"{number}/print").status_code == 303
    zheng.opens(number)
    assert f"老吴 要打印：{REASON}" in zheng.reads()
    assert agrees(zheng, number) == 303
    assert wu.opens(f"{number}/print").status_code == 200
    assert STORY in wu.reads()
    assert "老吴 2026 年 11 月 25 日 10:00 打印，老郑 同意，流水号" in wu.reads()
    assert happened(sessions, number.rsplit("/", 1)[1])[-1] == "printed"
    assert {entry.subject.split("/")[0] for entry in noted(sessions, "restricted.print")} == {"restricted"}


def test_a_reason_is_needed(wu, zheng, number):
    assert asks(wu, number, reason="看看") == 422
    assert "打印的原因至少写 6 个字" in wu.reads()


def test_nobody_agrees_to_the_own_wish_from_whatever_account(wu, signed_in, number, sessions):
    asks(wu, number)
    with sessions.begin() as db:
        person = User.named(db, "wu").person
    second = signed_in("discipline", shown_as="老吴二号", name="wu2", person=person)
    for own in (wu, second):
        own.opens(number)
        assert own.sends(f"{number}/prints/approval", digest="x").status_code == 409
    assert wu.opens(f"{number}/print").status_code == 303


def test_alone_there_is_no_print_and_the_page_says_why(wu, number):
    wu.opens(number)
    assert "现在只有您一位" in wu.reads()
    assert "data-print" not in wu.page.text
    assert "这一页不能直接打印" in wu.reads()


def test_it_holds_for_the_one_who_asked_and_for_a_day(wu, zheng, number, clock, sessions):
    asks(wu, number)
    agrees(zheng, number)
    assert zheng.opens(f"{number}/print").status_code == 303
    clock.now += dt.timedelta(hours=11)
    assert wu.opens(f"{number}/print").status_code in (200, 303)
    with sessions.begin() as db:
        petition(db, number.rsplit("/", 1)[1]).add(db, "又来了一句", now=clock.now)
    assert wu.opens(f"{number}/print").status_code != 200, "what was agreed to has changed"


@pytest.mark.parametrize("role", ["staff", "supervisor", "admin"])
def test_nobody_else_reaches_it(signed_in, number, role):
    other = signed_in(role, shown_as="别人", name="other")
    assert other.opens(f"{number}/print").status_code == 403
    assert other.sends(f"{number}/prints", print_reason=REASON).status_code == 403
