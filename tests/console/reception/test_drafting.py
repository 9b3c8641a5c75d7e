"""A draft by the helper model at the console: asked for, waited for, read against its sources, put into the box, never sent."""

# ruff: noqa: F811  fixtures are named again where they are asked for

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.helper_model import DraftWork
from bot.helper_settings import HelperSettings
from bot.office import desk_of
from models.audit import AuditEntry
from models.draft import Draft
from models.model_draft import WAITS_FOR, ModelDraft
from models.wording import RetiredArticle
from tests.bot.channels.door import SETTINGS, make_office
from tests.bot.helper import a_helper
from tests.console.desk_stories import chen, desk, takes, wang  # noqa: F401
from tests.make import NOON, make_user

ASKED = "残疾军人坐火车有什么优惠"
BUTTON = "让电脑先起个草稿"
WAITING = "正在起草，大约要一分钟"


@pytest.fixture
def helped(app):
    """The office has a model of its own."""
    app.extensions["desk"] = replace(app.extensions["desk"], has_helper=True)


@pytest.fixture
def talk(helped, desk, chen):
    """小陈 speaks with 王建国, who has asked something that articles answer."""
    uid = desk.somebody_waits(ASKED, name="王建国")
    takes(chen, uid)
    chen.opens(f"/console/reception/{uid}")
    return uid


def address(uid, *more):
    return "/".join(["/console/reception", uid, *more])


def asks(browser, uid, words=""):
    return browser.sends(address(uid, "model-drafts"), words=words)


def written(sessions, words="买票可以优惠{mark}", *, trouble=""):
    """The jobs process has had it written; the article it names."""
    with sessions.begin() as db:
        draft = ModelDraft.next_wanted(db)
        id_ = draft.article_ids[0]
        if trouble:
            draft.fail(trouble)
        else:
            draft.keep(words.format(mark=f"〔{id_}〕"))
        return id_


def box(browser, uid):
    return re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.opens(address(uid)).text, re.S)[1]


def test_without_a_model_of_the_office_there_is_no_button(desk, chen):
    uid = desk.somebody_waits(ASKED)
    takes(chen, uid)
    assert BUTTON not in chen.opens(address(uid)).text
    asks(chen, uid)
    chen.opens(address(uid))
    assert "电脑起草不了，请您自己回" in chen.reads()


def test_the_desk_knows_of_the_model_by_the_settings(app, engine, sessions, library, tmp_path):
    for url in ("", "http://127.0.0.1:8000/v1"):
        settings = replace(SETTINGS, media_dir=tmp_path, helper=HelperSettings(url=url, model="m"))
        office = make_office(engine, sessions, library, clock=lambda: NOON, settings=settings)
        assert desk_of(office).has_helper == bool(url)


def test_a_draft_is_asked_for_and_what_is_typed_stays(desk, chen, talk, sessions):
    assert BUTTON in chen.reads()
    assert asks(chen, talk, words="王老哥，").headers["Location"] == address(talk) + "#card"
    page = chen.opens(address(talk)).text
    assert WAITING in chen.reads()
    assert BUTTON not in page
    assert "王老哥，</textarea>" in page
    with sessions.begin() as db:
        draft = ModelDraft.next_wanted(db)
        assert draft.question(db) == ASKED
        assert all(f"policy:{id_}" in page for id_ in draft.article_ids)
        acts = db.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts.count("chat.model_draft") == 1


def test_it_is_read_with_its_sources_and_put_behind_what_is_typed_never_sent(desk, chen, talk, sessions, library):
    asks(chen, talk)
    id_ = written(sessions)
    before = desk.told(talk)
    page = chen.opens(address(talk)).text
    shown = chen.reads()
    assert "电脑起草的，发之前请对着依据看一遍" in shown
    assert f"买票可以优惠〔{id_}〕" in shown
    assert f'href="/console/policies/{id_}"' in page
    assert library.get(id_).citation in page.split('id="model-draft"')[1]
    put = re.search(r'value="(draft:[\w-]+)"', page)[1]
    assert chen.sends(address(talk, "draft"), words="王老哥，", put=put).status_code == 303
    assert box(chen, talk) == f"王老哥，\n买票可以优惠\n{library.get(id_).citation}"
    assert desk.told(talk) == before


def test_from_the_veterans_words_to_the_box(desk, chen, talk, engine, sessions, library, clock, tmp_path):
    """Asked for at the desk, written by a model on loopback, read and taken over."""
    asks(chen, talk)
    with a_helper() as helper:
        helper.says = "凭证件可以优惠〔D99〕"
        settings = replace(SETTINGS, media_dir=tmp_path, helper=helper.settings)
        work = DraftWork(make_office(engine, sessions, library, clock=clock, settings=settings))
        assert work.write_draft() == 1
        chen.opens(address(talk))
        assert "没有起草成：它引了没有给它的依据" in chen.reads()
        asks(chen, talk)
        with sessions.begin() as db:
            id_ = ModelDraft.next_wanted(db).article_ids[-1]
        helper.says = f"1. 凭证件可以优惠【{id_}】"
        assert work.write_draft() == 1
        assert ASKED in helper.heard
        assert "王" not in helper.heard
    put = re.search(r'value="(draft:[\w-]+)"', chen.opens(address(talk)).text)[1]
    chen.sends(address(talk, "draft"), words="", put=put)
    assert box(chen, talk) == f"凭证件可以优惠\n{library.get(id_).citation}"


