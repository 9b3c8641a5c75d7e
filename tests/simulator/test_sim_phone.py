"""What a phone does and sees."""

import threading
import time
from datetime import UTC, datetime

import pytest

from simulator import Platform
from simulator.listener import NotFollowing
from tests.simulator.sim_bot import text_reply

MENU = (
    "回复数字：\n"
    '<a href="weixin://bizmsgmenu?msgmenucontent=查政策&msgmenuid=m1">1 查政策</a>\n'
    '<a href="weixin://bizmsgmenu?msgmenucontent=%E5%88%AB%E7%9A%84&msgmenuid=m10">10 别的</a>\n'
    '<a href="https://example.com/">看原文 ›</a>'
)


@pytest.fixture
def menu(phone, bot):
    """The bot has shown a numbered menu with links."""
    bot.answer = lambda asked: text_reply(asked, MENU)
    (bubble,) = phone.says("菜单")
    return bubble


def test_openids_have_28_characters_and_last_over_restarts(platform, make):
    phone = platform.phone("老周")
    assert phone.openid.startswith("oSIM")
    assert len(phone.openid) == 28
    assert make().phone("老周").openid == phone.openid
    assert platform.phone("老周") is phone
    assert [each.name for each in platform.phones] == ["老周"]


def test_following_by_a_code_and_leaving(phone, bot):
    bot.answer = lambda asked: (
        "success" if asked.words("Event") == "unsubscribe" else text_reply(asked, "老战友，您好！")
    )
    assert phone.follow(scene="station_0512")[0].text == "老战友，您好！"
    assert bot.read[0].words("EventKey") == "qrscene_station_0512"
    phone.unfollow()
    for act in (lambda: phone.says("在吗"), lambda: phone.taps_menu("我的资料"), phone.sends_photo):
        with pytest.raises(NotFollowing):
            act()


def test_the_transcript_holds_both_sides(phone):
    phone.says("优待证", "咋办")
    assert [(bubble.who, bubble.text) for bubble in phone.bubbles] == [
        ("me", "优待证"), ("account", "收到：优待证"), ("me", "咋办"), ("account", "收到：咋办"),
    ]  # fmt: skip


def test_links_are_read_out_of_the_text(menu):
    assert menu.text == "回复数字：\n1 查政策\n10 别的\n看原文 ›"
    assert [(link.kind, link.says, link.menu_id) for link in menu.links] == [
        ("tap", "查政策", "m1"), ("tap", "%E5%88%AB%E7%9A%84", "m10"), ("web", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("label", ["1", "1 查政策", "查政策", "m1"])
def test_a_tap_link_sends_its_text_and_number(menu, phone, bot, label):
    phone.taps_link(label)
    assert (bot.read[-1].words("Content"), bot.read[-1].words("bizmsgmenuid")) == ("查政策", "m1")


def test_phones_differ_in_percent_signs(menu, phone, bot, platform):
    phone.taps_link("10")
    assert bot.read[-1].words("Content") == "别的"
    platform.faults.phone_keeps_percent = True
    phone.taps_link("10")
    assert bot.read[-1].words("Content") == "%E5%88%AB%E7%9A%84"


def test_what_cannot_be_tapped(menu, phone, platform):
    with pytest.raises(AssertionError, match="opens a page"):
        phone.taps_link("看原文 ›")
    assert phone.link("看原文").href == "https://example.com/"
    with pytest.raises(AssertionError, match="no link"):
        phone.taps_link("7")
    platform.faults.dead_tap_links = True
    with pytest.raises(AssertionError, match="dead text"):
        phone.taps_link("1")


def test_voice_with_without_and_with_empty_recognition(phone, bot):
    phone.sends_voice(recognition="我要找人")
    phone.sends_voice()
    phone.sends_voice(recognition="")
    heard = [asked.child("Recognition") for asked in bot.read]
    assert heard[0].text == "我要找人"
    assert heard[1] is None
    assert heard[2].text == ""


def test_hearing_what_comes_later(phone, caller):
    phone.says("8")
    later = threading.Timer(0.1, caller.send, (phone, "老李：您请讲，我在听"))
    later.start()
    assert phone.hears("老李", "在听", within=2).text == "老李：您请讲，我在听"
    later.join()


def test_hearing_covers_the_direct_answer_but_nothing_older(phone):
    phone.says("旧的")
    phone.says("新的")
    assert phone.hears("新的").text == "收到：新的"
    with pytest.raises(AssertionError, match=r"老周 did not hear 旧的 within 0\.05 s"):
        phone.hears("旧的", within=0.05)


def test_what_was_heard_once_is_not_new_again(phone, caller):
    phone.says("在吗")
    caller.send(phone, "第一条")
    phone.hears("条")
    with pytest.raises(AssertionError):
        phone.hears("条", within=0.05)
    caller.send(phone, "第二条")
    assert phone.hears("条").text == "第二条"


def test_hearing_nothing(phone, caller):
    phone.says("在吗")
    phone.hears_nothing(within=0.05)
    later = threading.Timer(0.02, caller.send, (phone, "打扰了"))
    later.start()
    with pytest.raises(AssertionError, match="打扰了"):
        phone.hears_nothing(within=0.3)
    later.join()


def test_several_phones_do_not_hear_each_other(platform, phone, caller):
    other = platform.phone("陈姐")
    phone.says("在吗")
    other.says("我也在")
    caller.send(phone, "只给老周")
    phone.hears("只给老周")
    assert "只给老周" not in other.transcript


def test_a_clock_may_give_aware_datetimes_only(make):
    assert make(clock=lambda: datetime(2026, 1, 5, tzinfo=UTC)).world.now() == 1_767_571_200
    naive = make(clock=lambda: datetime(2026, 1, 5))
    with pytest.raises(ValueError, match="aware"):
        naive.world.now()
    assert make().world.now() == pytest.approx(time.time(), abs=5)


@pytest.mark.parametrize("change", [{"mode": "open"}, {"token": "a b"}, {"token": ""}, {"aes_key": "short"}])
def test_an_account_with_wrong_settings_is_refused(change):
    good = {"app_id": "wx1", "app_secret": "s", "token": "abc", "aes_key": "a" * 43, "original_id": "gh_1"}
    with pytest.raises(ValueError, match=r"."):
        Platform(**{**good, **change})
