"""Users, tags, menus, codes, media and quotas (platform.md 9)."""

import pytest

from simulator.samples import SAMPLE_PHOTO, silence
from tests.simulator.sim_bot import APP_ID, SECRET

CLICK = {"type": "click", "name": "我的资料", "key": "我的资料"}


# --- users and tags ---


def test_a_follower_has_no_name_and_a_stranger_nothing_at_all(caller, phone):
    phone.follow("station_0512")
    card = caller.get("/cgi-bin/user/info", openid=phone.openid)
    assert (card["subscribe"], card["subscribe_scene"], card["qr_scene_str"]) == (
        1,
        "ADD_SCENE_QR_CODE",
        "station_0512",
    )
    assert not {"nickname", "headimgurl", "sex", "city", "language"} & set(card)
    phone.unfollow()
    assert caller.get("/cgi-bin/user/info", openid=phone.openid) == {"subscribe": 0, "openid": phone.openid}


def test_followers_are_listed_and_an_empty_list_has_no_data(caller, platform):
    assert caller.get("/cgi-bin/user/get") == {"total": 0, "count": 0, "next_openid": ""}
    first, second = platform.phone("老周"), platform.phone("陈姐")
    listed = caller.get("/cgi-bin/user/get")
    assert listed["data"]["openid"] == [first.openid, second.openid]
    assert caller.get("/cgi-bin/user/get", next_openid=first.openid)["data"]["openid"] == [second.openid]
    cards = caller.post("/cgi-bin/user/info/batchget", {"user_list": [{"openid": first.openid}]})["user_info_list"]
    assert cards[0]["subscribe"] == 1


def test_tags_from_making_to_removing(caller, phone):
    tag = caller.post("/cgi-bin/tags/create", {"tag": {"name": "金华镇"}})["tag"]
    assert caller.post("/cgi-bin/tags/create", {"tag": {"name": "金华镇"}})["errcode"] == 45157
    assert caller.post("/cgi-bin/tags/create", {"tag": {"name": "观" * 11}})["errcode"] == 45158
    body = {"openid_list": [phone.openid], "tagid": tag["id"]}
    assert caller.post("/cgi-bin/tags/members/batchtagging", body)["errcode"] == 0
    assert caller.get("/cgi-bin/tags/get")["tags"] == [{**tag, "count": 1}]
    assert caller.post("/cgi-bin/user/tag/get", {"tagid": tag["id"]})["data"]["openid"] == [phone.openid]
    assert caller.post("/cgi-bin/tags/getidlist", {"openid": phone.openid})["tagid_list"] == [tag["id"]]
    assert caller.post("/cgi-bin/tags/members/batchuntagging", body)["errcode"] == 0
    assert caller.post("/cgi-bin/tags/update", {"tag": {"id": tag["id"], "name": "金阳"}})["errcode"] == 0
    assert caller.post("/cgi-bin/tags/delete", {"tag": {"id": tag["id"]}})["errcode"] == 0
    assert caller.post("/cgi-bin/tags/delete", {"tag": {"id": 2}})["errcode"] == 45058
    assert caller.post("/cgi-bin/tags/members/batchtagging", body)["errcode"] == 45159


def test_a_partly_failed_tagging_names_the_failed(caller, platform, phone):
    tag = caller.post("/cgi-bin/tags/create", {"tag": {"name": "金华镇"}})["tag"]["id"]
    other = platform.phone("陈姐")
    platform.faults.untaggable = {phone.openid}
    body = {"openid_list": [phone.openid, other.openid], "tagid": tag}
    answer = caller.post("/cgi-bin/tags/members/batchtagging", body)
    assert (answer["errcode"], answer["fail_openid_list"]) == (45171, [phone.openid])
    assert other.person.tags == {tag}
    body["openid_list"] = [f"oTEST{1:023}"]
    assert caller.post("/cgi-bin/tags/members/batchtagging", body)["errcode"] == 49003


