"""What the jobs process does for the library: it learns, for all processes, and tries drafts on the saved questions.

Both take seconds, so nothing of it is done while a transaction is open, nor where messages are answered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.office import Office
from knowledge_base.article import Article, BadArticle, parse
from knowledge_base.in_use import shelf
from knowledge_base.library import FOLDER, Library, shipped_articles
from knowledge_base.normal import plain
from knowledge_base.search import Index, mark_of_articles
from models.database import reading
from models.petition.clock import day_of
from models.policy import PolicyVersion
from models.policy.check import Changed, CheckResult, Rival
from models.policy.learned import LearnedIndex
from models.policy.saved_question import SavedQuestion

logger = logging.getLogger(__name__)

MOST_RIVALS = 30
NOT_LEARNED = "机器没学会这一份，现在用的还照旧答。请把这一条告诉管理员"
Question = tuple[str, str]  # its words, and the id of the article that answers it


class LibraryWork:
    """The two pieces of work, each `() -> how much was done`. `shipped` gives the articles that ship."""

    def __init__(self, office: Office, shipped: Callable[[], list[Article]] = shipped_articles) -> None:
        self._office, self._shipped = office, shipped
        self._learned_last: dict[str, int] = {}

    def learn_library(self) -> int:
        """Learn what is in use, if nobody has. A process that fails here leaves the old index answering."""
        with self._office.sessions(bind=reading(self._office.engine)) as db:
            versions = PolicyVersion.live(db)
            if versions == self._learned_last:
                return 0
            texts = PolicyVersion.texts(db)
        learned = self._learned(self._articles(texts))[1]
        self._learned_last = versions
        return learned

    def check_drafts(self) -> int:
        """Try the draft that has waited longest beside what is in use."""
        with self._office.sessions(bind=reading(self._office.engine)) as db:
            draft = PolicyVersion.to_be_checked(db)
            if draft is None:
                return 0
            id_, digest, article_id, text = draft.id, draft.check_of, draft.article_id, draft.text
            texts, questions = (
                PolicyVersion.texts(db),
                [(each.words, each.article_id) for each in SavedQuestion.all(db)],
            )
        result = self._try(article_id, text, texts, questions)
        with self._office.sessions.begin() as db:
            db.get_one(PolicyVersion, id_, with_for_update=True).keep_check(digest, result.to_json())
        return 1

    def _try(self, article_id: str, text: str, texts: Mapping[str, str], questions: Sequence[Question]) -> CheckResult:
        try:
            article = parse(text)
        except BadArticle as problem:
            return CheckResult(0, trouble=str(problem))
        try:
            before = self._library(self._articles(texts))
            after = self._library(self._articles({**texts, article_id: text}))
        except Exception:  # whatever it is, what is in use goes on answering, and staff are told
            logger.exception("draft_not_learned", extra={"article": article_id})
            return CheckResult(0, trouble=NOT_LEARNED)
        return CheckResult(len(questions), changes(before, after, questions), rivals(after, article))

    def _library(self, articles: Sequence[Article]) -> Library:
        return Library(articles, index=self._learned(articles)[0]).on(day_of(self._office.clock()))

    def _articles(self, texts: Mapping[str, str]) -> list[Article]:
        return list(shelf(self._shipped(), texts).articles)

    def _learned(self, articles: Sequence[Article]) -> tuple[Index, int]:
        """The index over these, and whether it had to be learned."""
        mark = mark_of_articles(articles)
        with self._office.sessions(bind=reading(self._office.engine)) as db:
            packed = LearnedIndex.of(db, mark)
        if packed and (index := Index.unpack(articles, packed)):
            return index, 0
        # What ships may have been learned before, by a process that answers.
        index = Index.learn(articles, FOLDER if articles == self._shipped() else None)
        with self._office.sessions.begin() as db:
            LearnedIndex.keep(db, mark, index.packed(), now=self._office.clock())
        return index, 1


def changes(before: Library, after: Library, questions: Iterable[Question]) -> list[Changed]:
    """The saved questions that find their article better or worse."""
    found = []
    for words, article_id in questions:
        old, _ = _level(before, words, article_id)
        new, instead = _level(after, words, article_id)
        if old != new:
            found.append(Changed(words, article_id, old, new, instead))
    return found


def rivals(library: Library, article: Article) -> list[Rival]:
    """Ways of asking of an article that find another one first, though learned as its own: two answers fight."""
    found = []
    for way in article.ways:
        hits = library.search(plain(way)).hits
        if hits and hits[0].id != article.id:
            found.append(Rival(way, hits[0].id))
    return found[:MOST_RIVALS]


def _level(library: Library, words: str, article_id: str) -> tuple[int, str]:
    """How well a question finds its article (models/policy/check.LEVELS), and what is answered with instead."""
    found = library.search(plain(words))
    if found.sure is not None:
        return (2, "") if found.sure.id == article_id else (0, found.sure.id)
    return int(article_id in [hit.id for hit in found.possible]), ""
