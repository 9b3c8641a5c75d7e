"""试一问: what a veteran who asks this would be told, and why. It runs the code that answers messages."""

from __future__ import annotations

from dataclasses import dataclass

from console.desk import db, library, now, today
from console.policies.phrase_names import dialogue_of
from handlers import DIALOGUES
from handlers.complaint import COMPLAINT
from handlers.kit.phrase import Said, worded
from handlers.kit.turn import TOO_SHORT_TO_SEARCH, Dialogue, Reading, Turn, searched
from handlers.policy import POLICY
from handlers.policy.answer import answer_lines, choices
from handlers.urgent import AFTER, URGENT, WORDS
from knowledge_base.article import Article
from knowledge_base.library import Library
from knowledge_base.search import CLEAR, MOST_OFFERED, POSSIBLE, SURE, Finding, Match
from models.conversation import Conversation
from models.wording import Wording

HEADINGS = {
    "urgent": "会当成紧急情况：先给求助电话，马上叫人",
    "reception": "会帮对方找接待室的人",
    "petition": "会开始登记反映的事",
    "complaint": "会当成反映问题：问对方要登记、先看政策，还是找人",
}


@dataclass(frozen=True, slots=True)
class Likely:
    """An article that is like the question, and how like, 0 to 1."""

    article: Article
    score: float


@dataclass(frozen=True, slots=True)
class Tried:
    """`said` is empty where the answer depends on who asks. `way` and `shares`, in percent: why the first is likely."""

    asked: str
    heading: str
    why: str
    said: str
    likely: tuple[Likely, ...]
    way: str
    shares: tuple[tuple[str, int], ...]


def try_out(question: str, shelf: Library | None = None) -> Tried:
    """As the first message of a veteran we do not know. Nothing is kept, and nobody is called.

    `shelf` is the library to try it on, that in use by default.
    """
    shelf = shelf or library()
    reading = Reading.of(question, shelf)
    turn = Turn(db(), now(), _stranger(), 0, "text", reading, shelf)
    taker = _taker(turn)
    lines, routed = _lines(taker, turn)
    found = [(shelf.get(hit.id), hit.score) for hit in reading.found.hits[:MOST_OFFERED] if hit.score > 0]
    likely = tuple(Likely(article, score) for article, score in found if article is not None)
    match = shelf.explain(searched(reading.plain), likely[0].article.id) if likely else Match("", ())
    shares = [(word, round(part / likely[0].score * 100)) for word, part in match.words]
    return Tried(
        asked=reading.words.text,
        heading=_heading(taker, routed, turn),
        why=_why(reading, routed, likely) if taker is POLICY else "",
        said=worded(lines, Wording.live(db())),
        likely=likely,
        way=match.way,
        shares=tuple((word, share) for word, share in shares if share > 0),
    )


def bubble_of(article: Article | None) -> str:
    """The answer as it stands on the phone, in the office's own words; empty where there is no article yet."""
    if article is None:
        return ""
    return worded([*answer_lines(article, today=today()), *choices(article)], Wording.live(db()))


def _stranger() -> Conversation:
    """Somebody who has never written before; never stored."""
    return Conversation(channel="trial", contact="", mode="bot", follows=True, misunderstood=0)


def _taker(turn: Turn) -> Dialogue:
    """Who has the message when nothing is open (bot/conversation.py)."""
    first = [dialogue for dialogue in DIALOGUES if dialogue.interrupts] + list(DIALOGUES)
    return next(dialogue for dialogue in first if dialogue.wants(turn))


def _lines(taker: Dialogue, turn: Turn) -> tuple[list[Said], str]:
    """What is said, where saying it writes nothing down, and where the message went."""
    if taker is URGENT and turn.reading.crisis is not None:
        return [WORDS[turn.reading.crisis](), AFTER()], ""
    if taker is POLICY or taker is COMPLAINT:
        step = taker.open(turn)
        return list(step.say), step.routed
    return [], ""


def _heading(taker: Dialogue, routed: str, turn: Turn) -> str:
    if taker is not POLICY:
        return HEADINGS.get(taker.name, f"会由“{dialogue_of(taker.name)}”来答")
    kind, _, ids = routed.partition(":")
    if kind == "policy":
        return f"会直接答：{turn.library.everything[ids].title}"
    if kind == "choices" and (fork := turn.library.fork(turn.reading.found)):
        return f"会先问清楚一样：{fork.ask}"
    return f"会列出 {len(ids.split(','))} 条让对方选" if kind == "choices" else "会说没查到，请对方找人"


def _why(reading: Reading, routed: str, likely: tuple[Likely, ...]) -> str:
    """The rule that decided, in words."""
    if len(reading.plain) < TOO_SHORT_TO_SEARCH or reading.choice is not None:
        return "字太少，或者只是一个数字，不去查政策。"
    if reading.found.road == "OUT":
        return "更像和退役军人政策没关系的话。"
    if not likely:
        return "和哪一条都不像。"
    return _why_by_score(reading.found, likely, answered=routed.startswith("policy:"))


def _why_by_score(found: Finding, likely: tuple[Likely, ...], *, answered: bool) -> str:
    first, second = likely[0].score, likely[1].score if len(likely) > 1 else 0.0
    if answered:
        return f"最像的有 {first:.2f}，过了 {SURE}；第二像的 {second:.2f}，差得开。"
    if first < POSSIBLE:
        return f"最像的也只有 {first:.2f}，不到 {POSSIBLE}，不敢列出来。"
    if first < SURE:
        return f"最像的只有 {first:.2f}，不到 {SURE}，不敢直接答。"
    return f"第二像的 {second:.2f} 和最像的 {first:.2f} 太近（过了它的 {CLEAR:.0%}），让对方自己选。"