def test_the_blacklist_stops_custom_messages(caller, phone):
    phone.says("在吗")
    body = {"openid_list": [phone.openid]}
    assert caller.post("/cgi-bin/tags/members/batchblacklist", body)["errcode"] == 0
    assert caller.send(phone) == 43019
    assert caller.post("/cgi-bin/tags/members/getblacklist")["data"]["openid"] == [phone.openid]
    assert caller.post("/cgi-bin/tags/members/batchunblacklist", body)["errcode"] == 0
    assert caller.send(phone) == 0


def test_a_remark_is_short(caller, phone):
    path = "/cgi-bin/user/info/updateremark"
    assert caller.post(path, {"openid": phone.openid, "remark": "周老战友"})["errcode"] == 0
    assert caller.post(path, {"openid": phone.openid, "remark": "周" * 10})["errcode"] == 40092


# --- menus ---


def test_a_menu_is_made_tapped_and_removed(caller, phone, bot):
    assert caller.get("/cgi-bin/menu/get")["errcode"] == 46003
    menu = {"button": [{"name": "办事情", "sub_button": [CLICK]}, {"type": "click", "name": "找人", "key": "人工"}]}
    assert caller.post("/cgi-bin/menu/create", menu)["errcode"] == 0
    assert caller.get("/cgi-bin/menu/get")["menu"] == menu
    assert caller.get("/cgi-bin/get_current_selfmenu_info")["is_menu_open"] == 1
    phone.taps_menu("找人")
    assert (bot.read[-1].words("Event"), bot.read[-1].words("EventKey")) == ("CLICK", "人工")
    with pytest.raises(AssertionError, match="no menu entry"):
        phone.taps_menu("办事情")
    assert caller.get("/cgi-bin/menu/delete")["errcode"] == 0
    assert caller.get("/cgi-bin/menu/get")["errcode"] == 46003


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([{"name": "办事情", "sub_button": [CLICK] * 6}], 40023),
        ([{**CLICK, "name": "六个汉字的名"}], 40018),
        ([{"name": "办", "sub_button": [{**CLICK, "name": "字" * 21}]}], 40025),
        ([{**CLICK, "type": "dance"}], 40017),
        ([{"name": "办", "sub_button": [{**CLICK, "type": "dance"}]}], 40024),
        ([{**CLICK, "key": "k" * 129}], 40019),
        ([{"name": "办", "sub_button": [{**CLICK, "key": ""}]}], 40026),
        ([{"type": "view", "name": "网页", "url": "h" * 1025}], 40020),
        ([{"type": "view", "name": "网页", "url": "ftp://example.com"}], 40055),
        ([{"name": "办", "sub_button": [{"type": "view", "name": "网页", "url": "example.com"}]}], 40054),
        ([{"type": "media_id", "name": "图"}], 40017),
        ([{"type": "scancode_waitmsg", "name": "扫码", "key": "k"}], 0),
        ([{"type": "miniprogram", "name": "小程序", "url": "http://a", "appid": "wx1", "pagepath": "p"}], 0),
    ],
)
def test_limits_of_a_menu(caller, buttons, errcode):
    assert caller.post("/cgi-bin/menu/create", {"button": buttons})["errcode"] == errcode


def test_menu_types_push_what_they_should(caller, phone, bot):
    kinds = ["scancode_push", "pic_sysphoto", "location_select"]
    buttons = [{"type": kind, "name": f"按钮{place}", "key": kind} for place, kind in enumerate(kinds)]
    caller.post("/cgi-bin/menu/create", {"button": buttons})
    for place in range(3):
        phone.taps_menu(f"按钮{place}")
    assert [asked.words("Event") for asked in bot.read] == kinds
    assert bot.read[0].child("ScanCodeInfo").words("ScanType") == "qrcode"


