"""Template messages, notices, broadcasts and drafts (platform.md 7 and 8)."""

import pytest

from simulator.samples import SAMPLE_PHOTO

TEMPLATE, NOTICE = "/cgi-bin/message/template/send", "/cgi-bin/message/subscribe/bizsend"
TO_ALL, TO_LIST = "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send"
DATA = {"thing1": {"value": "优待证制卡完成"}, "time2": {"value": "2026年1月5日 09:00"}}


@pytest.fixture
def notice(platform, phone):
    """A body for a template message about a case."""
    template = platform.add_template("办件进度提醒", ["thing1", "time2"])
    return {"touser": phone.openid, "template_id": template, "url": "https://example.com/case", "data": DATA}


def test_a_template_message_is_shown_and_its_result_pushed(caller, platform, phone, bot, notice):
    answer = caller.post(TEMPLATE, notice)
    assert answer["errcode"] == 0
    bubble = phone.hears("办件进度提醒", "优待证制卡完成")
    assert bubble.links[0].href == "https://example.com/case"
    platform.settle()
    result = bot.read[-1]
    assert (result.words("Event"), result.words("Status")) == ("TEMPLATESENDJOBFINISH", "success")
    assert result.words("MsgID") == str(answer["msgid"])


@pytest.mark.parametrize(
    ("field", "value", "errcode"),
    [
        ("thing1", "字" * 20, 0),
        ("thing1", "字" * 21, 47003),
        ("thing1", "两\n行", 47003),
        ("thing1", "", 47003),
        ("number1", "12.5", 0),
        ("number1", "十二", 47003),
        ("letter1", "ABC", 0),
        ("letter1", "A1", 47003),
        ("symbol1", "★★", 0),
        ("symbol1", "★" * 6, 47003),
        ("character_string1", "YDZ-2026-001", 0),
        ("character_string1", "编号1", 47003),
        ("time1", "09:00", 0),
        ("time1", "2026年1月5日 09:00 ~ 10:00", 0),
        ("time1", "明天", 47003),
        ("date1", "2026-01-05", 0),
        ("date1", "9 点", 47003),
        ("amount1", "¥1200.00", 0),
        ("amount1", "1200元", 0),
        ("amount1", "很多", 47003),
        ("phone_number1", "010-12345678", 0),
        ("phone_number1", "12345678901234567890", 47003),
        ("car_number1", "粤A8Z888挂", 0),
        ("name1", "张三", 0),
        ("name1", "张" * 11, 47003),
        ("phrase1", "已办结", 0),
        ("phrase1", "已办结1", 47003),
        ("const1", "", 0),
        ("short_thing1", "水路问题呀", 0),
        ("short_thing1", "水路的问题呀", 47003),
    ],
)
def test_field_types(caller, platform, phone, field, value, errcode):
    template = platform.add_template("试", [field])
    body = {"touser": phone.openid, "template_id": template, "data": {field: {"value": value}}}
    answer = caller.post(TEMPLATE, body)
    assert answer["errcode"] == errcode
    if errcode:
        assert f"data.{field}.value" in answer["errmsg"]


def test_what_stops_a_template_message(caller, platform, phone, notice):
    assert caller.post(TEMPLATE, {**notice, "touser": "x"})["errcode"] == 40003
    assert caller.post(TEMPLATE, {**notice, "template_id": "x"})["errcode"] == 40037
    assert "thing1" in caller.post(TEMPLATE, {**notice, "data": {}})["errmsg"]
    phone.person.refuses_templates = True
    assert caller.post(TEMPLATE, notice)["errcode"] == 43101
    phone.unfollow()
    assert caller.post(TEMPLATE, notice)["errcode"] == 43004


def test_preset_values_are_the_only_ones(caller, platform, phone):
    template = platform.add_template("试", ["const1"], presets={"const1": ["已超期", "已办结"]})
    body = {"touser": phone.openid, "template_id": template, "data": {"const1": {"value": "已超期"}}}
    assert caller.post(TEMPLATE, body)["errcode"] == 0
    body["data"] = {"const1": {"value": "快了"}}
    assert caller.post(TEMPLATE, body)["errcode"] == 47003


def test_the_same_client_id_is_sent_once_in_ten_minutes(caller, phone, notice, clock):
    notice["client_msg_id"] = "case-1"
    first, second = caller.post(TEMPLATE, notice), caller.post(TEMPLATE, notice)
    assert first["msgid"] == second["msgid"]
    assert len(phone.bubbles) == 1
    clock.jump(seconds=601)
    assert caller.post(TEMPLATE, notice)["msgid"] != first["msgid"]


