"""The reception in a real browser: looks, keyboard, without script, and live beside a phone that speaks (journeys 8–15)."""

# ruff: noqa: F811  fixtures are named again where they are asked for

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from models.conversation import Arrival
from models.media import Media
from models.reception.note import CannedReply
from tests.console.desk_stories import Desk, ago, desk  # noqa: F401
from tests.console.windows import WIDTHS, Window, all_sound
from tests.make import NOON, make_petition

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
PICTURES = os.environ.get("PICTURES")  # a folder, to look at what the pages look like


@pytest.fixture
def chen(hire) -> str:
    return hire("小陈", "volunteer")


def look(window: Window, name: str) -> None:
    if PICTURES:
        window.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def a_room(desk: Desk) -> str:
    """Three who wait and one 小陈 can take; the name of the latter's ticket."""
    desk.somebody_waits("活起没得意思了", name="陈小平", now=NOON - ago(seconds=40), urgent="self_harm")
    uid = desk.somebody_waits("我那个优待证咋个还没下来嘛，都三个月喽", name="王建国", now=NOON - ago(minutes=6))
    desk.somebody_waits("老伴住院，想问下能不能申请困难帮扶", name="赵国福", now=NOON - ago(seconds=65))
    return uid


def fill_talk(desk: Desk, app, uid: str) -> None:
    """A photo, a voice, a matter, sentences of ours."""
    keep = app.extensions["desk"].read_media.__self__.keep
    with desk.sessions.begin() as db:
        conversation = desk.conversation(db, uid)
        make_petition(db, conversation)
        db.add(CannedReply(words="请您带身份证到镇（社区）服务站来一趟。", place=1))
        db.add(CannedReply(words="我查一下，5 分钟内回您。", place=2))
        files = []
        for kind, words in (("voice", "我那个优待证咋个还没下来嘛"), ("image", "")):
            heard = conversation.hear(db, Arrival(f"m:{kind}", kind, words, NOON), masked="", now=NOON)
            media = Media.want(db, conversation, heard, kind, kind, now=NOON)
            media.kept(type={"voice": "audio/mpeg", "image": "image/jpeg"}[kind], size=9)
            files.append((media.uid, kind))
    samples = {"image": Path("simulator/static/sample-photo.jpg"), "voice": None}
    for name, kind in files:
        sample = samples[kind]
        keep(name, sample.read_bytes() if sample and sample.exists() else b"ID3\x03" + b"\0" * 64)


def signed_in(chrome: Browser, home: str, name: str, **more) -> Window:
    window = Window.open(chrome, home, **more)
    window.sits_down(name)
    return window


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_the_pages_are_for_old_eyes_and_thumbs(chrome, home, app, desk, chen, width):
    uid = a_room(desk)
    window = signed_in(chrome, home, chen, width=width)
    window.goes("/console/reception")
    window.page.click(f"#take-{uid}")
    fill_talk(desk, app, uid)
    pages = {
        "/console/reception": "queue",
        "/console/reception/mine": "mine",
        "/console/reception/today": "today",
        f"/console/reception/{uid}": "talk",
        f"/console/reception/{uid}/hand-over": "hand-over",
        f"/console/reception/{uid}/closing": "closing",
    }
    all_sound(window, pages, look=lambda path: look(window, f"{pages[path]}-{width}-{window.size or 'm'}"))
    assert window.troubles == []
    window.close()


def test_on_a_phone_without_script_a_talk_goes_from_taking_to_its_end(chrome, home, desk, chen):
    uid = a_room(desk)
    window = signed_in(chrome, home, chen, width="phone", script=False)
    page = window.page
    window.goes("/console/reception")
    page.click(f"#take-{uid}")
    expect(page.locator("h1")).to_contain_text("王*国")
    expect(page.locator("#card")).to_be_hidden()
    page.click("text=战友情况")
    expect(page.locator("#card")).to_be_visible()
    look(window, "card-phone-noscript")
    page.click("#card >> text=返回对话")
    page.click("text=常用语")
    expect(page.locator("#sayings")).to_be_visible()
    page.click("#sayings >> text=返回对话")
    page.fill("#words", "王老哥，我来查一下")
    page.click("text=发送")
    expect(page.locator(".log")).to_contain_text("等着发")
    page.click("label[for=to-note]")
    page.fill("#words", "台账里有")
    expect(page.locator(".send-reply")).to_be_hidden()
    look(window, "note-phone-noscript")
    page.click("text=记下备注")
    expect(page.locator(".bubble-note")).to_contain_text("台账里有")
    page.click("text=结束接待")
    page.click("text=答清楚了")
    page.fill("#summary", "照片重照")
    page.click("main button")
    assert desk.state(uid, "state", "outcome") == ("closed", "answered")
    assert desk.told(uid)[-2:] == ["王老哥，我来查一下", "小陈接待完了。您满意吗？\n1 满意\n2 一般\n3 不满意"]
    window.close()


