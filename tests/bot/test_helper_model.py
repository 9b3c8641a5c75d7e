"""A draft from asking to reading, against a small server on loopback; and everything that such a machine may do wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from bot.doctor import examine_all
from bot.helper_model import MOST_BYTES, DraftWork, Patience
from bot.jobs import tasks_of
from bot.settings import PREFIX
from models.erasure import Erasure
from models.model_draft import WAITS_FOR, ModelDraft
from models.petition.restricted import hide
from models.reception import ReceptionTicket
from models.reception.talk import last_message
from models.user import User
from models.wording import RetiredArticle
from tests.bot.helper import a_helper
from tests.bot.test_delivery import make_office
from tests.make import NOON, make_user
from tests.models.room import a_talk, talk_of

QUICK = Patience(connect=1, read=0.3, whole=0.5)


@pytest.fixture
def helper():
    with a_helper() as server:
        yield server


@pytest.fixture
def office(engine, sessions, library, helper, tmp_path):
    office = make_office(engine, sessions, tmp_path)
    settings = dataclasses.replace(office.settings, helper=helper.settings)
    return dataclasses.replace(office, settings=settings, library=library)


@pytest.fixture
def work(office):
    return DraftWork(office, QUICK)


def wanted(sessions, *said, articles=("B01", "B03")):
    """小陈 asks for a draft; its id."""
    with sessions.begin() as db:
        ticket = a_talk(db, *(said or ("优待证咋个办",)))
        chen = make_user(db)
        return ModelDraft.ask(db, ticket, last_message(db, ticket), articles, by=chen, now=NOON).id


def became(sessions, id_):
    with sessions.begin() as db:
        draft = db.get_one(ModelDraft, id_)
        return draft.state, draft.answer, draft.trouble


def test_a_draft_is_written_from_the_articles_that_were_named(sessions, helper, work, library):
    id_ = wanted(sessions)
    assert work.write_draft() == 1
    assert became(sessions, id_) == ("done", "去镇上的服务站申请〔B01〕", "")
    asked = helper.asked[0]
    assert (asked["path"], asked["model"], asked["stream"]) == ("/v1/chat/completions", "small-model", False)
    assert helper.headers[0]["Authorization"] == "Bearer key-canary"
    assert library.get("B01").answer in asked["messages"][0]["content"]
    assert library.get("B03").where in asked["messages"][0]["content"]
    assert library.get("B02").answer not in helper.heard
    assert work.write_draft() == 0
    assert len(helper.asked) == 1


def test_what_leaves_names_nobody(sessions, helper, work):
    wanted(sessions, "我是王建国，电话一三八零零零零六零二一，在52886部队当过兵，优待证咋个办")
    work.write_draft()
    assert "优待证咋个办" in helper.heard
    for word in ("王建国", "6021", "138", "六零二一", "52886"):
        assert word not in helper.heard


def test_what_is_not_fit_to_be_shown_is_kept_as_a_reason_only(sessions, helper, work, caplog):
    helper.says = "您每月肯定能领五千块〔B01〕"
    id_ = wanted(sessions)
    work.write_draft()
    assert became(sessions, id_) == ("failed", "", "它写了依据里没有的数字")
    assert "五千" not in caplog.text


def test_words_that_turned_out_to_be_a_report_do_not_leave(sessions, helper, work):
    id_ = wanted(sessions)
    with sessions.begin() as db:
        hide(db, db.get_one(ModelDraft, id_).message_id)
    assert work.write_draft() == 1
    assert became(sessions, id_) == ("failed", "", "等得太久，或者对方的话不在了")
    assert helper.asked == []


def test_nothing_is_written_for_who_was_erased_before_or_meanwhile(sessions, helper, work):
    id_ = wanted(sessions)

    def erased():
        with sessions.begin() as db:
            ticket = db.get_one(ReceptionTicket, db.get_one(ModelDraft, id_).ticket_id)
            Erasure.of(db, talk_of(db, ticket), now=NOON)

    helper.before = erased
    assert work.write_draft() == 1
    with sessions.begin() as db:
        assert db.get(ModelDraft, id_) is None
    assert work.write_draft() == 0
    assert len(helper.asked) == 1


def test_who_has_waited_too_long_is_told_so_and_nothing_leaves(sessions, office, helper, work):
    id_ = wanted(sessions)
    office.clock.now = NOON + WAITS_FOR
    work.write_draft()
    assert became(sessions, id_)[0] == "failed"
    assert helper.asked == []


def test_an_article_taken_out_of_use_meanwhile_is_not_drawn_from(sessions, helper, work):
    id_ = wanted(sessions)
    with sessions.begin() as db:
        editor, boss = make_user(db, "ed", "小李"), make_user(db, "boss", "王处")
        proposal = RetiredArticle.propose(db, "B03", "文件改了，先停用", by=editor, now=NOON)
        RetiredArticle.retire(db, proposal, digest=proposal.digest, by=boss, now=NOON)
    work.write_draft()
    assert became(sessions, id_) == ("failed", "", "依据的政策刚刚停用")
    assert helper.asked == []


BROKEN = {
    "a page": (200, {}, "<html>你好</html>".encode()),
    "an error": (500, {}, b""),
    "another shape": (200, {}, b'{"choices": []}'),
    "a list": (200, {}, b"[1]"),
    "no words": (200, {}, b'{"choices": [{"message": {"content": null}}]}'),
    "deep": (200, {}, b"[" * 50_000),
    "no end": (200, {}, json.dumps({"choices": [{"message": {"content": "好" * MOST_BYTES}}]}).encode()),
    "cut off": (200, {"Content-Length": "500"}, b'{"choices'),
    "not UTF-8": (200, {}, b"\xff\xfe\xff"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_machine_costs_a_draft_and_nothing_else(sessions, helper, work, broken):
    helper.says = broken
    id_ = wanted(sessions)
    assert work.write_draft() == 1
    state, answer, trouble = became(sessions, id_)
    assert (state, answer) == ("failed", "")
    assert trouble.startswith("起草的机器")


def test_an_answer_that_was_cut_short_is_none(sessions, helper, work):
    helper.finish = "length"
    id_ = wanted(sessions)
    work.write_draft()
    assert became(sessions, id_)[2] == "起草的机器没有写完"


@pytest.mark.parametrize("pause", [0.02, 1])
def test_a_slow_machine_is_not_waited_for(sessions, helper, work, pause):
    helper.pause = pause
    id_ = wanted(sessions)
    work.write_draft()
    assert became(sessions, id_)[0] == "failed"


def test_it_sends_nobody_elsewhere(sessions, helper, work):
    with a_helper() as other:
        helper.says = (307, {"Location": f"http://127.0.0.1:{other.server_port}/v1/chat/completions"}, b"")
        id_ = wanted(sessions)
        work.write_draft()
        assert other.asked == []
    assert became(sessions, id_)[2] == "起草的机器不肯答（307）"


def test_no_proxy_of_the_environment_hears_it(sessions, helper, work, monkeypatch):
    with a_helper() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.setenv("no_proxy", "")
        id_ = wanted(sessions)
        work.write_draft()
        assert proxy.asked == []
    assert became(sessions, id_)[0] == "done"


def test_a_machine_that_is_off_says_so(sessions, office, helper):
    away = dataclasses.replace(helper.settings, url="http://127.0.0.1:9/v1")
    office = dataclasses.replace(office, settings=dataclasses.replace(office.settings, helper=away))
    id_ = wanted(sessions)
    assert DraftWork(office, QUICK).write_draft() == 1
    assert became(sessions, id_) == ("failed", "", "起草的机器连不上，或者太久没有回")


def test_no_transaction_is_open_while_it_writes(sessions, helper, work):
    """Others write meanwhile; on SQLite an open one would hold up everybody."""
    id_ = wanted(sessions)

    def writes():
        with sessions.begin() as db:
            make_user(db, "meanwhile", "王姐")

    helper.before = writes
    work.write_draft()
    assert became(sessions, id_)[0] == "done"
    with sessions.begin() as db:
        assert User.named(db, "meanwhile")


def test_without_an_address_nobody_looks_for_drafts(office):
    names = [task.work.__name__ for task in tasks_of(office)]
    assert "write_draft" in names
    settings = dataclasses.replace(office.settings, helper=dataclasses.replace(office.settings.helper, url=""))
    assert "write_draft" not in [
        each.work.__name__ for each in tasks_of(dataclasses.replace(office, settings=settings))
    ]


# -- the doctor --------------------


def doctors(environ, folder, **helper):
    changed = environ | {f"{PREFIX}HELPER_{name}": value for name, value in helper.items()}
    return "\n".join(str(each) for each in examine_all(changed, folder=folder, now=dt.datetime.now(dt.UTC)))


def test_the_doctor_asks_whether_it_answers_and_tells_it_of_nobody(environ, tmp_path, helper):
    said = doctors(environ, tmp_path, URL=helper.settings.url, MODEL="small-model")
    assert "✓ 起草答复的机器有回应。" in said
    assert helper.asked[0]["messages"] == [{"role": "user", "content": "请只回一个字：好"}]
    assert "! 起草的机器连不上" in doctors(environ, tmp_path, URL="http://127.0.0.1:9/v1", MODEL="small-model")
    assert "起草" not in doctors(environ, tmp_path)