def test_a_conditional_menu_is_seen_by_its_tag(caller, phone):
    caller.post("/cgi-bin/menu/create", {"button": [CLICK]})
    special = {"button": [{**CLICK, "name": "值班"}], "matchrule": {"tag_id": "100"}}
    menu_id = caller.post("/cgi-bin/menu/addconditional", special)["menuid"]
    assert caller.post("/cgi-bin/menu/trymatch", {"user_id": phone.openid})["button"][0]["name"] == "我的资料"
    phone.person.tags.add(100)
    assert caller.post("/cgi-bin/menu/trymatch", {"user_id": phone.openid})["button"][0]["name"] == "值班"
    assert caller.post("/cgi-bin/menu/delconditional", {"menuid": menu_id})["errcode"] == 0
    assert caller.post("/cgi-bin/menu/delconditional", {"menuid": menu_id})["errcode"] == 65301


# --- codes ---


def make_code(caller, action="QR_STR_SCENE", **scene):
    body = {"expire_seconds": 60, "action_name": action, "action_info": {"scene": scene}}
    return caller.post("/cgi-bin/qrcode/create", body)


def test_a_scene_code_is_scanned_once_by_a_stranger_once_by_a_follower(caller, platform, bot):
    made = make_code(caller, scene_str="station_0512")
    stranger = platform.phone("陈姐", follows=False)
    stranger.scans("station_0512")
    stranger.scans("station_0512")
    first, second = bot.read
    assert (first.words("Event"), first.words("EventKey")) == ("subscribe", "qrscene_station_0512")
    assert (second.words("Event"), second.words("EventKey")) == ("SCAN", "station_0512")
    assert first.words("Ticket") == made["ticket"]


def test_codes_expire_unless_they_are_permanent(caller, phone, clock):
    ticket = make_code(caller, scene_str="login_1")["ticket"]
    lasting = make_code(caller, "QR_LIMIT_STR_SCENE", scene_str="window_1")
    assert "expire_seconds" not in lasting
    assert caller.raw("GET", "/cgi-bin/showqrcode", ticket=ticket).headers["Content-Type"] == "image/jpeg"
    clock.jump(seconds=60)
    assert caller.raw("GET", "/cgi-bin/showqrcode", ticket=ticket, access_token="").status_code == 404
    with pytest.raises(ValueError, match="expired"):
        phone.scans("login_1")
    phone.scans("window_1")


@pytest.mark.parametrize(
    ("action", "scene", "errcode"),
    [("QR_DANCE", {"scene_id": 1}, 40052), ("QR_SCENE", {"scene_id": 0}, 40053), ("QR_SCENE", {"scene_id": 2**32}, 40053),
     ("QR_STR_SCENE", {"scene_str": "s" * 65}, 40053), ("QR_LIMIT_SCENE", {"scene_id": 100_001}, 40053)],
)  # fmt: skip
def test_bad_scenes(caller, action, scene, errcode):
    assert make_code(caller, action, **scene)["errcode"] == errcode


# --- media ---


def test_media_live_three_days(caller, clock):
    media_id = caller.upload("/cgi-bin/media/upload", SAMPLE_PHOTO, type="image")["media_id"]
    answer = caller.raw("GET", "/cgi-bin/media/get", media_id=media_id)
    assert (answer.content, answer.headers["Content-Type"]) == (SAMPLE_PHOTO, "image/jpeg")
    assert "attachment" in answer.headers["Content-Disposition"]
    clock.jump(days=3)
    caller.renew()
    assert caller.get("/cgi-bin/media/get", media_id=media_id)["errcode"] == 40007


def test_permanent_material_stays(caller, clock):
    media_id = caller.upload("/cgi-bin/material/add_material", SAMPLE_PHOTO, type="image")["media_id"]
    clock.jump(days=30)
    caller.renew()
    body = b'{"media_id":"%s"}' % media_id.encode()
    assert caller.raw("POST", "/cgi-bin/material/get_material", body).content == SAMPLE_PHOTO
    assert caller.get("/cgi-bin/material/get_materialcount")["image_count"] == 1
    assert caller.post("/cgi-bin/material/batchget_material", {"type": "image"})["total_count"] == 1
    assert caller.post("/cgi-bin/material/del_material", {"media_id": media_id})["errcode"] == 0
    assert caller.post("/cgi-bin/material/get_material", {"media_id": media_id})["errcode"] == 40007


