"""The line at the console: who waits, in order and masked; taking, being on duty, one's day."""

# ruff: noqa: F811  fixtures are named again where they are asked for

import datetime as dt

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import Interest
from tests.console.desk_stories import chen, desk, statements_of, takes, wang  # noqa: F401
from tests.make import NOON
from tests.models.room import a_talk, notes

MINUTE = dt.timedelta(minutes=1)


def test_the_line_shows_danger_first_and_how_long_each_has_waited(desk, chen):
    desk.somebody_waits("优待证三个月没下来嘛", name="王建国", now=NOON - 6 * MINUTE)
    desk.somebody_waits("活起没得意思了", name="陈小平", now=NOON - dt.timedelta(seconds=40), urgent="self_harm")
    answer = chen.opens("/console/reception")
    shown = chen.reads()
    assert shown.index("陈*平") < shown.index("王*国")
    assert "等了 40 秒" in shown
    assert "等了 6 分 00 秒" in shown
    assert "超过 5 分钟" in shown
    assert "危机・请先接" in shown
    assert "机器已经告诉对方 110、120 和 12356" in shown
    assert "优待证三个月没下来嘛" in shown
    assert "活起没得意思" not in answer.text
    assert 'data-waiting="2" data-urgent="1"' in answer.text
    assert "王建国" not in answer.text


def test_nobody_waits(chen):
    chen.opens("/console/reception")
    assert "现在没有人在等" in chen.reads()


def test_taking_somebody_tells_the_veteran_and_opens_the_talk(desk, chen):
    uid = desk.somebody_waits("优待证三个月没下来嘛")
    chen.opens("/console/reception")
    answer = chen.sends(f"/console/reception/{uid}/taking")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/reception/{uid}#last")
    assert desk.told(uid) == ["接待室的小陈来了，现在是小陈在和您说话。有话直接说，打字、说话都行。"]
    assert desk.person("小陈").on_duty
    chen.opens("/console/reception/mine")
    assert "我的 1" in chen.reads()
    assert "等您回 0 秒" in chen.reads()


def test_the_second_hears_who_was_faster(desk, chen, wang):
    uid = desk.somebody_waits("优待证三个月没下来嘛")
    takes(chen, uid)
    wang.opens("/console/reception")
    assert wang.sends(f"/console/reception/{uid}/taking").status_code == 409
    assert "小陈 10:00 接的" in wang.reads()
    assert "回队列" in wang.reads()


def test_a_double_tap_takes_once_and_shows_the_talk(desk, chen):
    uid = desk.somebody_waits()
    chen.opens("/console/reception")
    once = chen.page.text.split('name="once" value="')[1].split('"')[0]
    chen.sends(f"/console/reception/{uid}/taking", once=once)
    again = chen.sends(f"/console/reception/{uid}/taking", once=once)
    assert (again.status_code, again.headers["Location"]) == (303, f"/console/reception/{uid}")
    assert len(desk.told(uid)) == 1


def test_a_station_takes_its_own_and_whoever_is_in_danger(desk, signed_in):
    ours = desk.somebody_waits(station="52011501")
    danger = desk.somebody_waits(urgent="distress")
    pool = desk.somebody_waits(name="赵国福")
    town = signed_in("volunteer", station="52011501", shown_as="小镇")
    town.opens("/console/reception")
    assert "等待 2" in town.reads()
    assert town.sends(f"/console/reception/{pool}/taking").status_code == 403
    for uid in (ours, danger):
        takes(town, uid)


def test_who_has_an_interest_does_not_know_of_it(desk, chen, sessions):
    uid = desk.somebody_waits()
    with sessions.begin() as db:
        db.add(
            Interest(person=desk.person("小陈").person, conversation_id=desk.ticket(db, uid).conversation_id, at=NOON)
        )
    chen.opens("/console/reception")
    assert "现在没有人在等" in chen.reads()
    assert chen.sends(f"/console/reception/{uid}/taking").status_code == 404
    assert chen.opens(f"/console/reception/{uid}").status_code == 404


