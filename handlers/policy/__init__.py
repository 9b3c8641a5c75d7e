"""Policy: one clear answer with its source, up to three to choose from, or an honest "not found" and a person."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import ClassVar

from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import PASS_ON, Passing, State, Step, Turn
from handlers.policy.answer import ASK_A_PERSON, answer_lines, choices, pages
from handlers.policy.follow_up import follow_up
from handlers.reminder import REMINDER
from knowledge_base.article import Article
from knowledge_base.forks import Fork
from knowledge_base.normal import plain
from models.message import Message
from models.policy.asked import Asker

ASK_AWAY = Phrase("policy.ask_away", "想问什么，直接说就行，打字、说话都可以。\n比如：优待证怎么办、六十岁补助怎么领。")
WHICH_ONE = Phrase("policy.which_one", "您是想问哪一个？")
IS_IT_THIS = Phrase("policy.is_it_this", "您是想问这个吗？")
NONE_OF_THESE = Phrase("policy.none_of_these", "8 都不是，找人问")
NOT_THIS = Phrase("policy.not_this", "8 不是，找人问")
GLAD = Phrase("policy.glad", "好的，谢谢您。还想问别的，直接说就行。")
NOT_USEFUL = Phrase("policy.not_useful", "对不住，没答好。\n1 换个说法再问\n8 找人问")
SAY_IT_ANOTHER_WAY = Phrase("policy.say_it_another_way", "好，您换个说法再说一遍。")
GO_AHEAD = Phrase("policy.go_ahead", "好，您说，我听着。")
NOT_FOUND = Phrase(
    "policy.not_found", "没有查到确切规定，不敢乱说。您的问题记下了。\n8 找老战友来答\n也可以换个说法再问。"
)
BEING_WRITTEN = Phrase(
    "policy.being_written", "这个问题也有人问过，正在准备答复，有了就告诉您。\n等不及，回复 8 找老战友来答。"
)
NOT_MINE = Phrase(
    "policy.not_mine", "这个我答不了。我能帮您查退役军人的政策、记下要反映的事。\n1 查政策\n2 反映问题\n8 找人"
)
TWICE = Phrase(
    "policy.twice", "对不住，我又没听懂，怪我。请接待室的人来跟您说，好不好？\n1 好，请人来\n2 我换个说法\n8 找人"
)
VOICE_UNREAD = Phrase("policy.voice_unread", "这段话我没听清，录音留着。\n1 再说一遍\n2 我打字\n8 找人听")
AS_OF = Phrase("policy.as_of", "{year}年的时候是这样规定的：")
NOT_KNOWN_AS_OF = Phrase("policy.not_known_as_of", "{year}年的规定库里没有。现在的规定是：")
MORE = Phrase("policy.more", "1 接着看")
WHOLE = Phrase("policy.whole", '<a href="{link}">点这里看全文（大字）</a>')
NO_MORE = Phrase("policy.no_more", "就这些了。")

ASKED_FOR = ("查政策", "政策", "问政策")  # by name, as the menu has it
POPULAR = ("B01", "I01", "G01", "N01", "D02")
READABLE = "/policies"  # where the reading page of an article is
_YEAR_ASKED = re.compile(
    r"((?:19|20)[0-9]{2})年?(?:的?时候|那时|那年|那会|当时|以前|之前).{0,12}(?:规定|政策|办法|标准|怎么)"
)


class Policy(Passing):
    """The last dialogue asked: whatever nobody else wanted is taken for a question."""

    name: ClassVar[str] = "policy"
    interrupts: ClassVar[bool] = False
    fresh_for: ClassVar[dt.timedelta] = dt.timedelta(minutes=15)

    def wants(self, turn: Turn) -> bool:
        return True

    def open(self, turn: Turn) -> Step:
        if turn.choice == 1 or turn.plain in ASKED_FOR:
            return self._offer(turn, POPULAR, ASK_AWAY())
        if not turn.plain:
            return self._voice(turn) if turn.kind == "voice" else self._not_understood(turn, NOT_FOUND())
        found = turn.reading.found
        if found.road == "OUT":
            return self._not_understood(turn, NOT_MINE())
        article = turn.library.get(found.sure.id) if found.sure else None
        if article:
            return self._answer(turn, article)
        if fork := turn.library.fork(found):
            return self._ask(fork)
        if found.possible:
            only = len(found.possible) == 1
            return self._offer(turn, [hit.id for hit in found.possible], IS_IT_THIS() if only else WHICH_ONE())
        awaited = Asker.join(turn.db, plain(turn.reading.words.text), turn.heard, now=turn.now)
        return self._not_understood(turn, BEING_WRITTEN() if awaited else NOT_FOUND())

    def hear(self, turn: Turn, state: State) -> Step:
        offered = state.get("offered", [])
        if turn.choice and 1 <= turn.choice <= len(offered):
            article = turn.library.get(offered[turn.choice - 1])
            return self._answer(turn, article) if article else self._not_understood(turn, NOT_FOUND())
        if shown := turn.library.get(state.get("shown", "")):
            step = self._about(turn, state, shown)
            if step is not None:
                return step
        if state["at"] == "voice" and turn.choice in (1, 2):
            return Step([GO_AHEAD()])
        if state["at"] == "unclear" and turn.choice == 1:
            return Step([SAY_IT_ANOTHER_WAY()])
        if state["at"] == "twice" and turn.choice in (1, 2):
            return Step(then="reception") if turn.choice == 1 else Step([SAY_IT_ANOTHER_WAY()])
        return PASS_ON

    def _about(self, turn: Turn, state: State, shown: Article) -> Step | None:
        """What belongs to the article told last: a choice below it, or a question that leaves out what it is about."""
        at = state["at"]
        if (
            turn.choice == 4 and shown.deadline and at in ("answered", "reading", "read")
        ):  # the answer is still in sight
            return REMINDER.start(turn, shown)
        if at == "answered" and turn.choice in (1, 2):
            return self._rate(turn, state, useful=turn.choice == 1)
        if at == "answered" and turn.choice == 3:
            return self._read(turn, shown, 0)
        if at == "reading" and turn.choice == 1:
            return self._read(turn, shown, state["page"] + 1)
        told = follow_up(turn, shown)
        if told is None:
            return None
        meant, lines = told
        return Step([*lines, *choices(meant)], {"at": "answered", "shown": meant.id}, routed=f"policy:{meant.id}")

    def _answer(self, turn: Turn, article: Article) -> Step:
        article = turn.library.nearest(article)
        said, article = _as_of_the_year_asked(turn, article)
        return Step(
            [*said, *answer_lines(article, today=turn.today), *choices(article)],
            {"at": "answered", "shown": article.id},
            routed=f"policy:{article.id}",
        )

    def _read(self, turn: Turn, article: Article, page: int) -> Step:
        """Page by page what the short answer leaves out, and where all of it stands in large type."""
        told = pages(article, turn.library)
        if page >= len(told):
            return Step([NO_MORE(), ASK_A_PERSON()], {"at": "read", "shown": article.id})
        lines: list[Said] = [told[page]]
        if page == 0 and turn.public_url:
            lines.append(WHOLE(link=f"{turn.public_url}{READABLE}/{article.id}"))
        lines += [MORE()] if page + 1 < len(told) else []
        state = {"at": "reading", "shown": article.id, "page": page}
        return Step([*lines, ASK_A_PERSON()], state, routed=f"reading:{article.id}")

    def _ask(self, fork: Fork) -> Step:
        """The one thing about the person that decides between neighbours."""
        rows = [f"{number} {answer}" for number, (answer, _) in enumerate(fork.options, start=1)]
        offered = [id_ for _, id_ in fork.options]
        return Step(
            [fork.ask, *rows, NONE_OF_THESE()],
            {"at": "offered", "offered": offered},
            routed=f"choices:{','.join(offered)}",
        )

    def _offer(self, turn: Turn, ids: Sequence[str], head: Said) -> Step:
        known = [article for id_ in ids if (article := turn.library.get(id_))]
        rows = [f"{number} {article.title}" for number, article in enumerate(known, start=1)]
        offered = [article.id for article in known]
        none = NONE_OF_THESE() if len(offered) > 1 else NOT_THIS()
        return Step([head, *rows, none], {"at": "offered", "offered": offered}, routed=f"choices:{','.join(offered)}")

    def _rate(self, turn: Turn, state: State, *, useful: bool) -> Step:
        Message.rate_answer(turn.db, turn.conversation.id, before=turn.heard, useful=useful)
        if useful:
            return Step([GLAD()], {"at": "useful", "shown": state["shown"]})
        return Step([NOT_USEFUL()], {"at": "unclear", "shown": state["shown"]})

    def _voice(self, turn: Turn) -> Step:
        return Step([VOICE_UNREAD()], {"at": "voice"}, routed="voice")

    def _not_understood(self, turn: Turn, say: Said) -> Step:
        """Nobody is sent round in circles: the second time in a row, a person is offered."""
        if turn.conversation.misunderstood >= 1:
            return Step([TWICE()], {"at": "twice"}, routed="not_found", understood=False)
        return Step([say], None, routed="not_found", understood=False)


POLICY = Policy()


def _as_of_the_year_asked(turn: Turn, article: Article) -> tuple[list[Said], Article]:
    """Who asks how it was in a year is told so, as far as the library reaches back."""
    asked = _YEAR_ASKED.search(turn.plain)
    if asked is None:
        return [], article
    then = turn.library.as_of(article, dt.date(int(asked[1]), 12, 31))
    return ([AS_OF(year=asked[1])], then) if then else ([NOT_KNOWN_AS_OF(year=asked[1])], article)
