"""The phone page in a real browser, before the real service: what somebody does who tries the front door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.make import make_district
from tests.trips.service import Service, running

pytestmark = pytest.mark.browser
WIDTHS = {"phone": (390, 844), "desk": (1440, 900)}
PATIENCE = 15_000  # ms


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("page")
    with running(f"sqlite:///{folder}/trip.db", folder) as service:
        with service.sessions.begin() as db:
            make_district(db, hours="周一至周日 0:00-23:59")
        yield service


@dataclass
class Window:
    """One browser window on the page, and everything that was wrong with it."""

    page: Page
    home: str
    folder: Path
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", lambda request: self.troubles.append(f"failed: {request.url}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        address, ours = urlsplit(request.url), urlsplit(self.home)
        if address.scheme not in ("data", "blob") and address.netloc != ours.netloc:
            self.troubles.append(f"foreign: {request.url}")

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.home}/{query}")

    def phone(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=f"{name}的微信")

    def chat(self, name: str) -> Locator:
        return self.phone(name).get_by_role("log")

    def follow(self, name: str) -> None:
        self.phone(name).get_by_role("button", name="关注", exact=True).click()
        expect(self.chat(name)).to_contain_text("1 查政策", timeout=PATIENCE)

    def say(self, name: str, *words: str) -> None:
        """Type and send; the answer has come when there is one bubble more from the account."""
        for each in words:
            before = self.answers(name).count()
            self.phone(name).get_by_label(f"{name}说点什么").fill(each)
            self.phone(name).get_by_role("button", name="发送").click()
            expect(self.answers(name)).to_have_count(before + 1, timeout=PATIENCE)

    def answers(self, name: str) -> Locator:
        return self.chat(name).locator(".wx-m:not(.wx-me)")

    def tap_menu(self, name: str, top: str, leaf: str) -> None:
        self.phone(name).locator("summary", has_text=top).click()
        self.phone(name).get_by_role("button", name=leaf, exact=True).click()

    def attach(self, name: str, button: str) -> None:
        before = self.answers(name).count()
        self.phone(name).get_by_label("照片、语音、位置").click()
        self.phone(name).get_by_role("button", name=re.compile(button)).click()
        expect(self.answers(name)).to_have_count(before + 1, timeout=PATIENCE)

    def look(self, name: str) -> None:
        """Nothing sticks out sideways; the picture is for people."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: {wide} px too wide"
        for chat in self.page.locator(".wx-body").all():
            assert chat.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
        self.page.screenshot(path=str(self.folder / f"{name}.png"), full_page=True)


@pytest.fixture(params=list(WIDTHS))
def window(request: pytest.FixtureRequest, chrome: Browser, shown: Service, tmp_path: Path) -> Iterator[Window]:
    width, height = WIDTHS[request.param]
    phones = shown.platform.phones
    for phone in phones:
        phone.starts_over()
    context: BrowserContext = chrome.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    window = Window(context.new_page(), shown.platform.world.base_url, tmp_path)
    yield window
    troubles = list(window.troubles)  # what it hears from here on is a request for news that is cut off
    context.close()
    assert not troubles
    complaints, shown.platform.complaints[:] = list(shown.platform.complaints), []
    assert not complaints


def test_from_following_to_a_registered_number(window: Window) -> None:
    window.open()
    window.look("stranger")
    window.follow("老周")
    window.say("老周", "优待证丢了咋办")
    expect(window.chat("老周")).to_contain_text("依据：《优待证管理办法（试行）》")
    window.look("answer")
    window.chat("老周").get_by_role("button", name="1 有用").last.click()
    expect(window.chat("老周")).to_contain_text("谢谢您")

    window.tap_menu("老周", "办事情", "反映问题")
    window.chat("老周").get_by_role("button", name="1 同意").click()
    expect(window.chat("老周")).to_contain_text("是哪方面的事")
    window.chat("老周").get_by_role("button", name="1 抚恤补助").last.click()
    window.chat("老周").get_by_role("button", name="1 可以记").click()
    expect(window.chat("老周")).to_contain_text("请说说是什么事")
    window.say("老周", "补助少算了两年")
    window.attach("老周", "发照片")
    expect(window.chat("老周").locator("img[alt=照片]")).to_have_count(1)
    window.attach("老周", "发语音")
    expect(window.chat("老周").locator(".voice-b")).to_have_count(1)
    window.say("老周", "1", "演示镇", "1", "重新算", "1", "周建国 13800006021")
    window.look("readback")
    window.say("老周", "1")
    expect(window.chat("老周")).to_contain_text("登记编号")
    window.look("filed")


def test_a_simulated_voice_is_heard_as_words(window: Window) -> None:
    window.open()
    window.follow("老周")
    window.page.get_by_label("模拟语音（写他说的话）").fill("优待证丢了咋办")
    window.page.get_by_role("button", name="当语音发出").click()
    expect(window.chat("老周").locator(".voice-b")).to_have_count(1)
    expect(window.answers("老周")).to_have_count(2, timeout=PATIENCE)
    window.look("voice")


def test_two_phones_side_by_side_do_not_hear_each_other(window: Window) -> None:
    window.open("?phones=2")
    window.follow("老周")
    window.follow("陈姐")
    window.say("老周", "优待证丢了咋办")
    window.say("陈姐", "看病能报销吗")
    expect(window.answers("老周")).to_have_count(2)
    expect(window.answers("陈姐")).to_have_count(2)
    assert "看病能报销吗" not in window.chat("老周").inner_text()
    assert "优待证丢了咋办" not in window.chat("陈姐").inner_text()
    boxes = [window.phone(name).bounding_box() for name in ("老周", "陈姐")]
    tops = [box["y"] for box in boxes if box is not None]
    assert len(tops) == 2
    if (window.page.viewport_size or {}).get("width") == 1440:
        assert abs(tops[0] - tops[1]) < 2
    window.look("two")
    window.open("?phones=2&size=big")
    window.look("two-big")
