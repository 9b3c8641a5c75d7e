"""A notice as a template message: fields of every template there may be, short lines, and one word on how to read all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.channels import TEMPLATE_RESULT, SendFailed
from bot.channels.wechat_events import read_inbound
from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.channels.wechat_template import LONGEST, WHOLE, CannotFill, fields_of, template_data
from bot.channels.wechat_token import TokenKeeper
from models.conversation import SHANGHAI
from tests.bot.channels.api import QUICK, meaning
from tests.bot.channels.door import WECHAT, Clock
from tests.bot.channels.pushes import LAOZHOU
from tests.notices import WORDS

AT = dt.datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
LIST, SEND = "template/get_all_private_template", "message/template/send"
OURS = {
    "template_list": [
        {"template_id": "other", "content": "{{thing9.DATA}}"},
        {
            "template_id": "ours",
            "content": "{{first.DATA}}\n事项：{{thing1.DATA}}\n时间：{{ time2.DATA }}\n说明：{{thing12.DATA}}",
        },
    ]
}


def values(data: dict[str, dict[str, str]]) -> list[str]:
    return [field["value"] for field in data.values()]


def test_the_fields_are_read_from_the_platforms_own_list() -> None:
    assert fields_of(OURS, "ours") == ["thing1", "time2", "thing12"]
    assert fields_of(OURS, "gone") == fields_of({}, "ours") == []


def test_the_words_fill_the_lines_and_the_last_says_how_to_read_them_all() -> None:
    data = template_data(["thing1", "time2", "thing5", "phrase7", "thing3"], WORDS, at=AT)
    assert values(data) == [
        "12 月 3 日（星期四）下午 2 点",
        "2026年1月5日 09:00",
        "区领导来军人之家接访。地点：一楼接待室",
        "通知",
        WHOLE,
    ]
    assert values(template_data(["thing1", "thing2"], WORDS, at=AT))[0] == "12 月 3 日（星期四）下午 2 点…"
    assert list(data) == ["thing1", "time2", "thing5", "phrase7", "thing3"]


@pytest.mark.parametrize("words", [WORDS, "短", "没有标点" * 40, "一。\n\n二！三？", "\n \n。"])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_line_fits_and_none_is_empty(words: str, count: int) -> None:
    for value in values(template_data([f"thing{number}" for number in range(count)], words, at=AT)):
        assert 0 < len(value) <= LONGEST
        assert "\n" not in value


@pytest.mark.parametrize("fields", [[], ["time1"], ["thing1", "phone_number2"]])
def test_a_template_that_wants_something_else_is_not_used(fields: list[str]) -> None:
    with pytest.raises(CannotFill):
        template_data(fields, WORDS, at=AT)


# -- against the platform --------------------


@pytest.fixture
def account(sessions, platform):
    wechat = replace(WECHAT, api_base=platform.base, template_notice="ours")
    clock = Clock()
    return WeChatOfficialAccount(wechat, TokenKeeper(wechat, sessions, clock), clock, QUICK)


one_database = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@one_database
def test_a_notice_goes_out_under_its_key(account, platform):
    platform.says(LIST, OURS)
    platform.says(SEND, {"errcode": 0, "errmsg": "ok", "msgid": 200163836})
    assert account.notify(LAOZHOU, WORDS, key="key-1") == "200163836"
    account.notify(LAOZHOU, WORDS, key="key-2")
    asked = [each for each in platform.asked if "template" in each.path]
    assert [each.path for each in asked] == [f"/cgi-bin/{LIST}", f"/cgi-bin/{SEND}", f"/cgi-bin/{SEND}"]
    sent = asked[1].json
    assert (sent["touser"], sent["template_id"], sent["client_msg_id"]) == (LAOZHOU, "ours", "key-1")
    assert set(sent["data"]) == {"thing1", "time2", "thing12"}


@one_database
@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ({"errcode": 43101}, set()),
        ({"errcode": 43004}, {"address_dead"}),
        ({"errcode": 47003}, {"alarm"}),
        ({"errcode": 40037}, {"alarm"}),
        ({"errcode": -1}, {"retry"}),
        ({"errcode": 45009}, {"retry", "alarm"}),
    ],
)
def test_what_the_answers_mean(account, platform, answer, means):
    platform.says(LIST, OURS)
    platform.says(SEND, answer)
    with pytest.raises(SendFailed) as raised:
        account.notify(LAOZHOU, WORDS, key="k")
    assert meaning(raised.value) == means


def test_the_result_that_comes_later_is_read() -> None:
    fields = {"FromUserName": LAOZHOU, "ToUserName": "gh", "CreateTime": "1767571200", "MsgType": "event"}
    told = read_inbound(
        fields | {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "200163836", "Status": "failed:user block"}
    )
    assert (told.kind, told.text, told.may_answer) == (TEMPLATE_RESULT, "200163836 failed:user block", False)


@one_database
def test_a_template_that_is_gone_is_told_to_the_operators(account, platform):
    platform.says(LIST, {"template_list": []})
    with pytest.raises(SendFailed, match="模板") as raised:
        account.notify(LAOZHOU, WORDS, key="k")
    assert meaning(raised.value) == {"alarm"}


@one_database
def test_an_account_without_a_template_says_so(account, platform, sessions):
    assert account.can_notify
    plain = replace(WECHAT, api_base=platform.base)
    assert not WeChatOfficialAccount(plain, TokenKeeper(plain, sessions, Clock()), Clock(), QUICK).can_notify
