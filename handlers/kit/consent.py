"""Consent: asked in short words when it is first needed (PIPL 14, 17), on its own for sensitive data (28-30; R53)."""

from __future__ import annotations

from handlers.kit.phrase import Phrase
from handlers.kit.turn import Turn
from models.base import new_uid
from models.people import CONSENT_VERSION, HANDLING, Consent, Veteran

ASK_CONSENT = Phrase(
    "consent.ask",
    "先问您一句：办这件事，要记下您说的话、姓名和电话。只给办这件事的人看，谁看过都有记录。\n"
    "不同意，也能问政策、找人。以后说“不同意了”“删我的资料”，随时算数。\n1 同意\n2 不同意",
)
ASK_CONSENT_AGAIN = Phrase("consent.again", "同意记下来，回复 1；不同意，回复 2。\n1 同意\n2 不同意")
AGREE_FIRST = Phrase(
    "consent.refused",
    "好的，不记。不记下来，就没法交给办事的人。\n您还可以回复 8 找人，打 12345，或者到服务站当面说。问政策照样可以。",
)
ASK_SENSITIVE = Phrase(
    "consent.ask_sensitive",
    "再单独问您一句：您的病情、伤残、证件、家里难处（照片里的也算），能不能也记下来？\n"
    "记了，办事的人才弄得清。这些是私事，外人知道了对您不好，所以只给办这件事的人看。不记也能接着办。\n"
    "1 可以记\n2 不记这些\n8 找人",
)
ASK_SENSITIVE_AGAIN = Phrase(
    "consent.sensitive_again", "您说的还没记进去。可以记，回复 1；不记这些，回复 2。\n1 可以记\n2 不记这些\n8 找人"
)
LEFT_OUT = Phrase("consent.left_out", "好的，不记这些，照样给您办。")
TAKEN_OUT = Phrase("consent.taken_out", "刚才说的、发的没有放进去。")
NO_PICTURE = Phrase("consent.no_picture", "照片没放进去，您说过不记证件、病情这些。想放，先说“可以记”，再发一次。")
NOW_RECORDED = Phrase("consent.now_recorded", "好的，现在可以记了，照片也可以发。")

AGREED = frozenset(["同意", "我同意", "可以", "好", "好的", "要得", "行", "对", "是", "嗯"])
RECORD_IT = frozenset(["可以记", "可以记了", "可以记下来", "记下来", "记吧", "记嘛", "能记", "也记下来"])
LEAVE_IT_OUT = frozenset(
    [
        "不记",
        "不记这些",
        "不要记",
        "不用记",
        "不想记",
        "莫记",
        "别记",
        "不可以",
        "不能",
        "不要",
        "不用",
        "不行",
        "不愿意",
    ]
)


def has_agreed(turn: Turn, purpose: str = HANDLING) -> bool:
    return Consent.standing(turn.db, turn.conversation.veteran_id, purpose) is not None


def agree(turn: Turn, purpose: str = HANDLING) -> Veteran:
    """Record the consent, and the person it belongs to."""
    veteran = veteran_of(turn)
    if not has_agreed(turn, purpose):
        consent = Consent(veteran_id=veteran.id, purpose=purpose, version=CONSENT_VERSION, given_at=turn.now)
        turn.db.add(consent)
        turn.db.flush()
    return veteran


def veteran_of(turn: Turn) -> Veteran:
    """The person behind the conversation, made when first needed."""
    if turn.conversation.veteran_id is not None:
        return turn.db.get_one(Veteran, turn.conversation.veteran_id)
    veteran = Veteran(uid=new_uid(), created_at=turn.now)
    turn.db.add(veteran)
    turn.db.flush()
    turn.conversation.veteran_id = veteran.id
    return veteran
