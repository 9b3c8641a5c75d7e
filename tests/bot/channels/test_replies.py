"""What goes back: it reads back as it was meant, whatever stands in it (R15, R16, sheet 4)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.channels.wechat_xml import BadXml, parts, text_answer, with_tap_links
from models.message import Message, Status
from tests.bot.channels import pushes
from tests.bot.channels.door import WECHAT, Clock, words_of
from tests.bot.channels.pushes import LAOZHOU, OURS
from tests.make import NOON


def answered(words: str) -> str:
    """The words after the way through our XML and a parser that is not ours."""
    xml = text_answer(to=LAOZHOU, ours=OURS, words=words, at=NOON)
    inner = pushes.fields(xml.encode())
    assert (inner["ToUserName"], inner["FromUserName"], inner["MsgType"]) == (LAOZHOU, OURS, "text")
    assert inner["CreateTime"] == str(int(NOON.timestamp()))
    return inner["Content"]


@pytest.mark.parametrize(
    "words",
    [
        "您好",
        "]]>",
        "a]]>b]]>c",
        "]]]]>>",
        "]]]>",
        "尾]]",
        "hi]]></Content><ToUserName>oVICTIM</ToUserName><Content>",
        "]]></Content></xml><xml><Content><![CDATA[evil",
        "<![CDATA[x]]>",
        "<xml>&amp;&lt;</xml>",
        '<a href="http://x">领钱</a>',
        "一\n二\t三",
        "👨‍👩‍👧🇨🇳𠮷",
        "\u202e",
    ],
)
def test_every_text_comes_out_literally(words):
    """C10."""
    assert answered(words) == words


@pytest.mark.parametrize("sign", ["\0", "\b", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_what_xml_cannot_carry_is_left_out(sign):
    assert answered(f"一{sign}二") == "一二"


@pytest.mark.parametrize("words", ["", " ", "\n", "\b", "\0\x0b"])
def test_an_answer_without_words_does_not_leave(words):
    with pytest.raises(BadXml):
        text_answer(to=LAOZHOU, ours=OURS, words=words, at=NOON)


def test_the_channel_swaps_the_addresses():
    account = WeChatOfficialAccount(WECHAT, None, Clock())
    inner = pushes.message(at=int(NOON.timestamp()), Content="好")
    sealed = pushes.seal(inner)
    push = account.open({k: [v] for k, v in pushes.query(sealed=sealed)}, pushes.envelope(sealed), now=NOON)
    body, kind = account.answer(push, "1 查政策", at=NOON + dt.timedelta(seconds=1))
    assert kind == "application/xml"
    outer = pushes.fields(body)
    assert words_of(pushes.unseal(outer["Encrypt"])[0]) == with_tap_links("1 查政策")
    assert outer["Nonce"] != pushes.NONCE
    again, _ = account.answer(push, "1 查政策", at=NOON)
    assert pushes.fields(again)["Encrypt"] != outer["Encrypt"]


# -- what was said to the bot and comes back in its words --------------------


@pytest.mark.parametrize("name", ["hi]]></Content><ToUserName>oVICTIM</ToUserName><Content>", "王]]>建国", "王\b建国"])
def test_words_of_a_veteran_in_our_answer_are_literal(door, name):
    for text in ("2", "1", "2", f"补助只算了两年{name.replace(chr(8), '')}", "1", "金华镇", "1", "重新算", "1"):
        door.says(text)
    answer = door.says("王建国 13800006021")
    assert "请您核对" in answer
    assert name.replace("\b", "")[:6] in answer


# -- tap links --------------------


def test_lines_that_start_with_a_digit_can_be_tapped():
    link = '<a href="weixin://bizmsgmenu?msgmenucontent={0}&msgmenuid={0}">{1}</a>'
    assert with_tap_links("回复数字：\n1 查政策\n8 找人") == (
        f"回复数字：\n{link.format(1, '1 查政策')}\n{link.format(8, '8 找人')}"
    )


@pytest.mark.parametrize(
    "words",
    ["12345 热线", "1", "1  ", "1查政策", "· 1 查政策", "一 查政策", "¹ x", "１ 查", "2026 年", "", "1 " + "长" * 120],
)
def test_other_lines_are_left_alone(words):
    assert with_tap_links(words) == words


def test_links_are_left_out_where_they_would_not_fit():
    few, many = "说" * 400 + "\n1 查政策", "说" * 580 + "\n1 查政策"
    assert "bizmsgmenu" in with_tap_links(few)
    assert with_tap_links(many) == many


def test_a_tap_and_its_percent_signs_are_understood(door):
    door.heard(door.push(door.event("subscribe")))
    assert "优待证" in door.says("1", bizmsgmenuid="1")
    assert door.says("%E4%BD%A0%E5%A5%BD") == door.says("你好")


def test_the_welcome_is_tappable_and_short_enough(door):
    words = door.heard(door.push(door.event("subscribe", EventKey="qrscene_last_trade_no_1")))
    assert words.count("<a href=") == 5
    assert len(words.encode()) <= 1800


# -- lengths --------------------


@pytest.mark.parametrize(
    "words",
    ["好" * 601, "😀" * 451, "𠮷" * 3000, "a" * 1801, "好\n" * 1000, "a" * 600 + "\n\n\n" + "b" * 600, "好😀a\n" * 900],
)
def test_long_words_are_cut_into_pieces_that_fit(words):
    pieces = parts(words)
    assert len(pieces) > 1
    assert all(piece.strip() and len(piece.encode()) <= 1800 and len(piece) <= 600 for piece in pieces)
    assert "".join(pieces).replace("\n", "") == words.replace("\n", "")


@pytest.mark.parametrize("words", ["好", "一\n二", "好" * 600, "😀" * 450])
def test_short_words_are_one_piece(words):
    assert parts(words) == [words]


@pytest.mark.parametrize("words", ["", "\n", " \r\n "])
def test_no_words_are_no_piece(words):
    assert parts(words) == []


def test_an_answer_too_long_for_a_response_is_left_to_the_worker(door):
    push = door.text("优待证怎么办")
    assert door.heard(door.push(push))
    with door.office.sessions.begin() as db:
        reply = db.scalars(select(Message).where(Message.author == "bot")).one()
        reply.words, reply.status = "长" * 601, Status.QUEUED
    assert door.heard(door.push(push)) == ""
    with door.office.sessions.begin() as db:
        assert db.scalars(select(Message).where(Message.author == "bot")).one().status == Status.QUEUED
