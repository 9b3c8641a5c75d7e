"""Every message and event of docs/platform.md 3, as the office hears it."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.channels import Inbound
from bot.channels.wechat_oa import WeChatOfficialAccount
from tests.bot.channels import pushes
from tests.bot.channels.door import WECHAT, Clock
from tests.bot.channels.pushes import LAOZHOU, OURS, message
from tests.make import NOON

AT = int(NOON.timestamp())
PICTURE = "http://mmbiz.qpic.cn/mmbiz_jpg/secret/0"
LISTED = "<List><TemplateId>T1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"

# kind as pushed, own elements → kind, text, media id, refills
MESSAGES = {
    "text": ("text", {"Content": "优待证"}, "text", "优待证", "", "message"),
    "text, tapped": ("text", {"Content": "1", "bizmsgmenuid": "1"}, "text", "1", "", "act"),
    "text, empty": ("text", {"Content": ""}, "text", "", "", "message"),
    "text, no Content": ("text", {}, "text", "", "", "message"),
    "text from an article": ("text", {"Content": "好", "MsgDataId": "9", "Idx": "1"}, "text", "好", "", "message"),
    "image": ("image", {"PicUrl": PICTURE, "MediaId": "M-1_x"}, "image", "", "M-1_x", "message"),
    "voice": ("voice", {"MediaId": "M2", "Format": "amr", "MediaId16K": "M3"}, "voice", "", "M2", "message"),
    "voice, heard": ("voice", {"MediaId": "M2", "Recognition": "找人。"}, "voice", "找人。", "M2", "message"),
    "voice, not heard": ("voice", {"MediaId": "M2", "Recognition": ""}, "voice", "", "M2", "message"),
    "video": ("video", {"MediaId": "M4", "ThumbMediaId": "M5"}, "video", "", "M4", "message"),
    "shortvideo": ("shortvideo", {"MediaId": "M4", "ThumbMediaId": "M5"}, "video", "", "M4", "message"),
    "location": (
        "location",
        {"Location_X": "26.6", "Location_Y": "106.6", "Scale": "15", "Label": "金华镇"},
        "location",
        "金华镇",
        "",
        "message",
    ),
    "location, no label": (
        "location",
        {"Location_X": "26.6", "Location_Y": "106.6", "Scale": "15", "Label": ""},
        "location",
        "26.6,106.6",
        "",
        "message",
    ),
    "link": ("link", {"Title": "通知", "Description": "全文", "Url": PICTURE}, "link", "通知 全文", "", "message"),
    "link, bare": ("link", {"Title": "", "Description": "", "Url": PICTURE}, "link", "", "", "message"),
    "file": (
        "file",
        {"Title": "诉求.docx", "Description": "", "FileKey": "k", "FileMd5": "m", "FileTotalLen": "10"},
        "file",
        "诉求.docx",
        "",
        "message",
    ),
    "miniprogrampage": (
        "miniprogrampage",
        {"Title": "小程序", "AppId": "wx1", "PagePath": "p", "ThumbUrl": PICTURE, "ThumbMediaId": "M6"},
        "miniprogrampage",
        "",
        "",
        "message",
    ),
    "sticker": ("sticker", {"Anything": "x"}, "sticker", "", "", "message"),
    "card": ("card", {}, "card", "", "", "message"),
}

# event as pushed, own elements → text, refills, may answer
EVENTS = {
    "subscribe": ("subscribe", {"EventKey": ""}, "", "act", True),
    "subscribe by QR": ("subscribe", {"EventKey": "qrscene_station_0512", "Ticket": "g"}, "station_0512", "act", True),
    "unsubscribe": ("unsubscribe", {"EventKey": ""}, "", "nothing", False),
    "SCAN": ("SCAN", {"EventKey": "station_0512", "Ticket": "g"}, "station_0512", "act", True),
    "LOCATION": ("LOCATION", {"Latitude": "26.6", "Longitude": "106.6", "Precision": "1"}, "", "nothing", False),
    "CLICK": ("CLICK", {"EventKey": "查政策"}, "查政策", "act", True),
    "VIEW": ("VIEW", {"EventKey": "https://x.example/?a=1&b", "MenuId": "1"}, "", "nothing", False),
    "view_miniprogram": ("view_miniprogram", {"EventKey": "pages/i", "MenuId": "1"}, "", "nothing", False),
    "scancode_push": (
        "scancode_push",
        {"EventKey": "k", "ScanCodeInfo": "<ScanType>qrcode</ScanType><ScanResult>http://x</ScanResult>"},
        "",
        "act",
        False,
    ),
    "scancode_waitmsg": (
        "scancode_waitmsg",
        {"EventKey": "k", "ScanCodeInfo": "<ScanType>qrcode</ScanType><ScanResult>http://x</ScanResult>"},
        "",
        "act",
        True,
    ),
    **{
        name: (
            name,
            {
                "EventKey": "k",
                "SendPicsInfo": "<Count>2</Count><PicList><item><PicMd5Sum>a</PicMd5Sum></item></PicList>",
            },
            "",
            "nothing",
            False,
        )
        for name in ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
    },
    "location_select": (
        "location_select",
        {"EventKey": "k", "SendLocationInfo": "<Location_X>26</Location_X><Label>金华镇</Label>"},
        "",
        "nothing",
        False,
    ),
    "TEMPLATESENDJOBFINISH": (
        "TEMPLATESENDJOBFINISH",
        {"MsgID": "2", "Status": "success"},
        "2 success",
        "nothing",
        False,
    ),
    "TEMPLATESENDJOBFINISH, blocked": (
        "templatesendjobfinish",
        {"MsgID": "2", "Status": "failed:user block"},
        "2 failed:user block",
        "nothing",
        False,
    ),
    "MASSSENDJOBFINISH": (
        "MASSSENDJOBFINISH",
        {"FromUserName": "mphelper", "MsgID": "3", "ArticleUrlResult": "<Count>1</Count><ResultList></ResultList>"},
        "",
        "nothing",
        False,
    ),
    "PUBLISHJOBFINISH": (
        "PUBLISHJOBFINISH",
        {"PublishEventInfo": "<publish_id>1</publish_id><article_detail><item><idx>1</idx></item></article_detail>"},
        "",
        "nothing",
        False,
    ),
    "popup": ("subscribe_msg_popup_event", {"SubscribeMsgPopupEvent": LISTED * 2}, "", "nothing", False),
    "change": ("subscribe_msg_change_event", {"SubscribeMsgChangeEvent": LISTED}, "", "nothing", False),
    "sent": ("subscribe_msg_sent_event", {"SubscribeMsgSentEvent": LISTED}, "", "nothing", False),
    "kf_create_session": ("kf_create_session", {"KfAccount": "a@b"}, "", "nothing", False),
    "kf_close_session": ("kf_close_session", {"KfAccount": "a@b", "CloseType": "1"}, "", "nothing", False),
    "kf_switch_session": ("kf_switch_session", {"FromKfAccount": "a@b", "ToKfAccount": "c@b"}, "", "nothing", False),
    "qualification_verify_success": ("qualification_verify_success", {"ExpiredTime": "1"}, "", "nothing", False),
    "naming_verify_success": ("naming_verify_success", {"ExpiredTime": "1"}, "", "nothing", False),
    "annual_renew": ("annual_renew", {"ExpiredTime": "1"}, "", "nothing", False),
    "verify_expired": ("verify_expired", {"ExpiredTime": "1"}, "", "nothing", False),
    "qualification_verify_fail": ("qualification_verify_fail", {"FailReason": "资料"}, "", "nothing", False),
    "naming_verify_fail": ("naming_verify_fail", {"FailTime": "1", "FailReason": "资料"}, "", "nothing", False),
    "something new": ("something_new", {"EventKey": "k", "Odd": "<a><b>1</b></a>"}, "", "nothing", False),
    "no name": ("", {}, "", "nothing", False),
}


@pytest.fixture
def hear():
    """What the account makes of an inner XML."""
    account = WeChatOfficialAccount(WECHAT, None, Clock())

    def heard(inner: str | bytes) -> Inbound:
        sealed = pushes.seal(inner)
        parameters = {name: [text] for name, text in pushes.query(sealed=sealed)}
        return account.open(parameters, pushes.envelope(sealed), now=NOON).inbound

    return heard


@pytest.mark.parametrize(("kind", "own", "known_as", "text", "media_id", "refills"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_is_heard(hear, kind, own, known_as, text, media_id, refills):
    heard = hear(message(kind, at=AT, **own))
    assert heard == Inbound(
        LAOZHOU, "m:24700000000000001", known_as, NOON, text, media_id, refills, may_answer=True, ours=OURS
    )


@pytest.mark.parametrize(("name", "own", "text", "refills", "may_answer"), EVENTS.values(), ids=EVENTS)
def test_an_event_is_heard(hear, name, own, text, refills, may_answer):
    heard = hear(pushes.event(name, at=AT, **own))
    contact = own.get("FromUserName", LAOZHOU)
    kind = name.lower() or "none"
    assert heard == Inbound(
        contact, heard.external_id, kind, NOON, text, refills=refills, may_answer=may_answer, ours=OURS
    )


@pytest.mark.parametrize("name", ["user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"])
def test_what_happens_to_a_person_is_about_that_person(hear, name):
    """FromUserName is the platform's own there."""
    about = {"FromUserName": "oPLATFORM", "OpenID": LAOZHOU, "AppID": "wx1", "RevokeInfo": "205"}
    assert hear(pushes.event(name, at=AT, **about)).contact == LAOZHOU
    assert hear(pushes.event(name, at=AT, **(about | {"OpenID": "x" * 65}))).contact == "oPLATFORM"
    about.pop("OpenID")
    assert hear(pushes.event(name, at=AT, **about)).contact == "oPLATFORM"
    other = pushes.event("subscribe", at=AT, OpenID="oVICTIM")
    assert hear(other).contact == LAOZHOU


