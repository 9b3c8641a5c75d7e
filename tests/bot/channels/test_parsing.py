"""Odd bodies under a good signature: kept or acknowledged, never a 5xx, never half a row (R9–R12, sheet 11.2)."""

from __future__ import annotations

import io
import time

import pytest

from tests.bot.channels import pushes
from tests.bot.channels.pushes import LAOZHOU, OURS

AT = 1795572000  # tests.make.NOON

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # the bodies matter here, not the rows

COMMON = (
    f"<ToUserName><![CDATA[{OURS}]]></ToUserName><FromUserName><![CDATA[{LAOZHOU}]]></FromUserName>"
    f"<CreateTime>{AT}</CreateTime><MsgType><![CDATA[text]]></MsgType><MsgId>24700000000000001</MsgId>"
)


def text_push(content: str) -> str:
    return f"<xml>{COMMON}<Content>{content}</Content></xml>"


ANOTHER_ORDER = (
    f"<xml><Content>好</Content><MsgId>5</MsgId><MsgType>text</MsgType><CreateTime>{AT}</CreateTime>"
    f"<FromUserName>{LAOZHOU}</FromUserName><ToUserName>{OURS}</ToUserName></xml>"
)
READABLE = {
    "split CDATA": (text_push("<![CDATA[a]]]]><![CDATA[>b]]>"), "a]]>b"),
    "many sections": (text_push("<![CDATA[好]]>" * 2000), "好" * 2000),
    "no CDATA": (text_push("优待证 &amp; 补助 &lt;b&gt; &#x4f60;"), "优待证 & 补助 <b> 你"),
    "spaces around": (text_push("\n  <![CDATA[  好  ]]>\n"), "好"),
    "a comment": (text_push("<!-- x --><![CDATA[好]]><!-- y -->"), "好"),
    "attributes": (text_push("<![CDATA[好]]>").replace("<Content>", '<Content a="1">'), "好"),
    "a prolog": ('<?xml version="1.0" encoding="utf-8"?>\n' + text_push("好"), "好"),
    "a byte order mark": ("\ufeff" + text_push("好"), "好"),
    "another order": (ANOTHER_ORDER, "好"),
    "unknown elements": (f"<xml>{COMMON}<New><a><b>1</b></a></New><Content>好</Content><Content2/></xml>", "好"),
    "no content": (f"<xml>{COMMON}</xml>", ""),
    "emoji": (text_push("👨‍👩‍👧好🇨🇳[微笑]/::)"), "👨‍👩‍👧好🇨🇳[微笑]/::)"),
    "bidi signs": (text_push("付款\u202e元001\u2066x"), "付款元001x"),
    "tabs and returns": (text_push("一\r\n二\t三"), "一\n二 三"),
    "C1 controls": (text_push("一\x85二\x9b三\x7f"), "一二三"),
}


@pytest.mark.parametrize(("inner", "words"), READABLE.values(), ids=READABLE)
def test_odd_but_readable(door, inner, words):
    assert door.heard(door.push(inner))
    assert door.kept() == [("text", words)]


def changed(name: str, *texts: str) -> str:
    """The plain message with one element changed, left out or repeated."""
    elements = {"ToUserName": OURS, "FromUserName": LAOZHOU, "CreateTime": str(AT), "MsgType": "text", "MsgId": "1"}
    elements.pop(name, None)
    rest = "".join(f"<{key}>{text}</{key}>" for key, text in elements.items())
    return f"<xml>{rest}<Content>好</Content>{''.join(f'<{name}>{text}</{name}>' for text in texts)}</xml>"


