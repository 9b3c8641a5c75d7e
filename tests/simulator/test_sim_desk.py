"""The agents' desk: accounts, sessions, and what they keep from the bot (platform.md 3.4, 6.5 and 6.6)."""

from simulator.markup import write
from tests.simulator.sim_bot import reply_fields


def test_agents_are_added_bound_and_listed(caller, platform):
    add = "/customservice/kfaccount/add"
    assert caller.post(add, {"kf_account": "li@sim", "nickname": "老李"})["errcode"] == 0
    assert caller.post(add, {"kf_account": "li@sim", "nickname": "老李"})["errcode"] == 65406
    assert caller.post(add, {"kf_account": "老李@sim", "nickname": "老李"})["errcode"] == 65404
    assert caller.post(add, {"kf_account": "wang@sim", "nickname": "字" * 17})["errcode"] == 65403
    invite = {"kf_account": "li@sim", "invite_wx": "laoli"}
    assert caller.post("/customservice/kfaccount/inviteworker", invite)["errcode"] == 0
    assert caller.get("/cgi-bin/customservice/getkflist")["kf_list"][0]["kf_wx"] == "laoli"
    assert caller.get("/cgi-bin/customservice/getonlinekflist")["kf_online_list"] == []
    assert caller.get("/customservice/kfaccount/del", kf_account="li@sim")["errcode"] == 0
    assert caller.get("/customservice/kfaccount/del", kf_account="li@sim")["errcode"] == 65401


def test_an_open_session_keeps_messages_from_the_bot_for_half_an_hour(caller, platform, phone, bot, clock):
    platform.add_agent("li@sim", "老李")
    body = {"kf_account": "li@sim", "openid": phone.openid}
    assert caller.post("/customservice/kfsession/create", body)["errcode"] == 0
    platform.settle()
    assert bot.read[-1].words("Event") == "kf_create_session"
    heard = len(bot.read)
    assert phone.says("我想问优待证") == []
    assert len(bot.read) == heard
    platform.agent_says(phone, "我来帮您查")
    assert phone.hears("帮您查").name == "老李"
    assert caller.get("/customservice/kfsession/getsession", openid=phone.openid)["kf_account"] == "li@sim"
    phone.taps_menu("我的资料")
    assert bot.read[-1].words("Event") == "CLICK"
    clock.jump(seconds=30 * 60)
    assert phone.says("还在吗")[0].text == "收到：还在吗"
    assert caller.get("/customservice/kfsession/getsession", openid=phone.openid)["kf_account"] == ""


def test_a_transfer_waits_until_an_agent_takes_and_closes_it(caller, platform, phone, bot):
    platform.add_agent("li@sim", "老李", online=False)
    bot.answer = lambda asked: write(reply_fields(asked, "transfer_customer_service"))
    assert phone.says("人工") == []
    assert caller.get("/customservice/kfsession/getwaitcase")["waitcaselist"][0]["openid"] == phone.openid
    bot.answer = bot.echo
    assert phone.says("还在排队")[0].text == "收到：还在排队"
    platform.agent_takes(phone, "li@sim")
    assert phone.says("您好") == []
    platform.agent_closes(phone)
    platform.settle()
    assert bot.read[-1].words("Event") == "kf_close_session"
    assert phone.says("谢谢")[0].text == "收到：谢谢"


def test_what_stops_a_session(caller, platform, phone):
    body = {"kf_account": "li@sim", "openid": phone.openid}
    create, close = "/customservice/kfsession/create", "/customservice/kfsession/close"
    assert caller.post(create, body)["errcode"] == 65401
    caller.post("/customservice/kfaccount/add", {"kf_account": "li@sim", "nickname": "老李"})
    assert caller.post(create, body)["errcode"] == 65402
    platform.add_agent("li@sim", "老李", online=False)
    assert caller.post(create, body)["errcode"] == 65415
    platform.add_agent("li@sim", "老李")
    platform.add_agent("wang@sim", "王姐")
    assert caller.post(close, body)["errcode"] == 65413
    assert caller.post(create, body)["errcode"] == 0
    assert caller.post(create, {**body, "kf_account": "wang@sim"})["errcode"] == 65414
    assert len(caller.get("/customservice/kfsession/getsessionlist", kf_account="li@sim")["sessionlist"]) == 1
    assert caller.post(close, body)["errcode"] == 0


def test_what_was_said_at_the_desk_is_kept(caller, platform, phone, clock):
    platform.add_agent("li@sim", "老李")
    platform.agent_takes(phone, "li@sim")
    phone.says("您好")
    platform.agent_says(phone, "您请讲")
    span = {"starttime": int(clock()), "endtime": int(clock()) + 60, "msgid": 1, "number": 1}
    first = caller.post("/customservice/msgrecord/getmsglist", span)
    second = caller.post("/customservice/msgrecord/getmsglist", {**span, "msgid": first["msgid"]})
    rows = first["recordlist"] + second["recordlist"]
    assert [(row["opercode"], row["text"]) for row in rows] == [(2003, "您好"), (2002, "您请讲")]
    long = {**span, "endtime": int(clock()) + 86401}
    assert caller.post("/customservice/msgrecord/getmsglist", long)["errcode"] == 65417


def test_a_named_agent_shows_his_name(caller, platform, phone):
    platform.add_agent("li@sim", "老李")
    phone.says("在吗")
    assert caller.send(phone, "我在", customservice={"kf_account": "li@sim"}) == 0
    assert (phone.bubbles[-1].who, phone.bubbles[-1].name) == ("agent", "老李")
