"""The acts on a petition's page: taken on, given out, passed on, told; and its number, seen once."""

from __future__ import annotations

import datetime as dt

import pytest

from models.draft import Draft
from models.user import User
from tests.console.petitions.stories import DAY, PHONE, does, filed, happened, noted, petition, told
from tests.handlers.stories import files

LIST = "/console/petitions"


@pytest.fixture
def wangjie(signed_in):
    return signed_in("staff", shown_as="王姐", name="wangjie")


@pytest.fixture
def like(signed_in):
    return signed_in("supervisor", shown_as="李科", name="like")


@pytest.fixture
def number(wangjie, sessions):
    """A petition in 王姐's hands, its page open before her."""
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    return number


# -- taking it on --------------------


def test_taken_on_both_sides_read_the_same_days(wangjie, number, sessions):
    assert does(wangjie, number, "acceptance") == 303
    assert told(sessions, number) == [
        "您反映的事受理了，编号 261125 0001。最迟 2027 年 1 月 24 日书面答复您。\n想看办到哪一步，回复 4。"
    ]
    wangjie.opens(f"{LIST}/{number}")
    assert "= 2027 年 1 月 24 日" in wangjie.reads()
    assert "最迟 2027 年 1 月 24 日书面答复您" in wangjie.reads().split("本人查进度时看到")[1]
    assert noted(sessions, "petition.accept")


def test_pressed_twice_it_happens_once(wangjie, number, sessions):
    key = wangjie._hidden()["once"]
    for _ in range(2):
        assert wangjie.sends(f"{LIST}/{number}/acceptance", once=key).status_code == 303
    assert len(told(sessions, number)) == 1


def test_taken_on_by_somebody_else_meanwhile_says_so(wangjie, number):
    assert does(wangjie, number, "acceptance") == 303
    assert does(wangjie, number, "acceptance") == 409
    assert "正在办" in wangjie.reads()


def test_from_the_phone_to_the_desk_and_back(phone, wangjie, sessions):
    """Journey 7: the veteran files, somebody takes it on, the veteran asks; the days are the same, over the new year."""
    spoken = files(phone)
    number = spoken.replace(" ", "")
    with sessions.begin() as db:
        petition(db, number).officer_id = User.named(db, "wangjie").id
    phone.says("4")
    phone.hears("12 月 10 日前告诉您是否受理")
    does(wangjie, number, "acceptance")
    phone.waits(days=1)
    phone.says("4")
    phone.hears("11 月 25 日受理了，今天第 1 天。最迟 2027 年 1 月 24 日书面答复您。", "承办：")
    wangjie.opens(f"{LIST}/{number}")
    assert "11 月 25 日受理 + 60 天 = 2027 年 1 月 24 日" in wangjie.reads()


@pytest.mark.parametrize("act", ["acceptance", "refusal", "extension", "answer", "closure", "progress", "notes"])
def test_only_whoever_handles_it_acts(wangjie, signed_in, sessions, act):
    number = filed(sessions, officer="wangjie")
    for role, name in (("staff", "other"), ("officer", "huang"), ("supervisor", "like")):
        ours = signed_in(role, shown_as=name, name=name)
        assert ours.sends(f"{LIST}/{number}/{act}", words="x").status_code == 403
    assert happened(sessions, number) == ["received"]


# -- who has it --------------------


def test_anyone_of_the_staff_takes_what_nobody_has(wangjie, sessions):
    number = filed(sessions)
    wangjie.opens(f"{LIST}/{number}")
    with sessions.begin() as db:
        me = User.named(db, "wangjie").uid
    assert does(wangjie, number, "assignment", officer=me) == 303
    assert "补助只算了两年" in wangjie.opens(f"{LIST}/{number}").text
    assert does(wangjie, number, "assignment", officer="nobody") == 422


def test_a_leader_says_why_another_one_gets_it(like, wangjie, number, sessions, hire):
    hire("老黄", "officer", station="5201150101", name="huang")
    with sessions.begin() as db:
        huang = User.named(db, "huang").uid
    does(like, number, "readings", reason="承办人休假了")
    assert does(like, number, "assignment", officer=huang) == 422
    assert does(like, number, "assignment", officer=huang, assign_reason="王姐休假，请老黄接着办") == 303
    with sessions.begin() as db:
        assert petition(db, number).officer_id == User.named(db, "huang").id
    assert wangjie.opens(f"{LIST}/{number}").status_code == 200
    assert "这件事不是您承办的" in wangjie.reads()


def test_whoever_is_named_in_it_does_not_get_it(wangjie, number, sessions, hire):
    hire("镇退役军人服务站", "staff", name="odd")  # the name stands in the petition
    with sessions.begin() as db:
        odd = User.named(db, "odd").uid
    assert does(wangjie, number, "assignment", officer=odd) == 409


