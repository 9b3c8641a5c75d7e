"""The questions of a petition: how each is asked, and how its answer is read."""

from __future__ import annotations

import re
from typing import Any

from handlers.kit.form import ROADS
from handlers.kit.phrase import Phrase, Said, shortened
from handlers.kit.question import Answers, Reject, one_of, some_words
from handlers.kit.sensitive_form import leaves_out
from handlers.kit.turn import Turn
from handlers.petition.report import ASK_REPORT, NOBODY_READS, REPORT, REPORT_WORDS, is_report, reports, somebody_reads
from handlers.petition.report import TOPIC as REPORT_TOPIC
from models.case import Case
from models.masking import find_phone, mask
from models.people import Veteran
from models.petition import MOST_REPRESENTATIVES, Petition

TOPICS = ("抚恤补助", "安置就业", "看病", "优待证", "住房、生活困难", "别的事")
UNKNOWN_UNIT = "不知道"
NEVER, BEFORE = "没有", "反映过"

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

_HALF_A_PHONE = re.compile(r"[0-9０-９][0-9０-９ -]{4,}")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,12}")
_NOT_NAMES = re.compile(r"我叫|我是|我姓|姓名|名字|叫做|电话|手机|号码|联系|代表|是我|我的|就是|打|和|跟|同志|老战友")


def ask_topic(_turn: Turn, _answers: Answers) -> list[Said]:
    usual = [f"{number} {topic}" for number, topic in enumerate(TOPICS, start=1)]
    return [ASK_TOPIC(), *usual, REPORT_TOPIC(number=len(TOPICS) + 1)]


def read_topic(turn: Turn, answers: Answers) -> str:
    if turn.choice == len(TOPICS) + 1 or reports(turn.plain):
        if not somebody_reads(turn):
            raise Reject(NOBODY_READS())
        if turn.choice is None and turn.plain not in REPORT_WORDS:
            answers.setdefault("story", []).append(turn.text)
        return REPORT
    try:
        return one_of((*TOPICS, REPORT))(turn, answers)
    except Reject:
        if turn.choice is not None or not turn.text:
            raise
        # Who tells the matter at once has answered more than was asked: keep it, and file it under "other".
        answers.setdefault("story", []).append(turn.text)
        return TOPICS[-1]


def ask_story(_turn: Turn, answers: Answers) -> list[Said]:
    if leaves_out(answers):
        return [ASK_BARE_STORY()]
    return [ASK_REPORT() if is_report(answers) else ASK_STORY()]


def ask_where(turn: Turn, _answers: Answers) -> list[Said]:
    place = _known_place(turn)
    return [ASK_SAME_PLACE(place=shortened(place, 20))] if place else [ASK_WHERE(), ROADS()]


def read_where(turn: Turn, answers: Answers) -> str:
    if turn.choice == 1 and (place := _known_place(turn)):
        return place
    return some_words(turn, answers)


def read_unit(turn: Turn, answers: Answers) -> str:
    return UNKNOWN_UNIT if turn.choice == 1 else some_words(turn, answers)


def ask_before(_turn: Turn, _answers: Answers) -> list[Said]:
    return [ASK_BEFORE()]


def read_before(turn: Turn, answers: Answers) -> str:
    if turn.choice is None and turn.plain.startswith(("没", "未", "头一", "第一次")):
        return NEVER
    if turn.choice is None and any(word in turn.plain for word in ("找过", "去过", "说过", "反映过", "反应过", "写过")):
        return BEFORE
    return one_of((NEVER, BEFORE))(turn, answers)


def ask_contact(turn: Turn, _answers: Answers) -> list[Said]:
    known = _known_contact(turn)
    return [ASK_SAME_CONTACT(contact=show_contact(known))] if known else [ASK_CONTACT()]


def read_contact(turn: Turn, _answers: Answers) -> dict[str, Any]:
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
        if isinstance(case, Petition) and not case.restricted and case.where:
            return case.where
    return ""


def _known_contact(turn: Turn) -> dict[str, Any] | None:
    if turn.conversation.veteran_id is None:
        return None
    veteran = turn.db.get_one(Veteran, turn.conversation.veteran_id)
    if not (veteran.name or veteran.phone):
        return None
    return {"names": [veteran.name] if veteran.name else [], "phone": veteran.phone}
