"""Petition: seven steps, one question each, recorded as told (信访工作条例 19), read back before it is filed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.kit.consent import veteran_of
from handlers.kit.form import Form
from handlers.kit.phrase import Phrase, Said, shortened
from handlers.kit.question import Answers, Question, some_words
from handlers.kit.sensitive_form import SensitiveForm, leaves_out
from handlers.kit.turn import State, Step, Turn
from handlers.petition.questions import (
    ASK_UNIT,
    ASK_WISH,
    BEFORE,
    STORY_SO_FAR,
    ask_before,
    ask_contact,
    ask_story,
    ask_topic,
    ask_where,
    read_before,
    read_contact,
    read_topic,
    read_unit,
    read_where,
    show_contact,
)
from handlers.petition.report import (
    APART,
    ASK_APART,
    ASK_WHOM,
    AWARE,
    NOBODY_READS,
    REPORT,
    REPORT_WORDS,
    file_report,
    is_report,
    keep_apart,
    read_apart,
    read_aware,
    reports,
    somebody_reads,
    sounds_like_one,
)
from handlers.policy.answer import answer_aside
from models.dialogue_run import DialogueRun
from models.message import RESTRICTED
from models.petition import Petition

INTRO = Phrase(
    "petition.intro",
    "好的，我们来记下您反映的事。一共 7 步，大约 5 分钟。打字、说话都行。\n随时可以回复：0 上一步　9 不办了　8 找人帮您填",
)
FILED = Phrase(
    "petition.filed",
    "收到了{who}。\n登记编号：{number}\n（不用记，回复 4 就能查）\n接下来：\n· {tell_by}前告诉您是否受理\n"
    "· 受理后 60 天内书面答复；复杂的最多再加 30 天，会说为什么\n· 不满意，30 天内可以申请复查\n"
    "您也可以打 12345，或到信访接待窗口反映。",
)
FILED_ANONYMOUS = Phrase(
    "petition.filed_anonymous",
    "收到了，老战友。\n登记编号：{number}\n（不用记，回复 4 就能查）\n您没留姓名电话，不能书面答复您，进度在这里看。想留，回复 4 补充。\n"
    "您也可以打 12345，或到信访接待窗口反映。",
)
FILES_WELCOME = Phrase("petition.files_welcome", "有材料，现在拍照发来就行。")

TRIGGERS = frozenset(
    [
        "反映问题",
        "反映情况",
        "反映问题信访",
        "我要反映问题",
        "我要反映",
        "信访",
        "我要信访",
        "上访",
        "我要上访",
        "信仿",
        "诉求",
        "我有诉求",
        "我有事反映",
        "投诉",
        "我要投诉",
        "举报",
        "我要举报",
        "告状",
        "我要告状",
        "我要申诉",
        "申诉",
        "提意见",
        "反应问题",
        "我要反应问题",
        "反应情况",
    ]
)


def file_petition(turn: Turn, answers: Answers, media_uids: Sequence[str]) -> list[Said]:
    """The one step with an effect: the petition is filed inside the transaction of this message."""
    if is_report(answers):
        return file_report(turn, answers, media_uids)
    contact: dict[str, Any] = answers["contact"]
    names, phone = contact["names"], contact["phone"]
    veteran_of(turn).told(name=names[0] if names else "", phone=phone)
    petition = Petition.file(
        turn.db,
        turn.conversation,
        topic=answers["topic"],
        story="\n".join(answers["story"]),
        where=answers["where"],
        unit=answers["unit"],
        wish=answers["wish"],
        raised_before=answers["before"] == BEFORE,
        names=names,
        phone=phone,
        media_uids=media_uids,
        now=turn.now,
    )
    files = [] if leaves_out(answers) else [FILES_WELCOME()]
    if petition.anonymous:
        return [FILED_ANONYMOUS(number=petition.spoken_number), *files]
    who = f"，{names[0][0]}老战友" if names else "，老战友"
    day = petition.tell_by
    return [FILED(who=who, number=petition.spoken_number, tell_by=f"{day.month} 月 {day.day} 日"), *files]


class PetitionForm(SensitiveForm):
    """The form and its triggers. A report is the same form with other questions, and what is said in it is hidden."""

    def wants(self, turn: Turn) -> bool:
        return turn.choice == 2 if turn.choice is not None else turn.plain in TRIGGERS or reports(turn.plain)

    def open(self, turn: Turn) -> Step:
        parked = DialogueRun.parked_in(turn.db, turn.conversation, self.name)
        if reports(turn.plain) and not (parked is not None and is_report(parked.state["answers"])):
            return self._begin_report(turn)
        if parked is None:
            return self.start(turn, {})
        state = parked.state
        parked.close()
        return self._apart(turn, self.reopen(turn, state), state)

    def hear(self, turn: Turn, state: State) -> Step:
        return self._apart(turn, super().hear(turn, state), state)

    def reopen(self, turn: Turn, state: State) -> Step:
        return self._apart(turn, super().reopen(turn, state), state)

    def repeat(self, turn: Turn, state: State) -> Sequence[Said]:
        if is_report(state["answers"]):
            turn.routed = RESTRICTED
        return super().repeat(turn, state)

    def _begin_report(self, turn: Turn) -> Step:
        answers: Answers = {"topic": REPORT}
        if turn.plain not in REPORT_WORDS:
            answers["story"] = [turn.text]
        keep_apart(turn, answers)
        return self.start(turn, answers) if somebody_reads(turn) else Step([NOBODY_READS()])

    def _apart(self, turn: Turn, step: Step, state: State) -> Step:
        answers = step.keep["answers"] if step.keep else state["answers"]
        if is_report(answers):
            keep_apart(turn, answers)
        return step

    def _ask(self, turn: Turn, state: State, question: Question, *before: Said) -> Step:
        if question.key == "aware":  # who will read it comes before what may be recorded
            return Form._ask(self, turn, state, question, *before)
        return super()._ask(turn, state, question, *before)


PETITION = PetitionForm(
    name="petition",
    intro=INTRO,
    finish=file_petition,
    aside=answer_aside,
    questions=(
        Question("topic", "哪方面", ask_topic, read_topic),
        Question("aware", "给谁看", lambda turn, answers: [AWARE()], read_aware, show=lambda _: APART, when=is_report),
        Question(
            "story",
            "什么事",
            ask_story,
            some_words,
            show=lambda told: shortened("；".join(told), 36),
            free=True,
            gathers=lambda answers: [STORY_SO_FAR(count=len(answers["story"]))],
        ),
        Question("apart", "交给谁", lambda turn, answers: [ASK_APART()], read_apart, when=sounds_like_one),
        Question(
            "whom",
            "检举谁",
            lambda turn, answers: [ASK_WHOM()],
            some_words,
            show=lambda whom: shortened(whom, 20),
            when=is_report,
            free=True,
        ),
        Question("where", "在哪里", ask_where, read_where, show=lambda place: shortened(place, 14), free=True),
        Question(
            "unit",
            "哪个单位",
            lambda turn, answers: [ASK_UNIT()],
            read_unit,
            show=lambda unit: shortened(unit, 14),
            when=lambda answers: not is_report(answers),
            free=True,
        ),
        Question(
            "wish",
            "希望",
            lambda turn, answers: [ASK_WISH()],
            some_words,
            show=lambda wish: shortened(wish, 20),
            when=lambda answers: not is_report(answers),
            free=True,
        ),
        Question("before", "以前", ask_before, read_before),
        Question("contact", "怎么找您", ask_contact, read_contact, show=show_contact),
    ),
)
