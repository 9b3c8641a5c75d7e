"""检举、控告: a report of somebody, told in the petition's form, for the discipline contact's eyes alone (X1).

What is said of it, by either side, is shown to nobody else from its first word, and filed as a restricted petition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.kit.form import YES_WORDS
from handlers.kit.phrase import Phrase, Said
from handlers.kit.question import Answers, Reject, one_of
from handlers.kit.turn import Turn
from models.dialogue_run import DialogueRun
from models.message import RESTRICTED
from models.petition import READER
from models.petition.restricted import REPORTED, NobodyReads, hide, hide_story, report
from models.user import RoleGrant

REPORT = REPORTED
SINCE = "report_since"  # among the answers: the first message that told of it
BEFORE_IT = "topic_before"  # and what it was about before it became a report
APART, AS_USUAL = "只给纪检专人", "照平常办"
LONGEST_TRIGGER = 6  # what is longer was told already

TOPIC = Phrase("petition.report_topic", "{number} 检举、控告（只给纪检专人看）")
AWARE = Phrase(
    "petition.report_aware",
    "您要检举、控告。这些话只有纪检专人看，别的同事看不到，也查不到有这件事；不过微信公司看得到您在微信里打的字。\n"
    "也可以不在这里说：打 12388，或者当面找纪检监察机关。\n1 就在这里说\n9 不在这里说",
)
AWARE_AGAIN = Phrase("petition.report_aware_again", "就在这里说，回复 1；不在这里说，回复 9。")
NOBODY_READS = Phrase(
    "petition.report_nobody_reads",
    "我们这里现在没有纪检专人，检举、控告不能收。请打 12388，或者当面找纪检监察机关。别的事照样能办。",
)
READER_NAMED = Phrase(
    "petition.report_reader_named",
    "这件事，我们这里没有合适的人看，没有收。请打 12388，或者当面找上一级纪检监察机关，他们收。",
)
ASK_REPORT = Phrase(
    "petition.report_story",
    "请说说是什么事：什么时候、做了什么、您怎么知道的。可以说几条，也可以发照片。说完了回复 1。",
)
ASK_WHOM = Phrase("petition.report_whom", "您检举、控告的是谁，哪个单位的？知道多少说多少。")
ASK_APART = Phrase(
    "petition.report_apart",
    "您说的像是检举。只给纪检专人看，还是照平常交给办事的人？\n1 只给纪检专人看\n2 照平常办",
)
FILED_REPORT = Phrase(
    "petition.report_filed",
    "收到了，只交给纪检专人。\n登记编号：{number}\n（不用记，回复 4 就能查）\n有消息，专人在这里告诉您。想补充，也回复 4。\n"
    "不得打击报复检举的人（《信访工作条例》第十八条）。您也可以打 12388。",
)

REPORT_WORDS = frozenset(
    f"{begin}{word}"
    for begin in ("", "我要", "我想")
    for word in ("举报", "检举", "控告", "检举控告", "举报人", "举报干部", "举报领导", "检举干部", "检举领导")
)
_ACCUSES = re.compile(r"贪污|受贿|索贿|行贿|回扣|好处费|吃拿卡要|私分|中饱私囊|冒领|举报|检举|控告")
_WANTS = re.compile(
    r"^(?:我|我们|俺)?(?:要|想|来)?(?:实名|匿名)?(?:(?:举报|检举|控告|告发)(?!的|信|人受)|告(?=.{1,14}(?:贪|受贿|索贿|回扣|好处费|私分)))"
)
_ASKS = re.compile(
    r"[吗么呢?？]|还是|怎么|怎样|咋|哪|何|能不能|可不可以|行不行|会不会|是不是|有没有|多久|多少|几|谁管|电话|流程|奖"
)


def reports(text: str) -> bool:
    """Whether these words, as the whole message, begin a report; a question about reporting is one of policy."""
    return text in REPORT_WORDS or bool(_WANTS.match(text) and not _ASKS.search(text))


def is_report(answers: Answers) -> bool:
    return answers.get("topic") == REPORT


def sounds_like_one(answers: Answers) -> bool:
    """Whether the story of an everyday petition has words of a report in it, so that it is asked who shall read it."""
    if is_report(answers) and "apart" not in answers:
        return False
    return bool(_ACCUSES.search("\n".join(answers.get("story", []))))


def keep_apart(turn: Turn, answers: Answers) -> None:
    """What was said for a report, and what is answered now, is shown to nobody who works in the reception."""
    if SINCE not in answers:
        answers[SINCE] = hide_story(turn.db, turn.conversation, answers.get("story", [])) or turn.heard
    hide(turn.db, turn.heard)
    turn.routed = RESTRICTED


def heard_unanswered(turn: Turn) -> None:
    """What comes faster than it is answered belongs to the open report all the same (R61)."""
    run = DialogueRun.open_in(turn.db, turn.conversation)
    if run is not None and run.dialogue == "petition" and is_report(run.state["answers"]):
        hide(turn.db, turn.heard)
        turn.routed = RESTRICTED


def somebody_reads(turn: Turn) -> bool:
    return RoleGrant.somebody_is(turn.db, READER, now=turn.now)


def read_aware(turn: Turn, answers: Answers) -> str:
    if turn.choice == 1 or turn.plain in YES_WORDS:
        return "在这里说"
    if turn.choice is None and len(turn.plain) > LONGEST_TRIGGER:
        answers.setdefault("story", []).append(turn.text)  # nobody shall have to tell it twice
    raise Reject(AWARE_AGAIN())


def read_apart(turn: Turn, answers: Answers) -> str:
    said = one_of((APART, AS_USUAL))(turn, answers)
    if said == APART:
        if not somebody_reads(turn):
            raise Reject(NOBODY_READS())
        answers.setdefault(BEFORE_IT, answers["topic"])
        answers["topic"] = REPORT
    elif BEFORE_IT in answers:
        answers["topic"] = answers.pop(BEFORE_IT)
    return said


def file_report(turn: Turn, answers: Answers, media_uids: Sequence[str]) -> list[Said]:
    """Nothing of it goes into the profile of the veteran, which others see."""
    contact = answers["contact"]
    try:
        petition = report(
            turn.db,
            turn.conversation,
            story="\n".join(answers["story"]),
            whom=answers["whom"],
            where=answers["where"],
            raised_before=answers["before"] == "反映过",
            names=contact["names"],
            phone=contact["phone"],
            media_uids=media_uids,
            since=answers.get(SINCE, turn.heard),
            now=turn.now,
        )
    except NobodyReads:
        return [READER_NAMED()]
    return [FILED_REPORT(number=petition.spoken_number)]