def test_the_fragment_is_the_column_alone(desk, chen):
    desk.somebody_waits("优待证三个月没下来嘛")
    answer = chen.opens("/console/reception/line?tab=waiting")
    assert "<html" not in answer.text
    assert "优待证三个月没下来嘛" in answer.text
    assert chen.opens("/console/reception/line?tab=nothing").status_code == 200


def test_going_off_duty_asks_first_and_gives_the_talks_back(desk, chen, sessions):
    uid = desk.somebody_waits("优待证三个月没下来嘛")
    takes(chen, uid)
    chen.opens("/console/reception")
    assert "您在值班" in chen.reads()
    assert chen.sends("/console/reception/duty", on="").status_code == 200
    assert "您手上还有 1 位" in chen.reads()
    assert desk.state(uid) == "taken"
    chen.sends("/console/reception/duty", on="", sure="1")
    assert desk.state(uid, "state", "returned") == ("waiting", 1)
    assert "换一位同志接着帮您办" in desk.told(uid)[-1]
    with sessions.begin() as db:
        assert notes(db, desk.ticket(db, uid)) == ["小陈改为休息，回到队列。"]
    chen.opens("/console/reception")
    assert "您在休息" in chen.reads()
    assert "等着换人接着办" in chen.reads()
    chen.sends("/console/reception/duty", on="yes")
    assert desk.person("小陈").on_duty


def test_my_day_shows_what_i_closed_and_lets_me_mend_the_line(desk, chen, clock):
    uid = desk.somebody_waits(name="王建国")
    takes(chen, uid)
    chen.opens(f"/console/reception/{uid}/closing")
    chen.sends(f"/console/reception/{uid}/closing", outcome="answered", summary="照片重照")
    chen.opens("/console/reception/today")
    assert "王*国" in chen.reads()
    assert "照片重照" in chen.reads()
    assert "接待完 1 位" in chen.reads()
    chen.opens(f"/console/reception/{uid}/summary")
    assert chen.sends(f"/console/reception/{uid}/summary", summary="").status_code == 422
    chen.sends(f"/console/reception/{uid}/summary", summary="到镇里重照")
    assert desk.state(uid, "summary") == "到镇里重照"
    clock.passes(dt.timedelta(hours=25))
    again = chen.opens(f"/console/reception/{uid}/summary")
    assert again.status_code in (200, 303)


def test_a_colleague_may_not_mend_my_line(desk, chen, wang):
    uid = desk.somebody_waits()
    takes(chen, uid)
    chen.opens(f"/console/reception/{uid}/closing")
    chen.sends(f"/console/reception/{uid}/closing", outcome="answered", summary="照片重照")
    assert wang.opens(f"/console/reception/{uid}/summary").status_code == 403


def test_what_is_done_is_in_the_audit_without_words(desk, chen, sessions):
    uid = desk.somebody_waits("优待证三个月没下来嘛", urgent="distress")
    takes(chen, uid)
    chen.opens(f"/console/reception/{uid}")
    chen.sends(f"/console/reception/{uid}/replies", words="我来查一下")
    with sessions.begin() as db:
        entries = db.scalars(select(AuditEntry).where(AuditEntry.subject == uid).order_by(AuditEntry.id)).all()
        assert [entry.act for entry in entries] == ["crisis.take", "chat.read", "chat.reply"]
        assert not [entry for entry in entries if "查" in f"{entry.detail}{entry.subject}"]


@pytest.mark.parametrize("page", ["", "/mine", "/today", "/line?tab=waiting", "/line?tab=mine&at=x"])
def test_the_line_takes_few_statements_however_long_it_is(desk, chen, sessions, page):
    """Sign-in and roles included; a page that has the line beside a talk shows two lists."""
    counted, ours = [], desk.person("小陈")
    for number in (2, 40):
        with sessions.begin() as db:
            for _ in range(number):
                a_talk(db, "优待证三个月没下来嘛", "在不在", now=NOON)
            for _ in range(number // 4):
                a_talk(db, "医药费的事情").take(db, by=ours, now=NOON)
        with statements_of(sessions) as ran:
            assert chen.opens(f"/console/reception{page}").status_code == 200
        counted.append(len(ran))
    assert 4 < counted[1] <= (10 if "at=" in page else 8), ran
    assert counted[0] <= counted[1]
