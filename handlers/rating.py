"""Rating: one digit after a talk. Who was not satisfied is asked why, and called back within a day."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from handlers.front_desk import DONE_WORDS, THANKS_WORDS
from handlers.kit.phrase import Phrase
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from models.reception import ReceptionTicket
from models.reception.follow_up import follow_up
from models.reception.note import TicketNote
from models.telling import ANSWERED_BY_DIGIT

RATED = Phrase("rating.rated", "记下了，谢谢您。还有事，随时说；找人回复 8。")
THANKED = Phrase("rating.thanked", "不用谢。方便的话，说一声接待得怎么样：\n1 满意\n2 一般\n3 不满意")
WHAT_WAS_WRONG = Phrase(
    "rating.what_was_wrong",
    "对不住您。24 小时内有人给您回话。是哪里不好？\n1 没说清楚\n2 等太久\n3 态度不好\n4 事情没解决",
)
WILL_CALL = Phrase("rating.will_call", "记下了，回话的人看得到。您不用再说一遍。")

NOT_SATISFIED = 3
IN_WORDS = {
    "满意": 1, "很满意": 1, "非常满意": 1, "一般": 2, "一般般": 2, "还行": 2, "不满意": 3, "很不满意": 3, "不满": 3,
}  # fmt: skip
WHY = {1: "没说清楚", 2: "等太久", 3: "态度不好", 4: "事情没解决"}


class Rating(Passing):
    """Begun when a talk is closed (models/telling.py), so nobody gets here by asking for it."""

    name: ClassVar[str] = ANSWERED_BY_DIGIT
    interrupts: ClassVar[bool] = False
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(hours=24)

    def wants(self, turn: Turn) -> bool:
        return False

    def open(self, turn: Turn) -> Step:
        return PASS_ON

    def hear(self, turn: Turn, state: State) -> Step:
        ticket = turn.db.get(ReceptionTicket, state["ticket"])
        if ticket is None:
            return PASS_ON
        return self._why(turn, ticket) if state["at"] == "why" else self._rate(turn, ticket, state)

    def _rate(self, turn: Turn, ticket: ReceptionTicket, state: State) -> Step:
        if turn.plain in THANKS_WORDS or turn.plain in DONE_WORDS:
            return Step([THANKED()], state)
        rating = turn.choice if turn.choice is not None else IN_WORDS.get(turn.plain, 0)
        if rating not in (1, 2, NOT_SATISFIED):
            return PASS_ON
        ticket.rate(rating, now=turn.now)
        if rating != NOT_SATISFIED:
            return Step([RATED()], routed="rating")
        again = follow_up(turn.db, ticket, now=turn.now)
        return Step([WHAT_WAS_WRONG()], {"at": "why", "ticket": again.id}, routed="rating")

    def _why(self, turn: Turn, again: ReceptionTicket) -> Step:
        why = WHY.get(turn.choice or 0)
        if why is None or again.state == "closed":
            return PASS_ON  # in their own words: it is kept in the chat, which the one who calls back reads
        TicketNote.add(turn.db, again, f"哪里不好：{why}", now=turn.now)
        return Step([WILL_CALL()])


RATING = Rating()
