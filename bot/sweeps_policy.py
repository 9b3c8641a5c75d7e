"""Sweeps of the policy library's learning loop: `(db, now) -> how many`, each harmless when run twice."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from handlers.kit.phrase import Said, shortened, worded
from handlers.policy.answer import ASK_A_PERSON, LONGEST_BUBBLE, MOST_BYTES, answer_lines
from handlers.told_later import NOW_ANSWERED
from knowledge_base.article import Article, BadArticle, parse
from models.petition.clock import day_of, in_words
from models.policy import PolicyVersion
from models.policy.asked import Asker, DealtQuestion
from models.policy.suggested import SuggestedAnswer
from models.wording import Wording

BATCH = 100
LONGEST_QUOTE = 40


def tell_askers(db: Session, now: dt.datetime) -> int:
    """Tell those whose question is answered by now, between nine and six; how many were told."""
    due = Asker.due(db, now=now, most=BATCH)
    texts, wordings = (PolicyVersion.texts(db), Wording.live(db)) if due else ({}, {})
    told = 0
    for conversation_id, asker_id, article_id in due:
        asker = Asker.locked(db, conversation_id, asker_id)
        if asker is None:
            continue
        article = _in_force(texts.get(article_id, ""), day_of(now))
        if article is None:
            asker.put_off(now=now)
            continue
        told += asker.tell(db, _bubbles(asker, article, wordings, today=day_of(now)), now=now)
    return told


def forget_askers(db: Session, now: dt.datetime) -> int:
    """What was asked and suggested 90 days ago serves nobody any more; how many wait no longer."""
    DealtQuestion.drop_over(db, now=now)
    SuggestedAnswer.drop_over(db, now=now)
    return Asker.drop_over(db, now=now, most=BATCH)


def _in_force(text: str, today: dt.date) -> Article | None:
    """The article, where this program can read it and it holds today."""
    try:
        article = parse(text)
    except BadArticle:
        return None
    return article if article.in_force(today) else None


def _bubbles(asker: Asker, article: Article, wordings: dict[str, str], *, today: dt.date) -> list[str]:
    """What they had asked and the answer to it: in one bubble where that fits, else in two."""
    asked_on = in_words(day_of(asker.asked_at), seen_from=today)
    head: list[Said] = [NOW_ANSWERED(day=asked_on, words=shortened(asker.words, LONGEST_QUOTE))]
    answer: list[Said] = [*answer_lines(article, today=today), ASK_A_PERSON()]
    whole = worded([*head, *answer], wordings)
    if len(whole) <= LONGEST_BUBBLE and len(whole.encode()) <= MOST_BYTES:
        return [whole]
    return [worded(head, wordings), worded(answer, wordings)]
