"""Every push of platform.md 3 arrives as it was meant, in every mode."""

import pytest

from simulator import push
from tests.simulator.sim_bot import ORIGINAL_ID, Bot

MESSAGES = {
    "text": lambda phone: phone.says("优待证咋办 ]]> & <b>"),
    "image": lambda phone: phone.sends_photo(),
    "voice": lambda phone: phone.sends_voice(recognition="我要找人"),
    "video": lambda phone: phone.sends_video(b"0000ftypmp42"),
    "shortvideo": lambda phone: phone.sends_video(b"0000ftypmp42", short=True),
    "location": lambda phone: phone.sends_place(26.6470, 106.6302, "观山湖区"),
    "link": lambda phone: phone.sends_link("通知", "摘要", "https://example.com/a?b=1&c=2"),
    "file": lambda phone: phone.sends_file("申请书.pdf"),
    "miniprogrampage": lambda phone: phone.sends_mini_program("小程序", "wx0", "pages/i"),
    "sticker": lambda phone: phone.pushes({"MsgType": "sticker", "MsgId": 5}),
}
EVENTS = {
    "subscribe": push.scene_key("station_0512", "gQH4", new_follower=True),
    "unsubscribe": push.menu_key(""),
    "SCAN": push.scene_key("station_0512", "gQH4", new_follower=False),
    "LOCATION": push.position(26.6, 106.6, 40.0),
    "CLICK": push.menu_key("我的资料"),
    "VIEW": push.menu_key("https://example.com/", "4711"),
    "view_miniprogram": push.menu_key("pages/i", "4711"),
    "scancode_push": push.scan_result("k", "https://example.com/"),
    "scancode_waitmsg": push.scan_result("k", "https://example.com/"),
    "pic_sysphoto": push.chosen_pictures("k", ["aa", "bb"]),
    "pic_photo_or_album": push.chosen_pictures("k", ["aa"]),
    "pic_weixin": push.chosen_pictures("k", []),
    "location_select": push.chosen_place("k", 26.6, 106.6, "观山湖区"),
    "TEMPLATESENDJOBFINISH": push.job_result("200163836", "failed: system failed"),
    "MASSSENDJOBFINISH": push.broadcast_result(34182, "send success", 10, 9, 1, "http://mp.weixin.qq.com/s"),
    "PUBLISHJOBFINISH": push.publication_result("100", 0, "article", "http://mp.weixin.qq.com/s"),
    "subscribe_msg_popup_event": push.consent("SubscribeMsgPopupEvent", [("t1", "accept"), ("t2", "ban")]),
    "subscribe_msg_change_event": push.consent("SubscribeMsgChangeEvent", [("t1", "reject")]),
    "subscribe_msg_sent_event": push.consent_sent("t1", "1700827132819554304"),
    "kf_create_session": push.agent("staff1@sim"),
    "kf_close_session": push.agent("staff1@sim"),
    "kf_switch_session": push.agent_switch("staff1@sim", "staff2@sim"),
    "user_info_modified": push.about_person("oTEST0000000000000000000001", "wx1"),
    "user_authorization_revoke": push.about_person("oTEST0000000000000000000001", "wx1", "201"),
    "user_authorization_cancellation": push.about_person("oTEST0000000000000000000001", "wx1"),
    "qualification_verify_success": push.verification(1_767_600_000),
    "naming_verify_success": push.verification(1_767_600_000),
    "annual_renew": push.verification(1_767_600_000),
    "verify_expired": push.verification(1_767_600_000),
    "qualification_verify_fail": push.verification(1_767_600_000, "材料不全"),
    "naming_verify_fail": push.verification(1_767_600_000, "名称不符"),
    "an_event_of_tomorrow": [],
}


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
def test_every_message_arrives_and_is_answered(make, mode):
    bot, platform = Bot(mode), make(mode)
    with bot.serve() as platform.webhook, platform.serve():
        phone = platform.phone("老周")
        for kind, sends in MESSAGES.items():
            (answer,) = sends(phone)
            assert answer.text.startswith("收到："), kind
            asked = bot.read[-1]
            assert (asked.words("MsgType"), asked.words("FromUserName")) == (kind, phone.openid)
            assert asked.words("ToUserName") == ORIGINAL_ID
            assert asked.words("MsgId").isdigit()
    assert platform.complaints == []
    assert bot.read[0].words("Content") == "优待证咋办 ]]> & <b>"
    assert len({asked.words("MsgId") for asked in bot.read}) == len(MESSAGES)


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
def test_every_event_arrives(make, mode):
    bot, platform = Bot(mode), make(mode)
    with bot.serve() as platform.webhook, platform.serve():
        phone = platform.phone("老周")
        for name, own in EVENTS.items():
            assert phone.happens(name, own) == []
            asked = bot.read[-1]
            assert asked.words("Event") == name
            assert [each.name for each in asked.children if each.name != "Encrypt"][5:] == [pair[0] for pair in own]
    assert platform.complaints == []
    assert len({delivery.key for delivery in platform.deliveries}) == len(EVENTS)


@pytest.mark.parametrize(
    ("mode", "extra"), [("safe", {"encrypt_type", "msg_signature"}), ("compatible", {"encrypt_type", "msg_signature"}),
                        ("plain", set())]
)  # fmt: skip
def test_the_query_has_exactly_the_parameters_of_the_mode(make, mode, extra):
    bot, platform = Bot(mode), make(mode)
    with bot.serve() as platform.webhook, platform.serve():
        platform.phone("老周").says("在吗")
    assert set(bot.queries[0]) == {"signature", "timestamp", "nonce", "openid"} | extra
    assert (b"<Content>" in bot.bodies[0]) == (mode != "safe")
    assert (b"<Encrypt>" in bot.bodies[0]) == (mode != "plain")


def test_message_numbers_are_beyond_what_a_browser_can_count(platform, phone, bot):
    phone.says("在吗")
    assert int(bot.read[0].words("MsgId")) > 2**53


def test_nested_lists_keep_every_row(platform, phone, bot):
    phone.happens("subscribe_msg_popup_event", EVENTS["subscribe_msg_popup_event"])
    rows = bot.read[0].child("SubscribeMsgPopupEvent").children
    assert [row.words("SubscribeStatusString") for row in rows] == ["accept", "ban"]


def test_two_events_of_one_second_have_different_keys(platform, phone):
    phone.taps_menu("我的资料")
    phone.taps_menu("反映问题")
    first, second = platform.deliveries
    assert first.key != second.key


def test_a_raw_push_may_hold_anything(platform, phone, bot):
    phone.pushes({"MsgType": "event", "Event": "CLICK", "EventKey": "x" * 200, "Odd": [("Deep", "1")]})
    assert bot.read[0].child("Odd").words("Deep") == "1"


def test_the_address_is_verified_as_the_console_does(platform):
    assert platform.verify()
    assert platform.complaints == []
