"""The reading page in a real browser, as on a phone: no fault by axe, nothing foreign, nothing cut off, on paper too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.channels.door import Clock, make_office
from tests.console.windows import WIDTHS, Window, served
from tests.make import NOON, make_district
from tests.one_app import app_for

# A page looks the same whatever the database.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
LINKS = """() => [...document.querySelectorAll('.size, .button, .links a')]
    .filter(each => each.getBoundingClientRect().height < 59.5).map(each => each.outerHTML.slice(0, 120))"""
TYPE = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"


@pytest.fixture
def home(engine, sessions, library) -> Iterator[str]:
    with sessions.begin() as db:
        make_district(db, phone="0851-84000000")
    with served(app_for(make_office(engine, sessions, library, clock=Clock(NOON)))) as address:
        yield address


@pytest.mark.parametrize("width", sorted(WIDTHS))
@pytest.mark.parametrize("address", ["/policies/C01", "/policies/G04?big", "/policies/B99"])
def test_it_reads_well_without_script(chrome, home, width, address):
    window = Window.open(chrome, home, width=width)
    window.goes(address)
    assert window.violations() == []
    assert not window.overflows()
    assert window.page.evaluate(LINKS) == []
    assert window.page.evaluate(TYPE) == (26 if "big" in address else 20)
    assert window.troubles == []
    assert window.page.evaluate("document.cookie + localStorage.length + document.scripts.length") == "00"
    window.close()


def test_from_one_answer_to_the_next_in_big_type(chrome, home):
    window = Window.open(chrome, home, width="phone", script=False)
    window.goes("/policies/C01")
    window.page.click("text=字大点")
    assert "big" in window.page.url
    window.page.click(".links a >> nth=0")
    assert window.page.inner_text("h1") == "超期没报到会怎样？"
    assert "字小点" in window.page.inner_text("header")
    window.close()


def test_on_paper_there_is_the_number_and_nothing_to_press(chrome, home):
    window = Window.open(chrome, home)
    window.goes("/policies/C01")
    window.page.emulate_media(media="print")
    assert window.page.is_visible("text=电话 0851-84000000 >> nth=-1")
    assert not window.page.is_visible(".size")
    assert not window.page.is_visible(".links")
    window.close()
