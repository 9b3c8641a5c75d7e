"""Petition: seven steps, one question each, recorded as told (信访工作条例 19), read back before it is filed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from handlers.kit.consent import veteran_of
from handlers.kit.form import ROADS
from handlers.kit.phrase import Phrase, Said, shortened
from handlers.kit.question import Answers, Question, Reject, one_of, some_words
from handlers.kit.sensitive_form import SensitiveForm, leaves_out
from handlers.kit.turn import Step, Turn
from handlers.policy import answer_aside
from models.case import Case
from models.dialogue_run import DialogueRun
from models.masking import find_phone, mask
from models.people import Veteran
from models.petition import MOST_REPRESENTATIVES, Petition

TOPICS = ("抚恤补助", "安置就业", "看病", "优待证", "住房、生活困难", "别的事")
UNKNOWN_UNIT = "不知道"
NEVER, BEFORE = "没有", "反映过"

INTRO = Phrase(
    "petition.intro",
    "好的，我们来记下您反映的事。一共 7 步，大约 5 分钟。打字、说话都行。\n随时可以回复：0 上一步　9 不办了　8 找人帮您填",
)
ASK_TOPIC = Phrase("petition.topic", "是哪方面的事？")
ASK_STORY = Phrase("petition.story", "请说说是什么事。\n可以说几条，也可以发照片。说完了回复 1。")
ASK_BARE_STORY = Phrase(
    "petition.bare_story",
    "请只说事情本身：哪年的事、谁办的、差了什么。病情、证件、家里难处先不说，也不发照片。说完了回复 1。\n"
    "想记了，说“可以记”；要当面说，回复 8。",
)
STORY_SO_FAR = Phrase("petition.story_so_far", "记下了，一共 {count} 条。\n还有就接着说，说完了回复 1。")
ASK_WHERE = Phrase("petition.where", "事情发生在哪里？说镇、村的名字，或者发个位置，都行。")
ASK_SAME_PLACE = Phrase("petition.same_place", "事情发生在{place}，对吗？\n1 对\n不是就直接说在哪里。")
ASK_UNIT = Phrase("petition.unit", "和哪个单位有关？说单位名字就行。不知道，回复 1。")
ASK_WISH = Phrase("petition.wish", "您希望怎么解决？\n比如：重新算、补发、给个说法。")
ASK_BEFORE = Phrase("petition.before", "这件事以前反映过吗？\n1 没有\n2 反映过")
ASK_CONTACT = Phrase(
    "petition.contact",
    "最后一步：我们怎么找您？说姓名和电话，像“王建国 138……”。几个人一起的，写代表的名字，最多 5 人。\n不想留，回复 1，只能在这里看进度，不能书面答复。",
)
ASK_SAME_CONTACT = Phrase(
    "petition.same_contact", "最后一步：还是这样找您吗？\n{contact}\n1 对\n2 不留姓名电话\n换别的，就直接说姓名和电话。"
)
TOO_MANY = Phrase("petition.too_many", "代表最多 5 人（《信访工作条例》第二十条）。请选 5 人以内，别的人不用写。")
NO_NAME_OR_PHONE = Phrase(
    "petition.no_name_or_phone", "没看出姓名和电话。像这样说：王建国 13800000000。不想留，回复 1。"
)
NOT_A_PHONE = Phrase("petition.not_a_phone", "这个电话好像不对，手机是 11 位。请连姓名再说一遍。不想留，回复 1。")
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
_HALF_A_PHONE = re.compile(r"[0-9０-９][0-9０-９ -]{4,}")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,12}")
_NOT_NAMES = re.compile(r"我叫|我是|我姓|姓名|名字|叫做|电话|手机|号码|联系|代表|是我|我的|就是|打|和|跟|同志|老战友")


def file_petition(turn: Turn, answers: Answers, media_uids: Sequence[str]) -> list[Said]:
    """The one step with an effect: the petition is filed inside the transaction of this message."""
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


def _ask_topic(_turn: Turn, _answers: Answers) -> list[Said]:
    return [ASK_TOPIC(), *(f"{number} {topic}" for number, topic in enumerate(TOPICS, start=1))]


def _read_topic(turn: Turn, answers: Answers) -> str:
    try:
        return one_of(TOPICS)(turn, answers)
    except Reject:
        if turn.choice is not None or not turn.text:
            raise
        # Who tells the matter at once has answered more than was asked: keep it, and file it under "other".
        answers.setdefault("story", []).append(turn.text)
        return TOPICS[-1]


def _ask_where(turn: Turn, _answers: Answers) -> list[Said]:
    place = _known_place(turn)
    return [ASK_SAME_PLACE(place=shortened(place, 20))] if place else [ASK_WHERE(), ROADS()]


def _read_where(turn: Turn, answers: Answers) -> str:
    if turn.choice == 1 and (place := _known_place(turn)):
        return place
    return some_words(turn, answers)


def _read_unit(turn: Turn, answers: Answers) -> str:
    return UNKNOWN_UNIT if turn.choice == 1 else some_words(turn, answers)


def _read_before(turn: Turn, answers: Answers) -> str:
    if turn.choice is None and turn.plain.startswith(("没", "未", "头一", "第一次")):
        return NEVER
    if turn.choice is None and any(word in turn.plain for word in ("找过", "去过", "说过", "反映过", "反应过", "写过")):
        return BEFORE
    return one_of((NEVER, BEFORE))(turn, answers)


def _ask_contact(turn: Turn, _answers: Answers) -> list[Said]:
    known = _known_contact(turn)
    return [ASK_SAME_CONTACT(contact=show_contact(known))] if known else [ASK_CONTACT()]


def _read_contact(turn: Turn, _answers: Answers) -> dict[str, Any]:
    known = _known_contact(turn)
    if turn.choice == 1 and known:
        return known
    if turn.choice == (2 if known else 1) or turn.plain in ("不留", "不想留", "匿名", "不说"):
        return {"names": [], "phone": ""}
    phone, names = find_phone(turn.reading.words.with_numbers) or "", _names_in(turn.text)
    if len(names) > MOST_REPRESENTATIVES:
        raise Reject(TOO_MANY())
    if not phone and _HALF_A_PHONE.search(turn.reading.words.with_numbers):
        raise Reject(NOT_A_PHONE())
    if not (phone or names):
        raise Reject(NO_NAME_OR_PHONE())
    return {"names": names, "phone": phone}


def show_contact(contact: dict[str, Any]) -> str:
    names = "、".join(contact["names"])
    return shortened(" ".join(filter(None, [names, mask(contact["phone"]).text])), 24) or "不留姓名电话"


def _names_in(text: str) -> list[str]:
    words = _NOT_NAMES.sub(" ", re.sub(r"[0-9*＊+（）()—\-]", " ", text))
    return [name for name in _NAME.findall(words) if len(name) <= 6 or "·" in name]


def _known_place(turn: Turn) -> str:
    for case in Case.of(turn.db, turn.conversation):
        if isinstance(case, Petition) and case.where:
            return case.where
    return ""


def _known_contact(turn: Turn) -> dict[str, Any] | None:
    if turn.conversation.veteran_id is None:
        return None
    veteran = turn.db.get_one(Veteran, turn.conversation.veteran_id)
    if not (veteran.name or veteran.phone):
        return None
    return {"names": [veteran.name] if veteran.name else [], "phone": veteran.phone}


class PetitionForm(SensitiveForm):
    """The form and its triggers."""

    def wants(self, turn: Turn) -> bool:
        return turn.choice == 2 if turn.choice is not None else turn.plain in TRIGGERS

    def open(self, turn: Turn) -> Step:
        parked = DialogueRun.parked_in(turn.db, turn.conversation, self.name)
        if parked is None:
            return self.start(turn, {})
        state = parked.state
        parked.close()
        return self.reopen(turn, state)


PETITION = PetitionForm(
    name="petition",
    intro=INTRO,
    finish=file_petition,
    aside=answer_aside,
    questions=(
        Question("topic", "哪方面", _ask_topic, _read_topic),
        Question(
            "story",
            "什么事",
            lambda turn, answers: [ASK_BARE_STORY() if leaves_out(answers) else ASK_STORY()],
            some_words,
            show=lambda told: shortened("；".join(told), 36),
            free=True,
            gathers=lambda answers: [STORY_SO_FAR(count=len(answers["story"]))],
        ),
        Question("where", "在哪里", _ask_where, _read_where, show=lambda place: shortened(place, 14), free=True),
        Question(
            "unit",
            "哪个单位",
            lambda turn, answers: [ASK_UNIT()],
            _read_unit,
            show=lambda unit: shortened(unit, 14),
            free=True,
        ),
        Question(
            "wish",
            "希望",
            lambda turn, answers: [ASK_WISH()],
            some_words,
            show=lambda wish: shortened(wish, 20),
            free=True,
        ),
        Question("before", "以前", lambda turn, answers: [ASK_BEFORE()], _read_before),
        Question("contact", "怎么找您", _ask_contact, _read_contact, show=show_contact),
    ),
)
