"""What the page of a talk shows: states in words, the quota in words, answers to put into the box."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from console.filters import clock, lasted
from knowledge_base.library import Library
from knowledge_base.normal import plain
from models.case import Case
from models.conversation import SHANGHAI
from models.message import WAITING, Message, Status
from models.petition import STATUSES
from models.petition.clock import day_of
from models.reception import ReceptionTicket
from models.reception.note import CannedReply
from models.reception.talk import Said
from models.send_window import SendWindow

MOST_SUGGESTED = 2
MOST_GIVEN = 3
KINDS = {"image": "照片", "voice": "语音", "video": "视频", "shortvideo": "视频", "location": "位置", "link": "链接"}
FILE_STATES = {
    "wanted": "正在取，过一会儿就能看",
    "refused": "打不开，没有存；已请对方再发一次",
    "lapsed": "微信那边过期了，没有取到",
    "erase": "已按本人要求删除",
    "erased": "已按本人要求删除",
}
SETTLED = {
    Status.SENT: "已送出",
    Status.HANDED_OVER: "已送出",
    Status.HELD: "对方再说话后发",
    Status.UNKNOWN: "不知道送到没有：发的时候断线了，不会自动重发",
    Status.STOPPED: "没有发",
}
# What the worker writes down for operators, in words for colleagues; WeChat's own words are Chinese already.
TROUBLES = {
    "no longer follows": "对方取消了关注",
    "its words were erased": "内容已按本人要求删除",
    "30 days without a word from the veteran": "对方 30 天没有再说话",
}
# Until the office has written its own.
SAYINGS = (
    "您好，我是接待室的同志。您慢慢说，我看着。",
    "我查一下，5 分钟内回您。",
    "这件事要到镇（社区）服务站办，请带上身份证。",
    "您方便接电话吗？我打给您，几句话就说清楚。",
)
_MARKS = re.compile(r"([wh])([0-9]{1,18})")


def state_of(said: Said | Message) -> str:
    """Where an answer of ours stands, in words."""
    if said.status in WAITING:
        return "等着发"
    if said.status in SETTLED:
        return SETTLED[Status(said.status)]
    trouble = TROUBLES.get(said.trouble, said.trouble)
    reason = trouble if re.search("[一-龥]", trouble) else "系统出了点问题，请打电话"
    return f"没送到：{reason}"


def case_status(case: Case) -> str:
    return STATUSES.get(case.status, "正在办")


def failed(said: Said | Message) -> bool:
    return said.status in (Status.FAILED, Status.PARKED, Status.UNKNOWN)


def when(moment: dt.datetime, now: dt.datetime) -> str:
    """The time of day; with the day where it was another."""
    here, today = moment.astimezone(SHANGHAI), day_of(now)
    return clock(moment) if here.date() == today else f"{here.month} 月 {here.day} 日 {clock(moment)}"


def quota(window: SendWindow) -> str:
    """What may still be sent: 还可发 4 条，到 26 日 09:11."""
    if not window.follows:
        return "对方取消了关注，微信送不到。请打电话。"
    if not window.left or window.until is None:
        return "现在不能发：要等对方再说话。急的事请打电话。写的话会留着。"
    until = window.until.astimezone(SHANGHAI)
    return f"还可发 {window.left} 条，到 {until.day} 日 {until:%H:%M}。对方再说话就恢复 5 条。"


def with_taking(said: Sequence[Said], ticket: ReceptionTicket, name: str) -> list[Said]:
    """The talk with the line that says since when it is in these hands, and how long the veteran had waited."""
    if ticket.taken_at is None:
        return list(said)
    waited = lasted(ticket.taken_at - ticket.opened_at)
    taken = Said(0, "system", "", f"您接待了{name}（等了 {waited}）", ticket.taken_at)
    before = [each for each in said if each.at < ticket.taken_at]
    return [*before, taken, *said[len(before) :]]


def sayings(canned: Sequence[CannedReply]) -> list[tuple[str, str]]:
    """Sentences to put into the box, each with the name its button gives."""
    own = [(f"canned:{each.id}", each.words) for each in canned]
    return own or [(f"saying:{place}", words) for place, words in enumerate(SAYINGS)]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An approved answer that may fit what was asked."""

    id: str
    title: str
    answer: str
    source: str


def suggestions(library: Library, words: str, today: dt.date) -> list[Suggestion]:
    """At most two, with what they rest on; what is past its last day is not offered."""
    found = library.search(plain(words)).possible if words else ()
    articles = (library.get(hit.id) for hit in found)
    fitting = [article for article in articles if article is not None and article.in_force(today)]
    return [
        Suggestion(article.id, article.title, article.answer, article.citation) for article in fitting[:MOST_SUGGESTED]
    ]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of one's own in a talk, and what it answered."""

    id: int
    question: str
    reply: str


def own_answers(said: Sequence[Said]) -> list[Given]:
    """The last answers of whoever reads the talk, the newest first."""
    found: list[Given] = []
    question = ""
    for each in said:
        if each.author == "veteran" and each.words:
            question = each.words
        elif each.mine and each.author == "staff" and each.words and question:
            found.append(Given(each.id, question, each.words))
    return found[: -MOST_GIVEN - 1 : -1]


@dataclass(frozen=True, slots=True)
class Tail:
    """Up to where the page knows the talk: what it asks for next, and whose state it still waits for."""

    after: int
    noted: int
    pending: str
    left: int

    @property
    def restless(self) -> bool:
        """Whether an answer is on its way out, so that the page looks again soon."""
        return "w" in self.pending


def tail_of(shown: Sequence[Said], window: SendWindow, before: Tail | None = None, still: str = "") -> Tail:
    messages = [said.id for said in shown if said.author not in ("note", "system")]
    notes = [said.id for said in shown if said.author in ("note", "system")]
    pending = "-".join(filter(None, [still, *(mark(said) for said in shown if said.pending)]))
    return Tail(
        max([*messages, before.after if before else 0]),
        max([*notes, before.noted if before else 0]),
        pending,
        window.left,
    )


def mark(message: Said | Message) -> str:
    """A message of ours whose way is not over: w512 while it waits, h512 while it is held."""
    return f"{'w' if message.status in WAITING else 'h'}{message.id}"


def marked(pending: str, *, most: int = 30) -> dict[int, str]:
    """Which messages a page waits for, with the mark it knows them by."""
    return {int(number): f"{letter}{number}" for letter, number in _MARKS.findall(pending)[:most]}
