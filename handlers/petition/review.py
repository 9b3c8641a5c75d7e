"""Asking for a review (复查, 复核) of an answer, from 我的事: what is wrong with it, read back once, then on record."""

from __future__ import annotations

from handlers.kit.form import CANCEL_WORDS, YES_WORDS
from handlers.kit.phrase import Phrase, shortened
from handlers.kit.turn import State, Step, Turn
from handlers.petition.status import harmless
from models.petition import Petition
from models.petition.clock import in_words
from models.petition.review import CALLED, ask_review, may_be_asked

REVIEWING = ("reviewing", "sure to review")

ASK_FOR_REVIEW = Phrase(
    "petition_review.ask",
    "申请{review}，是您的权利，不影响别的。请说说答复哪里不对、您希望怎么办，可以说几条，也可以发照片。说完了回复 1。\n"
    "9 不申请了　8 找人",
)
MORE = Phrase("petition_review.more", "记下了，一共 {count} 条。\n还有就接着说，说完了回复 1。")
SURE = Phrase(
    "petition_review.sure", "您对编号 {number} 的答复申请{review}：\n{words}\n1 没错，申请\n2 接着补充\n9 不申请了"
)
ASKED = Phrase(
    "petition_review.asked",
    "{review}申请收到了。\n登记编号：{number}\n（不用记，回复 4 就能查）\n按规定由上一级办，{answer_by}前书面答复您。\n"
    "您也可以自己找上一级单位，或打 12345。",
)
NOT_ASKED = Phrase("petition_review.not_asked", "好的，没有申请。期限里随时可以再来：回复 4。")
TOO_LATE = Phrase("petition_review.too_late", "这件事现在不能在这里申请了，请回复 8 找人问。")
LONGEST_SHOWN = 60
MOST_WORDS = 2_000


def ask_for(petition: Petition) -> Step:
    state = {"at": "reviewing", "id": petition.id, "words": [], "files": []}
    return Step([ASK_FOR_REVIEW(review=CALLED[petition.stage + 1])], state)


def hear_review(turn: Turn, petition: Petition, state: State) -> Step:
    """Words and pictures until 1, once more to be sure, and only then it is asked for."""
    if turn.choice == 9 or turn.plain in CANCEL_WORDS:
        return Step([NOT_ASKED()])
    if not may_be_asked(turn.db, petition, now=turn.now):
        return Step([TOO_LATE()])
    if state["at"] == "sure to review" and (turn.choice == 1 or turn.plain in YES_WORDS):
        return _ask(turn, petition, state)
    if turn.choice == 1 and state["words"]:
        return _read_back(petition, state)
    if turn.choice is not None or not (turn.text or turn.media):
        return Step([ASK_FOR_REVIEW(review=CALLED[petition.stage + 1])], state | {"at": "reviewing"})
    if turn.media is not None:
        state["files"].append(turn.media.uid)
    if turn.text:
        state["words"].append(turn.text)
    return Step([MORE(count=len(state["words"]) + len(state["files"]))], state | {"at": "reviewing"})


def _read_back(petition: Petition, state: State) -> Step:
    words = harmless(shortened("；".join(state["words"]), LONGEST_SHOWN))
    sure = SURE(number=petition.spoken_number, review=CALLED[petition.stage + 1], words=words)
    return Step([sure], state | {"at": "sure to review"})


def _ask(turn: Turn, petition: Petition, state: State) -> Step:
    words = "\n".join(state["words"])[:MOST_WORDS]
    review = ask_review(turn.db, petition, words, media_uids=state["files"], now=turn.now)
    last = review.clock.answer_by
    answer_by = in_words(last, seen_from=review.clock.received) if last else ""
    return Step([ASKED(review=CALLED[review.stage], number=review.spoken_number, answer_by=answer_by)])
