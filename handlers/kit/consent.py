"""Consent: asked once, in short words, when personal data is first needed (PIPL 14, 17, 29; R53)."""

from __future__ import annotations

from handlers.kit.phrase import Phrase
from handlers.kit.turn import Turn
from models.base import new_uid
from models.people import CONSENT_VERSION, HANDLING, Consent, Veteran

ASK_CONSENT = Phrase(
    "consent.ask",
    "先问您一句：办这件事，要记下您说的话、姓名和电话，里面可能有病情、困难这些私事。"
    "只给办这件事的人看，谁看过都有记录。\n不同意，也能问政策、找人。"
    "以后说“不同意了”“删我的资料”，随时算数。\n1 同意\n2 不同意",
)
ASK_CONSENT_AGAIN = Phrase("consent.again", "同意记下来，回复 1；不同意，回复 2。\n1 同意\n2 不同意")
AGREE_FIRST = Phrase(
    "consent.refused",
    "好的，不记。不记下来，就没法交给办事的人。\n您还可以回复 8 找人，打 12345，或者到服务站当面说。问政策照样可以。",
)
AGREED = frozenset(["同意", "我同意", "可以", "好", "好的", "要得", "行", "对", "是", "嗯"])


def has_agreed(turn: Turn) -> bool:
    return Consent.standing(turn.db, turn.conversation.veteran_id) is not None


def agree(turn: Turn) -> Veteran:
    """Record the consent, and the person it belongs to."""
    veteran = veteran_of(turn)
    if not has_agreed(turn):
        consent = Consent(veteran_id=veteran.id, purpose=HANDLING, version=CONSENT_VERSION, given_at=turn.now)
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
