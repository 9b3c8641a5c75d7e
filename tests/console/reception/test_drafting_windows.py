"""A draft by the helper model in a real browser: on every width, without script, and by itself with it."""

# ruff: noqa: F811  fixtures are named again where they are asked for

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from models.model_draft import ModelDraft
from tests.console.desk_stories import desk  # noqa: F401
from tests.console.reception.test_windows import chen, look, signed_in  # noqa: F401
from tests.console.windows import SIZES, WIDTHS, is_sound

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
BUTTON = "text=让电脑先起个草稿"
PUT = 'button[name="put"][value^="draft:"]'


@pytest.fixture
def talk(app, desk):
    """Somebody waits with a question that articles answer, in an office with a model of its own."""
    app.extensions["desk"] = replace(app.extensions["desk"], has_helper=True)
    return desk.somebody_waits("残疾军人坐火车有什么优惠", name="王建国")


def written(desk):
    with desk.sessions.begin() as db:
        draft = ModelDraft.next_wanted(db)
        draft.keep(f"买票可以优惠〔{draft.article_ids[0]}〕\n要几天，政策里没有写。")


def at_the_talk(chrome, home, chen, talk, **more):
    window = signed_in(chrome, home, chen, **more)
    window.goes("/console/reception")
    window.page.click(f"#take-{talk}")
    return window


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_it_is_for_old_eyes_and_thumbs(chrome, home, desk, chen, talk, width):
    window = at_the_talk(chrome, home, chen, talk, width=width)
    for stage in ("asking", "waiting", "written"):
        if stage == "waiting":
            window.page.click(BUTTON)
        if stage == "written":
            written(desk)
        for size in SIZES:
            window.goes("/console/reception")
            window.reads_in(size)
            window.goes(f"/console/reception/{talk}#card")
            window.page.locator("#model-draft").scroll_into_view_if_needed()
            look(window, f"draft-{stage}-{width}-{size or 'm'}")
            is_sound(window, (stage, size))
    assert window.troubles == []
    window.close()


def test_without_script_it_is_put_into_the_box_and_what_was_typed_stays(chrome, home, desk, chen, talk):
    window = at_the_talk(chrome, home, chen, talk, width="phone", script=False)
    page = window.page
    page.fill("#words", "王老哥，")
    page.click("text=战友情况")
    page.click(BUTTON)
    expect(page.locator("#model-draft")).to_contain_text("正在起草")
    written(desk)
    page.reload()
    expect(page.locator("#model-draft")).to_contain_text("发之前请对着依据看一遍")
    page.click(PUT)
    assert page.input_value("#words").startswith("王老哥，\n买票可以优惠\n要几天，政策里没有写。\n依据：")
    assert not [words for words in desk.told(talk) if "优惠" in words]
    window.close()


def test_with_script_it_comes_by_itself_while_one_goes_on_typing(chrome, home, desk, chen, talk):
    window = at_the_talk(chrome, home, chen, talk)
    page = window.page
    page.click(BUTTON)
    page.fill("#words", "我先看一下")
    written(desk)
    expect(page.locator("#model-draft")).to_contain_text("买票可以优惠")
    assert page.input_value("#words") == "我先看一下"
    page.click(PUT)
    assert page.input_value("#words").startswith("我先看一下\n买票可以优惠")
    assert window.troubles == []
    window.close()
