"""Reception: the way to a person, what is said while one waits, and silence while a person holds the chat."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import ClassVar

from handlers.kit.form import CANCEL_WORDS
from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import PASS_ON, OneShot, Passing, Reading, State, Step, Turn
from handlers.petition import TRIGGERS
from handlers.petition.report import reports
from handlers.policy.answer import answer_lines
from models.masking import find_phone
from models.reception import MINUTES_A_TALK, ReceptionTicket
from models.station import Station
from models.station.hours import WEEKDAYS

FINDING = Phrase("reception.finding", "正在帮您找接待室的老战友。")
NEXT = Phrase("reception.next", "您排第一个。")
AHEAD = Phrase("reception.ahead", "您前面还有 {count} 位，大约等 {minutes} 分钟。")
CLOSED = Phrase("reception.closed", "现在接待室没人。话都记下了，{when}第一个回您。")
CLOSED_NO_HOURS = Phrase("reception.closed_no_hours", "话都记下了，接待室的人看到就回您。")
URGENT_CALL = Phrase("reception.urgent_call", "急事打 {phone}。")
SAY_IT_NOW = Phrase("reception.say_it_now", "您可以先说是什么事，来的人看得到。")
HOURS = Phrase("reception.hours", "接待时间：{hours}")
WAYS_OUT = Phrase("reception.ways_out", "1 请打电话给我\n9 不找了")
NOTED = Phrase("reception.noted", "听到了，记给接待室的人看了。")
CALL_ME = Phrase("reception.call_me", "好，请接待室的人打电话给您。您的电话是多少？打过来就行。")
CALL_NOTED = Phrase("reception.call_noted", "电话记下了。{when}给您打。")
STOPPED = Phrase("reception.stopped", "好的，不找了。说过的话还留着。想找人，随时回复 8。")
STILL_WAITING = Phrase("reception.still_waiting", "（找人的事还给您排着。）")

CITY_HOTLINE = "12345"  # 政务服务便民热线, where the station's own number has not been filled in

EXACTLY = frozenset(
    [
        "人工",
        "人公",
        "人功",
        "任工",
        "客服",
        "找人",
        "真人",
        "活人",
        "转接",
        "转人",
        "接待室",
        "人工服务",
        "有人吗",
        "有人没",
        "有没有人",
    ]
)
ASKING = re.compile(
    r"转(?:人|任|仁)|(?:人|任)工|真人|活人|客服|接待室"
    r"|(?:找|喊|叫|换|派|请|要|来|给我)(?:个|一个|你们|你们的|当官的|能说话的)?(?:人|领导|站长|干部|工作人员|老兵代表|值班)"
    r"|打(?:个)?电话(?:给|来|回)|当面(?:说|讲|谈)|跟人说|和人说"
)
ONLY_ASKING = re.compile(
    r"(?:我|你|你们|麻烦|请|帮我|给我|想|要|还是|快)*(?:转|找|喊|叫|换|派|接)(?:一个|一下|个|到|给)?"
    r"(?:人工|任工|真人|活人|人|工作人员|客服|接待室|老兵代表|值班的?)(?:来|说|讲|接|帮|帮忙|跟|和|我|下|一下|填|嘛|吧|噻|了)*"
)
STOP_WORDS = CANCEL_WORDS | {"不找了", "不等了", "不用找了", "不用等了", "不找人了"}
LONGEST_ASKING = 13  # in a longer text such words belong to a story
LONGEST_LIKE = 40  # a longer one that is only like them mostly says that nobody listened


def _begins_a_petition(turn: Turn) -> bool:
    """Also a report: what is said for it must not reach the line (X1)."""
    return turn.plain in TRIGGERS or reports(turn.plain)


class Reception(Passing):
    """人工, 找人, 8, in any state and any spelling."""

    name: ClassVar[str] = "reception"
    interrupts: ClassVar[bool] = True
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(days=365)

    def wants(self, turn: Turn) -> bool:
        if turn.run is not None and turn.run.dialogue == self.name and turn.choice is None:
            return False  # already waiting: what is said now belongs to the matter
        if turn.run is None and turn.conversation.mode == "waiting" and wants_to_stop(turn.reading):
            return True
        if turn.run is not None and turn.run.dialogue == "petition":
            return asks_for_nothing_else(turn.reading)  # in a form, words like 接待室 and 领导 are answers
        if turn.run is not None:
            return names_a_person(turn.reading)  # likeness alone interrupts nobody
        # Who waits already is telling the matter, and that may well be about a person.
        asks = names_a_person if turn.conversation.mode == "waiting" else asks_for_a_person
        return asks(turn.reading) and not _begins_a_petition(turn)

    def open(self, turn: Turn) -> Step:
        if wants_to_stop(turn.reading):
            return self.hear(turn, {"at": "waiting"})
        ticket = ReceptionTicket.open(turn.db, turn.conversation, reason="asked", now=turn.now)
        return Step([FINDING(), *self._place(turn, ticket)], {"at": "waiting"}, routed="person")

    def hear(self, turn: Turn, state: State) -> Step:
        ticket = ReceptionTicket.of(turn.db, turn.conversation)
        if ticket is None:
            return PASS_ON
        if turn.choice in (0, 2, 3, 4) or _begins_a_petition(turn):
            return PASS_ON  # something else meanwhile; the place in line is kept
        if wants_to_stop(turn.reading) and not ticket.urgent:
            ticket.close(turn.db, outcome="gave up waiting", now=turn.now)
            return Step([STOPPED()])
        if turn.choice == 1:
            ticket.call_me()
            return Step([CALL_ME()], {"at": "phone"})
        if state["at"] == "phone" and (phone := find_phone(turn.reading.words.with_numbers)):
            ticket.phone = phone
            return Step([CALL_NOTED(when=_when(turn, unless_open="尽快") or "接待室上班就")], {"at": "waiting"})
        found = None if asks_for_a_person(turn.reading) else turn.reading.found.sure
        article = turn.library.get(found.id) if found else None
        if article:
            lines = [*answer_lines(article, today=turn.today), STILL_WAITING()]
            return Step(lines, state, routed=f"policy:{article.id}")
        return Step([NOTED(), *self._place(turn, ticket, brief=True)], state, routed="person")

    def reopen(self, turn: Turn, state: State) -> Step:
        return self.hear(turn, state)

    def _place(self, turn: Turn, ticket: ReceptionTicket, *, brief: bool = False) -> list[Said]:
        """Place in line and minutes while somebody is there; else when somebody is, and what to do in need."""
        station = Station.district(turn.db)
        hours = station.office_hours if station and station.hours else None
        lines: list[Said] = []
        if hours is None or not hours.is_open(turn.now):
            when = _when(turn)
            lines.append(CLOSED(when=when) if when else CLOSED_NO_HOURS())
            lines.append(URGENT_CALL(phone=(station.phone if station else "") or CITY_HOTLINE))
        else:
            ahead = ticket.ahead(turn.db)
            lines.append(AHEAD(count=ahead, minutes=(ahead + 1) * MINUTES_A_TALK) if ahead else NEXT())
        if brief:
            return lines
        said = [HOURS(hours=hours.said)] if hours else []
        return [*lines, SAY_IT_NOW(), WAYS_OUT(), *said]


class Waiting(OneShot):
    """What is said while one waits, after something else had been asked in between: it belongs to the matter."""

    name: ClassVar[str] = "waiting"
    interrupts: ClassVar[bool] = False

    def wants(self, turn: Turn) -> bool:
        return turn.conversation.mode == "waiting" and turn.choice is None

    def open(self, turn: Turn) -> Step:
        return replace(RECEPTION.hear(turn, {"at": "waiting"}), runs_as=RECEPTION.name)


RECEPTION = Reception()
WAITING = Waiting()


def asks_for_nothing_else(reading: Reading) -> bool:
    """Whether a person is all the message asks for."""
    if reading.choice is not None:
        return reading.choice == 8
    return reading.plain in EXACTLY or bool(ONLY_ASKING.fullmatch(reading.plain))


def wants_to_stop(reading: Reading) -> bool:
    return reading.choice == 9 or reading.plain in STOP_WORDS


def asks_for_a_person(reading: Reading) -> bool:
    """Whether the message asks for a person: 8, a word for it, a slip of it, or a sentence like the known ones."""
    return names_a_person(reading) or (reading.found.road == "PERSON" and len(reading.plain) <= LONGEST_LIKE)


def names_a_person(reading: Reading) -> bool:
    """The same, told from the words alone."""
    if reading.choice is not None:
        return reading.choice == 8
    words = reading.plain
    return words in EXACTLY or (len(words) <= LONGEST_ASKING and bool(ASKING.search(words)))


def _when(turn: Turn, *, unless_open: str = "") -> str:
    """The next opening as people say it: 今天 13:30, 明天 9:00, 11 月 30 日（周一）9:00."""
    station = Station.district(turn.db)
    hours = station.office_hours if station and station.hours else None
    if hours is not None and unless_open and hours.is_open(turn.now):
        return unless_open
    opening = hours.next_opening(turn.now) if hours is not None else None
    if opening is None:
        return ""
    days = (opening.date() - turn.today).days
    day = {0: "今天", 1: "明天", 2: "后天"}.get(
        days, f"{opening.month} 月 {opening.day} 日（周{WEEKDAYS[opening.weekday()]}）"
    )
    return f"{day} {opening:%-H:%M} "