def test_templates_are_chosen_listed_and_removed(caller):
    body = {"template_id_short": "1234", "keyword_name_list": ["thing1", "办理时间"]}
    made = caller.post("/cgi-bin/template/api_add_template", body)["template_id"]
    (listed,) = caller.get("/cgi-bin/template/get_all_private_template")["template_list"]
    assert (listed["template_id"], listed["content"]) == (made, "{{thing1.DATA}}\n{{thing2.DATA}}")
    assert caller.post("/cgi-bin/template/del_private_template", {"template_id": made})["errcode"] == 0
    assert caller.post("/cgi-bin/template/del_private_template", {"template_id": made})["errcode"] == 40037


def test_one_consent_is_one_notice(caller, platform, phone, notice, bot):
    notice["template_id"] = platform.add_template("办件通知", ["thing1", "time2"], consent=2)
    assert caller.post(NOTICE, notice)["errcode"] == 43101
    phone.consents((notice["template_id"], "acceptWithAudio"), ("another", "ban"))
    assert [caller.post(NOTICE, notice)["errcode"] for _ in range(2)] == [0, 43101]
    phone.hears("办件通知")
    platform.settle()
    assert "subscribe_msg_sent_event" in [asked.words("Event") for asked in bot.read]


def test_a_long_consent_lasts_until_it_is_withdrawn(caller, platform, phone, notice):
    notice["template_id"] = platform.add_template("办件通知", ["thing1", "time2"], consent=3)
    phone.consents((notice["template_id"], "accept"))
    assert [caller.post(NOTICE, notice)["errcode"] for _ in range(3)] == [0, 0, 0]
    phone.withdraws_consent(notice["template_id"])
    assert caller.post(NOTICE, notice)["errcode"] == 43101
    assert caller.post(NOTICE, {**notice, "toUser": phone.openid, "touser": None})["errcode"] == 40003


# --- broadcasts ---


