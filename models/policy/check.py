"""What trying a version on the saved questions has shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

LEVELS = ("答不上", "列在选项里", "直接答")  # how well a question finds its article


@dataclass(frozen=True, slots=True)
class Changed:
    """A saved question that is answered otherwise: `before` and `after` are places in LEVELS."""

    words: str
    article_id: str
    before: int
    after: int
    instead: str = ""  # the article that is answered with now


@dataclass(frozen=True, slots=True)
class Rival:
    """A way of asking of this version that another article in use is answered with."""

    way: str
    article_id: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a version did. `trouble` says why it could not be tried at all."""

    questions: int
    changed: Sequence[Changed] = ()
    rivals: Sequence[Rival] = ()
    trouble: str = ""

    @property
    def worse(self) -> list[Changed]:
        return [each for each in self.changed if each.after < each.before]

    @property
    def better(self) -> list[Changed]:
        return [each for each in self.changed if each.after > each.before]

    @property
    def stops(self) -> bool:
        """Whether this version must not go into use."""
        return bool(self.trouble or self.worse)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, written: str) -> CheckResult:
        read = json.loads(written)
        return cls(
            questions=read["questions"],
            changed=[Changed(**each) for each in read["changed"]],
            rivals=[Rival(**each) for each in read["rivals"]],
            trouble=read["trouble"],
        )
