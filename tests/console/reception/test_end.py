"""How a talk ends for its holder: handed on, or closed with an outcome and a line; and what the veteran hears."""

# ruff: noqa: F811  fixtures are named again where they are asked for

import datetime as dt
import re

import pytest

from models.dialogue_run import DialogueRun
from tests.console.desk_stories import chen, desk, takes, wang  # noqa: F401
from tests.make import make_petition
from tests.models.room import notes

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def talk(desk, chen):
    uid = desk.somebody_waits("优待证三个月没下来嘛", name="王建国")
    takes(chen, uid)
    return uid


def address(uid, *more):
    return "/".join(["/console/reception", uid, *more])


def on_duty(browser):
    browser.opens("/console/reception")
    browser.sends("/console/reception/duty", on="yes")


def hands_over(desk, browser, uid, to, reason="要查镇里的台账"):
    browser.opens(address(uid, "hand-over"))
    chosen = to if to == "line" else desk.person(to).uid
    return browser.sends(address(uid, "hand-over"), to=chosen, reason=reason)


# -- handing over --------------------


def test_those_on_duty_can_be_asked_and_nobody_else(desk, chen, wang, talk):
    chen.opens(address(talk, "hand-over"))
    assert "王姐" not in chen.reads()
    on_duty(wang)
    chen.opens(address(talk, "hand-over"))
    assert "王姐・区里 在班，手上 0 件" in chen.reads()
    assert "放回队列" in chen.reads()
    assert "把王*国转给谁" in chen.reads()


def test_a_colleague_goes_on_and_reads_the_note(desk, chen, wang, talk, clock):
    on_duty(wang)
    assert hands_over(desk, chen, talk, "王姐").status_code == 303
    assert desk.told(talk)[-1] == "小陈请王姐同志接着帮您办。您不用再说一遍。"
    wang.opens("/console/reception")
    assert "转给您的" in wang.reads()
    takes(wang, talk)
    wang.opens(address(talk))
    assert "转给王姐：要查镇里的台账" in wang.reads()
    assert len([words for words in desk.told(talk) if "王姐" in words]) == 1


def test_others_wait_three_minutes_and_the_veteran_hears_of_it_once(desk, chen, wang, signed_in, talk, clock):
    on_duty(wang)
    hands_over(desk, chen, talk, "王姐")
    zhou = signed_in("volunteer", shown_as="周德明")
    zhou.opens("/console/reception")
    assert "转给了王姐。10:03 还没接，您再接" in zhou.reads()
    assert zhou.sends(address(talk, "taking")).status_code == 409
    clock.passes(3 * MINUTE)
    takes(zhou, talk)
    assert "周德明" in desk.told(talk)[-1]


def test_back_into_the_line(desk, chen, wang, talk):
    hands_over(desk, chen, talk, "line", "我要下班了")
    assert desk.state(talk) == "waiting"
    assert desk.told(talk)[-1] == "小陈请接待室别的同志接着帮您办。您不用再说一遍。"
    takes(wang, talk)


@pytest.mark.parametrize("fields", [{"to": "", "reason": "接一下"}, {"to": "line", "reason": ""}, {"to": "nobody"}])
def test_what_is_missing_is_said_and_nothing_is_lost(desk, chen, talk, fields):
    chen.opens(address(talk, "hand-over"))
    answer = chen.sends(address(talk, "hand-over"), **fields)
    assert answer.status_code == 422
    assert "处要改" in chen.reads()
    assert desk.state(talk) == "taken"


def test_a_colleague_who_left_meanwhile_is_not_handed_anything(desk, chen, wang, talk):
    on_duty(wang)
    chen.opens(address(talk, "hand-over"))
    wang.sends("/console/reception/duty", on="")
    assert chen.sends(address(talk, "hand-over"), to=desk.person("王姐").uid, reason="接一下").status_code == 422
    assert desk.state(talk) == "taken"


# -- closing --------------------


def closes(browser, uid, **fields):
    browser.opens(address(uid, "closing"))
    return browser.sends(address(uid, "closing"), **({"outcome": "answered", "summary": "照片重照"} | fields))


def test_closing_sums_up_and_asks_the_veteran(desk, chen, talk, sessions):
    chen.sends(address(talk, "draft"), words="没写完的")
    assert closes(chen, talk).status_code == 303
    assert desk.state(talk, "state", "outcome", "summary") == ("closed", "answered", "照片重照")
    assert desk.told(talk)[-1] == "小陈接待完了。您满意吗？\n1 满意\n2 一般\n3 不满意"
    with sessions.begin() as db:
        assert DialogueRun.open_in(db, desk.conversation(db, talk)).dialogue == "rating"
    assert chen.opens(address(talk)).status_code == 403


@pytest.mark.parametrize("fields", [{"outcome": ""}, {"summary": ""}, {"outcome": "other"}, {"summary": "字" * 101}])
def test_without_an_outcome_and_a_line_it_goes_on(desk, chen, talk, fields):
    assert closes(chen, talk, **fields).status_code == 422
    assert desk.state(talk) == "taken"


def test_after_a_crisis_nobody_is_asked_for_a_rating(desk, chen):
    uid = desk.somebody_waits(urgent="self_harm")
    takes(chen, uid)
    assert closes(chen, uid, outcome="call_or_visit", summary="已通电话，家里有人").status_code == 303
    assert "12356" in desk.told(uid)[-1]
    assert not re.search("满意", "".join(desk.told(uid)))


def test_who_did_not_answer_is_not_asked(desk, chen, talk):
    closes(chen, talk, outcome="no_answer", summary="没再回话")
    assert desk.told(talk)[-1] == "小陈先说到这里。还有事，随时回复 8 找人。"


def test_a_talk_that_became_a_petition_has_one(desk, chen, talk, sessions):
    assert closes(chen, talk, outcome="petition").status_code == 422
    assert "还没有登记信访件" in chen.reads()
    with sessions.begin() as db:
        make_petition(db, desk.conversation(db, talk))
    assert closes(chen, talk, outcome="petition").status_code == 303
    assert desk.state(talk, "outcome") == "petition"


def test_the_next_one_reads_the_line(desk, chen, wang, talk, sessions, clock):
    closes(chen, talk, summary="照片重照，身份证 520115195806041234")
    clock.passes(MINUTE)
    with sessions.begin() as db:
        conversation = desk.conversation(db, talk)
        again = type(desk.ticket(db, talk)).open(db, conversation, reason="asked", now=clock()).uid
    takes(wang, again)
    wang.opens(address(again))
    assert "答清楚了 照片重照，身份证 5201**********34" in wang.reads()
    assert "优待证三个月没下来" not in wang.page.text
    with sessions.begin() as db:
        assert notes(db, desk.ticket(db, again)) == []
