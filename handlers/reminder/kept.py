"""What is kept: the list of one's reminders, and to change or drop one of them."""

from __future__ import annotations

from collections.abc import Callable

from handlers.kit.phrase import Said
from handlers.kit.turn import PASS_ON, State, Step, Turn
from handlers.reminder.words import CANNOT_CHANGE, DROPPED, LIST, NONE_KEPT, ONE, STOP_WHICH
from knowledge_base.article import Article
from models.reminder import Reminder

SEE = frozenset(["我的提醒", "看提醒", "查提醒", "看我的提醒", "提醒", "有哪些提醒", "改提醒", "改日子", "改提醒日子"])
STOP = frozenset(
    [
        "停提醒",
        "停止提醒",
        "不用提醒了",
        "不用提醒",
        "不要提醒",
        "不要提醒了",
        "别提醒了",
        "莫提醒了",
        "取消提醒",
        "关掉提醒",
        "删提醒",
    ]
)


def show(turn: Turn) -> Step:
    """All of them; where one is kept, that one with what may be done; 停提醒 drops it at once."""
    kept, stops = Reminder.of(turn.db, turn.conversation), turn.plain in STOP
    if not kept:
        return Step([NONE_KEPT()], routed="reminder")
    if len(kept) == 1:
        return _drop(turn, kept[0]) if stops else _show_one(kept[0])
    rows: list[Said] = [f"{number} {line_of(reminder)}" for number, reminder in enumerate(kept, start=1)]
    listed = {"at": "stop" if stops else "list", "ids": [reminder.id for reminder in kept]}
    return Step([STOP_WHICH() if stops else LIST(count=len(kept)), *rows], listed, routed="reminder")


def hear_kept(turn: Turn, state: State, change: Callable[[Turn, Article], Step]) -> Step:
    """`change` asks for the day anew."""
    ids = state["ids"]
    if state["at"] == "one":
        return _do(turn, ids[0], change)
    if not (turn.choice and 1 <= turn.choice <= len(ids)):
        return PASS_ON
    chosen = _mine(turn, ids[turn.choice - 1])
    if chosen is None:
        return Step([NONE_KEPT()])
    return _drop(turn, chosen) if state["at"] == "stop" else _show_one(chosen)


def told_to(turn: Turn) -> list[str]:
    """Those that were told already, to be read again: a template shows the beginning only."""
    told = [kept for kept in Reminder.of(turn.db, turn.conversation) if kept.message_id is not None]
    return [f"到期提醒：{line_of(reminder)}" for reminder in told]


def line_of(reminder: Reminder) -> str:
    """One of them in a line: what, and by when."""
    return f"{reminder.what}，{limit_of(reminder)} {reminder.spoken_day}"


def limit_of(reminder: Reminder) -> str:
    return "最早" if reminder.earliest else "最晚"


def _show_one(reminder: Reminder) -> Step:
    shown = ONE(what=reminder.what, limit=limit_of(reminder), day=reminder.spoken_day)
    return Step([shown], {"at": "one", "ids": [reminder.id]}, routed="reminder")


def _do(turn: Turn, reminder_id: int, change: Callable[[Turn, Article], Step]) -> Step:
    reminder = _mine(turn, reminder_id)
    if reminder is None or turn.choice not in (1, 2):
        return PASS_ON
    if turn.choice == 2:
        return _drop(turn, reminder)
    article = turn.library.get(reminder.article_id)
    if article is None or article.deadline is None:
        return Step([CANNOT_CHANGE()], {"at": "one", "ids": [reminder.id]})
    return change(turn, article)


def _drop(turn: Turn, reminder: Reminder) -> Step:
    dropped = DROPPED(what=reminder.what, day=reminder.spoken_day)
    turn.db.delete(reminder)
    return Step([dropped], routed="reminder")


def _mine(turn: Turn, reminder_id: int) -> Reminder | None:
    """It may have been dropped meanwhile, on another way."""
    return next((kept for kept in Reminder.of(turn.db, turn.conversation) if kept.id == reminder_id), None)
