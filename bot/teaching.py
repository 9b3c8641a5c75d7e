"""The two learned opinions, learned anew from the ways beside them: is there danger, and which road is meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from handlers import crisis
from handlers.crisis import teaching as of_danger
from knowledge_base import roads
from knowledge_base import teaching as of_roads
from knowledge_base.opinion import Opinion


def teach() -> Iterator[str]:
    """Writes what is to be learned, and says what was written.

    What is danger hangs on the ways of its own: as long as they stay, so does what was learned and tried on them.
    """
    ways = of_roads.ways_by_road()
    yield _written("走哪条路", of_roads.learned(ways), roads.FILE)
    if crisis.opinion().mark == of_danger.mark():
        yield "有没有危险：问法没有变，不重新学"
    else:
        yield _written("有没有危险", of_danger.learned(ways), crisis.FILE)


def _written(name: str, opinion: Opinion, file: Path) -> str:
    opinion.write(file)
    return f"{name}：{len(opinion.rows):,} 个特征，写在 {file.parent.name}/{file.name}"