def broadcast(words="停电通知", **more):
    return {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": words}, **more}


def test_a_broadcast_reaches_everybody_and_tells_its_result(caller, platform, bot):
    phones = [platform.phone(name) for name in ("老周", "陈姐")]
    platform.phone("老吴", follows=False)
    answer = caller.post(TO_ALL, broadcast(clientmsgid="notice-1"))
    for phone in phones:
        phone.hears("停电通知")
    platform.settle()
    result = bot.read[-1]
    assert (result.words("FromUserName"), result.words("Event")) == ("mphelper", "MASSSENDJOBFINISH")
    assert [result.words(name) for name in ("MsgID", "TotalCount", "SentCount", "ErrorCount")] == [
        str(answer["msg_id"]), "2", "2", "0",
    ]  # fmt: skip
    assert caller.post("/cgi-bin/message/mass/get", {"msg_id": answer["msg_id"]})["msg_status"] == "SEND_SUCCESS"


def test_the_same_broadcast_twice_is_45065_with_its_number(caller, platform, phone, clock):
    first = caller.post(TO_ALL, broadcast(clientmsgid="notice-1"))
    again = caller.post(TO_ALL, broadcast("别的话", clientmsgid="notice-1"))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert len(phone.bubbles) == 1
    clock.jump(days=1)
    caller.renew()
    assert caller.post(TO_ALL, broadcast(clientmsgid="notice-1"))["errcode"] == 0
    assert caller.post(TO_ALL, broadcast(clientmsgid="n" * 33))["errcode"] == 45067


def test_the_fifth_broadcast_of_a_month(caller, platform, phone, clock):
    codes = [caller.post(TO_ALL, broadcast(f"第 {number} 次"))["errcode"] for number in range(5)]
    assert codes == [0, 0, 0, 0, 45028]
    other = platform.phone("陈姐")
    body = {"touser": [phone.openid, other.openid], "msgtype": "text", "text": {"content": "第 6 次"}}
    number = caller.post(TO_LIST, body)["msg_id"]
    assert len(phone.bubbles) == 4
    assert (platform.state.broadcasts[number].sent, platform.state.broadcasts[number].failed) == (1, 1)
    clock.jump(days=31)
    caller.renew()
    assert caller.post(TO_ALL, broadcast("新的一月"))["errcode"] == 0


@pytest.mark.parametrize(
    ("path", "change", "errcode"),
    [
        (TO_ALL, {"filter": {"is_to_all": False, "tag_id": 7}}, 40152),
        (TO_ALL, {"msgtype": "wxcard"}, 45113),
        (TO_ALL, {"msgtype": "dance"}, 40008),
        (TO_ALL, {"msgtype": "mpnews", "mpnews": {"media_id": "x"}}, 40007),
        (TO_ALL, {"msgtype": "image", "images": {"media_ids": ["x"]}}, 40007),
        (TO_ALL, {"text": {"content": ""}}, 44004),
        (TO_LIST, {"touser": ["oTEST0000000000000000000001"]}, 40130),
        (TO_LIST, {"touser": ["x", "y"]}, 40031),
    ],
)
def test_what_stops_a_broadcast(caller, path, change, errcode):
    assert caller.post(path, {**broadcast(), **change})["errcode"] == errcode


def test_a_broadcast_to_a_tag(caller, platform, phone):
    tag = caller.post("/cgi-bin/tags/create", {"tag": {"name": "金华镇"}})["tag"]["id"]
    phone.person.tags.add(tag)
    other = platform.phone("陈姐")
    assert caller.post(TO_ALL, broadcast(filter={"is_to_all": False, "tag_id": tag}))["errcode"] == 0
    assert (len(phone.bubbles), len(other.bubbles)) == (1, 0)


def test_small_calls_of_broadcasts(caller, phone):
    body = {"touser": phone.openid, "msgtype": "text", "text": {"content": "先看看"}}
    assert caller.post("/cgi-bin/message/mass/preview", body)["errcode"] == 0
    phone.hears("先看看")
    assert caller.post("/cgi-bin/message/mass/speed/set", {"speed": 4})["errcode"] == 0
    assert caller.post("/cgi-bin/message/mass/speed/get") == {"speed": 4, "realspeed": 10}
    assert caller.post("/cgi-bin/message/mass/get", {"msg_id": 1})["errcode"] == 40059


# --- drafts ---


@pytest.fixture
def article(caller):
    thumb = caller.upload("/cgi-bin/material/add_material", SAMPLE_PHOTO, type="image")["media_id"]
    return {"title": "优待证办理指南", "content": "<p>先到窗口。</p>", "thumb_media_id": thumb}


def test_a_draft_vanishes_once_it_is_broadcast(caller, phone, article):
    media_id = caller.post("/cgi-bin/draft/add", {"articles": [article]})["media_id"]
    assert caller.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["title"] == article["title"]
    body = broadcast(msgtype="mpnews", mpnews={"media_id": media_id})
    answer = caller.post(TO_ALL, body)
    assert "msg_data_id" in answer
    assert phone.hears("优待证办理指南").links[0].kind == "web"
    assert caller.post("/cgi-bin/draft/get", {"media_id": media_id})["errcode"] == 40007
    assert caller.post("/cgi-bin/message/mass/delete", {"msg_id": answer["msg_id"]})["errcode"] == 0


@pytest.mark.parametrize(
    ("change", "errcode"),
    [({"title": "字" * 33}, 45003), ({"author": "字" * 17}, 45110), ({"digest": "字" * 121}, 45004),
     ({"content": "字" * 20_000}, 45166), ({"thumb_media_id": "x"}, 40007)],
)  # fmt: skip
def test_limits_of_an_article(caller, article, change, errcode):
    assert caller.post("/cgi-bin/draft/add", {"articles": [{**article, **change}]})["errcode"] == errcode


def test_drafts_are_changed_counted_and_published(caller, platform, article, bot, phone):
    media_id = caller.post("/cgi-bin/draft/add", {"articles": [article]})["media_id"]
    new = {"media_id": media_id, "index": 0, "articles": {**article, "title": "新题目"}}
    assert caller.post("/cgi-bin/draft/update", new)["errcode"] == 0
    assert caller.post("/cgi-bin/draft/update", {**new, "index": 1})["errcode"] == 40114
    assert caller.get("/cgi-bin/draft/count")["total_count"] == 1
    assert caller.post("/cgi-bin/draft/batchget", {"offset": 0, "count": 20})["item_count"] == 1
    job = caller.post("/cgi-bin/freepublish/submit", {"media_id": media_id})["publish_id"]
    done = caller.post("/cgi-bin/freepublish/get", {"publish_id": job})
    assert (done["publish_status"], done["article_detail"]["count"]) == (0, 1)
    platform.settle()
    assert bot.read[-1].child("PublishEventInfo").words("article_id") == done["article_id"]
    one = {"article_id": done["article_id"]}
    assert caller.post("/cgi-bin/freepublish/getarticle", one)["news_item"][0]["title"] == "新题目"
    phone.says("在吗")
    body = {"touser": phone.openid, "msgtype": "mpnewsarticle", "mpnewsarticle": one}
    assert caller.post("/cgi-bin/message/custom/send", body)["errcode"] == 0
    assert caller.post("/cgi-bin/freepublish/delete", one)["errcode"] == 0
    assert caller.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20})["total_count"] == 0
    assert caller.post("/cgi-bin/draft/delete", {"media_id": media_id})["errcode"] == 40007
