"""The pages of a notice in a real browser: three widths, three sizes; the numbers move by themselves, and without script."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.broadcast import Broadcast, Recipient
from models.broadcast.spread import spread
from models.message import Status
from tests.console.windows import WIDTHS, Window, all_sound
from tests.make import NOON
from tests.notices import WORDS, approve, make_draft, make_followers, make_known, messages_of, somebody

SHOTS = os.environ.get("FRONTDOOR_SHOTS", "")  # a folder, to look at what is tested
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def notices(app, sessions) -> dict[str, str]:
    """Addresses of a notice at every stage."""
    with sessions.begin() as db:
        make_followers(db, map(str, range(12)), station="52011501")
        silent = make_followers(db, ["x", "y"], spoke_at=None, station="520115")
        make_known(db, silent[0], name="王建国", phone="13800006021")
        made = {
            name: make_draft(db, title=f"第 {number} 条接访通知")
            for number, name in enumerate(("draft", "check", "sending"), 1)
        }
        for name in ("check", "sending"):
            made[name].propose(db, by=somebody(db, "写的人"), own_hosts=(), now=NOON)
        approve(db, made["sending"], "14")
        addresses = {name: f"/console/broadcasts/{notice.uid}" for name, notice in made.items()}
    with sessions.begin() as db:
        spread(db, NOON, template=False)
        for row in db.scalars(select(Recipient).where(Recipient.way == "message").limit(3)):
            row.signed_up_at = NOON
    return addresses


def pictured(window: Window, name: str) -> None:
    if SHOTS:
        window.page.screenshot(path=f"{SHOTS}/notices_{name}_{window.page.viewport_size['width']}.png", full_page=True)


def some_are_sent(sessions, address: str, count: int) -> None:
    with sessions.begin() as db:
        notice = db.scalars(select(Broadcast).where(Broadcast.uid == address.rsplit("/", 1)[1])).one()
        for message in messages_of(db, notice)[:count]:
            message.settle(Status.SENT, now=NOON)


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_every_page_in_every_size(chrome, home, hire, notices, width):
    window = Window.open(chrome, home, width=width)
    window.sits_down(hire("张平", "bapprover", "bwriter", "officer"))
    sending = notices["sending"]
    paths = ("", "/new", *(each.removeprefix("/console/broadcasts") for each in notices.values()))
    more = (f"{sending}/people", f"{sending}/calls", f"{sending}/sign-ups")
    all_sound(
        window,
        [*(f"/console/broadcasts{each}" for each in paths), *more],
        look=lambda path: pictured(window, path.rsplit("/", 1)[1] if path in more else f"page{len(path)}"),
    )
    assert window.troubles == []
    window.close()


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_a_reason_opens_the_sheet_and_a_town_is_taken_out(chrome, home, hire, notices, width):
    """By forms alone; every page with a fault on it is looked at as well."""
    window = Window.open(chrome, home, width=width, script=False)
    window.sits_down(hire("赵干部", "bwriter", "officer"))
    page = window.page
    window.goes(f"{notices['sending']}/calls")
    page.click("text=写好了")
    assert "至少写 6 个字" in page.inner_text("main")
    pictured(window, "reason_missing")
    page.fill("#reason", "微信没发到，打电话告诉接访的时间")
    page.click("text=写好了")
    pictured(window, "reason_stated")
    page.click("text=看号码")
    assert "13800006021" in page.inner_text("main")
    pictured(window, "number_shown")
    assert not window.overflows()
    window.goes(notices["sending"])
    page.click("text=停发这个镇")
    assert "请选哪个镇不发了" in page.inner_text("main")
    pictured(window, "town_missing")
    page.select_option("#town", "52011501")
    page.fill("#why", "那边改到 12 月 10 日")
    page.click("text=停发这个镇")
    assert "还没收到的 12 人不会收到" in page.inner_text("main")
    pictured(window, "town_dropped")
    assert not window.overflows()
    assert window.troubles == []
    window.close()


def test_the_numbers_move_by_themselves(chrome, home, hire, notices, sessions):
    window = Window.open(chrome, home)
    window.sits_down(hire("何敏", "bwriter"))
    window.goes(notices["sending"])
    expect(window.page.locator(".going")).to_contain_text("已经有结果 2 人，共 14 人")
    some_are_sent(sessions, notices["sending"], 7)
    expect(window.page.locator(".going")).to_contain_text("已经有结果 9 人，共 14 人", timeout=9_000)
    assert window.troubles == []
    window.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_first_word_to_the_stop(chrome, home, hire, notices, sessions, script):
    """Written, counted, agreed to by another, stopped; by forms alone."""
    writer, checker = (Window.open(chrome, home, width="phone", script=script) for _ in range(2))
    writer.sits_down(hire("何敏", "bwriter"))
    writer.goes("/console/broadcasts/new")
    page = writer.page
    page.fill("#title", "体检改期")
    page.select_option("#kind", "event")
    page.fill("#words", WORDS)
    page.select_option("#station", "52011501")
    page.click("text=存草稿")
    assert "一共 12 人" in page.inner_text("main")
    assert re.search(r"看样子 \d{6}", page.inner_text("main"))
    page.click("text=交给同事审")
    assert "不能自己审" in page.inner_text("main")
    checker.sits_down(hire("张平", "bapprover"))
    checker.goes(page.url.removeprefix(home))
    checker.page.fill("#count", "11")
    checker.page.click("text=同意，发给")
    assert "人数不对" in checker.page.inner_text("main")
    checker.page.fill("#count", "12")
    checker.page.click("text=同意，发给")
    assert "审过了" in checker.page.inner_text("main")
    checker.page.click("text=停，剩下的不发了")
    assert "还没发的 12 人不会收到" in checker.page.inner_text("main")
    assert writer.troubles == checker.troubles == []
    writer.close()
    checker.close()
