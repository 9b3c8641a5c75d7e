"""Urgent: danger to life comes first, before consent, search and everything else (domain rules, crisis)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from handlers.crisis import Crisis
from handlers.kit.phrase import Phrase
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from handlers.policy.answer import answer_aside
from models.masking import find_phone
from models.reception import ReceptionTicket

# The only numbers these words may hold: 110, 119, 120, 12356, 12345, checked by a test.
WORDS = {
    Crisis.MEDICAL: Phrase(
        "urgent.medical",
        "人命要紧，马上打：\n· 120 急救\n· 119 火警、落水、被困\n· 110 报警\n"
        "说清楚在哪里，旁边有人就喊人帮忙。\n我们的值班人员也会来找您。",
    ),
    Crisis.SELF_HARM: Phrase(
        "urgent.self_harm",
        "老战友，您的话我们看到了。您不麻烦谁，我们想听您说。\n有危险，马上打：\n· 120 急救\n· 110 报警\n"
        "想找人说话，打：\n· 12356 心理援助热线\n已经叫值班人员了。您现在身边有人吗？",
    ),
    Crisis.THREAT: Phrase(
        "urgent.threat",
        "您的话我们看到了，知道您心里有气。\n要是有人有危险，马上打 110。\n"
        "我们的值班人员会来听您说，事情当面讲清楚。您先别动，等一等我们。",
    ),
    Crisis.ABUSE: Phrase(
        "urgent.abuse",
        "这件事要紧。有人打您、关您、不给吃的，马上打 110；受了伤，打 120。\n我们的值班人员会来找您。您现在安全吗？",
    ),
    Crisis.DISTRESS: Phrase(
        "urgent.distress",
        "听得出来，您现在很难。您不是一个人，我们在。\n想找人说话，打 12356 心理援助热线；有危险，打 110、120。\n"
        "我们的值班人员会来找您。您慢慢说，都记着。",
    ),
    Crisis.FRAUD: Phrase(
        "urgent.fraud",
        "先停一停：别再转钱，别把密码、验证码告诉任何人。\n已经转了，马上打 110 报警，越快越好。\n"
        "我们的值班人员会来帮您看。",
    ),
}
AFTER = Phrase("urgent.after", "1 请给我打电话\n2 我现在没事，想说说话")
CALL_ME = Phrase(
    "urgent.call_me", "好，请值班人员打电话给您。您的电话是多少？打过来就行。有危险，不要等，马上打 110、120。"
)
CALL_NOTED = Phrase("urgent.call_noted", "电话记下了，值班人员看到就给您打。有危险，不要等，马上打 110、120。")
WE_LISTEN = Phrase("urgent.we_listen", "好，不急。您先说，说的都给值班人员看着。")
STILL_HERE = Phrase("urgent.still_here", "都看到了，值班人员会来接着听。有危险，马上打 110、120；想说话，打 12356。")

IN_NEED = Phrase("urgent.in_need", "值班人员还是会来。有危险，马上打 110、120；想说话，打 12356。")


class Urgent(Passing):
    """Approved words and numbers at once, an urgent ticket, and no menu. Only a person ends it."""

    name: ClassVar[str] = "urgent"
    interrupts: ClassVar[bool] = True
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(days=365)

    def wants(self, turn: Turn) -> bool:
        return turn.reading.crisis is not None

    def open(self, turn: Turn) -> Step:
        kind = turn.reading.crisis or Crisis.DISTRESS
        before = ReceptionTicket.of(turn.db, turn.conversation)
        if before is not None and before.urgent:
            kind = min(kind, Crisis(before.urgent), key=list(Crisis).index)  # never less urgent than it was
        ReceptionTicket.open(turn.db, turn.conversation, reason="urgent", urgent=kind, now=turn.now)
        said = turn.reading.crisis or kind
        return Step([WORDS[said](), AFTER()], {"kind": kind}, routed=f"urgent:{kind}")

    def hear(self, turn: Turn, state: State) -> Step:
        ticket = ReceptionTicket.of(turn.db, turn.conversation)
        if ticket is None:  # a person has been there and closed it
            return PASS_ON
        if phone := find_phone(turn.reading.words.with_numbers):
            ticket.call_me()
            ticket.phone = phone
            return Step([CALL_NOTED()], state)
        if turn.choice == 1:
            ticket.call_me()
            return Step([CALL_ME()], state)
        if turn.choice == 2:
            return Step([WE_LISTEN()], state)
        if turn.choice is None and (answer := answer_aside(turn)):
            return Step([*answer, IN_NEED()], state)
        return Step([STILL_HERE()], state)

    def reopen(self, turn: Turn, state: State) -> Step:
        return self.hear(turn, state)


URGENT = Urgent()
