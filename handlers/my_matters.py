"""My matters: where each stands in plain words, without a number; add to it, take it back, ask for news."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import ClassVar

from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from handlers.petition.review import REVIEWING, ask_for, hear_review
from handlers.petition.status import as_the_veteran_reads_it, harmless, title_of
from handlers.reminder.kept import show
from models.case import Case
from models.conversation import SHANGHAI
from models.message import RESTRICTED
from models.petition import Petition
from models.petition.restricted import hide
from models.petition.review import CALLED, may_be_asked
from models.reminder import Reminder

NONE_YET = Phrase("my_matters.none_yet", "这个微信号下面还没有登记过的事。\n2 反映问题\n8 找人帮我查")
LIST = Phrase("my_matters.list", "您有 {count} 件事，回复数字看详细：")
MORE = Phrase("my_matters.more", "更早的，回复 8 请人帮您查。")
REMINDERS = Phrase("my_matters.reminders", "另外有 {count} 个到期提醒，说“我的提醒”看。")
WHAT_NOW = Phrase("my_matters.what_now", "1 补充几句\n2 催一催\n8 找人\n不想办了，说“我要撤回”。")
WHAT_NOW_CLOSED = Phrase("my_matters.what_now_closed", "1 补充几句\n8 找人")
WHAT_NOW_ANSWERED = Phrase("my_matters.what_now_answered", "1 补充几句\n3 看书面答复\n8 找人")
WHAT_NOW_REVIEW = Phrase("my_matters.what_now_review", "1 补充几句\n2 不满意，申请{review}\n3 看书面答复\n8 找人")
SAY_MORE = Phrase("my_matters.say_more", "请说，打字、说话、发照片都行。说完了回复 1。")
ADDED = Phrase("my_matters.added", "记到编号 {number} 里了。还有就接着说，说完了回复 1。")
DONE = Phrase("my_matters.done", "好的，都放进去了。想看进度，回复 4。")
URGED = Phrase("my_matters.urged", "记下了，办事的人看得到您在催。3 天后还没动静，可以再催，也可以回复 8 找人。")
URGED_LATELY = Phrase(
    "my_matters.urged_lately", "{day}刚催过，办事的人看到了。同一件事 3 天催一次；要当面问，回复 8 找人。"
)
SURE_TO_WITHDRAW = Phrase(
    "my_matters.sure_to_withdraw",
    "撤回编号 {number}，就不再往下办了；以后还能再反映。是您自己要撤回吗？\n1 是，撤回\n2 不撤回",
)
WITHDRAWN = Phrase("my_matters.withdrawn", "编号 {number} 撤回了。以后还想反映，随时回复 2。")
NOT_WITHDRAWN = Phrase("my_matters.not_withdrawn", "好的，没有撤回，接着办。")
PUT_INTO = Phrase("my_matters.put_into", "收到了，放进编号 {number} 的材料里了。不是这件事的，回复 8 告诉我们。")
NOT_PUT = Phrase("my_matters.not_put", "收到了，留着了。要办什么事，说一声：\n2 反映问题\n8 找人看")

TRIGGERS = frozenset(
    [
        "查进度",
        "进度",
        "查办到哪一步",
        "查办到哪步",
        "办到哪一步",
        "办到哪一步了",
        "办到哪步了",
        "我的事",
        "我那个事",
        "我的事情",
        "查一下进度",
        "办得咋样了",
        "办得怎么样了",
        "我那个事办得咋样了",
        "我的事办得咋样了",
        "查编号",
        "我的信访",
        "催一催",
        "催一下",
    ]
)
WITHDRAW_WORDS = frozenset(["我要撤回", "撤回", "撤诉", "我要撤诉", "不想办了", "撤销", "撤回信访", "我要撤回信访"])
MOST_LISTED = 6


class MyMatters(Passing):
    """4, 查进度. Only matters filed from this very WeChat are shown (R37)."""

    name: ClassVar[str] = "my_matters"
    interrupts: ClassVar[bool] = True
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(minutes=30)

    def wants(self, turn: Turn) -> bool:
        if turn.kind in ("image", "video") and turn.media is not None:
            return turn.run is None or turn.run.dialogue not in ("petition", "reception", "urgent", self.name)
        if turn.choice is not None:
            return turn.choice == 4 and turn.run is None
        return turn.plain in TRIGGERS or (turn.plain in WITHDRAW_WORDS and turn.run is None)

    def open(self, turn: Turn) -> Step:
        cases = Case.of(turn.db, turn.conversation)
        if turn.media is not None and turn.kind in ("image", "video"):
            return self._put_away(turn, cases)
        reminders = len(Reminder.of(turn.db, turn.conversation))
        if not cases:
            return replace(show(turn), runs_as="reminder") if reminders else Step([NONE_YET()], routed="my_matters")
        also = [REMINDERS(count=reminders)] if reminders else []
        if len(cases) == 1:
            if turn.plain in WITHDRAW_WORDS and cases[0].is_open:
                _keep_apart(turn, cases[0])
                return self._do(turn, cases[0], {"at": "one", "id": cases[0].id})
            return self._show(turn, cases[0], *also)
        shown = cases[:MOST_LISTED]
        rows = [f"{number} {title_of(case)}（{case.spoken_number}）" for number, case in enumerate(shown, start=1)]
        more = [MORE()] if len(cases) > MOST_LISTED else []
        listed = {"at": "list", "ids": [case.id for case in shown]}
        return Step([LIST(count=len(cases)), *rows, *more, *also], listed, routed=_route(*shown))

    def hear(self, turn: Turn, state: State) -> Step:
        if state["at"] == "list":
            ids = state["ids"]
            if turn.choice and 1 <= turn.choice <= len(ids):
                return self._show(turn, turn.db.get_one(Case, ids[turn.choice - 1]))
            return PASS_ON
        case = turn.db.get_one(Case, state["id"])
        _keep_apart(turn, case)
        if state["at"] in REVIEWING and isinstance(case, Petition):
            return hear_review(turn, case, state)
        if state["at"] == "adding":
            return self._add(turn, case, state)
        if state["at"] == "withdrawing":
            return self._withdraw(turn, case)
        return self._do(turn, case, state)

    def _show(self, turn: Turn, case: Case, *also: Said) -> Step:
        lines = as_the_veteran_reads_it(turn.db, case, now=turn.now)
        return Step([*lines, *also, _what_now(turn, case)], {"at": "one", "id": case.id}, routed=_route(case))

    def _do(self, turn: Turn, case: Case, state: State) -> Step:
        if turn.choice == 2 and isinstance(case, Petition) and may_be_asked(turn.db, case, now=turn.now):
            return ask_for(case)
        if turn.media is not None:
            return self._add(turn, case, state | {"at": "adding"})
        if turn.choice == 1:
            return Step([SAY_MORE()], state | {"at": "adding"})
        if turn.choice == 2 and case.is_open:
            before = case.urged_at
            if case.urge(turn.db, now=turn.now):
                return Step([URGED()], state)
            day = (before or turn.now).astimezone(SHANGHAI)
            return Step([URGED_LATELY(day=f"{day.month} 月 {day.day} 日")], state)
        if turn.choice == 3 and _is_answered(case):
            return Step([harmless(answer_of(case)), "", _what_now(turn, case)], state)
        if case.is_open and turn.plain in WITHDRAW_WORDS:
            return Step([SURE_TO_WITHDRAW(number=case.spoken_number)], state | {"at": "withdrawing"})
        return PASS_ON

    def _add(self, turn: Turn, case: Case, state: State) -> Step:
        if turn.choice is not None:
            return Step([DONE()])
        uid = turn.media.uid if turn.media else ""
        if not (turn.text or uid):
            return Step([SAY_MORE()], state)
        case.add(turn.db, turn.text, now=turn.now, media_uid=uid)
        return Step([ADDED(number=case.spoken_number)], state)

    def _withdraw(self, turn: Turn, case: Case) -> Step:
        if turn.choice == 1:
            case.withdraw(turn.db, now=turn.now)
            return Step([WITHDRAWN(number=case.spoken_number)])
        return Step([NOT_WITHDRAWN()])

    def _put_away(self, turn: Turn, cases: list[Case]) -> Step:
        """A picture out of the blue belongs to the newest open matter; without one it waits for a word."""
        opened = next((case for case in cases if case.is_open), None)
        if opened is None or turn.media is None:
            return Step([NOT_PUT()], stay=True, routed="picture")
        opened.add(turn.db, "", now=turn.now, media_uid=turn.media.uid)
        _keep_apart(turn, opened)
        return Step([PUT_INTO(number=opened.spoken_number)], stay=True, routed=_route(opened, usual="picture"))


MY_MATTERS = MyMatters()


def answer_of(case: Case) -> str:
    """The written answer; empty while there is none."""
    return case.answer if isinstance(case, Petition) else ""


def _is_answered(case: Case) -> bool:
    return isinstance(case, Petition) and case.answer_sealed is not None


def _keep_apart(turn: Turn, case: Case) -> None:
    """What is said of a restricted matter, by either side, is shown to nobody who works in the reception (X2)."""
    if case.restricted:
        hide(turn.db, turn.heard)
        turn.routed = RESTRICTED


def _route(*cases: Case, usual: str = "my_matters") -> str:
    return RESTRICTED if any(case.restricted for case in cases) else usual


def _what_now(turn: Turn, case: Case) -> Said:
    if isinstance(case, Petition) and may_be_asked(turn.db, case, now=turn.now):
        return WHAT_NOW_REVIEW(review=CALLED[case.stage + 1])
    if _is_answered(case):
        return WHAT_NOW_ANSWERED()
    return WHAT_NOW() if case.is_open else WHAT_NOW_CLOSED()
