"""A complaint told without being asked for: offered to be recorded, so that nobody has to tell it twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import ClassVar

from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import PASS_ON, Passing, Reading, State, Step, Turn
from handlers.petition import PETITION
from handlers.policy import ASKED_FOR, POLICY
from handlers.policy.answer import aside, asks

ABOUT_IT = Phrase("complaint.about_it", "政策上是这样：")
OFFER = Phrase(
    "complaint.offer",
    "您说的这件事，我们可以记下来，交给办事的人，给您登记编号，随时能查。\n1 记下来\n2 先看政策怎么说\n8 找人说",
)


class Complaint(Passing):
    """Whoever waits for a person tells the matter to that person instead."""

    name: ClassVar[str] = "complaint"
    interrupts: ClassVar[bool] = False
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(hours=2)

    def wants(self, turn: Turn) -> bool:
        # A long text that is like asking for a person mostly says that nobody listened; the offer has 8 in it.
        told = turn.reading.found.road in ("PETITION", "PERSON") and turn.plain not in ASKED_FOR
        return told and turn.conversation.mode == "bot"

    def open(self, turn: Turn) -> Step:
        """Where the story holds a question of policy, that is answered with it."""
        found = turn.reading.found.sure
        article = turn.library.get(found.id) if found and asks(turn.plain) else None
        told = [ABOUT_IT(), *aside(article), ""] if article else []
        return Step([*told, OFFER()], {"told": turn.text}, routed="petition")

    def hear(self, turn: Turn, state: State) -> Step:
        if turn.choice == 1:
            return replace(PETITION.start(turn, {"story": [state["told"]]}), runs_as=PETITION.name)
        if turn.choice == 2:
            told = Reading.of(state["told"], turn.library)
            asked = told if told.found.possible else Reading(plain="查政策")
            return replace(POLICY.open(replace(turn, reading=asked)), runs_as=POLICY.name)
        return PASS_ON

    def repeat(self, turn: Turn, state: State) -> list[Said]:
        return ["", OFFER()]


COMPLAINT = Complaint()
