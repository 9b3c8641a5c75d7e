"""Access tokens: plain and stable ones, kept completely apart (platform.md 5.1)."""

import re
import secrets
from dataclasses import dataclass

LIFE = 7200.0
OVERLAP = 300.0
FORCED_PER_DAY = 20
FORCED_APART = 30.0
_SHAPE = re.compile(r"88_[A-Za-z0-9_-]{509}")


@dataclass
class Token:
    """`dies` is when it stops working; `replaced` tells 40001 (not the latest) from 42001 (too old)."""

    words: str
    dies: float
    replaced: bool = False


class TokenLine:
    """One line of tokens: a current one, and the previous one for its overlap."""

    def __init__(self) -> None:
        self.current: Token | None = None
        self.previous: Token | None = None
        self.buried: dict[str, int] = {}

    def issue(self, now: float) -> Token:
        """A new token. The one before lives five more minutes, the one before that not at all."""
        if self.previous:
            self.buried[self.previous.words] = 40001
        self.previous = self.current
        if self.previous and now < self.previous.dies:
            self.previous.replaced = True
            self.previous.dies = now + OVERLAP
        # 512 characters, as long as the platform says a store must be able to keep.
        self.current = Token("88_" + secrets.token_urlsafe(400)[:509], now + LIFE)
        return self.current

    def revoke(self) -> None:
        """Kill what is alive, as another system that fetched its own token would."""
        for token in (self.current, self.previous):
            if token:
                self.buried[token.words] = 40001
        self.current = self.previous = None

    def verdict(self, words: str, now: float) -> int | None:
        """0 when good, an error code when bad, None when this line never issued it."""
        for token in (self.current, self.previous):
            if token and token.words == words:
                if now < token.dies:
                    return 0
                return 40001 if token.replaced else 42001
        return self.buried.get(words)


class Tokens:
    """Both lines together."""

    def __init__(self) -> None:
        self.plain = TokenLine()
        self.stable = TokenLine()
        self._forced: list[float] = []

    def fetch_plain(self, now: float) -> tuple[str, int]:
        """Every call makes a new one."""
        return self.plain.issue(now).words, int(LIFE)

    def fetch_stable(self, now: float, *, force: bool) -> tuple[str, int]:
        """The same token while more than five minutes remain; forcing is allowed 20 times a day, 30 s apart."""
        if force and self._may_force(now):
            self._forced.append(now)
            self.stable.revoke()
        current = self.stable.current
        if current is None or current.dies - now <= OVERLAP:
            current = self.stable.issue(now)
        return current.words, int(current.dies - now)

    def _may_force(self, now: float) -> bool:
        today = [moment for moment in self._forced if now - moment < 86400]
        return len(today) < FORCED_PER_DAY and not any(now - moment < FORCED_APART for moment in today)

    def revoke(self) -> None:
        """Every token dies at once; the next call answers 40001."""
        self.plain.revoke()
        self.stable.revoke()

    def verdict(self, words: str, now: float) -> int:
        """0 or 41001, 40014, 42001, 40001 (platform.md 12.3)."""
        if not words:
            return 41001
        if not _SHAPE.fullmatch(words):
            return 40014
        for line in (self.plain, self.stable):
            verdict = line.verdict(words, now)
            if verdict is not None:
                return verdict
        return 40001