def test_why_there_is_none_is_told_and_one_may_ask_again(desk, chen, talk, sessions, clock):
    asks(chen, talk)
    written(sessions, trouble="它写了依据里没有的数字")
    chen.opens(address(talk))
    assert "没有起草成：它写了依据里没有的数字。请您自己回。" in chen.reads()
    assert "再起草一次" in chen.reads()
    asks(chen, talk)
    chen.opens(address(talk))
    assert WAITING in chen.reads()
    clock.passes(WAITS_FOR)
    chen.opens(address(talk))
    assert "没有起草成：等得太久" in chen.reads()


def test_the_page_looks_by_itself_until_it_is_there(desk, chen, talk, sessions):
    asks(chen, talk)
    part = address(talk, "model-draft")
    page = chen.opens(address(talk)).text
    assert f'hx-get="{part}" hx-trigger="every 3s"' in page
    assert WAITING in chen.opens(part).text
    written(sessions)
    fragment = chen.opens(part).text
    assert "买票可以优惠" in fragment
    assert "<html" not in fragment
    assert "every 3s" not in fragment


def test_a_draft_for_what_was_said_before_says_so(desk, chen, talk, sessions):
    asks(chen, talk)
    written(sessions)
    chen.opens(address(talk))
    assert "这是给前面那句话起草的" not in chen.reads()
    desk.says(talk, "光荣牌掉了咋个补")
    chen.opens(address(talk))
    assert "这是给前面那句话起草的" in chen.reads()


def test_a_draft_whose_article_went_out_of_use_is_not_shown(desk, chen, talk, sessions, clock):
    asks(chen, talk)
    id_ = written(sessions)
    put = re.search(r'value="(draft:[\w-]+)"', chen.opens(address(talk)).text)[1]
    with sessions.begin() as db:
        editor, boss = make_user(db, "ed", "小李"), make_user(db, "boss", "王处")
        proposal = RetiredArticle.propose(db, id_, "文件改了，先停用", by=editor, now=NOON)
        RetiredArticle.retire(db, proposal, digest=proposal.digest, by=boss, now=NOON)
    clock.passes(dt.timedelta(seconds=3))
    assert "买票可以优惠" not in chen.opens(address(talk)).text
    chen.sends(address(talk, "draft"), words="", put=put)
    assert box(chen, talk) == ""


def test_in_danger_nothing_is_drafted(helped, desk, chen, sessions):
    uid = desk.somebody_waits(ASKED, urgent="self_harm")
    takes(chen, uid)
    assert BUTTON not in chen.opens(address(uid)).text
    asks(chen, uid)
    chen.opens(address(uid))
    assert "这件事要您自己来回，电脑不起草" in chen.reads()
    with sessions.begin() as db:
        assert ModelDraft.next_wanted(db) is None


def test_nor_of_words_that_sound_like_danger(desk, chen, talk, sessions):
    desk.says(talk, "优待证办不下来，我不想活了，今晚就去跳河")
    asks(chen, talk)
    chen.opens(address(talk))
    assert "像是有急事" in chen.reads()
    with sessions.begin() as db:
        assert ModelDraft.next_wanted(db) is None


def test_where_no_article_fits_there_is_nothing_to_draw_from(helped, desk, chen, sessions):
    uid = desk.somebody_waits("今天天气好得很嘛")
    takes(chen, uid)
    assert BUTTON not in chen.opens(address(uid)).text
    asks(chen, uid)
    with sessions.begin() as db:
        assert ModelDraft.next_wanted(db) is None


def test_a_draft_is_for_who_asked_for_it(desk, chen, wang, talk, sessions):
    asks(chen, talk)
    written(sessions)
    put = re.search(r'value="(draft:[\w-]+)"', chen.opens(address(talk)).text)[1]
    assert wang.opens(address(talk, "model-draft")).status_code == 403
    assert wang.opens(address("AAAAAAAAAAAAAAAA", "model-draft")).status_code == 404
    assert asks(wang, talk, words="写到一半").status_code == 409
    assert "写到一半" in wang.page.text
    with sessions.begin() as db:
        desk.ticket(db, talk).put_back(db, why="没有回话", now=NOON)
    takes(wang, talk)
    assert "买票可以优惠" not in wang.opens(address(talk)).text
    wang.sends(address(talk, "draft"), words="", put=put)
    assert box(wang, talk) == ""


@pytest.mark.parametrize("words", ["<script>alert(1)</script>{mark}", "一行{mark}\n两行{mark}"])
def test_what_the_model_says_is_never_markup(desk, chen, talk, sessions, words):
    asks(chen, talk)
    written(sessions, words)
    page = chen.opens(address(talk)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page or "两行" in page


def test_an_empty_box_keeps_no_draft(desk, chen, talk, sessions):
    asks(chen, talk, words="")
    with sessions.begin() as db:
        assert Draft.of(db, desk.person("小陈").id, f"talk:{talk}") == ""
