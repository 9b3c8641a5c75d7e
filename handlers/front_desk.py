"""Front desk: greeting, menu, help, back and cancel outside a form, thanks; and the hardship road to a person."""

from __future__ import annotations

from typing import ClassVar

from handlers.kit.form import BACK_WORDS, CANCEL_WORDS
from handlers.kit.phrase import Phrase
from handlers.kit.turn import OneShot, Step, Turn
from models.dialogue_run import DialogueRun
from models.station import Station

WELCOME = Phrase(
    "front_desk.welcome",
    "老战友，您好！\n这里是观山湖区军人之家，机器先答，随时能找人。\n回复数字，或者点蓝字：\n"
    "1 查政策\n2 反映问题（信访）\n3 申请困难帮扶\n4 查办到哪一步\n8 找接待室的人\n"
    "打字、说话都可以。要打字或说话，请点左下角小键盘。",
)
MENU = Phrase(
    "front_desk.menu",
    "回复数字，或者点蓝字：\n1 查政策\n2 反映问题（信访）\n3 申请困难帮扶\n4 查办到哪一步\n8 找接待室的人\n想问什么，直接说也行。",
)
DRAFT_WAITS = Phrase("front_desk.draft_waits", "您填到一半的还在，说“接着填”就行。")
HELLO = Phrase("front_desk.hello", "老战友，您好！想问什么、想办什么，直接说就行。\n回复 0 看能办的事，回复 8 找人。")
THANKS = Phrase("front_desk.thanks", "不用谢。还有事，随时说。")
ALL_RIGHT = Phrase("front_desk.all_right", "好的。还有事，随时说；找人回复 8。")
NOTHING_TO_CANCEL = Phrase("front_desk.nothing_to_cancel", "好的，没有在办的事。想办什么，直接说就行。")
HELP = Phrase(
    "front_desk.help",
    "想问什么，直接打字或者说话。\n0 看能办的事、上一步\n9 不办了\n8 找接待室的人\n字太小，说“字太小”，我教您放大。",
)
BIGGER = Phrase(
    "front_desk.bigger",
    "这样能把字变大：\n先点微信右下角“我”，再点“设置”，最后点“关怀模式”，打开。\n弄不来，回复 8，我们教您。",
)
HARDSHIP = Phrase(
    "front_desk.hardship",
    "困难帮扶，先由本人申请，镇街审核，区里审批。\n说说您家里的难处，回复 8，接待室的人帮您申请。\n1 帮扶要什么条件\n8 找人帮我申请",
)

MENU_WORDS = frozenset(
    [
        "菜单",
        "主菜单",
        "目录",
        "开始",
        "首页",
        "功能",
        "能办什么",
        "有什么功能",
        "你能干什么",
        "你会什么",
        "回到开头",
        "返回菜单",
        "办事情",
    ]
)
HELP_WORDS = frozenset(["帮助", "怎么用", "咋用", "咋个用", "不会用", "用不来", "不会弄", "怎么弄", "使用说明", "说明"])
BIGGER_WORDS = ("字太小", "字大点", "字小", "看不清", "看不青", "放大", "大字", "字体")
HELLO_WORDS = frozenset(
    [
        "你好",
        "您好",
        "你好啊",
        "您好啊",
        "在吗",
        "在不在",
        "在嘛",
        "喂",
        "哈喽",
        "hello",
        "hi",
        "嗨",
        "早上好",
        "上午好",
        "中午好",
        "下午好",
        "晚上好",
        "老战友好",
        "战友好",
        "同志你好",
        "同志您好",
        "首长好",
    ]
)
THANKS_WORDS = frozenset(
    [
        "谢谢",
        "谢谢你",
        "谢谢您",
        "谢谢了",
        "多谢",
        "感谢",
        "谢了",
        "谢谢啊",
        "辛苦了",
        "麻烦了",
        "难为你了",
        "道谢了",
        "感谢你们",
        "谢谢你们",
        "谢谢同志",
    ]
)
DONE_WORDS = frozenset(
    [
        "好",
        "好的",
        "好嘞",
        "嗯",
        "嗯嗯",
        "哦",
        "哦哦",
        "行",
        "知道了",
        "晓得了",
        "明白了",
        "懂了",
        "清楚了",
        "要得",
        "收到",
        "没事了",
        "可以了",
        "没有了",
        "再见",
        "拜拜",
    ]
)
LEAVING_WORDS = BACK_WORDS | CANCEL_WORDS
HARDSHIP_WORDS = frozenset(["申请困难帮扶", "困难帮扶", "申请帮扶", "帮扶"])
GO_ON_WORDS = frozenset(["接着填", "继续填", "接到填", "继续", "接着"])


class FrontDesk(OneShot):
    """Whole-message words only: inside a story they are part of the story."""

    name: ClassVar[str] = "front_desk"
    interrupts: ClassVar[bool] = True

    def wants(self, turn: Turn) -> bool:
        if turn.kind in ("subscribe", "scan"):
            return True
        if turn.choice is not None:
            return turn.run is None and turn.choice in (0, 3, 9) and not self._stops_waiting(turn)
        words = turn.plain
        if words in MENU_WORDS or words in HELP_WORDS or words in HARDSHIP_WORDS or self._wants_bigger(turn):
            return True
        idle = turn.run is None or turn.run.dialogue == "reception"
        if idle and words in GO_ON_WORDS:
            return DialogueRun.parked_in(turn.db, turn.conversation) is not None
        if turn.run is None and words in LEAVING_WORDS:
            return not self._stops_waiting(turn)
        return turn.run is None and (words in HELLO_WORDS or words in THANKS_WORDS or words in DONE_WORDS)

    def open(self, turn: Turn) -> Step:
        words, parked = turn.plain, DialogueRun.parked_in(turn.db, turn.conversation)
        draft = parked or (turn.run if turn.run and turn.run.dialogue == "petition" else None)
        waits = [DRAFT_WAITS()] if draft else []
        if turn.kind in ("subscribe", "scan"):
            if station := Station.coded(turn.db, turn.text):
                turn.conversation.belongs_to(station.id)
            return Step([WELCOME(), *waits], routed="welcome")
        if turn.choice == 0 or words in MENU_WORDS or words in BACK_WORDS:
            return Step([MENU(), *waits], routed="menu")
        if turn.choice == 3 or words in HARDSHIP_WORDS:
            return Step([HARDSHIP()], {"offered": ["N01"], "at": "offered"}, runs_as="policy", routed="hardship")
        if turn.choice == 9 or words in CANCEL_WORDS:
            return Step([NOTHING_TO_CANCEL()], routed="cancel")
        if words in HELP_WORDS or self._wants_bigger(turn):
            return Step([BIGGER() if self._wants_bigger(turn) else HELP()], stay=True, routed="help")
        if words in GO_ON_WORDS and parked:
            return Step(then=parked.dialogue)
        if words in HELLO_WORDS:
            return Step([HELLO(), *waits], routed="hello")
        return Step([THANKS() if words in THANKS_WORDS else ALL_RIGHT()], routed="thanks")

    def _stops_waiting(self, turn: Turn) -> bool:
        stops = turn.choice == 9 or turn.plain in CANCEL_WORDS
        return stops and turn.conversation.mode == "waiting"

    def _wants_bigger(self, turn: Turn) -> bool:
        return len(turn.plain) <= 12 and any(words in turn.plain for words in BIGGER_WORDS)


FRONT_DESK = FrontDesk()
