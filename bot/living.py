"""What the office may change while the programs run: its own words, its own articles, and those out of use."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from knowledge_base.in_use import shelf
from knowledge_base.library import Library
from knowledge_base.search import Index, mark_of_articles
from models.database import reading
from models.petition.clock import day_of
from models.policy import PolicyVersion
from models.policy.learned import LearnedIndex
from models.wording import RetiredArticle, Wording

logger = logging.getLogger(__name__)

EVERY = dt.timedelta(seconds=2)  # the longest that a process goes on with what was approved away elsewhere


@dataclass(frozen=True, slots=True)
class InUse:
    """What a message is answered with: the articles in force today, and the office's own words by phrase."""

    library: Library
    wordings: Mapping[str, str] = field(default_factory=dict)


class Living:
    """What is in use, looked up again when the last look is two seconds old.

    The look is a transaction of its own that takes no lock, before that of the message: a turn pays nothing for it.
    While one thread looks, the others wait for it, so that after a quiet night nobody is told yesterday's words.
    An approved version is said at the next look. How it is asked for has to be learned first, by the jobs process
    (bot/library_work.py); until then it is found by the old ways of asking.
    """

    def __init__(
        self, engine: Engine, sessions: sessionmaker[Session], clock: Callable[[], dt.datetime], library: Library
    ) -> None:
        self._engine, self._sessions, self._clock, self._shipped = engine, sessions, clock, library
        self._looked: dt.datetime | None = None
        self._versions: dict[str, int] = {}
        self._all = library  # with the office's own versions; also what is out of use
        self._unlearned = False
        self._narrowed: tuple[Library, frozenset[str], dt.date] | None = None
        self._in_use = InUse(library)
        self._lock = threading.Lock()

    def now(self) -> InUse:
        """What is in use. Raises what the database raises when it is away."""
        if self._is_stale():
            with self._lock:
                if self._is_stale():
                    self._look()
        return self._in_use

    def _is_stale(self) -> bool:
        return self._looked is None or not dt.timedelta(0) <= self._clock() - self._looked < EVERY

    def _look(self) -> None:
        # Noted first: while the database is away one thread waits for it here, not all of them in turn.
        self._looked = self._clock()
        with self._sessions(bind=reading(self._engine)) as db:
            wordings, retired, versions = Wording.live(db), RetiredArticle.ids(db), PolicyVersion.live(db)
            if versions != self._versions:
                self._take(PolicyVersion.texts(db))
                self._versions = versions
        if self._unlearned:
            self._unlearned = False
            threading.Thread(target=self._fetch_learned, args=(self._all,), daemon=True).start()
        self._in_use = InUse(self._narrow(retired), wordings)

    def _take(self, texts: Mapping[str, str]) -> None:
        found = shelf(self._shipped.everything.values(), texts)
        for article_id, problem in found.unreadable.items():
            logger.error("policy_version_unreadable", extra={"article": article_id, "problem": problem})
        # On the index there is: what the version before was found by goes on being found.
        self._all, self._unlearned = self._all.with_articles(found.articles), bool(texts)

    def _narrow(self, retired: frozenset[str]) -> Library:
        today = day_of(self._clock())
        if (self._all, retired, today) == self._narrowed:
            return self._in_use.library
        self._narrowed = (self._all, retired, today)
        return self._all.on(today, without=retired)

    def _fetch_learned(self, library: Library) -> None:
        """In a thread: reading it takes a third of a second. Not there yet: the next look asks again."""
        articles = list(library.everything.values())
        try:
            with self._sessions(bind=reading(self._engine)) as db:
                packed = LearnedIndex.of(db, mark_of_articles(articles))
        except SQLAlchemyError:
            packed = None  # the next look will know
        index = Index.unpack(articles, packed) if packed else None
        with self._lock:
            if self._all is library:  # else another version has come meanwhile
                self._all = library.with_articles((), index=index) if index else library
                self._unlearned = index is None
