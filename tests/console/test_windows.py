"""Every page in a real browser, in three widths and three sizes: no fault by axe, nothing foreign, nothing cut off."""

from __future__ import annotations

import pytest

from tests.console.windows import WIDTHS, Window, all_sound

# A page looks the same whatever the database.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_the_sign_in_page(chrome, home, width):
    window = Window.open(chrome, home, width=width)
    window.goes("/console/sign-in")
    all_sound(window, ["/console/sign-in"])
    assert window.troubles == []
    window.close()


def test_the_way_in_with_a_second_factor(chrome, home, hire, clock):
    window = Window.open(chrome, home, width="phone")
    window.signs_in(hire("王姐", "staff"), clock)
    assert window.page.inner_text("h1") == "王姐，您好"
    paths = ("/console/", "/console/account", "/console/account/second-factor", "/console/nothing")
    all_sound(window, paths, sizes=("",))
    assert window.troubles == []
    window.close()


def test_the_way_in_without_script(chrome, home, hire, clock):
    window = Window.open(chrome, home, script=False)
    window.signs_in(hire("小陈", "volunteer"), clock)
    assert window.page.inner_text("h1") == "小陈，您好"
    window.close()
