"""Notices: no more of them, or again; come to an event; read the last ones; see one before it leaves (R63)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from handlers.kit.phrase import Phrase, Said, shortened
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from handlers.reminder.kept import told_to
from models.broadcast.inbox import notices_for
from models.broadcast.preview import notice_of_code
from models.broadcast.sign_up import Event, events_for, meant

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
WHICH_TO_COME_TO = Phrase("notices.which_to_come_to", "通知过您的不止一件，您要参加哪一件？")
WHICH_TO_LEAVE = Phrase("notices.which_to_leave", "您报了不止一件，哪一件去不了？")
WHICH = Phrase("notices.which", "您说的是哪一件？请照下面的话回一句：")
EVENT_IS_OVER = Phrase("notices.event_is_over", "这件事的通知已经停了，不用报名。要问清楚，回复 8 找人。")
# The same while a person holds the chat: one line, and plainly not that person's.
STOPPED_BESIDE = Phrase("notices.stopped_beside", "（系统：以后不再给您发通知。想再收，说“订阅通知”。）")
AGAIN_BESIDE = Phrase("notices.again_beside", "（系统：以后有通知就发给您。）")
SIGNED_UP_BESIDE = Phrase("notices.signed_up_beside", "（系统：记下了，您要参加：{words}）")
WHICH_BESIDE = Phrase("notices.which_beside", "（系统：您说的是哪一件？请照下面的话回一句。）")
SIGNED_OFF_BESIDE = Phrase("notices.signed_off_beside", "（系统：记下了，您不参加了：{words}）")

LONGEST_COMMAND = 16
OVER_ANYWAY = ("policy", "front_desk")  # their runs wait for a digit that nobody has to give
LONGEST_NAMED = 60  # of the words of an event, so that one knows which it is
LONGEST_LISTED, MOST_LISTED = 36, 4  # the newest, where there are several: all of them in one bubble
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
_GREETING = re.compile(r"(?:各位|亲爱的)?老?战友们?[，,：:]?(?:您好|你好|大家好)?[。！!，,：:\s]+")


@dataclass(frozen=True, slots=True)
class _Wish:
    """To come to an event, or not after all; `number`: the one that was named."""

    coming: bool
    number: int | None

    @classmethod
    def of(cls, words: str) -> _Wish | None:
        """报名, 取消报名2: what somebody wishes; None for other words."""
        named = words[-1:] if words[-1:].isdecimal() else ""
        bare = words.removesuffix(named)
        if bare in _SIGN_UP or bare in _SIGN_OFF:
            return cls(bare in _SIGN_UP, int(named) if named else None)
        return None

    def among(self, events: Sequence[Event]) -> list[Event]:
        """The events it may be about; the one that was named, if it is there."""
        if self.number is not None:
            return [event for event in events if event.number == self.number]
        return meant(events, coming=self.coming)


@dataclass(frozen=True, slots=True)
class _Done:
    """A wish that has taken effect: how it is confirmed, and how beside a person who holds the chat.

    `asks`: it has not, since it may be about several events; the numbers of those by the digits that name them.
    """

    said: Sequence[Said]
    beside: Sequence[Said]
    asks: State | None = None


class Notices(Passing):
    """Whole messages only, from anywhere: what was open goes on. It asks only which of several events is meant."""

    name: ClassVar[str] = "notices"
    interrupts: ClassVar[bool] = True
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(minutes=15)

    def wants(self, turn: Turn) -> bool:
        words = turn.plain.replace(" ", "")
        if len(words) > LONGEST_COMMAND:
            return False
        if self._stops(words) or self._returns(words) or self._reads(turn, words) or _CODE.fullmatch(words):
            return True
        # 报名 may mean a course, a school, the army: it is ours only from those who were told of an event.
        wish = _Wish.of(words)
        return wish is not None and bool(wish.among(events_for(turn.db, turn.conversation, now=turn.now)))

    def open(self, turn: Turn) -> Step:
        if done := self._fulfil(turn):
            if done.asks is None:
                return Step(done.said, stay=True, routed="notices")
            if turn.run is None or turn.run.dialogue in OVER_ANYWAY:
                return Step(done.said, done.asks, routed="notices")
            return Step([WHICH(), *done.beside[1:]], stay=True, routed="notices")
        if code := _CODE.fullmatch(turn.plain.replace(" ", "")):
            notice = notice_of_code(turn.db, code[1], now=turn.now)
            return Step([notice.text if notice else NO_SUCH_CODE()], stay=True, routed="notices")
        return Step(self._last(turn), stay=True, routed="notices")

    def hear(self, turn: Turn, state: State) -> Step:
        if turn.choice not in state["numbers"]:
            return PASS_ON
        wish = _Wish(state["coming"], turn.choice)
        found = wish.among(events_for(turn.db, turn.conversation, now=turn.now))
        return Step(_noted(found[0], wish, turn.now).said if found else [EVENT_IS_OVER()], routed="notices")

    def beside(self, turn: Turn) -> Sequence[Said]:
        """What to say to words in a chat that a person holds: nothing, unless they are a wish about notices.

        Such a wish takes effect at once, and the bot itself says so in one line. A note for the volunteer would be no
        simpler: both lines stand in the talk anyway, nobody has to remember to confirm, and an answer to a push costs
        none of the sends that are kept for a person.
        """
        if len(turn.plain) > LONGEST_COMMAND or not (done := self._fulfil(turn)):
            return ()
        turn.routed = self.name
        return done.beside

    def _fulfil(self, turn: Turn) -> _Done | None:
        """Do what is wished for; None when the words wish for nothing that lasts."""
        words = turn.plain.replace(" ", "")
        if self._stops(words):
            turn.conversation.no_notices_at = turn.conversation.no_notices_at or turn.now
            return _Done([STOPPED()], [STOPPED_BESIDE()])
        if self._returns(words):
            turn.conversation.no_notices_at = None
            return _Done([AGAIN()], [AGAIN_BESIDE()])
        wish = _Wish.of(words)
        events = wish.among(events_for(turn.db, turn.conversation, now=turn.now)) if wish else []
        if wish is None or not events:
            return None
        return _noted(events[0], wish, turn.now) if len(events) == 1 else _which(events[-MOST_LISTED:], wish)

    def _last(self, turn: Turn) -> list[Said]:
        """The reminders that were told, then the newest notices, as many as fit one bubble."""
        shown: list[Said] = []
        left = LONGEST_BUBBLE
        for words in (*told_to(turn), *notices_for(turn.db, turn.conversation, now=turn.now)):
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


def _noted(event: Event, wish: _Wish, now: dt.datetime) -> _Done:
    named = _named(event, LONGEST_NAMED)
    if wish.coming:
        event.sign_up(now=now)
        return _Done([SIGNED_UP(words=named)], [SIGNED_UP_BESIDE(words=named)])
    event.sign_off()
    return _Done([SIGNED_OFF(words=named)], [SIGNED_OFF_BESIDE(words=named)])


def _which(events: Sequence[Event], wish: _Wish) -> _Done:
    """Nothing is noted yet: one digit says which it is; where digits belong to others, words that need no question."""
    listed = [(event.number, f"“{_named(event, LONGEST_LISTED)}”") for event in events]
    asked = WHICH_TO_COME_TO() if wish.coming else WHICH_TO_LEAVE()
    command = "报名" if wish.coming else "取消报名"
    return _Done(
        [asked, *(f"{number} {named}" for number, named in listed)],
        [WHICH_BESIDE(), *(f"{command}{number}：{named}" for number, named in listed)],
        {"coming": wish.coming, "numbers": [number for number, _ in listed]},
    )


def _named(event: Event, most: int) -> str:
    """The beginning of its words, behind the greeting, so that one knows which it is."""
    return shortened(_GREETING.sub("", event.words.strip(), count=1), most)


NOTICES = Notices()
