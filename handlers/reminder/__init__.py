"""A reminder of a day that must not be missed: the day it counts from is asked, the sum read back, the day kept."""

from __future__ import annotations

import datetime as dt
import re
from typing import ClassVar

from handlers.kit.consent import (
    AGREED,
    ASK_CONSENT,
    ASK_CONSENT_AGAIN,
    ASK_SENSITIVE,
    ASK_SENSITIVE_AGAIN,
    LEAVE_IT_OUT,
    RECORD_IT,
    agree,
    has_agreed,
    veteran_of,
)
from handlers.kit.form import CANCEL_WORDS, YES_WORDS
from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from handlers.reminder.kept import SEE, STOP, hear_kept, limit_of, show
from handlers.reminder.words import (
    ASK_DAY,
    ASK_PHONE,
    FULL,
    KEPT,
    NO_PHONE,
    NOT_A_PHONE,
    NOT_KEPT,
    NOT_NEEDED,
    NOT_READ,
    OPEN_ALREADY,
    PASSED,
    PHONE_KEPT,
    RULE,
    SO_SOON,
    SURE,
    SURE_EARLIEST,
    UNNAMED,
)
from knowledge_base.article import Article
from knowledge_base.deadline import Deadline
from knowledge_base.spoken_date import Missing, NoDay, spoken_date
from models.masking import find_phone
from models.people import SENSITIVE
from models.reminder import TOLD_BEFORE, Reminder, TooManyReminders, in_full

YES = YES_WORDS | AGREED
NO = CANCEL_WORDS | LEAVE_IT_OUT | STOP | frozenset(["不用了", "不必了", "不提醒", "免了"])
MAKING = ("day", "sure", "told")
# Disability, the death of a relative, allowances, hardship: whoever asks for such a day tells of it (PIPL 28).
SENSITIVE_CATEGORIES = ("G", "H", "I", "N")
_HALF_A_PHONE = re.compile(r"[0-9][0-9 -]{4,}")


class Reminding(Passing):
    """Begun by the answer that names a deadline (`start`); 我的提醒 and 停提醒 are heard from anywhere."""

    name: ClassVar[str] = "reminder"
    interrupts: ClassVar[bool] = True
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(hours=2)

    def start(self, turn: Turn, article: Article) -> Step:
        """Ask for the one day that counts; passes on where the article names no deadline."""
        if article.deadline is None:
            return PASS_ON
        asked = [RULE(rule=article.deadline.rule), ASK_DAY(since=article.deadline.since)]
        return Step(asked, {"at": "day", "article": article.id}, runs_as=self.name, routed=self.name)

    def wants(self, turn: Turn) -> bool:
        """While one is being made, "不用提醒了" is about that one."""
        if turn.plain in STOP:
            return not (turn.run and turn.run.dialogue == self.name and turn.run.state["at"] in MAKING)
        return turn.plain in SEE

    def open(self, turn: Turn) -> Step:
        return show(turn)

    def hear(self, turn: Turn, state: State) -> Step:
        if state["at"] in ("list", "stop", "one"):
            return hear_kept(turn, state, self.start)
        if state["at"] == "phone":
            return _hear_phone(turn, state)
        article = turn.library.get(state["article"])
        if article is None or article.deadline is None:  # taken out of use meanwhile
            return PASS_ON
        if state["at"] == "consent":
            return _hear_consent(turn, state, article, article.deadline)
        if state["at"] == "sensitive":
            return _hear_about_sensitive(turn, state, article, article.deadline)
        return _hear_day(turn, state, article, article.deadline)


REMINDER = Reminding()


def _hear_day(turn: Turn, state: State, article: Article, deadline: Deadline) -> Step:
    """The day, or once it is read back a yes or no to it; said again, it counts anew."""
    if turn.choice == 9 or turn.plain in NO or (state["at"] == "sure" and turn.choice == 2):
        return Step([NOT_NEEDED()])
    if state["at"] == "sure" and (turn.choice == 1 or turn.plain in YES):
        return _keep(turn, state, article, deadline)
    try:
        since = spoken_date(turn.plain, today=turn.today)
    except NoDay as no:
        if no.missing == Missing.UNREAD and (state["at"] == "told" or turn.reading.found.sure):
            return PASS_ON
        return Step([NOT_READ[no.missing](), ASK_DAY(since=deadline.since)], state | {"at": "day"})
    return _read_back(turn, state, deadline, since)


