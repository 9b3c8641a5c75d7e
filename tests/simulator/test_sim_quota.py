"""Custom messages: 5 in 48 hours, 3 in one minute (platform.md 6.1)."""

import pytest


@pytest.fixture
def send(caller, phone):
    return lambda: caller.send(phone)


def test_five_within_48_hours_of_a_message(send, phone):
    phone.says("在吗")
    assert [send() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    phone.says("还在吗")
    assert send() == 0


def test_nothing_after_48_hours(send, phone, clock):
    phone.says("在吗")
    clock.jump(hours=47.9)
    assert send() == 0
    clock.jump(hours=0.2)
    assert send() == 45015


@pytest.mark.parametrize(
    "act",
    [lambda phone: phone.taps_menu("我的资料"), lambda phone: phone.follow(), lambda phone: phone.scans("station_1")],
)
def test_three_within_a_minute_of_a_tap(send, phone, clock, act):
    act(phone)
    assert [send() for _ in range(4)] == [0, 0, 0, 45047]
    clock.jump(seconds=60)
    assert send() == 45015


def test_an_opened_page_gives_nothing(caller, phone, send):
    button = {"type": "view", "name": "网页", "url": "https://example.com/"}
    caller.post("/cgi-bin/menu/create", {"button": [button]})
    phone.taps_menu("网页")
    assert send() == 45015


def test_both_buckets_together_are_eight_and_the_short_one_goes_first(send, phone, clock):
    phone.says("在吗")
    phone.taps_menu("我的资料")
    assert [send() for _ in range(3)] == [0, 0, 0]
    clock.jump(seconds=61)
    assert [send() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_a_tapped_option_counts_as_a_tap(caller, phone, send, clock):
    phone.says("在吗")
    menu = {"head_content": "满意吗？", "list": [{"id": "101", "content": "满意"}], "tail_content": "谢谢"}
    body = {"touser": phone.openid, "msgtype": "msgmenu", "msgmenu": menu}
    assert caller.post("/cgi-bin/message/custom/send", body)["errcode"] == 0
    clock.jump(hours=49)
    caller.renew()
    assert send() == 45015
    phone.taps_link("满意")
    assert [send() for _ in range(4)] == [0, 0, 0, 45047]


def test_passive_replies_are_free(send, phone):
    for _ in range(3):
        assert phone.says("在吗")[0].text == "收到：在吗"
    assert [send() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_who_left_gets_nothing(send, phone):
    phone.says("在吗")
    phone.unfollow()
    assert send() == 45015
    phone.follow()
    assert send() == 0


def test_the_typing_sign(caller, phone, clock):
    def typing(command="Typing"):
        body = {"touser": phone.openid, "command": command}
        return caller.post("/cgi-bin/message/custom/typing", body)["errcode"]

    assert typing() == 45015
    phone.says("在吗")
    assert [typing("Dance"), typing(), typing()] == [45072, 0, 45081]
    assert [typing("CancelTyping"), typing()] == [0, 0]
    clock.jump(seconds=31)
    assert typing() == 45080
