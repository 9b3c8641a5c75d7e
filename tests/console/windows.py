"""The console in a real browser: served on loopback, signed in by its own form, checked by axe, keyboard and width."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pyotp
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.console.browser import PASSWORD, SEED
from tests.one_app import sign_in

WIDTHS = {"phone": (390, 844), "tablet": (768, 1024), "desk": (1440, 900)}
SIZES = ("", "l", "xl")
PATIENCE = 15_000  # ms
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  werkzeug's own name
        """A test's output is not the place for an access log."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port of loopback; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def is_sound(window: Window, what: object) -> None:
    """What is open fits the window and the thumb; in the smallest type, where it is hardest, axe finds nothing either."""
    if window.size == SIZES[0]:
        assert window.violations() == [], what
    assert not window.overflows(), what
    assert window.small_targets() == [], what


def all_sound(
    window: Window, paths: Collection[str], *, sizes: Sequence[str] = SIZES, look: Callable[[str], None] | None = None
) -> None:
    """Every page, in every size of type. `look` is told the path of what is open."""
    for path in paths:
        window.goes(path)
        for size in sizes:
            window.shows(size)
            is_sound(window, (path, size))
            if look is not None:
                look(path)
        window.shows(SIZES[0])


@dataclass
class Window:
    """One browser window of one member of staff, and everything that was wrong in it."""

    page: Page
    home: str
    troubles: list[str] = field(default_factory=list)
    size: str = SIZES[0]

    @classmethod
    def open(cls, browser: Browser, home: str, *, width: str = "desk", script: bool = True) -> Window:
        across, down = WIDTHS[width]
        context = browser.new_context(
            viewport={"width": across, "height": down}, locale="zh-CN", java_script_enabled=script
        )
        window = cls(context.new_page(), home)
        window.page.set_default_timeout(PATIENCE)
        window.page.on("console", lambda said: window._heard(said.type, said.text))
        window.page.on("pageerror", lambda error: window.troubles.append(f"error: {error}"))
        window.page.on("request", window._asked)
        return window

    def close(self) -> None:
        self.page.context.close()

    def goes(self, path: str) -> None:
        self.page.goto(self.home + path)

    def sits_down(self, name: str) -> None:
        """Signed in already."""
        self.page.context.add_cookies([{"name": "desk", "value": sign_in(name), "url": self.home}])
        self.goes("/console/")

    def signs_in(self, name: str, clock: object) -> None:
        self.goes("/console/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        if "/factor" in self.page.url:
            self.page.fill("#code", pyotp.TOTP(SEED).at(clock()))  # type: ignore[operator]
            self.page.click("main button")

    def reads_in(self, size: str) -> None:
        """Choose a size of type, by the buttons on top."""
        with self.page.expect_navigation():
            self.page.click(f'.sizes button[value="{size}"]')
        self.size = size

    def shows(self, size: str) -> None:
        """The page that is open in another size, which is one class of it: to load it again would take ten times as
        long. The next page is in the size that was chosen."""
        self._arrived()
        self.page.evaluate("size => { document.documentElement.className = size && `size-${size}`; }", size)
        self.size = size

    def overflows(self) -> bool:
        """Whether the page is wider than the window: then people have to push it about."""
        self._arrived()
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))

    def violations(self) -> list[str]:
        """What axe finds wrong, each with the first place it stands in."""
        self._arrived()
        found = Axe().run(self.page, options=RULES).response["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]

    def small_targets(self) -> list[str]:
        """Buttons, links in menus and fields that a thumb misses: under 44 px high."""
        self._arrived()
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll('button, .button, .menu a, .tabs a, select, input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
                .filter(each => { const box = each.getBoundingClientRect(); return box.height > 0 && box.height < 43.5 && getComputedStyle(each).position !== 'absolute'; })
                .map(each => each.outerHTML.slice(0, 120))"""
            )
        )

    def _arrived(self) -> None:
        """A click waits until the next page has begun, not until it is there: on a busy machine there is a gap."""
        self.page.wait_for_load_state()

    def _heard(self, kind: str, words: str) -> None:
        if kind in ("error", "warning") and "status of 4" not in words:
            self.troubles.append(f"{kind}: {words}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.home).netloc and not request.url.startswith("data:"):
            self.troubles.append(f"foreign: {request.url}")
