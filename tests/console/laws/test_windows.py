"""The laws in a real browser: axe, widths, sizes, and the way of two people without script."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from knowledge_base.law import law_of, read_law
from models.law import LawText
from models.user import User
from tests.console.windows import Window, all_sound, is_sound
from tests.laws import law_text

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def people(hire, sessions, clock):
    """An editor and an approver, two versions of a law in use, and one that waits."""
    names = hire("何敏", "editor", name="editor"), hire("李科", "approver", name="approver")
    with sessions.begin() as db:
        editor, approver = (User.named(db, name) for name in names)
        for title, day in (
            ("星河县老兵接待办法", "2019-07-01"),
            ("星河县老兵接待办法", "2024-07-01"),
            ("星河县茶叶办法", "2024-07-01"),
        ):
            found = read_law(law_text(标题=title, 施行日期=day))
            proposal = LawText.propose(db, law_of(found.head, found.articles), by=editor, now=clock())
            if "茶叶" not in title:
                LawText.approve(db, proposal, digest=proposal.digest, by=approver, now=clock())
    return names


@pytest.mark.parametrize("width", ["phone", "tablet", "desk"])
def test_a_file_that_is_looked_through_is_sound_and_fits(chrome, home, people, tmp_path, width):
    window = Window.open(chrome, home, width=width)
    window.sits_down("editor")
    for text, said in (
        (law_text("第一条　甲。\n第一条　乙。"), "有 1 处要改"),
        (law_text("第一条　甲。\n第四条　丁。"), "少了 2 条"),
    ):
        file = tmp_path / "law.md"
        file.write_text(text, "utf-8")
        window.goes("/console/law-file")
        window.page.set_input_files("#file", str(file))
        window.page.click("text=看看里面有什么")
        assert said in window.page.inner_text("main")
        is_sound(window, said)
    assert [trouble for trouble in window.troubles if "422" not in trouble] == []
    window.close()


@pytest.mark.parametrize("width", ["phone", "tablet", "desk"])
def test_every_page_is_sound_and_fits(chrome, home, people, sessions, width):
    with sessions.begin() as db:
        uids = list(db.scalars(select(LawText.uid)))
    window = Window.open(chrome, home, width=width)
    window.sits_down("approver")
    paths = ("/console/laws", "/console/laws?q=热茶", *(f"/console/laws/{uid}" for uid in uids[:2] + uids[-1:]))
    all_sound(window, paths, sizes=("", "xl"))
    assert window.troubles == []
    window.close()


def test_two_people_bring_a_law_in_without_script(chrome, home, people, tmp_path):
    file = tmp_path / "law.md"
    file.write_text(law_text(标题="星河县板凳办法"), "utf-8")
    editor, approver = (Window.open(chrome, home, width="phone", script=False) for _ in people)
    editor.sits_down("editor")
    editor.goes("/console/law-file")
    editor.page.set_input_files("#file", str(file))
    editor.page.click("text=看看里面有什么")
    assert "找到 5 条" in editor.page.inner_text("main")
    editor.page.click("text=没错，交给另一位同事定")
    assert "提交了" in editor.page.inner_text(".told")
    approver.sits_down("approver")
    approver.goes("/console/laws")
    approver.page.click("text=启用法规：星河县板凳办法")
    approver.page.check("input[value=approve]")
    approver.page.click("text=定下来")
    assert "现在就查得到" in approver.page.inner_text(".told")
    for window in (editor, approver):
        assert window.troubles == []
        window.close()