NEEDED = ("ToUserName", "FromUserName", "CreateTime", "MsgType")
UNREADABLE = {
    **{f"no {name}": changed(name) for name in NEEDED},
    **{f"empty {name}": changed(name, "") for name in NEEDED},
    **{f"{name} twice": changed(name, "1", "1") for name in (*NEEDED, "MsgId", "Content", "MediaId", "EventKey")},
    **{f"{name} nested": changed(name, "<b>1</b>") for name in (*NEEDED, "MsgId", "MediaId", "Event", "Recognition")},
    "Content nested": f"<xml>{COMMON}<Content>a<b>x</b></Content></xml>",
    **{
        f"FromUserName {text[:9]!r}": changed("FromUserName", text)
        for text in ("o" * 65, "a b", "a\nb", "a\u202eb", "老周", "../x", "o" * 100_000)
    },
    **{f"MsgType {text!r}": changed("MsgType", text) for text in ("../x", "te xt", "文本", "t" * 41)},
    **{
        f"MsgId {text[:9]!r}": changed("MsgId", text)
        for text in ("１２３", "1_2", "-1", "+1", "1.0", "0x1", "9" * 5000)
    },
    **{
        f"CreateTime {text!r}": changed("CreateTime", text)
        for text in ("-1", "1e9", "１７９５５７２０００", "1795572000.5", "9" * 11, "99999999999999", "soon", "1 2")
    },
    **{f"MediaId {text[:9]!r}": changed("MediaId", text) for text in ("../../etc/passwd", "a/b", "a b", "m" * 129)},
    "Event odd": changed("Event", "a b"),
    "EventKey long": changed("EventKey", "k" * 1025),
    "JSON": '{"ToUserName": "gh", "MsgType": "text"}',
    "HTML": "<html><body>x</body></html>",
    "another root": text_push("好").replace("xml>", "XML>"),
    "two roots": text_push("好") * 2,
    "a tail": text_push("好") + "x",
    "cut short": text_push("好")[:-3],
    "an empty root": "<xml></xml>",
    "nothing": "",
    "spaces": "  \n",
    "not XML": "hello",
    "U+0008": text_push("a\bb"),
    "NUL": text_push("a\0b"),
    "a control by number": text_push("&#8;"),
    "U+FFFF": text_push("a\uffffb"),
    "an unknown entity": text_push("&hello;"),
    "a DOCTYPE": "<!DOCTYPE xml>" + text_push("好"),
    "an outer DOCTYPE": '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">' + text_push("好"),
    "an entity": '<!DOCTYPE xml [<!ENTITY a "x">]>' + text_push("&a;"),
    "a file": '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + text_push("&a;"),
    "many laughs": '<!DOCTYPE xml [<!ENTITY a "xx"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>' + text_push("&c;"),
    "20,000 nested": f"<xml>{COMMON}{'<a>' * 20_000}{'</a>' * 20_000}</xml>",
    "nine deep": f"<xml>{COMMON}{'<a>' * 8}{'</a>' * 8}</xml>",
    "201 elements": f"<xml>{COMMON}<L>{'<i/>' * 200}</L></xml>",
}


@on_sqlite
@pytest.mark.parametrize("inner", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_kept_acknowledged_and_never_answered(door, caplog, inner):
    started = time.thread_time()
    responses = [door.push(inner) for _ in range(2)]
    assert time.thread_time() - started < 1
    assert [(response.status_code, response.text) for response in responses] == [(200, "success")] * 2
    assert door.rows() == {"conversations": 1, "messages": 1}
    assert [kind for kind, _ in door.kept()] == ["unreadable"]
    assert door.contacts() == ["unreadable"]
    assert "push_unreadable" in [record.getMessage() for record in caplog.records]


@on_sqlite
@pytest.mark.parametrize("body", [b"", b" ", b"{}", b"\xff\xfe", text_push("好").encode()], ids=repr)
def test_an_unsigned_body_is_refused_whatever_it_is(door, body):
    for parameters in ([], pushes.query(token="another")):
        assert door.post(parameters, body).status_code == 403
    assert door.rows() == {}


@on_sqlite
@pytest.mark.parametrize(
    "inner",
    [
        text_push("优待证").encode("gbk"),
        text_push("优待证").encode("utf-16"),
        b"\xff\xfe\x00",
        text_push("a").encode()[:-9] + b"\xed\xa0\x80</Content></xml>",
    ],
    ids=["GBK", "UTF-16", "no text", "a lone surrogate"],
)
def test_bytes_that_are_not_utf8_are_refused_sealed_and_kept_plain(door, make_door, inner):
    assert door.push(inner).status_code == 403
    assert door.rows() == {}
    plain = make_door(security="plain")
    response = plain.push_plain(inner)
    assert (response.status_code, response.text) == (200, "success")
    assert [kind for kind, _ in plain.kept()] == ["unreadable"]


@on_sqlite
@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "", "x"],
)
def test_the_content_type_does_not_matter(door, make_door, content_type):
    """C9."""
    plain = make_door(security="plain")
    assert "老战友" in plain.push_plain(text_push("你好"), content_type=content_type).text
    sealed = pushes.seal(door.text("你好"))
    response = door.post(pushes.query(sealed=sealed), pushes.envelope(sealed), content_type=content_type)
    assert "老战友" in door.heard(response)