def test_an_officer_of_another_station_is_not_offered(wangjie, sessions, hire):
    hire("老黄", "officer", station="5201150101", name="huang")
    number = filed(sessions, officer="wangjie", where="贵阳市")
    with sessions.begin() as db:
        huang = User.named(db, "huang").uid
    assert does(wangjie, number, "assignment", officer=huang) == 422


def test_passed_on_the_veteran_hears_where_it_lies(wangjie, number, sessions):
    assert does(wangjie, number, "assignment", station="52011501") == 303
    assert told(sessions, number) == [
        "您反映的事（编号 261125 0001）转到金华镇退役军人服务站了。原来说的都转过去了，您不用再说一遍。"
    ]
    assert does(wangjie, number, "assignment", station="nowhere") in (403, 422)


# -- the work --------------------


def test_one_sentence_goes_to_the_veteran(wangjie, number, sessions):
    assert does(wangjie, number, "progress", words="在调您的档案，下周三前有结果。") == 303
    assert "在调您的档案，下周三前有结果。" in told(sessions, number)[0]
    assert does(wangjie, number, "progress", words="") == 422
    assert "请写告诉本人的一句话" in wangjie.reads()
    assert does(wangjie, number, "progress", words="字" * 121, form="progress") == 422
    assert "字" * 121 in wangjie.page.text, "nothing typed is lost"


def test_a_note_stays_inside(wangjie, number, sessions):
    assert does(wangjie, number, "notes", words="电话里说得很急") == 303
    assert told(sessions, number) == []
    assert happened(sessions, number) == ["received", "note"]


def test_what_was_typed_when_the_sign_in_ended_is_still_there(wangjie, number, sessions, clock):
    place = f"petition {number} progress"
    clock.passes(dt.timedelta(minutes=31))
    assert wangjie.sends(f"{LIST}/{number}/progress", words="写了一半的话", draft_at=place).status_code == 303
    wangjie.signs_in("wangjie")
    assert "写了一半的话" in wangjie.opens(f"{LIST}/{number}").text
    assert does(wangjie, number, "progress", words="写完的话") == 303
    with sessions.begin() as db:
        assert Draft.of(db, User.named(db, "wangjie").id, place) == ""


def test_when_the_chat_is_closed_somebody_is_to_telephone(wangjie, number, sessions, clock):
    clock.passes(3 * DAY)
    wangjie.signs_in("wangjie")
    assert does(wangjie, number, "acceptance") == 303
    wangjie.opens(f"{LIST}/{number}")
    assert "没能告诉本人 微信现在发不出去" in wangjie.reads()


# -- the number --------------------


def test_the_number_is_seen_once_with_a_reason(wangjie, number, sessions):
    assert does(wangjie, number, "reveals", reason="看看") == 422
    assert PHONE not in wangjie.page.text
    assert does(wangjie, number, "reveals", reason="告诉本人延长的事") == 200
    assert PHONE in wangjie.page.text
    assert "no-store" in wangjie.page.headers["Cache-Control"]
    assert PHONE not in wangjie.opens(f"{LIST}/{number}").text, "a reload shows the mask"
    assert [entry.subject for entry in noted(sessions, "veteran.reveal_phone")]
    assert happened(sessions, number) == ["received", "revealed"]


def test_the_same_form_again_shows_nothing(wangjie, number):
    key = wangjie._hidden()["once"]
    wangjie.sends(f"{LIST}/{number}/reveals", once=key, reason="告诉本人延长的事")
    again = wangjie.sends(f"{LIST}/{number}/reveals", once=key, reason="告诉本人延长的事")
    assert again.status_code == 303
    assert PHONE not in again.text


def test_twenty_are_told_and_sixty_are_the_most(wangjie, like, number, sessions, clock):
    for _ in range(19):
        does(wangjie, number, "reveals", reason="告诉本人延长的事")
    like.opens("/console/approvals")
    assert "今天看完整号码多的人" not in like.reads()
    does(wangjie, number, "reveals", reason="告诉本人延长的事")
    like.opens("/console/approvals")
    assert "王姐：20 次" in like.reads()
    for _ in range(40):
        assert does(wangjie, number, "reveals", reason="告诉本人延长的事") == 200
    assert does(wangjie, number, "reveals", reason="告诉本人延长的事") == 422
    assert "今天已经看过 60 次" in wangjie.reads()
    assert PHONE not in wangjie.page.text
    clock.passes(DAY)
    wangjie.signs_in("wangjie")
    assert does(wangjie, number, "reveals", reason="告诉本人延长的事") == 200


def test_a_leader_sees_no_number(like, number):
    does(like, number, "readings", reason="每月抽查办件")
    assert does(like, number, "reveals", reason="很想看一看号码") == 403
