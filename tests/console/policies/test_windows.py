"""Policies and wordings in a real browser: axe, widths, sizes, and the way of two people without script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.policy.answer import CLEAR_NOW
from knowledge_base.article_form import as_text
from models.message import Message
from models.policy import PolicyVersion
from models.policy.check import Changed, CheckResult, Rival
from models.policy.saved_question import SavedQuestion
from models.policy.suggested import SuggestedAnswer
from models.user import User
from models.wording import RetiredArticle, Wording
from tests.console.office_life import somebody, waits
from tests.console.windows import Window, all_sound
from tests.models.room import says

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
    "/console/policies/exchange",
    "/console/policies/new",
    "/console/policies/K02/draft",
    "/console/policies/K02/publication",
    "/console/policies/K02/versions",
    "/console/policies/questions",
    "/console/wordings",
    "/console/wordings?group=查政策",
    "/console/wordings/policy.clear_now",
    "/console/wordings/petition.filed",
)


@pytest.fixture
def people(hire, sessions, clock, library):
    """An editor and an approver, a proposal of each kind, and own words in force."""
    names = hire("何敏", "editor", name="editor"), hire("李科", "approver", name="approver")
    with sessions.begin() as db:
        editor, approver = (User.named(db, name) for name in names)
        proposal = RetiredArticle.propose(db, "M01", "文件已经废止", by=editor, now=clock())
        RetiredArticle.retire(db, proposal, digest=proposal.digest, by=approver, now=clock())
        RetiredArticle.propose(db, "K01", "票价要重新核对", by=editor, now=clock())
        words = {"words": "1 清楚了\n2 没清楚\n3 细看", "default": CLEAR_NOW.default}
        talk = somebody(db)
        for said, routed in (("那个红本本咋个整", "not_found"), ("火星有多远", "not_found"), ("优待证", "policy:B01")):
            heard = says(db, talk, said, now=clock())
            answer = talk.answer(db, "答复", to=heard, now=clock(), routed=routed)
            db.get_one(Message, answer.id).useful = False if routed.startswith("policy") else None
        ticket = waits(db, talk)
        reply = talk.say(db, "带身份证到服务站登记。", now=clock(), author="staff", user_id=editor.id)
        SuggestedAnswer.suggest(db, ticket, reply.id, "红本本咋个办", reply.words, by=editor, now=clock())
        Wording.draft(db, CLEAR_NOW.key, **words, by=editor, now=clock())
        SavedQuestion.keep(db, "公交免费不", "K02", by=editor, now=clock())
        versions_of_an_article(db, library.get("K02"), editor, approver, now=clock())
    return names


def versions_of_an_article(db, article, editor, approver, *, now):
    """One in use, and a draft that was tried and waits for the other person."""
    for answer in ("看当地的规定。", "各地不同，先问公交公司。"):
        text = as_text(replace(article, answer=answer))
        draft = PolicyVersion.save(db, article.id, text, saved=0, what_changed="写短一点", by=editor, now=now)
        proposal = draft.propose(db, by=editor, now=now)
        found = CheckResult(2, [Changed("公交免费不", "K02", 0, 2)], [Rival("坐车不要钱", "K01")])
        draft.keep_check(draft.digest, found.to_json())
        if not PolicyVersion.live(db):
            PolicyVersion.publish(db, proposal, digest=proposal.digest, does_worse=False, by=approver, now=now)


@pytest.mark.parametrize("width", ["phone", "desk"])
@pytest.mark.parametrize("who", ["editor", "approver"])
def test_every_page_is_sound_and_fits(chrome, home, people, width, who):
    window = Window.open(chrome, home, width=width)
    window.sits_down(who)
    all_sound(window, PATHS, sizes=("", "xl"))
    assert [trouble for trouble in window.troubles if "403" not in trouble] == []
    window.close()


def test_two_people_reword_a_phrase_without_script(chrome, home, people):
    editor, approver = (Window.open(chrome, home, width="phone", script=False) for _ in people)
    editor.sits_down("editor")
    editor.goes("/console/wordings/policy.glad")
    editor.page.fill("#words", "好的，谢谢您。还有什么，接着说。")
    editor.page.click("text=先看看样子")
    assert "还有什么，接着说" in editor.page.inner_text("#preview")
    editor.page.click("text=交给另一位同事定")
    assert "提交了" in editor.page.inner_text(".told")
    approver.sits_down("approver")
    approver.goes("/console/wordings/policy.glad")
    approver.page.check("input[value=approve]")
    approver.page.click("text=定下来")
    assert "下一条消息就这样说" in approver.page.inner_text(".told")
    for window in (editor, approver):
        assert window.troubles == []
        window.close()


def test_an_editor_deals_with_a_question_without_script(chrome, home, people):
    window = Window.open(chrome, home, width="phone", script=False)
    window.sits_down("editor")
    window.goes("/console/policies/unanswered")
    card = window.page.locator("section.card", has_text="那个红本本咋个整")
    card.get_by_label("不是这几条，就写编号").fill("B01")
    card.get_by_text("当作这一条的新问法").click()
    assert "用上以后会告诉问的人" in window.page.inner_text(".told")
    window.page.locator("section.card", has_text="火星有多远").get_by_text("都不是", exact=True).click()
    window.page.locator("section.card", has_text="火星有多远").get_by_text("不是政策问题").click()
    assert "放到一边了" in window.page.inner_text(".told")
    assert window.page.locator("h2", has_text="火星有多远").count() == 0
    assert window.troubles == []
    window.close()