def test_a_sentence_is_put_into_the_box_without_script_and_what_was_typed_stays(chrome, home, app, desk, chen):
    uid = a_room(desk)
    window = signed_in(chrome, home, chen, script=False)
    window.goes("/console/reception")
    window.page.click(f"#take-{uid}")
    fill_talk(desk, app, uid)
    window.goes(f"/console/reception/{uid}")
    window.page.fill("#words", "王老哥，")
    window.page.click('button[name="put"][value^="canned:"] >> nth=0')
    assert window.page.input_value("#words") == "王老哥，\n请您带身份证到镇（社区）服务站来一趟。"
    window.close()


def test_what_the_veteran_says_comes_by_itself_and_what_is_typed_stays(chrome, home, desk, chen):
    uid = a_room(desk)
    window = signed_in(chrome, home, chen)
    page = window.page
    window.goes("/console/reception")
    page.click(f"#take-{uid}")
    page.fill("#words", "写到一半")
    page.wait_for_timeout(1200)  # the page saves it a moment after the last key
    desk.says(uid, "要得，我等起")
    expect(page.locator(".log")).to_contain_text("要得，我等起", timeout=15_000)
    assert page.input_value("#words") == "写到一半"
    page.reload()
    assert page.input_value("#words") == "写到一半"
    page.click("text=发送")
    expect(page.locator(".log .state")).to_have_text("等着发")
    assert page.input_value("#words") == ""
    desk.everything_left(uid)
    expect(page.locator(".log .state")).to_have_text("已送出", timeout=15_000)  # looked at every five seconds
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert not re.search("写到一半|要得", page.evaluate("JSON.stringify(sessionStorage)"))
    assert window.troubles == []
    window.close()


def test_who_comes_shows_in_the_title_and_in_the_line(chrome, home, desk, chen):
    window = signed_in(chrome, home, chen)
    window.goes("/console/reception")
    window.page.wait_for_timeout(1000)  # until the stream listens
    desk.somebody_waits("活起没得意思了", name="陈小平", urgent="self_harm")
    expect(window.page.locator(".person-urgent")).to_contain_text("马上接待陈*平")
    expect(window.page).to_have_title(re.compile(r"^【急】\(1\)"))
    window.close()


def test_the_number_is_gone_when_the_page_is_loaded_again(chrome, home, desk, chen):
    uid = a_room(desk)
    window = signed_in(chrome, home, chen)
    page = window.page
    window.goes("/console/reception")
    page.click(f"#take-{uid}")
    page.click("summary")
    page.fill("#reason", "微信发不出去，打电话说")
    page.click("#card form button")
    expect(page.locator("#card")).to_contain_text("13800006021")
    look(window, "revealed-desk")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert "13800006021" not in page.content()
    window.close()


def test_with_the_keyboard_alone(chrome, home, desk, chen):
    uid = a_room(desk)
    window = signed_in(chrome, home, chen)
    page = window.page
    window.goes("/console/reception")
    page.focus(f"#take-{uid}")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("王*国")
    page.focus("#to-reply")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".send-note")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.focus("#words")
    page.keyboard.type("王老哥，您好")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "发送"
    page.keyboard.press("Enter")
    expect(page.locator(".bubble-staff")).to_have_count(1)
    page.focus("#words")
    page.keyboard.type("请坐")
    page.keyboard.press("Enter")
    page.keyboard.type("慢慢说")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble-staff")).to_have_count(2)
    assert desk.told(uid)[-1] == "请坐\n慢慢说"
    assert re.search("王老哥，您好", "".join(desk.told(uid)))
    window.close()