def _read_back(turn: Turn, state: State, deadline: Deadline, since: dt.date) -> Step:
    last, today = deadline.falls_on(since), turn.today
    left = (last - today).days
    blanks = {"from_day": in_full(since), "day": in_full(last), "days": left, "ahead": _ahead(left)}
    heard = state | {"at": "told", "since": since.isoformat()}
    if deadline.earliest and left <= 0:
        return Step([_fill(OPEN_ALREADY, blanks)], heard)
    if deadline.earliest:
        return Step([_fill(SURE_EARLIEST, blanks)], heard | {"at": "sure"})
    if left < 0:
        return Step([_fill(PASSED, blanks)], heard)
    if left < min(TOLD_BEFORE) + 1:
        return Step([_fill(SO_SOON, blanks | {"when": "明天" if left else "今天"})], heard)
    return Step([_fill(SURE, blanks)], heard | {"at": "sure"})


def _keep(turn: Turn, state: State, article: Article, deadline: Deadline) -> Step:
    """Keep the day, once the person has agreed to what is kept of it; then a number for the worst case."""
    if not has_agreed(turn):
        return Step([ASK_CONSENT()], state | {"at": "consent"})
    sensitive = article.category.startswith(SENSITIVE_CATEGORIES)
    unnamed = sensitive and state.get("unnamed", False)
    if sensitive and not unnamed and not has_agreed(turn, SENSITIVE):
        return Step([ASK_SENSITIVE()], state | {"at": "sensitive"})
    try:
        reminder = Reminder.keep(
            turn.db,
            turn.conversation,
            article_id="" if unnamed else article.id,
            what=UNNAMED if unnamed else deadline.what,
            falls_on=deadline.falls_on(dt.date.fromisoformat(state["since"])),
            earliest=deadline.earliest,
            now=turn.now,
        )
    except TooManyReminders:
        return Step([FULL()])
    left = (reminder.falls_on - turn.today).days
    kept = KEPT(
        what=reminder.what,
        limit=limit_of(reminder),
        day=reminder.spoken_day,
        ahead="到那天" if reminder.earliest else f"提前 {_ahead(left)}",
    )
    if veteran_of(turn).phone:
        return Step([kept])
    return Step([kept, "", ASK_PHONE()], {"at": "phone"})


def _hear_consent(turn: Turn, state: State, article: Article, deadline: Deadline) -> Step:
    if turn.choice == 1 or turn.plain in AGREED:
        agree(turn)
        return _keep(turn, state, article, deadline)
    if turn.choice in (2, 9) or "不同意" in turn.plain:
        last = deadline.falls_on(dt.date.fromisoformat(state["since"]))
        return Step([NOT_KEPT(day=in_full(last))])
    return Step([ASK_CONSENT_AGAIN()], state)


def _hear_about_sensitive(turn: Turn, state: State, article: Article, deadline: Deadline) -> Step:
    """A no leaves out what the day is for; the day itself is kept."""
    if turn.choice == 1 or turn.plain in AGREED | RECORD_IT:
        agree(turn, SENSITIVE)
        return _keep(turn, state, article, deadline)
    if turn.choice == 2 or turn.plain in LEAVE_IT_OUT or "不同意" in turn.plain:
        return _keep(turn, state | {"unnamed": True}, article, deadline)
    return Step([ASK_SENSITIVE_AGAIN()], state)


def _hear_phone(turn: Turn, state: State) -> Step:
    if phone := find_phone(turn.reading.words.with_numbers):
        veteran_of(turn).told(phone=phone)
        return Step([PHONE_KEPT()])
    if turn.choice in (2, 9) or turn.plain in NO:
        return Step([NO_PHONE()])
    if _HALF_A_PHONE.search(turn.plain):
        return Step([NOT_A_PHONE()], state)
    return PASS_ON


def _ahead(left: int) -> str:
    """How many days before it is told, of those that are still to come: "7 天和 1 天"."""
    return "和 ".join(f"{days} 天" for days in TOLD_BEFORE if days < left)


def _fill(phrase: Phrase, blanks: dict[str, object]) -> Said:
    return phrase(**{name: value for name, value in blanks.items() if name in phrase.blanks})
