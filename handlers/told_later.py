"""What the bot says without having been spoken to: by a sweep, or when a file could not be kept."""

from __future__ import annotations

from handlers.kit.phrase import Phrase

STILL_OPEN = Phrase(
    "sweeps.still_open", "上次反映问题填到一半，都还在。想接着填，说“接着填”；不办了，回复 9。{days} 天后自动删掉。"
)
SEND_AGAIN = Phrase("delivery.send_again", "您刚才发的{what}打不开，没存上。请再发一次，或者回复 8 找人。")
NOW_ANSWERED = Phrase("sweeps.now_answered", "您 {day}问的“{words}”，现在有答案了：")
