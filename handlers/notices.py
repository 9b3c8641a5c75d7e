"""Notices: want no more of them, want them again, read the last ones, and see one before it leaves (R63)."""

from __future__ import annotations

import re
from typing import ClassVar

from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import OneShot, Step, Turn
from models.broadcast.inbox import notices_for
from models.broadcast.preview import notice_of_code

STOPPED = Phrase(
    "notices.stopped",
    "好的，以后不再给您发通知。问政策、办事、查自己的事、找人，都和以前一样。\n想再收，说“订阅通知”。",
)
AGAIN = Phrase("notices.again", "好的，以后有通知就发给您。不想收了，说“退订通知”。")
NONE = Phrase("notices.none", "最近 30 天没有发给您的通知。想问什么，直接说就行；找人，回复 8。")
LAST = Phrase("notices.last", "最近发给您的通知：")
NO_SUCH_CODE = Phrase("notices.no_such_code", "这个号码过时了，或者写错了。请在工作台的通知页上再看一眼号码。")

LONGEST_COMMAND = 16
LONGEST_BUBBLE = 560  # one answer takes 600 characters
_NO_MORE = re.compile(
    r"(?:我|请)?(?:要|想)?(?:退订|退定|取消|取消订阅|停止|停发|关闭|关掉|拒收|屏蔽|不接收|(?:不|不要|不想)再?收|不要|"
    r"(?:别|不要)再?(?:给我)?发)(?:这类|这种|这些|你们的|你们|群发)?(?:的)?通知(?:了|吧|啦)?"
)
_NO_MORE_SHORT = frozenset(["退订", "退定", "我要退订", "我想退订", "td", "退订td", "取消订阅", "不订阅了"])
_AGAIN = re.compile(
    r"(?:我|请)?(?:要|想)?(?:重新|继续|恢复|再)?(?:订阅|恢复|接收|收|开通|打开)(?:你们的)?通知(?:了|吧)?"
)
_AGAIN_SHORT = frozenset(["订阅", "恢复订阅", "重新订阅", "我要订阅"])
_READ = frozenset(["看通知", "看看通知", "查通知", "看一下通知", "最近通知", "最近的通知", "看全文", "通知全文"])
_CODE = re.compile(r"看样子([0-9]{6})")


class Notices(OneShot):
    """Whole messages only, from anywhere: what was open goes on."""

    name: ClassVar[str] = "notices"
    interrupts: ClassVar[bool] = True

    def wants(self, turn: Turn) -> bool:
        words = turn.plain.replace(" ", "")
        if len(words) > LONGEST_COMMAND:
            return False
        return self._stops(words) or self._returns(words) or self._reads(turn, words) or bool(_CODE.fullmatch(words))

    def open(self, turn: Turn) -> Step:
        words = turn.plain.replace(" ", "")
        if self._stops(words):
            turn.conversation.no_notices_at = turn.conversation.no_notices_at or turn.now
            return Step([STOPPED()], stay=True, routed="notices")
        if self._returns(words):
            turn.conversation.no_notices_at = None
            return Step([AGAIN()], stay=True, routed="notices")
        if code := _CODE.fullmatch(words):
            notice = notice_of_code(turn.db, code[1], now=turn.now)
            return Step([notice.text if notice else NO_SUCH_CODE()], stay=True, routed="notices")
        return Step(self._last(turn), stay=True, routed="notices")

    def _last(self, turn: Turn) -> list[Said]:
        """The newest notices that fit one bubble, newest first."""
        shown: list[Said] = []
        left = LONGEST_BUBBLE
        for words in notices_for(turn.db, turn.conversation, now=turn.now):
            if shown and len(words) + 2 > left:
                break
            shown.append(f"\n{words}" if shown else words)
            left -= len(words) + 2
        return [LAST(), *shown] if shown else [NONE()]

    def _stops(self, words: str) -> bool:
        return words in _NO_MORE_SHORT or _NO_MORE.fullmatch(words) is not None

    def _returns(self, words: str) -> bool:
        return words in _AGAIN_SHORT or _AGAIN.fullmatch(words) is not None

    def _reads(self, turn: Turn, words: str) -> bool:
        return words in _READ or (words == "通知" and turn.run is None)


NOTICES = Notices()
