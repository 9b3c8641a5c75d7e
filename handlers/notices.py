"""Notices: no more of them, or again; come to an event; read the last ones; see one before it leaves (R63)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from handlers.kit.phrase import Phrase, Said, shortened
from handlers.kit.turn import OneShot, Step, Turn
from models.broadcast.inbox import notices_for
from models.broadcast.preview import notice_of_code
from models.broadcast.sign_up import event_for, sign_off, sign_up

STOPPED = Phrase(
    "notices.stopped",
    "好的，以后不再给您发通知。问政策、办事、查自己的事、找人，都和以前一样。\n想再收，说“订阅通知”。",
)
AGAIN = Phrase("notices.again", "好的，以后有通知就发给您。不想收了，说“退订通知”。")
NONE = Phrase("notices.none", "最近 30 天没有发给您的通知。想问什么，直接说就行；找人，回复 8。")
LAST = Phrase("notices.last", "最近发给您的通知：")
NO_SUCH_CODE = Phrase("notices.no_such_code", "这个号码过时了，或者写错了。请在工作台的通知页上再看一眼号码。")

SIGNED_UP = Phrase(
    "notices.signed_up", "记下了，您要参加：{words}\n去不了，说“取消报名”。要报的不是这件事，回复 8 找人。"
)
SIGNED_OFF = Phrase("notices.signed_off", "好的，记下了，您不参加了：{words}\n又想去了，说“报名”。")
# The same while a person holds the chat: one line, and plainly not that person's.
STOPPED_BESIDE = Phrase("notices.stopped_beside", "（系统：以后不再给您发通知。想再收，说“订阅通知”。）")
AGAIN_BESIDE = Phrase("notices.again_beside", "（系统：以后有通知就发给您。）")
SIGNED_UP_BESIDE = Phrase("notices.signed_up_beside", "（系统：记下了，您要参加：{words}）")
SIGNED_OFF_BESIDE = Phrase("notices.signed_off_beside", "（系统：记下了，您不参加了：{words}）")

LONGEST_COMMAND = 16
LONGEST_NAMED = 60  # of the words of an event, so that one knows which it is
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
_SIGN_UP = frozenset(
    ["报名", "我报名", "我要报名", "我想报名", "报个名", "我报个名", "报名参加", "我参加", "我要参加", "我想参加"]
)
_SIGN_OFF = frozenset(["取消报名", "不报名了", "我不报名了", "退出报名", "不参加了", "我不参加了"])


@dataclass(frozen=True, slots=True)
class _Done:
    """A wish that has taken effect: how it is confirmed, and how beside a person who holds the chat."""

    said: Said
    beside: Said


class Notices(OneShot):
    """Whole messages only, from anywhere: what was open goes on."""

    name: ClassVar[str] = "notices"
    interrupts: ClassVar[bool] = True

    def wants(self, turn: Turn) -> bool:
        words = turn.plain.replace(" ", "")
        if len(words) > LONGEST_COMMAND:
            return False
        if self._stops(words) or self._returns(words) or self._reads(turn, words) or _CODE.fullmatch(words):
            return True
        # 报名 may mean a course, a school, the army: it is ours only from those who were told of an event.
        comes, stays = words in _SIGN_UP, words in _SIGN_OFF
        return (comes or stays) and event_for(turn.db, turn.conversation, now=turn.now, signed_up=stays) is not None

    def open(self, turn: Turn) -> Step:
        if done := self._fulfil(turn):
            return Step([done.said], stay=True, routed="notices")
        if code := _CODE.fullmatch(turn.plain.replace(" ", "")):
            notice = notice_of_code(turn.db, code[1], now=turn.now)
            return Step([notice.text if notice else NO_SUCH_CODE()], stay=True, routed="notices")
        return Step(self._last(turn), stay=True, routed="notices")

    def beside(self, turn: Turn) -> Sequence[Said]:
        """What to say to words in a chat that a person holds: nothing, unless they are a wish about notices.

        Such a wish takes effect at once, and the bot itself says so in one line. A note for the volunteer would be no
        simpler: both lines stand in the talk anyway, nobody has to remember to confirm, and an answer to a push costs
        none of the sends that are kept for a person.
        """
        if len(turn.plain) > LONGEST_COMMAND or not (done := self._fulfil(turn)):
            return ()
        turn.routed = self.name
        return [done.beside]

    def _fulfil(self, turn: Turn) -> _Done | None:
        """Do what is wished for; None when the words wish for nothing that lasts."""
        words = turn.plain.replace(" ", "")
        if self._stops(words):
            turn.conversation.no_notices_at = turn.conversation.no_notices_at or turn.now
            return _Done(STOPPED(), STOPPED_BESIDE())
        if self._returns(words):
            turn.conversation.no_notices_at = None
            return _Done(AGAIN(), AGAIN_BESIDE())
        if words in _SIGN_UP and (event := sign_up(turn.db, turn.conversation, now=turn.now)):
            named = shortened(event, LONGEST_NAMED)
            return _Done(SIGNED_UP(words=named), SIGNED_UP_BESIDE(words=named))
        if words in _SIGN_OFF and (event := sign_off(turn.db, turn.conversation, now=turn.now)):
            named = shortened(event, LONGEST_NAMED)
            return _Done(SIGNED_OFF(words=named), SIGNED_OFF_BESIDE(words=named))
        return None

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
