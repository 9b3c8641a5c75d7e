"""Every page in a real browser, in three widths and three sizes: no fault by axe, nothing foreign, nothing cut off."""

from __future__ import annotations

import pytest

from tests.console.windows import SIZES, WIDTHS, Window

# A page looks the same whatever the database.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_the_sign_in_page(chrome, home, width):
    window = Window.open(chrome, home, width=width)
    window.goes("/console/sign-in")
    for size in SIZES:
        window.reads_in(size)
        assert window.violations() == []
        assert not window.overflows()
        assert window.small_targets() == []
    assert window.troubles == []
    window.close()


def test_the_way_in_with_a_second_factor(chrome, home, hire, clock):
    window = Window.open(chrome, home, width="phone")
    window.signs_in(hire("王姐", "staff"), clock)
    assert window.page.inner_text("h1") == "王姐，您好"
    for path in ("/console/", "/console/account", "/console/account/second-factor", "/console/nothing"):
        window.goes(path)
        assert window.violations() == [], path
        assert not window.overflows(), path
    assert window.troubles == []
    window.close()


def test_the_way_in_without_script(chrome, home, hire, clock):
    window = Window.open(chrome, home, script=False)
    window.signs_in(hire("小陈", "volunteer"), clock)
    assert window.page.inner_text("h1") == "小陈，您好"
    window.close()