@pytest.mark.parametrize(
    ("kind", "data", "errcode"),
    [
        ("dance", SAMPLE_PHOTO, 40004),
        ("image", b"", 44001),
        ("image", b"hello", 40005),
        ("image", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), 40009),
        ("thumb", b"\xff\xd8\xff" + bytes(64 * 1024), 40006),
        ("voice", SAMPLE_PHOTO, 40005),
        ("voice", b"#!AMR\n" + bytes(2 * 1024 * 1024), 40006),
        ("video", b"hello hello", 40005),
        ("thumb", b"\x89PNG\r\n\x1a\n", 40005),
    ],
)
def test_what_cannot_be_uploaded(caller, kind, data, errcode):
    assert caller.upload("/cgi-bin/media/upload", data, type=kind)["errcode"] == errcode


def test_an_upload_without_a_file(caller):
    assert caller.raw("POST", "/cgi-bin/media/upload", b"", type="image").json()["errcode"] == 41005


def test_what_a_phone_sends_can_be_fetched(caller, phone, bot):
    phone.sends_photo(SAMPLE_PHOTO)
    phone.sends_voice(seconds=2)
    phone.sends_video(b"0000ftypmp42 film")
    picture, voice, film = (asked.words("MediaId") for asked in bot.read)
    assert caller.raw("GET", "/cgi-bin/media/get", media_id=picture).content == SAMPLE_PHOTO
    assert caller.raw("GET", "/cgi-bin/media/get", media_id=voice).content == silence(2)
    address = caller.get("/cgi-bin/media/get", media_id=film)["video_url"]
    assert caller.session.get(address, timeout=5).content == b"0000ftypmp42 film"
    assert caller.session.get(bot.read[0].words("PicUrl"), timeout=5).content == SAMPLE_PHOTO


# --- quotas and tickets ---


def test_quota_is_counted_shown_and_cleared_ten_times_a_month(caller, platform, clock):
    path = "/cgi-bin/get_api_domain_ip"
    platform.state.counters.daily[path] = 1
    assert [caller.get(path).get("errcode", 0) for _ in range(2)] == [0, 45009]
    quota = caller.post("/cgi-bin/openapi/quota/get", {"cgi_path": path})["quota"]
    assert quota == {"daily_limit": 1, "used": 2, "remain": 0}
    assert caller.post("/cgi-bin/openapi/quota/get", {"cgi_path": "get_api_domain_ip"})["errcode"] == 76021
    assert caller.post("/cgi-bin/openapi/quota/clear", {"cgi_path": path})["errcode"] == 0
    assert caller.get(path)["ip_list"] == ["127.0.0.1"]
    codes = [caller.post("/cgi-bin/clear_quota", {"appid": APP_ID})["errcode"] for _ in range(11)]
    assert codes == [0] * 10 + [48006]
    clock.jump(days=32)
    assert caller.post("/cgi-bin/clear_quota/v2", {"appid": APP_ID, "appsecret": SECRET})["errcode"] == 0


def test_the_page_ticket_stays_until_it_expires(caller, clock):
    first = caller.get("/cgi-bin/ticket/getticket", type="jsapi")
    clock.jump(seconds=3600)
    again = caller.get("/cgi-bin/ticket/getticket", type="jsapi")
    assert (again["ticket"], again["expires_in"]) == (first["ticket"], 3600)


def test_small_calls_answer(caller):
    assert caller.post("/cgi-bin/callback/check", {"action": "all"})["ping"]
    assert caller.get("/cgi-bin/getcallbackip")["ip_list"]
    assert caller.post("/datacube/getusersummary", {"begin_date": "2026-01-01"}) == {"list": []}
    heard = caller.raw("POST", "/cgi-bin/media/voice/queryrecoresultfortext", b"", voice_id="v").json()
    assert heard == {"result": "", "is_end": True}
