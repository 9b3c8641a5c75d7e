"""My data: see what is kept, have it erased, take the consent back (PIPL 15, 44-47; R51-R53)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from handlers.kit.form import CANCEL_WORDS
from handlers.kit.phrase import Phrase
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from models.case import Case
from models.conversation import SHANGHAI
from models.erasure import Erasure
from models.masking import mask
from models.people import HANDLING, SENSITIVE, Consent, Veteran
from models.reminder import Reminder

KEPT = Phrase(
    "my_data.kept",
    "这个微信号下面存了：\n· 姓名：{name}\n· 电话：{phone}\n· 登记的事：{cases} 件；提醒：{reminders} 个\n· 您和我们说过的话\n"
    "您同意过的：\n· 记您的话、姓名、电话：{handling}\n· 记病情、难处这些私事：{sensitive}\n"
    "要看全部、要改，回复 8，当面核对身份后给您看。\n想删，说“删我的资料”；收回同意，说“不同意了”。",
)
SURE_TO_ERASE = Phrase(
    "my_data.sure_to_erase",
    "删了就找不回来：聊天、照片、录音、姓名电话、提醒、没填完的表，都删。\n登记过的事按规定要留在编号下面，不删。\n1 是，删掉\n2 不删",
)
ERASED = Phrase("my_data.erased", "删掉了。照片、录音 24 小时内清完。以后还能照样问、照样找人。")
STILL_ON_RECORD = Phrase("my_data.still_on_record", "登记过的 {cases} 件事，还在编号下面。")
NOT_ERASED = Phrase("my_data.not_erased", "好的，没有删。")
WITHDRAWN = Phrase(
    "my_data.withdrawn",
    "好的，从现在起不再用您的姓名电话，没填完的也删了，到期提醒也停了。\n登记过的事还在编号下面。问政策、找人，照样可以。\n聊天也想删，说“删我的资料”。",
)

SEE = frozenset(["查我的资料", "我的资料", "看我的资料", "查资料", "查我的信息", "我的信息", "你们存了我什么"])
ERASE = frozenset(
    ["删我的资料", "删除我的资料", "删资料", "删我的信息", "删除我的信息", "把我的资料删了", "删掉我的资料"]
)
KEEP = CANCEL_WORDS | frozenset(["不删", "不删了", "不要删", "先不删", "留着"])
WITHDRAW = frozenset(["不同意了", "我不同意了", "撤回同意", "取消同意", "不授权了"])


class MyData(Passing):
    """Three commands, from anywhere, in the words the consent named."""

    name: ClassVar[str] = "my_data"
    interrupts: ClassVar[bool] = True
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(minutes=15)

    def wants(self, turn: Turn) -> bool:
        return turn.plain in SEE or turn.plain in ERASE or turn.plain in WITHDRAW

    def open(self, turn: Turn) -> Step:
        if turn.plain in ERASE:
            return Step([SURE_TO_ERASE()], {"at": "sure"}, routed="my_data")
        if turn.plain in WITHDRAW:
            return self._withdraw(turn)
        return self._show(turn)

    def hear(self, turn: Turn, state: State) -> Step:
        if turn.choice == 1:
            cases = len(Case.of(turn.db, turn.conversation))
            Consent.take_back(turn.db, turn.conversation.veteran_id, now=turn.now)
            Erasure.of(turn.db, turn.conversation, now=turn.now)
            return Step([ERASED(), STILL_ON_RECORD(cases=cases)] if cases else [ERASED()])
        if turn.choice is not None or turn.plain in KEEP:
            return Step([NOT_ERASED()])
        return PASS_ON

    def _show(self, turn: Turn) -> Step:
        veteran = self._veteran(turn)
        name, phone = (veteran.name, veteran.phone) if veteran else ("", "")
        shown = KEPT(
            name=f"{name[0]}*{name[2:]}" if len(name) > 1 else name or "没有",
            phone=mask(phone).text or "没有",
            cases=len(Case.of(turn.db, turn.conversation)),
            reminders=len(Reminder.of(turn.db, turn.conversation)),
            handling=self._since(turn, HANDLING),
            sensitive=self._since(turn, SENSITIVE),
        )
        return Step([shown], routed="my_data")

    def _withdraw(self, turn: Turn) -> Step:
        Consent.take_back(turn.db, turn.conversation.veteran_id, now=turn.now)
        if veteran := self._veteran(turn):
            veteran.forget()
        Erasure.drop_drafts(turn.db, turn.conversation)
        Reminder.drop_all(turn.db, turn.conversation)
        return Step([WITHDRAWN()], routed="my_data")

    def _since(self, turn: Turn, purpose: str) -> str:
        """Since when a consent is in force, as people write a day."""
        consent = Consent.standing(turn.db, turn.conversation.veteran_id, purpose)
        if consent is None:
            return "没有"
        day = consent.given_at.astimezone(SHANGHAI)
        return f"{day.year} 年 {day.month} 月 {day.day} 日起"

    def _veteran(self, turn: Turn) -> Veteran | None:
        known = turn.conversation.veteran_id
        return turn.db.get_one(Veteran, known) if known is not None else None


MY_DATA = MyData()