def keys_of(hear, *inner: str) -> set[str]:
    return {hear(one).external_id for one in inner}


def test_a_message_is_known_by_its_number_or_by_sender_and_second(hear):
    text = {"Content": "好"}
    assert keys_of(hear, message(at=AT, **text), message(at=AT + 5, **text)) == {"m:24700000000000001"}
    same = {message(at=AT, number="", **text), message(at=AT, number="", MsgId="", **text)}
    assert len(keys_of(hear, *same)) == 1
    assert len(keys_of(hear, *same, message(at=AT + 1, number="", **text))) == 2
    assert len(keys_of(hear, *same, message(at=AT, number="", FromUserName="oOTHER", **text))) == 2


def test_an_event_is_known_by_sender_second_name_key_and_number(hear):
    first = pushes.event("CLICK", at=AT, EventKey="一")
    others = [
        pushes.event("CLICK", at=AT, EventKey="二"),
        pushes.event("VIEW", at=AT, EventKey="一"),
        pushes.event("CLICK", at=AT + 1, EventKey="一"),
        pushes.event("CLICK", at=AT, EventKey="一", FromUserName="oOTHER"),
        pushes.event("CLICK", at=AT, EventKey="一", MsgID="1"),
    ]
    assert len(keys_of(hear, first, *others)) == 6
    assert len(keys_of(hear, first, first.replace("CLICK", "click"))) == 1
    longest = {"FromUserName": "o" * 64, "EventKey": "键" * 64, "at": 9999999999}
    keys = keys_of(hear, *(pushes.event("e" * 40, MsgID=number * 20, **longest) for number in "12"))
    assert len(keys) == 2
    assert all(len(key) <= 190 for key in keys)


def test_no_key_names_the_person(hear):
    """Keys outlive an erasure: the openid must not stand in them (sheet 13, row 28)."""
    for inner in (message(at=AT, number=""), pushes.event("CLICK", at=AT), pushes.event("unsubscribe", at=AT)):
        assert LAOZHOU not in hear(inner).external_id


def test_the_moment_is_the_platforms_in_utc(hear):
    heard = hear(message(at=1735689600, Content="好"))
    assert heard.said_at == dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert heard.said_at.tzinfo is dt.UTC