@on_sqlite
@pytest.mark.parametrize("size", [256 * 1024 + 1, 300_000, 3_000_000])
def test_a_body_too_large_is_refused(door, size):
    body = b"<xml>" + b"x" * size
    assert door.post(pushes.query(sealed="A"), body).status_code == 413
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    response = door.client.post(
        pushes.address(pushes.query(sealed="A")), input_stream=io.BytesIO(body), environ_overrides=chunked
    )
    assert response.status_code == 413
    assert door.rows() == {}


def test_a_body_just_small_enough_is_read(make_door):
    door = make_door(security="plain")
    body = text_push("啊" * 87_000).encode()
    assert 250_000 < len(body) <= 256 * 1024
    assert door.push_plain(body).status_code == 200
    assert len(door.kept()) == 1


@on_sqlite
@pytest.mark.parametrize("words", ["啊" * 60_000, "1" * 100_000, "<" * 60_000, "a" * 100_000, "啊1" * 40_000])
def test_a_very_long_text_is_kept_whole_and_answered_in_time(make_door, words):
    door = make_door(security="plain")
    started = time.thread_time()
    response = door.push_plain(pushes.message(at=AT, Content=words))
    assert time.thread_time() - started < 1.5
    assert response.status_code == 200
    assert len(door.kept()) == 1


@pytest.mark.parametrize("kind", ["sticker", "card", "miniprogrampage", "something_new"])
def test_an_unknown_message_is_kept_as_what_it_is_and_told_politely(door, kind):
    assert "看不了" in door.heard(door.push(pushes.message(kind, at=AT, Whatever="x")))
    assert door.kept() == [(kind, "")]


@pytest.mark.parametrize("name", ["something_new", "LOCATION", "VIEW", "kf_close_session", ""])
def test_an_event_without_an_answer_is_kept_and_acknowledged(door, name):
    assert door.heard(door.push(door.event(name, EventKey="k"))) == ""
    assert door.kept() == [(name.lower() or "none", "")]
    assert door.rows() == {"conversations": 1, "messages": 1}


def test_the_result_of_a_template_message_makes_nobody_known(door):
    """It may come after somebody has left: hearing it would keep the openid again (R51)."""
    assert door.heard(door.push(door.event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status="success"))) == ""
    assert door.rows() == {}


@pytest.mark.parametrize("moment", ["0", "1", "1735689600", str(AT - 6 * 86400 - 1)])
def test_what_is_older_than_six_days_is_acknowledged_without_effect(door, caplog, moment):
    for inner in (door.text("你好", CreateTime=moment), door.event("subscribe", CreateTime=moment)):
        assert door.heard(door.push(inner)) == ""
    assert door.rows() == {}
    assert [record.getMessage() for record in caplog.records].count("push_too_old") == 2


@pytest.mark.parametrize("moment", [str(AT - 6 * 86400 + 5), str(AT + 1200), "9999999999", f"0{AT}"[:10]])
def test_a_late_or_early_message_is_heard(door, moment):
    response = door.push(door.text("你好", CreateTime=moment))
    assert response.status_code == 200
    assert len(door.kept()) == (1 if not moment.startswith("0") else 0)
