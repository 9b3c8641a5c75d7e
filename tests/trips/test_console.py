"""Both sides at once: a veteran on the simulated phone, staff in a real browser, real processes in between."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from models.user import User
from simulator import Phone
from tests.console.browser import SEED
from tests.console.conftest import HASH
from tests.console.windows import Window
from tests.make import make_district
from tests.trips.service import Service, running
from tests.trips.test_everyday import words

pytestmark = pytest.mark.browser
STAFF = {"volunteer": "陈小甲", "second": "孙小丑", "staff": "王小丙"}
FORM = ("2", "同意", "2", "1", "补助只算了两年，档案上写的是四年。", "1", "金华镇翁贡村", "镇服务站", "重新算", "1")


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class Street:
    """The service, and the browsers of those who work behind the door."""

    service: Service
    chrome: Browser

    def phone(self, name: str) -> Phone:
        phone = self.service.platform.phone(name, follows=False)
        phone.follow()
        return phone

    def desk(self, name: str, **more: object) -> Window:
        window = Window.open(self.chrome, self.service.url, **more)  # type: ignore[arg-type]
        window.signs_in(name, now)
        return window


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, chrome: Browser) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    with running(f"sqlite:///{folder}/trip.db", folder) as service:
        with service.sessions.begin() as db:
            make_district(db, hours="周一至周日 0:00-23:59")
            for name, shown_as in STAFF.items():
                user = User(name=name, shown_as=shown_as, password_hash=HASH)
                db.add(user)
                db.flush()
                user.totp, user.totp_since = SEED, now() - dt.timedelta(days=1)
                role = "volunteer" if name == "second" else name
                user.grant(db, role, station_id=None, by="test", now=now(), confirmed=True)
        yield Street(service, chrome)


def test_from_one_word_to_a_rating_without_script_on_a_phone(street: Street) -> None:
    """Journeys 8, 9, 11 and 14: one of two volunteers takes the talk; the note stays inside; the end asks for a digit."""
    phone = street.phone("王建国")
    assert "接待室" in words(phone.says("8", "我那个优待证咋个还没下来嘛"))
    ours, theirs = (street.desk(name, width="phone", script=False) for name in ("volunteer", "second"))
    for window in (ours, theirs):
        window.goes("/console/reception")
        expect(window.page.locator(".person")).to_contain_text("我那个优待证咋个还没下来嘛")
    ours.page.click(".person button")
    assert phone.hears("陈小甲", within=10)
    theirs.page.click(".person button")
    expect(theirs.page.locator("main")).to_contain_text("陈小甲")

    ours.page.click("label[for=to-note]")
    ours.page.fill("#words", "台账里查到了，照片底色不对")
    ours.page.click("text=记下备注")
    ours.page.fill("#words", "王老哥，照片要重照一张。")
    ours.page.click("text=发送")
    assert phone.hears("照片要重照一张", within=10)
    phone.says("要得，晓得了")
    ours.page.reload()
    expect(ours.page.locator(".log")).to_contain_text("要得，晓得了")

    ours.page.click("text=结束接待")
    ours.page.click("text=答清楚了")
    ours.page.fill("#summary", "照片重照")
    ours.page.click("main button")
    assert phone.hears("您满意吗", within=10)
    assert "谢谢" in words(phone.says("1"))
    assert "底色不对" not in phone.transcript
    assert ours.troubles == theirs.troubles == []
    ours.close()
    theirs.close()


def test_who_is_in_danger_is_on_every_open_page_at_once(street: Street) -> None:
    """Journey 15: the phone hears the numbers, the page rings and says so in its title, and nobody is asked to rate."""
    window = street.desk("volunteer")
    window.goes("/console/reception")
    window.page.wait_for_timeout(1000)  # until the stream listens
    phone = street.phone("陈平")
    assert "12356" in words(phone.says("活起没得意思了，不想活了"))
    expect(window.page).to_have_title(re.compile("^【急】"), timeout=3000)
    window.page.click(".person-urgent button")
    expect(window.page.locator(".talk-head")).to_contain_text("危机")
    window.page.click("text=结束接待")
    expect(window.page.locator("main")).to_contain_text("危机的对话结束后不请对方评价")
    assert window.troubles == []
    window.close()


def test_both_sides_read_the_same_dates(street: Street) -> None:
    """Journeys 4 and 7: told step by step, registered, accepted; what the phone says under 4 is what the page says."""
    phone = street.phone("刘建英")
    told = words(phone.says(*FORM, "刘建英 13800006021", "1"))
    number = re.search(r"登记编号[：:]?\s*([0-9 ]{10,})", told)
    assert number, told
    window = street.desk("staff")
    window.goes("/console/petitions")
    window.page.click("main a:has-text('安置'), main a[href*='/petitions/2']")
    ours = window.page.locator("#officer option", has_text="王小丙").first.get_attribute("value")
    window.page.select_option("#officer", value=ours)
    window.page.locator("form[action$='/assignment'] button").first.click()
    window.page.click("form[action$='/acceptance'] button")
    assert phone.hears("受理", within=10)
    page, under_four = window.page.inner_text("main"), words(phone.says("4"))
    due = re.search(r"(\d+ 月 \d+ 日)", under_four)
    assert due, under_four
    assert due[1] in page
    assert window.troubles == []
    window.close()
