"""WeChat's error codes, read once: what each means for the message at hand (platform.md 5.2, 6.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bot.channels import SendFailed
from models.conversation import SHANGHAI

RENEW_TOKEN = frozenset({40001, 40014, 42001})
BUSY = frozenset({-1, 268487001, 268487002, 268488001, 9500001, 9500002})
WINDOW_CLOSED = frozenset({45015, 45047})
ADDRESS_DEAD = frozenset({40003, 43004, 43019, 48002, 50005})
# The account or its settings are in trouble: nothing of ours is wrong with the message, so it waits.
OPERATOR_MUST_ACT = frozenset(
    {40013, 40125, 40164, 61004, 40243, 89503, 89501, 89506, 89507, 50002, 50004, 50007, 45087, 45102, 48001, 48004}
)
ASK_AGAIN_IN = dt.timedelta(minutes=5)
MINUTE_LIMIT, DAY_LIMIT = 45011, 45009
MEDIA_GONE = 40007
REFUSES_TEMPLATES = 43101

# What staff and operators read; the number goes with it.
MEANING = {
    40001: "access_token 失效，或 AppSecret 不对",
    40013: "AppID 不对",
    40125: "AppSecret 不对",
    40164: "这台机器的 IP 不在公众平台的白名单里",
    61004: "这台机器的 IP 没有登记",
    40243: "AppSecret 被冻结，要到公众平台解冻",
    45002: "内容太长",
    45009: "今天的调用次数用完了，北京时间零点后恢复",
    45011: "这一分钟调用太多",
    45015: "对方超过 48 小时没说话，或取消了关注",
    45047: "对方说一次话最多回 5 条，用完了",
    48001: "公众号没有这个接口的权限",
    50002: "公众号被限制",
    43004: "对方没有关注",
    40003: "找不到这个人",
    43101: "对方不收模板消息",
    40037: "通知模板不存在，要到公众平台核对模板编号",
    47003: "通知模板的内容不合要求",
}


def code_of(answer: Mapping[str, object]) -> int:
    """The errcode; 0 when there is none, as in most answers that bring something (platform.md 5.2)."""
    try:
        return int(str(answer.get("errcode") or 0))
    except ValueError:
        return -1


def failed(code: int, *, now: dt.datetime) -> SendFailed:
    """What an errcode means for a message that was to be sent."""
    reason = f"{code} {MEANING.get(code, '')}".strip()
    if code in WINDOW_CLOSED:
        return SendFailed(reason, window_closed=True)
    if code in ADDRESS_DEAD:
        return SendFailed(reason, address_dead=True)
    if code == REFUSES_TEMPLATES:
        return SendFailed(reason)  # the person's own choice
    if code in BUSY:
        return SendFailed(reason, retry=True)
    if code == MINUTE_LIMIT:
        return SendFailed(reason, retry_after=dt.timedelta(seconds=61 - now.second))
    if code == DAY_LIMIT:
        return SendFailed(reason, retry_after=until_midnight(now), alarm=True)
    if code in OPERATOR_MUST_ACT or code in RENEW_TOKEN:
        return SendFailed(reason, retry_after=ASK_AGAIN_IN, alarm=True)
    return SendFailed(reason, alarm=True)  # the rest are mistakes of ours; repeating them would not help


def until_midnight(now: dt.datetime) -> dt.timedelta:
    """Daily limits fall at midnight in Beijing."""
    here = now.astimezone(SHANGHAI)
    midnight = here.replace(hour=0, minute=0, second=30, microsecond=0) + dt.timedelta(days=1)
    return midnight - here
