"""What the office may change while the programs run: its own words, and the articles it takes out of use."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from knowledge_base.library import Library
from models.database import reading
from models.wording import RetiredArticle, Wording

EVERY = dt.timedelta(seconds=2)  # the longest that a process goes on with what was approved away elsewhere


@dataclass(frozen=True, slots=True)
class InUse:
    """What a message is answered with: the articles not retired, and the office's own words by phrase."""

    library: Library
    wordings: Mapping[str, str] = field(default_factory=dict)


class Living:
    """What is in use, looked up again when the last look is two seconds old.

    The look is a transaction of its own that takes no lock, before that of the message: a turn pays nothing for it.
    While one thread looks, the others wait for it, so that after a quiet night nobody is told yesterday's words.
    """

    def __init__(
        self, engine: Engine, sessions: sessionmaker[Session], clock: Callable[[], dt.datetime], library: Library
    ) -> None:
        self._engine, self._sessions, self._clock, self._library = engine, sessions, clock, library
        self._looked: dt.datetime | None = None
        self._retired: frozenset[str] = frozenset()
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
            wordings, retired = Wording.live(db), RetiredArticle.ids(db)
        library = self._in_use.library
        if retired != self._retired:
            library, self._retired = self._library.without(retired), retired
        self._in_use = InUse(library, wordings)
