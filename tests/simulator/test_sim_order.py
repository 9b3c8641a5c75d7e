"""The order in which the API side finds fault (platform.md 12.1 and 12.3)."""

import json
import re

import pytest

SEND = "/cgi-bin/message/custom/send"
TEXT = {"msgtype": "text", "text": {"content": "好"}}
OPTION = {"id": "1", "content": "好"}


def told(caller, path=SEND, method="POST", data=b"{}", **query):
    return caller.raw(method, path, data, **query).json()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_path_is_40066_before_anything_else(caller, method):
    answer = told(caller, "/cgi-bin/no/such/thing", method, b"rubbish", access_token="")
    assert answer["errcode"] == 40066
    assert re.fullmatch(r"invalid url rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", answer["errmsg"])


def test_each_fault_hides_the_ones_after_it(caller, platform, phone):
    """The whole ladder for custom/send, climbed one rung at a time."""
    token = caller.token
    assert told(caller, method="GET", access_token="")["errcode"] == 43002
    assert told(caller, data=b"[", access_token="")["errcode"] == 41001
    assert told(caller, data=b"[", access_token="x")["errcode"] == 40014
    platform.faults.address_not_listed = True
    platform.state.counters.by_minute[SEND] = 0
    platform.state.counters.daily[SEND] = 0
    assert told(caller, data=b"[", access_token=token)["errcode"] == 40164
    platform.faults.address_not_listed = False
    assert told(caller, data=b"[")["errcode"] == 45011
    del platform.state.counters.by_minute[SEND]
    assert told(caller, data=b"[")["errcode"] == 45009
    platform.state.counters.daily[SEND] = 1000
    assert told(caller, data=b"[")["errcode"] == 47001
    assert told(caller, data=b"[]")["errcode"] == 47001
    for touser in ("", "short", 5, f"oTEST{1:023}"):
        assert caller.post(SEND, {"touser": touser, "msgtype": "nothing"})["errcode"] == 40003
    assert caller.post(SEND, {"touser": phone.openid, "msgtype": "nothing"})["errcode"] == 40008
    long = {"touser": phone.openid, "msgtype": "text", "text": {"content": "汉" * 683}}
    assert caller.post(SEND, long)["errcode"] == 45002
    phone.unfollow()
    assert caller.send(phone) == 45015
    phone.follow()
    assert [caller.send(phone) for _ in range(4)] == [0, 0, 0, 45047]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": "好"}, 47001),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ({"msgtype": "news", "news": {"articles": []}}, 45008),
        ({"msgtype": "image", "image": {"media_id": "no"}}, 40007),
        ({"msgtype": "voice", "voice": {}}, 40007),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "no"}}, 40007),
        ({"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": "no"}}, 53600),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [OPTION] * 7}}, 45098),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 45098),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1", "content": "字" * 21}]}}, 45099),
        ({**TEXT, "customservice": {"kf_account": "nobody@sim"}}, 65401),
        ({**TEXT, "aimsgcontext": {"is_ai_msg": 1}}, 0),
        ({"msgtype": "text", "text": {"content": "汉" * 682}}, 0),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [OPTION] * 6}}, 0),
        ({"msgtype": "news", "news": {"articles": [{"title": "通知", "url": "https://example.com/"}]}}, 0),
    ],
)
def test_what_is_wrong_with_the_content(caller, phone, body, errcode):
    phone.says("在吗")
    assert caller.post(SEND, {"touser": phone.openid, **body})["errcode"] == errcode


def test_escaped_chinese_is_40033_whatever_the_header(caller, phone):
    phone.says("在吗")
    body = {"touser": phone.openid, **TEXT}
    assert told(caller, data=json.dumps(body).encode())["errcode"] == 40033
    assert told(caller, data=json.dumps(body, ensure_ascii=False).encode())["errcode"] == 0


@pytest.mark.parametrize("words", ["\x01", "a\\u4e00", "C:\\users"])
def test_escapes_that_json_needs_are_no_offence(caller, phone, words):
    phone.says("在吗")
    assert caller.send(phone, words) == 0


@pytest.mark.parametrize("path", ["/cgi-bin/user/info", "/cgi-bin/menu/get", "/cgi-bin/tags/get"])
def test_post_where_get_is_required(caller, path):
    assert told(caller, path)["errcode"] == 43001


def test_bad_links_in_a_custom_text_are_noted(caller, platform, phone):
    phone.says("在吗")
    assert caller.send(phone, '<a href="weixin://bizmsgmenu?msgmenucontent=好">好</a>') == 0
    assert platform.complaints


def test_every_call_is_logged_without_its_token(caller, platform, phone):
    caller.send(phone)
    record = platform.calls[-1]
    assert (record.path, record.errcode, record.openid) == (SEND, 45015, phone.openid)
    assert caller.token not in repr(platform.calls)
    found = caller.post("/cgi-bin/openapi/rid/get", {"rid": record.rid})["request"]
    assert "您的事办好了" in found["request_body"]
