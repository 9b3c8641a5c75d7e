"""Policies and wordings in a real browser: axe, widths, sizes, and the way of two people without script."""

from __future__ import annotations

import pytest

from handlers.policy import CLEAR_NOW
from models.user import User
from models.wording import RetiredArticle, Wording
from tests.console.windows import Window

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
PATHS = (
    "/console/policies",
    "/console/policies?q=火车",
    "/console/policies?q=量子纠缠",
    "/console/policies/K01",
    "/console/policies/M01",
    "/console/policies/trial?q=我伤残军人坐火车要好多钱",
    "/console/policies/trial?q=我不想活了",
    "/console/policies/unanswered",
    "/console/wordings",
    "/console/wordings?group=查政策",
    "/console/wordings/policy.clear_now",
    "/console/wordings/petition.filed",
)


@pytest.fixture
def people(hire, sessions, clock):
    """An editor and an approver, a proposal of each kind, and own words in force."""
    names = hire("何敏", "editor", name="editor"), hire("李科", "approver", name="approver")
    with sessions.begin() as db:
        editor, approver = (User.named(db, name) for name in names)
        proposal = RetiredArticle.propose(db, "M01", "文件已经废止", by=editor, now=clock())
        RetiredArticle.retire(db, proposal, digest=proposal.digest, by=approver, now=clock())
        RetiredArticle.propose(db, "K01", "票价要重新核对", by=editor, now=clock())
        words = {"words": "1 清楚了\n2 没清楚\n8 找人", "default": CLEAR_NOW.default}
        Wording.draft(db, CLEAR_NOW.key, **words, by=editor, now=clock())
    return names


@pytest.mark.parametrize("width", ["phone", "desk"])
@pytest.mark.parametrize("who", ["editor", "approver"])
def test_every_page_is_sound_and_fits(chrome, home, people, clock, width, who):
    window = Window.open(chrome, home, width=width)
    window.signs_in(who, clock)
    for path in PATHS:
        for size in ("", "xl"):
            window.goes(path)
            window.reads_in(size)
            window.goes(path)
            assert window.violations() == [], path
            assert not window.overflows(), path
            assert window.small_targets() == [], path
    assert [trouble for trouble in window.troubles if "403" not in trouble] == []
    window.close()


def test_two_people_reword_a_phrase_without_script(chrome, home, people, clock):
    editor, approver = (Window.open(chrome, home, width="phone", script=False) for _ in people)
    editor.signs_in("editor", clock)
    editor.goes("/console/wordings/policy.glad")
    editor.page.fill("#words", "好的，谢谢您。还有什么，接着说。")
    editor.page.click("text=先看看样子")
    assert "还有什么，接着说" in editor.page.inner_text("#preview")
    editor.page.click("text=交给另一位同事定")
    assert "提交了" in editor.page.inner_text(".told")
    approver.signs_in("approver", clock)
    approver.goes("/console/wordings/policy.glad")
    approver.page.check("input[value=approve]")
    approver.page.click("text=定下来")
    assert "下一条消息就这样说" in approver.page.inner_text(".told")
    for window in (editor, approver):
        assert window.troubles == []
        window.close()
