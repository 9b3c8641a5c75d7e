"""What the tests of the API side share: the account on a stand-in platform, and how a failure is read."""

from __future__ import annotations

import traceback

import pytest

from bot.channels import SendFailed
from bot.channels.wechat_api import Patience
from bot.channels.wechat_oa import WeChatOfficialAccount
from tests.bot.channels.door import SECRET
from tests.bot.channels.pushes import LAOZHOU

SEND = "message/custom/send"
QUICK = Patience(connect=0.5, read=0.4, file=0.8)
CANARIES = (SECRET, "TOKEN-CANARY", LAOZHOU)


def send(account: WeChatOfficialAccount, words: str = "您好") -> None:
    account.send(LAOZHOU, words, from_bot=True)


def failure(account: WeChatOfficialAccount, words: str = "您好") -> SendFailed:
    """The failure of one message; nothing in it, or in what led to it, names a secret, a token or a person."""
    with pytest.raises(SendFailed) as raised:
        send(account, words)
    told = "".join(traceback.format_exception(raised.value)) + raised.value.reason
    assert not any(canary in told for canary in CANARIES)
    return raised.value


def meaning(failed: SendFailed) -> set[str]:
    names = ("retry", "window_closed", "address_dead", "outcome_unknown", "alarm")
    return {name for name in names if getattr(failed, name)}
