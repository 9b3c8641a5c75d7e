"""A form in which private matters may come up: whether to record them is asked on its own, before the first (R53).

PIPL 29 wants a consent of its own for sensitive data, 30 the need for it and what it may bring. Who says no goes on
with the form: what was told before is taken out, no picture is put in, and "可以记" changes it at any step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.kit.consent import (
    AGREED,
    ASK_SENSITIVE,
    ASK_SENSITIVE_AGAIN,
    LEAVE_IT_OUT,
    LEFT_OUT,
    NO_PICTURE,
    NOW_RECORDED,
    RECORD_IT,
    TAKEN_OUT,
    agree,
    has_agreed,
)
from handlers.kit.form import BACK_WORDS, Form
from handlers.kit.phrase import Said
from handlers.kit.question import Answers, Question
from handlers.kit.turn import State, Step, Turn
from models.people import SENSITIVE

LONGEST_REPLY = 6  # what is longer was told already, and nobody shall have to tell it twice
_LEFT_OUT = "sensitive_left_out"


def leaves_out(answers: Answers) -> bool:
    """Whether the person said that private matters are not to be recorded."""
    return bool(answers.get(_LEFT_OUT))


@dataclass(frozen=True)
class SensitiveForm(Form):
    """Its first question is a list to choose from; before any other, private matters are asked about."""

    def repeat(self, turn: Turn, state: State) -> Sequence[Said]:
        if state["at"] == "sensitive":
            return ["", ASK_SENSITIVE()]
        return super().repeat(turn, state)

    def _ask(self, turn: Turn, state: State, question: Question, *before: Said) -> Step:
        settled = leaves_out(state["answers"]) or question.key == self.questions[0].key
        if settled or has_agreed(turn, SENSITIVE):
            return super()._ask(turn, state, question, *before)
        air = [""] if before else []
        return Step([*before, *air, ASK_SENSITIVE()], state | {"at": "sensitive", "asking": question.key})

    def _hear_answer(self, turn: Turn, state: State) -> Step:
        if state["at"] == "sensitive":
            return self._hear_about_sensitive(turn, state)
        question = self._question(state["asking"])
        remark = self._about_what_is_left_out(turn, state) if question else None
        if remark and question:
            return self._ask(turn, state, question, remark)
        return super()._hear_answer(turn, state)

    def _hear_check(self, turn: Turn, state: State) -> Step:
        remark = self._about_what_is_left_out(turn, state)
        return self._check(state, remark) if remark else super()._hear_check(turn, state)

    def _about_what_is_left_out(self, turn: Turn, state: State) -> Said | None:
        """A change of mind in words; until there is one, a picture, which may show such matters, is not put in."""
        if not leaves_out(state["answers"]):
            return None
        if turn.plain in RECORD_IT:
            agree(turn, SENSITIVE)
            del state["answers"][_LEFT_OUT]
            return NOW_RECORDED()
        return NO_PICTURE() if turn.kind in ("image", "video") else None

    def _hear_about_sensitive(self, turn: Turn, state: State) -> Step:
        if turn.choice == 1 or turn.plain in AGREED | RECORD_IT:
            agree(turn, SENSITIVE)
            return self._ask_next(turn, state | {"at": "question"})
        if turn.choice == 2 or turn.plain in LEAVE_IT_OUT or "不同意" in turn.plain:
            return self._leave_out(turn, state)
        if turn.choice == 0 or turn.plain in BACK_WORDS:
            return self._back(turn, state | {"at": "question"})
        if turn.choice is None and (aside := self.aside(turn)) is not None:
            return Step([*aside, "", ASK_SENSITIVE_AGAIN()], state)
        return Step([ASK_SENSITIVE_AGAIN()], self._with_what_was_told(turn, state))

    def _with_what_was_told(self, turn: Turn, state: State) -> State:
        """The story, or a picture of it, came before the yes: it waits in the draft, and a no takes it out."""
        gathering = next((question.key for question in self.questions if question.gathers), None)
        if turn.media is not None:
            state["files"].append(turn.media.uid)
        if gathering and turn.choice is None and len(turn.plain) > LONGEST_REPLY:
            state["answers"].setdefault(gathering, []).append(turn.text)
        return state

    def _leave_out(self, turn: Turn, state: State) -> Step:
        free = {question.key for question in self.questions if question.free}
        told = bool(state["files"]) or not free.isdisjoint(state["answers"])
        answers = {key: answer for key, answer in state["answers"].items() if key not in free}
        done = [key for key in state.get("done", []) if key not in free]
        begun_again = {"at": "question", "answers": answers | {_LEFT_OUT: True}, "files": [], "done": done}
        return self._ask_next(turn, state | begun_again, LEFT_OUT(), *([TAKEN_OUT()] if told else []))
