"""Policy: one clear answer with its source, up to three to choose from, or an honest "not found" and a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from knowledge_base.article import Article
from models.message import Message

ASK_AWAY = Phrase("policy.ask_away", "想问什么，直接说就行，打字、说话都可以。\n比如：优待证怎么办、六十岁补助怎么领。")
WHICH_ONE = Phrase("policy.which_one", "您是想问哪一个？")
NONE_OF_THESE = Phrase("policy.none_of_these", "8 都不是，找人问")
CLEAR_NOW = Phrase("policy.clear_now", "1 有用\n2 没用\n8 找人问")
GLAD = Phrase("policy.glad", "好的，谢谢您。还想问别的，直接说就行。")
NOT_USEFUL = Phrase("policy.not_useful", "对不住，没答好。\n1 换个说法再问\n8 找人问")
SAY_IT_ANOTHER_WAY = Phrase("policy.say_it_another_way", "好，您换个说法再说一遍。")
GO_AHEAD = Phrase("policy.go_ahead", "好，您说，我听着。")
NOT_FOUND = Phrase(
    "policy.not_found", "没有查到确切规定，不敢乱说。您的问题记下了。\n8 找老战友来答\n也可以换个说法再问。"
)
NOT_MINE = Phrase(
    "policy.not_mine", "这个我答不了。我能帮您查退役军人的政策、记下要反映的事。\n1 查政策\n2 反映问题\n8 找人"
)
TWICE = Phrase(
    "policy.twice", "对不住，我又没听懂，怪我。请接待室的人来跟您说，好不好？\n1 好，请人来\n2 我换个说法\n8 找人"
)
VOICE_UNREAD = Phrase("policy.voice_unread", "这段话我没听清，录音留着。\n1 再说一遍\n2 我打字\n8 找人听")
ASIDE_SOURCE = Phrase("policy.aside_source", "（依据：{source}）")

POPULAR = ("B01", "I01", "G01", "N01", "D02")
LONGEST_ASIDE = 70


class Policy(Passing):
    """The last dialogue asked: whatever nobody else wanted is taken for a question."""

    name: ClassVar[str] = "policy"
    interrupts: ClassVar[bool] = False
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(minutes=15)

    def wants(self, turn: Turn) -> bool:
        return True

    def open(self, turn: Turn) -> Step:
        if turn.choice == 1 or turn.plain in ("查政策", "政策", "问政策"):
            return self._offer(turn, POPULAR, ASK_AWAY())
        if not turn.plain:
            return self._voice(turn) if turn.kind == "voice" else self._not_understood(turn, NOT_FOUND())
        found = turn.reading.found
        if found.road == "OUT":
            return self._not_understood(turn, NOT_MINE())
        article = turn.library.get(found.sure.id) if found.sure else None
        if article:
            return self._answer(article)
        if found.possible:
            return self._offer(turn, [hit.id for hit in found.possible], WHICH_ONE())
        return self._not_understood(turn, NOT_FOUND())

    def hear(self, turn: Turn, state: State) -> Step:
        offered = state.get("offered", [])
        if turn.choice and 1 <= turn.choice <= len(offered):
            article = turn.library.get(offered[turn.choice - 1])
            return self._answer(article) if article else self._not_understood(turn, NOT_FOUND())
        if state["at"] == "answered" and turn.choice in (1, 2):
            return self._rate(turn, state, useful=turn.choice == 1)
        if state["at"] == "voice" and turn.choice in (1, 2):
            return Step([GO_AHEAD()])
        if state["at"] == "unclear" and turn.choice == 1:
            return Step([SAY_IT_ANOTHER_WAY()])
        if state["at"] == "twice" and turn.choice in (1, 2):
            return Step(then="reception") if turn.choice == 1 else Step([SAY_IT_ANOTHER_WAY()])
        return PASS_ON

    def _answer(self, article: Article) -> Step:
        return Step(
            [*answer_lines(article), CLEAR_NOW()],
            {"at": "answered", "shown": article.id},
            routed=f"policy:{article.id}",
        )

    def _offer(self, turn: Turn, ids: Sequence[str], head: Said) -> Step:
        known = [article for id_ in ids if (article := turn.library.get(id_))]
        rows = [f"{number} {article.title}" for number, article in enumerate(known, start=1)]
        offered = [article.id for article in known]
        return Step(
            [head, *rows, NONE_OF_THESE()], {"at": "offered", "offered": offered}, routed=f"choices:{','.join(offered)}"
        )

    def _rate(self, turn: Turn, state: State, *, useful: bool) -> Step:
        Message.rate_answer(turn.db, turn.conversation.id, before=turn.heard, useful=useful)
        return Step([GLAD()]) if useful else Step([NOT_USEFUL()], {"at": "unclear"})

    def _voice(self, turn: Turn) -> Step:
        return Step([VOICE_UNREAD()], {"at": "voice"}, routed="voice")

    def _not_understood(self, turn: Turn, say: Said) -> Step:
        """Nobody is sent round in circles: the second time in a row, a person is offered."""
        if turn.conversation.misunderstood >= 1:
            return Step([TWICE()], {"at": "twice"}, routed="not_found", understood=False)
        return Step([say], None, routed="not_found", understood=False)


POLICY = Policy()


def answer_lines(article: Article) -> list[Said]:
    """An article as it is said: the answer, and what it rests on."""
    return [article.answer, "", article.citation]


def answer_aside(turn: Turn) -> list[Said] | None:
    """A short answer to a policy question asked in the middle of something else; None when it is not clearly one."""
    found = turn.reading.found.sure
    article = turn.library.get(found.id) if found else None
    if article is None or not _is_question(turn.plain):
        return None
    lines: list[Said] = []
    left = LONGEST_ASIDE
    for line in article.answer.splitlines():
        if lines and len(line) > left:
            break
        lines.append(line[:LONGEST_ASIDE])
        left -= len(line)
    return [*lines, ASIDE_SOURCE(source=f"《{article.cite}》{article.article.split('、')[0].strip('—')}")]


ASKING_WORDS = (
    "吗",
    "嘛",
    "怎么",
    "咋",
    "啥",
    "什么",
    "哪",
    "多少",
    "好多",
    "几",
    "不得",
    "没得",
    "能不能",
    "有没有",
    "是不是",
    "如何",
)


def _is_question(words: str) -> bool:
    return len(words) <= 30 and any(word in words for word in ASKING_WORDS)
