"""An article as it is said: the short answer with its source, then page by page what else there is to it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from handlers.kit.phrase import Phrase, Said, worded
from handlers.kit.turn import Turn
from knowledge_base.article import Article, faults
from knowledge_base.library import Library

CLEAR_NOW = Phrase("policy.clear_now", "1 有用\n2 没用\n3 看细说")
REMIND_ME = Phrase("policy.remind_me", "4 到时候提醒我")
ASK_A_PERSON = Phrase("policy.ask_a_person", "8 找人问")
ASIDE_SOURCE = Phrase("policy.aside_source", "（依据：{source}）")
LOCAL_STANDARD = Phrase("policy.local_standard", "本地标准，{amount}")
NEARER = Phrase("policy.nearer", "（这是{region}的规定，比全国的近。）")

LONGEST_BUBBLE, MOST_BYTES = 200, 1800
LONGEST_ASIDE = 70
LONGEST_PAGE = 130
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]+|[^。！？\n]+")
_ARTICLE_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z][0-9]{2}(?![A-Za-z0-9])")


def answer_lines(article: Article, *, today: dt.date) -> list[Said]:
    """The answer, the local standard in force, and what it rests on."""
    amount = article.amount_on(today)
    local: list[Said] = [LOCAL_STANDARD(amount=amount)] if amount else []
    nearer: list[Said] = [NEARER(region=article.region)] if article.narrows else []
    return [article.answer, *local, *nearer, "", article.citation]


def choices(article: Article) -> list[Said]:
    """What may be done next. A deadline is worth a reminder."""
    return [CLEAR_NOW(), *([REMIND_ME()] if article.deadline else []), ASK_A_PERSON()]


def bubble(article: Article, *, today: dt.date) -> str:
    """The whole first message, in the program's words."""
    return worded([*answer_lines(article, today=today), *choices(article)], {})


def faults_in_use(article: Article, *, today: dt.date) -> list[str]:
    """What keeps an article from being said, one Chinese sentence each; empty when it is sound."""
    said = bubble(article, today=today)
    found = faults(article)
    if len(said) > LONGEST_BUBBLE or len(said.encode()) > MOST_BYTES:
        found.append(f"整条消息 {len(said)} 字，最多 {LONGEST_BUBBLE} 字。答复要再短一点")
    return found


def pages(article: Article, library: Library) -> list[str]:
    """All that the short answer leaves out, in parts that fit into a message, whole sentences each."""
    told = [article.details]
    told += [f"要带：{article.bring}"] if article.bring else []
    told += [f"去哪办：{article.where}"] if article.where else []
    told += [f"本地标准：{amount}" for amount in article.amounts]
    found: list[str] = []
    for sentence in _SENTENCE.findall(spelled_out("\n".join(told), library)):
        if found and len(found[-1]) + len(sentence) <= LONGEST_PAGE:
            found[-1] += sentence
        else:
            found += [sentence[start : start + LONGEST_PAGE] for start in range(0, len(sentence), LONGEST_PAGE)]
    return [page.strip() for page in found if page.strip()]


def spelled_out(text: str, library: Library) -> str:
    """Articles by their titles: nobody on a phone knows what B03 is."""
    known = library.everything
    return _ARTICLE_ID.sub(lambda found: f"“{known[found[0]].title}”" if found[0] in known else found[0], text)


def fitting(sentences: Sequence[str], most: int) -> str:
    """As many of them as fit, at least the beginning of the first."""
    told = ""
    for sentence in sentences:
        if told and len(told) + len(sentence) > most:
            break
        told += sentence[:most]
    return told.strip()


def sentences_of(text: str) -> list[str]:
    return _SENTENCE.findall(text)


def answer_aside(turn: Turn) -> list[Said] | None:
    """A short answer to a policy question asked in the middle of something else; None when it is not clearly one."""
    found = turn.reading.found.sure
    article = turn.library.get(found.id) if found else None
    return aside(article) if article is not None and _is_question(turn.plain) else None


def aside(article: Article) -> list[Said]:
    """The beginning of an answer, with its source."""
    lines: list[Said] = []
    left = LONGEST_ASIDE
    for line in article.answer.splitlines():
        if lines and len(line) > left:
            break
        lines.append(line[:LONGEST_ASIDE])
        left -= len(line)
    return [*lines, ASIDE_SOURCE(source=f"《{article.cite}》{article.article.split('、')[0].strip('—')}")]


ASKING_WORDS = (
    *("吗", "嘛", "怎么", "咋", "啥", "什么", "哪", "多少", "好多", "几"),
    *("不得", "没得", "能不能", "有没有", "是不是", "如何"),
)


def _is_question(words: str) -> bool:
    return len(words) <= 30 and asks(words)


def asks(words: str) -> bool:
    return any(word in words for word in ASKING_WORDS)
