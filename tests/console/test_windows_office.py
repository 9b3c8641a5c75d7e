"""The pages of those who run the office, in a real browser: axe, widths, sizes, and an import by hand."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import select

from console.sheets import Sheet, write_book
from models.reception.canned_replies import propose
from models.station import Station
from models.station.register import CALLED
from models.user import User
from models.user.accounts import propose_factor_reset, propose_role
from tests.console.office_life import a_matter, had_a_notice, somebody, veteran_of, waits, was_spoken_with
from tests.console.windows import Window, all_sound

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
SHOTS = os.environ.get("FRONTDOOR_SHOTS", "")  # a folder, to look at what is tested


@pytest.fixture
def life(app, sessions, hire, clock):
    """Something on every page."""
    names = {role: hire(shown, role, name=role) for role, shown in PEOPLE.items()}
    with sessions.begin() as db:
        people = {role: User.named(db, name) for role, name in names.items()}
        zhou = somebody(db)
        a_matter(db, zhou, days_ago=17)
        a_matter(db, zhou, days_ago=10)
        was_spoken_with(db, zhou, people["volunteer"], "问优待证照片被退，告诉了去哪里重照。")
        had_a_notice(db, zhou, people["staff"], "八一慰问领取通知")
        db.scalars(select(Station).where(Station.code == "52011501")).one().scan_address = "http://weixin.qq.com/q/02aB"
        waits(db, somebody(db, "陈平", phone="13800006022"))
        waits(db, somebody(db, "吴卫", phone="13800006023"), urgent="despair")
        propose_role(db, people["editor"], "bwriter", None, "负责写通知的同事调走了", by=people["admin"], now=clock())
        propose_factor_reset(db, people["staff"], "手机掉水里了，当面认过", by=people["admin"], now=clock())
        propose(db, ["老战友，您慢慢说。", "我查一下再回您。"], "新来的志愿者要用", by=people["admin"], now=clock())
        return veteran_of(db, zhou).uid, people["staff"].uid


PEOPLE = {
    "admin": "李科", "supervisor": "张主任", "staff": "王姐", "volunteer": "小陈", "editor": "老刘",
    "discipline": "赵书记",
}  # fmt: skip


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_every_page_of_the_office(chrome, home, life, width):
    veteran, staff = life
    pages = {
        "admin": [
            "/console/", "/console/users", "/console/user-entry", f"/console/users/{staff}", "/console/stations",
            "/console/station-entry", "/console/stations/52011501",
            "/console/station-codes", "/console/stations/52011501/scan-code", "/console/station-list", "/console/settings",
        ],
        "supervisor": ["/console/", "/console/confirmations", "/console/audit", "/console/audit/chain"],
        "staff": ["/console/", "/console/people", f"/console/people/{veteran}"],
        "volunteer": ["/console/"],
    }  # fmt: skip
    for role, paths in pages.items():
        window = Window.open(chrome, home, width=width)
        window.sits_down(role)
        all_sound(
            window,
            paths,
            sizes=("", "xl"),
            look=lambda path, by=window, who=role: _shoot(by, f"{width}-{by.size}-{who}{path}"),
        )
        assert window.troubles == []
        window.close()


@pytest.mark.usefixtures("life")
def test_a_table_of_stations_is_looked_through_and_brought_in_by_hand(chrome, home, tmp_path):
    window = Window.open(chrome, home)
    window.sits_down("admin")
    table = tmp_path / "stations.xlsx"
    row = ["52011502", "朱昌镇退役军人服务站", "镇", "520115", "周一至周五 9:00-12:00", "0851-84000001", "", "何敏", ""]
    table.write_bytes(write_book([Sheet("站点", [10] * 9, [list(CALLED.values()), [*row[:4], "每天", *row[5:]]])]))
    window.goes("/console/station-list")
    window.page.set_input_files("#file", table)
    window.page.click("text=看看会改什么")
    assert "第 2 行" in window.page.inner_text("main")
    _shoot(window, "desk--bad-list")
    table.write_bytes(write_book([Sheet("站点", [10] * 9, [list(CALLED.values()), row])]))
    window.page.set_input_files("#file", table)
    window.page.click("text=看看会改什么")
    assert "新增 1 个" in window.page.inner_text("main")
    _shoot(window, "desk--good-list")
    assert window.violations() == []
    window.page.click("text=没错，导入")
    assert "朱昌镇退役军人服务站" in window.page.inner_text("table")
    assert window.troubles == []
    window.close()


def test_a_veteran_is_found_without_a_number_in_the_address(chrome, home, life, sessions):
    window = Window.open(chrome, home, width="phone")
    window.sits_down("staff")
    window.goes("/console/people")
    window.page.fill("#number", "138 0000 6021")
    window.page.click("text=查找")
    _shoot(window, "phone--found")
    assert "6021" not in window.page.url
    assert window.violations() == []
    window.page.click("text=看情况")
    assert window.page.inner_text("h1") == "周*国"
    assert "13800006021" not in window.page.content()
    with sessions.begin() as db:
        assert db.scalars(select(User)).first() is not None
    window.close()


def _shoot(window: Window, name: str) -> None:
    if SHOTS:
        window.page.screenshot(path=f"{SHOTS}/{name.replace('/', '_')}.png", full_page=True)
