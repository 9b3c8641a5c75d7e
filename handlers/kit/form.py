"""A form is data: questions with keys. One pure walk asks them one at a time, and only `finish` has an effect.

State names questions by key, never by position, so a question added by a deployment is simply still unanswered.
What every form can do is written here once: back, cancel, change one answer, read back, pause for days, an aside.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from handlers.kit.consent import AGREE_FIRST, AGREED, ASK_CONSENT, ASK_CONSENT_AGAIN, agree, has_agreed
from handlers.kit.phrase import Phrase, Said
from handlers.kit.question import NO_SUCH_CHOICE, Answers, Question, Reject
from handlers.kit.turn import Reading, State, Step, Turn

_CHANGE = re.compile(r"(?:修改|改)第?([1-9])(?:个|项|样|条)?")

BACK_WORDS = frozenset(["返回", "上一步", "退回", "后退", "回去", "倒回去", "上一个", "退回去"])
CANCEL_WORDS = frozenset(
    ["取消", "不办了", "不填了", "算了", "不弄了", "退出", "不要了", "不反映了", "不整了", "不搞了"]
)
YES_WORDS = frozenset(
    ["确认", "没错", "对", "对的", "是", "是的", "提交", "对头", "要得", "可以", "好", "好的", "没得错", "嗯"]
)

STEP = Phrase("form.step", "【第{step}步/共{steps}步】")
ROADS = Phrase("form.roads", "0 上一步　9 不办了　8 找人")
AT_THE_START = Phrase("form.at_the_start", "已经是第一步了。")
CANCELLED = Phrase("form.cancelled", "好的，不办了。填的内容删掉了。想办，随时回复 2。")
LEFT_OFF = Phrase("form.left_off", "上次填到第 {step} 步，都还在。\n1 接着填\n2 重新来\n9 不办了")
HEARD_VOICE = Phrase("form.heard_voice", "我听到的是：\n“{words}”\n听对了吗？\n1 对\n2 不对，重说")
SAY_AGAIN = Phrase("form.say_again", "好，请再说一遍，打字也行。")
VOICE_KEPT = Phrase("form.voice_kept", "录音留下了，办事的人会听。")
PHOTO_KEPT = Phrase("form.photo_kept", "收到了，已经放进材料里，一共 {count} 件。")
CHECK = Phrase("form.check", "请您核对：")
CHECKED = Phrase("form.checked", "1 没错，提交\n2 有地方要改\n9 不办了，填的内容会删掉")
CHECK_AGAIN = Phrase("form.check_again", "刚才给您核对的，没有变：\n1 没错，提交\n2 有地方要改\n9 不办了")
CHANGE_WHICH = Phrase("form.change_which", "要改哪一样？")
FILES = Phrase("form.files", "材料：{count} 件")
CONTINUE = Phrase("form.continue", "接着填：")


@dataclass(frozen=True)
class Form:
    """Questions, walked one at a time. `finish` is called once, after the veteran has read all of it back."""

    name: str
    intro: Phrase
    questions: tuple[Question, ...]
    finish: Callable[[Turn, Answers, Sequence[str]], Sequence[Said]]
    aside: Callable[[Turn], Sequence[Said] | None]

    interrupts: ClassVar[bool] = False
    keeps_place: ClassVar[bool] = True
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(hours=2)

    # -- the Dialogue protocol --------------------

    def start(self, turn: Turn, answers: Answers) -> Step:
        """Begin, with what is known already; consent comes first when it was never given."""
        state: State = {"answers": answers, "files": [], "at": "question", "asking": self.questions[0].key}
        if not has_agreed(turn):
            return Step([ASK_CONSENT()], state | {"at": "consent"})
        return self._ask_next(turn, state, self.intro())

    def hear(self, turn: Turn, state: State) -> Step:
        if turn.choice == 9 or turn.plain in CANCEL_WORDS:
            return Step([CANCELLED()])
        hear = {
            "consent": self._hear_consent,
            "left_off": self._hear_left_off,
            "check": self._hear_check,
            "change": self._hear_change,
            "voice": self._hear_about_voice,
        }.get(state["at"], self._hear_answer)
        return hear(turn, state)

    def reopen(self, turn: Turn, state: State) -> Step:
        """After a silence: a stray "1" must not be taken for an answer, so ask whether to go on."""
        if state["at"] == "consent":
            return Step([ASK_CONSENT()], state)
        return Step([LEFT_OFF(step=self._step(state))], state | {"at": "left_off", "was": state["at"]})

    def repeat(self, turn: Turn, state: State) -> Sequence[Said]:
        if state["at"] == "check":
            return ["", CHECK_AGAIN()]
        question = self._question(state["asking"])
        if state["at"] != "question" or question is None:
            return self.reopen(turn, state).say
        return ["", *self._ask(turn, state, question).say]

    # -- answers --------------------

    def _hear_answer(self, turn: Turn, state: State) -> Step:
        question = self._question(state["asking"])
        if question is None:  # a deployment took the question away
            return self._ask_next(turn, state)
        if turn.choice == 0 or turn.plain in BACK_WORDS:
            return self._back(turn, state)
        if turn.kind in ("image", "video") and turn.media:
            state["files"].append(turn.media.uid)
            return self._ask(turn, state, question, PHOTO_KEPT(count=len(state["files"])))
        if turn.kind == "voice":
            return self._hear_voice(turn, state, question)
        return self._take(turn, state, question)

    def _take(self, turn: Turn, state: State, question: Question) -> Step:
        answers = state["answers"]
        if (aside := self._aside(turn, question)) is not None:
            return self._ask(turn, state | {"set_aside": turn.plain}, question, *aside, CONTINUE())
        told_all = question.gathers and turn.choice == 1 and answers.get(question.key)
        if not told_all:
            try:
                answer = question.read(turn, answers)
            except Reject as no:
                return self._ask(turn, state, question, no.line)
            if question.gathers:
                answers[question.key] = [*answers.get(question.key, []), answer]
                return Step(question.gathers(answers), state)
            answers[question.key] = answer
        state.pop("changing", None)
        return self._ask_next(turn, state | {"done": [*state.get("done", []), question.key]})

    def _aside(self, turn: Turn, question: Question) -> Sequence[Said] | None:
        """A policy question in the middle is answered, and the form goes on; said again, the words count as answer."""
        if turn.choice is not None or turn.kind != "text":
            return None
        if (turn.run is not None and turn.run.state.get("set_aside") == turn.plain) or not turn.plain:
            return None
        return self.aside(turn)

    def _hear_voice(self, turn: Turn, state: State, question: Question) -> Step:
        if turn.media:
            state["files"].append(turn.media.uid)
        if turn.text:
            return Step([HEARD_VOICE(words=turn.text[:100])], state | {"at": "voice", "heard": turn.text})
        if not question.free:
            return self._ask(turn, state, question, VOICE_KEPT())
        spoken = f"（说的话，见录音 {len(state['files'])}）"
        answers = state["answers"]
        if question.gathers:
            answers[question.key] = [*answers.get(question.key, []), spoken]
            return Step([VOICE_KEPT(), *question.gathers(answers)], state)
        answers[question.key] = spoken
        return self._ask_next(turn, state | {"done": [*state.get("done", []), question.key]}, VOICE_KEPT())

    def _hear_about_voice(self, turn: Turn, state: State) -> Step:
        """Right or wrong? Anything else than 1 and 2 is taken as saying it again."""
        question = self._question(state["asking"])
        heard, rest = state.pop("heard", ""), state | {"at": "question"}
        if question is None:
            return self._ask_next(turn, rest)
        if turn.choice == 1 or turn.plain in YES_WORDS:
            return self._take(_as_if_typed(turn, heard), rest, question)
        if turn.choice == 2:
            return Step([SAY_AGAIN()], rest)
        return self._hear_answer(turn, rest)

    # -- around the questions --------------------

    def _hear_consent(self, turn: Turn, state: State) -> Step:
        if turn.choice == 1 or turn.plain in AGREED:
            agree(turn)
            return self._ask_next(turn, state | {"at": "question"}, self.intro())
        if turn.choice == 2 or "不同意" in turn.plain:
            return Step([AGREE_FIRST()])
        return Step([ASK_CONSENT_AGAIN()], state)

    def _hear_left_off(self, turn: Turn, state: State) -> Step:
        if turn.choice == 1 or turn.plain in YES_WORDS or "接着" in turn.plain or "继续" in turn.plain:
            state.pop("was", None)
            question = self._question(state["asking"])
            half_told = question is not None and question.gathers and question.key in state["answers"]
            if question is not None and half_told and question.key not in state.get("done", []):
                return self._ask(turn, state | {"at": "question"}, question)
            return self._ask_next(turn, state)
        if turn.choice == 2 or "重" in turn.plain:
            return self.start(turn, {})
        return Step([LEFT_OFF(step=self._step(state))], state)

    def _hear_check(self, turn: Turn, state: State) -> Step:
        if any(question.key not in state["answers"] for question in self._asked(state)):
            return self._ask_next(turn, state)  # a deployment added a question meanwhile
        if turn.choice == 1 or turn.plain in YES_WORDS:
            return Step(self.finish(turn, state["answers"], state["files"]))
        if turn.kind in ("image", "video", "voice") and turn.media:
            state["files"].append(turn.media.uid)
            return self._check(state, PHOTO_KEPT(count=len(state["files"])))
        if named := _CHANGE.fullmatch(turn.plain):
            return self._change(turn, state, int(named[1]))
        if turn.choice in (0, 2) or turn.plain.startswith(("修改", "改")) or turn.plain in BACK_WORDS:
            return Step([CHANGE_WHICH(), *self._labels(state)], state | {"at": "change"})
        if (aside := self.aside(turn)) is not None:
            return self._check(state, *aside)
        return self._check(state, NO_SUCH_CHOICE(choices="1、2 或 9"))

    def _hear_change(self, turn: Turn, state: State) -> Step:
        if turn.choice == 0 or turn.plain in BACK_WORDS:
            return self._check(state)
        return self._change(turn, state, turn.choice or 0)

    def _change(self, turn: Turn, state: State, number: int) -> Step:
        asked = self._asked(state)
        if not 1 <= number <= len(asked):
            return Step([CHANGE_WHICH(), *self._labels(state)], state | {"at": "change"})
        question = asked[number - 1]
        before = state["answers"].pop(question.key, None)
        return self._ask(turn, state | {"at": "question", "changing": [question.key, before]}, question)

    def _back(self, turn: Turn, state: State) -> Step:
        if changing := state.pop("changing", None):  # back from changing one answer: it stays as it was
            state["answers"][changing[0]] = changing[1]
            return self._check(state)
        done = [key for key in state.get("done", []) if self._question(key)]
        if not done:
            return self._ask(turn, state, self._asked(state)[0], AT_THE_START())
        question = next(question for question in self.questions if question.key == done[-1])
        state["answers"].pop(question.key, None)
        return self._ask(turn, state | {"done": done[:-1]}, question)

    # -- what is asked --------------------

    def _ask_next(self, turn: Turn, state: State, *before: Said) -> Step:
        """The first question without an answer, or the read-back when there is none left."""
        for question in self._asked(state):
            if question.key not in state["answers"]:
                return self._ask(turn, state | {"at": "question"}, question, *before)
        return self._check(state)

    def _ask(self, turn: Turn, state: State, question: Question, *before: Said) -> Step:
        state = state | {"asking": question.key}
        asked = self._asked(state)
        header = STEP(step=asked.index(question) + 1, steps=len(asked))
        air = [""] if before else []
        return Step([*before, *air, header, *question.ask(turn, state["answers"])], state)

    def _check(self, state: State, *before: Said) -> Step:
        if before:  # the card would not fit in one bubble beside other words, and nothing in it has changed
            return Step([*before, "", CHECK_AGAIN()], state | {"at": "check"})
        answers = state["answers"]
        card = [f"{q.label}：{q.show(answers[q.key])}" for q in self._asked(state) if q.key in answers]
        files = [FILES(count=len(state["files"]))] if state["files"] else []
        return Step([CHECK(), *card, *files, "", CHECKED()], state | {"at": "check"})

    def _asked(self, state: Mapping[str, Any]) -> list[Question]:
        return [question for question in self.questions if question.when(state["answers"])]

    def _labels(self, state: State) -> list[Said]:
        return [f"{number} {question.label}" for number, question in enumerate(self._asked(state), start=1)]

    def _question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)

    def _step(self, state: State) -> int:
        asked = self._asked(state)
        return next((i for i, q in enumerate(asked, start=1) if q.key == state["asking"]), len(asked))


def _as_if_typed(turn: Turn, text: str) -> Turn:
    """The turn, as if the words confirmed by voice had been typed."""
    return replace(turn, kind="text", reading=Reading.of(text, turn.library))
