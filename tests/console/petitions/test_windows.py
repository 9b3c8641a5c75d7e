"""The petition pages in a real browser: axe, width, thumbs, no script, and on paper."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from models.petition.proposal import EXTEND, propose
from models.user import User
from tests.console.petitions.stories import DAY, filed, petition
from tests.console.windows import WIDTHS, Window, all_sound
from tests.make import NOON

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
SEVERAL_PAGES = 3


@pytest.fixture
def number(hire, sessions) -> str:
    """A petition that has come a long way: accepted, with progress, words added, asked about, and a proposal."""
    hire("王姐", "staff", name="wangjie")
    hire("李科", "supervisor", name="like")
    filed(sessions, now=NOON - 20 * DAY)
    number = filed(sessions, officer="wangjie", now=NOON - 23 * DAY, media_uids=["a" * 16])
    with sessions.begin() as db:
        ours, wangjie = petition(db, number), User.named(db, "wangjie")
        ours.accept(db, by=wangjie, now=NOON - 16 * DAY, words="您反映的事受理了")
        ours.progress(db, "在调您的档案核对年限。", by=wangjie, now=NOON - DAY, words="…")
        ours.remark(db, "只给同事看的一句", by=wangjie, now=NOON - DAY)
        ours.urge(db, now=NOON)
        propose(db, ours, EXTEND, "要到省里调档案", by=wangjie, now=NOON, days=20)
    return number


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_list_and_page_are_fine_in_every_width_and_size(chrome, home, number, width):
    window = Window.open(chrome, home, width=width)
    window.sits_down("wangjie")
    all_sound(window, ["/console/petitions", f"/console/petitions/{number}"])
    for each in window.page.query_selector_all("details"):
        each.evaluate("it => { it.open = true }")
    assert window.violations() == []
    assert not window.overflows()
    assert [trouble for trouble in window.troubles if "media" not in trouble] == []
    window.close()


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_what_a_leader_signs_is_fine_too(chrome, home, number, width):
    window = Window.open(chrome, home, width=width)
    window.sits_down("like")
    all_sound(window, ["/console/approvals", f"/console/petitions/{number}"], sizes=("",))
    window.goes("/console/approvals")
    window.page.click("text=看内容，再定")
    assert window.violations() == []
    window.page.click("text=同意，告诉本人")
    assert "同意了延长期限" in window.page.inner_text("main")
    window.close()


def test_without_script_everything_can_be_done(chrome, home, number):
    window = Window.open(chrome, home, script=False)
    window.sits_down("wangjie")
    window.goes(f"/console/petitions/{number}")
    assert not window.page.is_visible("text=打印")
    window.page.fill("#progress", "下周三前有结果。")
    window.page.click("text=发给本人")
    assert "记下了，已经发给本人" in window.page.inner_text("main")
    window.page.click("text=看完整号码")
    window.page.fill("#reveal_reason", "打电话说延长的事")
    window.page.click("button:has-text('看号码')")
    assert "13800006021" in window.page.inner_text("main")
    window.page.click("text=写书面答复")
    window.page.fill("#request", "重新算")
    window.page.click("form[action$='/answer'] button")
    assert "有 3 处要改" in window.page.inner_text("main")
    assert window.page.input_value("#request") == "重新算"
    window.close()


def test_by_keyboard_alone_the_focus_is_always_seen(chrome, home, number):
    window = Window.open(chrome, home)
    window.sits_down("wangjie")
    window.goes(f"/console/petitions/{number}")
    unseen = []
    for _ in range(40):
        window.page.keyboard.press("Tab")
        ring, what = window.page.evaluate(
            "() => { const it = document.activeElement;"
            " return [getComputedStyle(it).outlineStyle, it.outerHTML.slice(0, 80)]; }"
        )
        if ring == "none" and "<body" not in what:
            unseen.append(what)
    assert unseen == []
    window.close()


def test_on_paper_there_is_the_file_and_nothing_else(chrome, home, number):
    window = Window.open(chrome, home)
    window.sits_down("wangjie")
    window.goes(f"/console/petitions/{number}")
    sheets = window.page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", sheets)) <= SEVERAL_PAGES
    window.page.emulate_media(media="print")
    shown = window.page.inner_text("body")
    assert "11 月 9 日受理 + 60 天" in shown.replace(" ", " ")
    assert "在调您的档案核对年限。" in shown
    for screen_only in ("退出", "发给本人", "只给同事看的一句", "我要回避", "看完整号码", "本人查进度时看到"):
        assert screen_only not in shown, screen_only
    window.close()


def test_the_print_button_prints(chrome, home, number):
    window = Window.open(chrome, home)
    window.sits_down("wangjie")
    window.goes(f"/console/petitions/{number}")
    window.page.evaluate("() => { window.print = () => { document.title = 'printed'; }; }")
    window.page.click("text=打印")
    assert window.page.title() == "printed"
    window.close()


def test_the_form_of_a_petition_is_fine(chrome, home, hire):
    window = Window.open(chrome, home, width="phone")
    window.sits_down(hire("老黄", "officer", station="52011501", name="huang"))
    all_sound(window, ["/console/petitions/new"], sizes=("",))
    window.page.click("text=登记，把编号告诉本人")
    assert window.violations() == []
    assert "处要改" in window.page.inner_text("main")
    window.close()


def test_overdue_is_told_by_more_than_a_colour(chrome, home, hire, sessions):
    hire("王姐", "staff", name="wangjie")
    filed(sessions, officer="wangjie", now=NOON - dt.timedelta(days=17))
    window = Window.open(chrome, home, width="phone")
    window.sits_down("wangjie")
    window.goes("/console/petitions")
    assert "超期 2 天" in window.page.inner_text("main")
    window.close()
