"""What the strict validation accepts and refuses (platform.md 4.1 and 12.1)."""

import pytest

from simulator.bubbles import TROUBLE_TEXT
from simulator.markup import write
from tests.simulator.sim_bot import Bot, reply_fields, text_reply

TAP = '<a href="weixin://bizmsgmenu?msgmenucontent=查政策&msgmenuid=1">1 查政策</a>'
WEB = '<a href="https://example.com/a?b=1&c=2">看原文</a>'
ARTICLE = [("Title", "通知"), ("Description", "摘要"), ("PicUrl", ""), ("Url", "https://example.com/")]
ONE_ARTICLE = [("ArticleCount", 1), ("Articles", [("item", ARTICLE)])]


def fields(kind, *own):
    return lambda asked: write(reply_fields(asked, kind, *own))


def changed(name, value):
    def answer(asked):
        return write(
            [(key, value if key == name else old) for key, old in reply_fields(asked, "text", ("Content", "好"))]
        )

    return answer


GOOD = {
    "text": fields("text", ("Content", "好的")),
    "text of 2048 bytes": fields("text", ("Content", "a" * 2048)),
    "text with links": fields("text", ("Content", f'{TAP}\n{WEB}\n<a href="tel:120">120</a>')),
    "percent-encoded tap link": fields("text", ("Content", TAP.replace("查政策&", "%E6%9F%A5&"))),
    "one article": fields("news", *ONE_ARTICLE),
    "hand-over": fields("transfer_customer_service"),
    "hand-over to somebody": fields("transfer_customer_service", ("TransInfo", [("KfAccount", "a@sim")])),
    "success": lambda _: "success",
    "empty body": lambda _: "",
}
BAD = {
    "empty Content": fields("text", ("Content", "")),
    "blank Content": fields("text", ("Content", " \n ")),
    "no Content": fields("text"),
    "2049 bytes": fields("text", ("Content", "a" * 2049)),
    "683 characters": fields("text", ("Content", "汉" * 683)),
    "unknown type": fields("card", ("Content", "x")),
    "hand-over to WeChat's own AI": fields("transfer_biz_ai_ivr"),
    "an element too many": fields("text", ("Content", "好"), ("Contents", "好")),
    "Content twice": fields("text", ("Content", "好"), ("Content", "好")),
    "wrong receiver": changed("ToUserName", "oTEST0000000000000000000001"),
    "addresses not swapped": changed("FromUserName", "oTEST0000000000000000000001"),
    "CreateTime in words": changed("CreateTime", "now"),
    "two articles": fields("news", ("ArticleCount", 2), ("Articles", [("item", ARTICLE), ("item", ARTICLE)])),
    "count without article": fields("news", ("ArticleCount", 1), ("Articles", [])),
    "article without address": fields("news", ("ArticleCount", 1), ("Articles", [("item", ARTICLE[:3])])),
    "unknown picture": fields("image", ("Image", [("MediaId", "nobody-knows")])),
    "unknown agent": fields("transfer_customer_service", ("TransInfo", [("KfAccount", "nobody@sim")])),
    "link not closed": fields("text", ("Content", '<a href="https://example.com/">看')),
    "link in single quotes": fields("text", ("Content", "<a href='https://example.com/'>看</a>")),
    "tap link without number": fields("text", ("Content", TAP.replace("&msgmenuid=1", ""))),
    "tap link with a reserved character": fields("text", ("Content", TAP.replace("查政策&", "查#政策&"))),
    "success with a line break": lambda _: "success\n",
    "Success": lambda _: "Success",
    "json": lambda _: '{"errcode":0}',
    "html": lambda _: "<html><body>ok</body></html>",
    "broken XML": lambda asked: text_reply(asked, "好")[:-3],
    "second root": lambda asked: text_reply(asked, "好") + "<xml></xml>",
    "attribute": lambda asked: text_reply(asked, "好").replace("<Content>", '<Content lang="zh">'),
    "entity": lambda asked: '<!DOCTYPE xml [<!ENTITY a "b">]>' + text_reply(asked, "好"),
    "control character": lambda asked: text_reply(asked, "好").replace("好", "\x0b"),
    "CDATA broken out of": lambda asked: text_reply(asked, "x").replace("x]]>", "]]></Content><Content><![CDATA[y]]>"),
}


@pytest.fixture
def agents(platform):
    platform.add_agent("a@sim", "老李", online=False)


@pytest.mark.usefixtures("agents")
@pytest.mark.parametrize("name", GOOD)
def test_a_good_reply_passes(platform, phone, bot, name):
    bot.answer = GOOD[name]
    assert all(bubble.who == "account" for bubble in phone.says("在吗"))
    assert platform.complaints == []
    assert platform.deliveries[0].outcome in ("answered", "silent")


@pytest.mark.usefixtures("agents")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_reply_shows_the_error_text_and_is_noted(platform, phone, bot, name):
    bot.answer = BAD[name]
    (bubble,) = phone.says("在吗")
    assert (bubble.who, bubble.text) == ("platform", TROUBLE_TEXT)
    assert platform.complaints
    assert platform.deliveries[0].outcome == "failed"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"415670741", b"415670742"), (b"<Nonce>", b"<Nonce>x</Nonce><Nonce>"), (b"1767600000", b"today"),
     (b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA"), (b"MsgSignature", b"Signature")],
)  # fmt: skip
def test_a_spoilt_envelope_is_noted(platform, phone, bot, old, new):
    bot.bend = lambda body: body.replace(old, new)
    assert phone.says("在吗")[0].who == "platform"
    assert platform.complaints


def test_safe_mode_takes_no_plain_reply(platform, phone, bot):
    bot.plain_replies = True
    assert phone.says("在吗")[0].who == "platform"
    assert "明文" in platform.complaints[0]


def test_compatible_mode_takes_both(make):
    bot, platform = Bot("compatible"), make("compatible")
    with bot.serve() as platform.webhook, platform.serve():
        phone = platform.phone("老周")
        assert phone.says("在吗")[0].text == "收到：在吗"
        bot.plain_replies = True
        assert phone.says("在吗")[0].text == "收到：在吗"
    assert platform.complaints == []


def test_an_event_that_shows_nothing_must_not_be_answered(platform, phone, bot):
    bot.answer = GOOD["text"]
    assert phone.unfollow() is None
    assert "success" in platform.complaints[0]
    assert [bubble.who for bubble in phone.bubbles] == []


def test_an_expired_picture_is_noted(platform, phone, bot, caller, clock):
    picture = b"\xff\xd8\xff" + b"x" * 100
    media_id = caller.upload("/cgi-bin/media/upload", picture, type="image")["media_id"]
    bot.answer = fields("image", ("Image", [("MediaId", media_id)]))
    assert phone.says("照片")[0].media_id == media_id
    clock.jump(days=3)
    assert phone.says("照片")[0].who == "platform"


@pytest.mark.parametrize("status", [400, 403, 404, 302])
def test_another_status_is_an_error_at_once(platform, phone, bot, status):
    bot.status = status
    assert phone.says("在吗")[0].who == "platform"
    assert platform.deliveries[0].attempts == 1
    assert platform.complaints


def test_a_5xx_is_tried_again_and_noted_each_time(platform, phone, bot):
    bot.status = 500
    assert phone.says("在吗")[0].who == "platform"
    assert platform.deliveries[0].attempts == 3
    assert sum("5xx" in words for words in platform.complaints) == 3
