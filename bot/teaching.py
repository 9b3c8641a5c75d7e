"""The two learned opinions, learned anew from the ways beside them: is there danger, and which road is meant."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import crisis
from handlers.crisis import teaching as of_danger
from knowledge_base import roads
from knowledge_base import teaching as of_roads


def teach() -> Iterator[str]:
    """Writes both, and says what was written. The same ways give the same files."""
    ways = of_roads.ways_by_road()
    for name, opinion, file in (
        ("走哪条路", of_roads.learned(ways), roads.FILE),
        ("有没有危险", of_danger.learned(ways), crisis.FILE),
    ):
        opinion.write(file)
        yield f"{name}：{len(opinion.rows):,} 个特征，写在 {file.parent.name}/{file.name}"
