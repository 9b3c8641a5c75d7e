"""`make pictures`: the README's pictures, of the demonstration's own office, at one fixed moment.

Everything runs in this process, so that the office and the simulated platform share a clock that stands still: a
second run draws the same content, but for the order of random names in addresses.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from bot.app import create_app
from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.demo import demo_environ
from bot.demo_data import fill, give_replies, hire
from bot.demo_data.decisions import CHECK_UP
from bot.demo_data.life import enliven
from bot.demo_data.people import ZHENG
from bot.menu import MENU
from bot.office import Office, open_office
from bot.schema import upgrade
from bot.settings import PREFIX, read_settings
from console.passwords import hashed
from models.shown import masked_name
from simulator import Platform
from tests.chrome import open_chrome
from tests.console.windows import served
from tests.make import NOON

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
PASSWORD = "nur für dieses Bild gedacht"
DESK, PHONE = (1440, 900), (390, 838)
COLOURS = 128
LARGEST = 200_000  # bytes of one picture
QUESTION = "残疾军人坐车有优惠没得"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_chrome() as browser,
        _a_day_at_the_office(Path(folder)) as (home, phone_page, platform),
    ):
        _phone(browser, phone_page, platform)
        _desk(browser, home)
    for picture in sorted(FOLDER.glob("*.png")):
        size = picture.stat().st_size
        sys.stdout.write(f"{picture.name} {size // 1000} KB\n")
        if size > LARGEST:
            sys.exit(f"{picture.name} is larger than {LARGEST // 1000} KB")


@contextmanager
def _a_day_at_the_office(folder: Path) -> Iterator[tuple[str, str, Platform]]:
    """The addresses of console and phone page, and the platform between them."""
    environ = demo_environ(folder, port=8000, phone_port=8099)
    secret = {name: environ[f"{PREFIX}WECHAT_{name}"] for name in ("APP_ID", "APP_SECRET", "TOKEN", "AES_KEY")}
    platform = Platform(
        **{name.lower(): value for name, value in secret.items()},
        original_id=environ[f"{PREFIX}WECHAT_ORIGINAL_ID"],
        clock=lambda: NOON,
    )
    with platform.serve() as api_base:
        office = open_office(read_settings(environ | {f"{PREFIX}WECHAT_API_BASE": api_base}), clock=lambda: NOON)
        _furnish(office)
        with served(create_app(office)) as home:
            platform.webhook = f"{home}/channels/wechat_oa"
            channel = office.channels["wechat_oa"]
            assert isinstance(channel, WeChatOfficialAccount)
            channel.call("menu/create", MENU)
            yield home, api_base, platform
        office.engine.dispose()


def _furnish(office: Office) -> None:
    upgrade(office.engine)
    with office.sessions.begin() as db:
        fill(db)
        hire(db, hashed(PASSWORD), now=NOON)
        give_replies(db)
        enliven(db, office.library, now=NOON)


def _phone(browser: Browser, address: str, platform: Platform) -> None:
    page = _window(browser, PHONE, scale=2)
    platform.phone("老周").says(QUESTION)
    page.goto(address)
    _keep(page, "phone")


def _desk(browser: Browser, home: str) -> None:
    volunteer = _signed_in(browser, home, "volunteer")
    _keep(volunteer, "queue", to=f"{home}/console/reception")
    volunteer.goto(f"{home}/console/reception/mine")
    volunteer.locator("a[href*='/reception/']:not([href$='/mine']):not([href$='/today'])").last.click()
    _keep(volunteer, "chat")
    staff = _signed_in(browser, home, "staff")
    staff.goto(f"{home}/console/petitions")
    staff.locator("main tr", has_text=masked_name(ZHENG.name)).locator("a.row-link").click()
    _keep(staff, "petition")
    checker = _signed_in(browser, home, "bapprover")
    checker.goto(f"{home}/console/broadcasts")
    checker.locator("main a", has_text=CHECK_UP.title).first.click()
    _keep(checker, "notice")


def _signed_in(browser: Browser, home: str, role: str) -> Page:
    page = _window(browser, DESK)
    page.goto(f"{home}/console/sign-in")
    page.fill("#name", f"demo-{role}")
    page.fill("#password", PASSWORD)
    page.click("main button")
    if "/factor" in page.url:
        page.fill("#code", re.sub(r"\D", "", page.inner_text("#shown-code")))
        page.click("main button")
    return page


def _window(browser: Browser, size: tuple[int, int], *, scale: int = 1) -> Page:
    across, down = size
    return browser.new_context(
        viewport={"width": across, "height": down}, device_scale_factor=scale, locale="zh-CN"
    ).new_page()


def _keep(page: Page, name: str, *, to: str = "") -> None:
    if to:
        page.goto(to)
    page.wait_for_timeout(400)  # fonts, and the news of the page's own script
    with Image.open(io.BytesIO(page.screenshot())) as drawn:
        drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
