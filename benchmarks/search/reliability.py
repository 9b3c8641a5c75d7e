"""How far a score can be believed: of the questions whose best article scores so high, how many have the right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from knowledge_base.library import Library
from knowledge_base.normal import plain

STEPS = (0.0, 0.05, 0.07, 0.1, 0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.4, 2.0)
WIDEST = 40  # characters of a bar


def reliability(library: Library, asked: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """A diagram in text: a line for each band of scores, and what is answered at once or offered."""
    found = [(library.search(plain(question)), right) for question, right, _ in asked]
    yield "| best score | questions | right | |\n|---|---|---|---|"
    for low, high in pairwise(STEPS):
        within = [(each.hits[0].id == right) for each, right in found if each.hits and low <= each.hits[0].score < high]
        if within:
            share = sum(within) / len(within)
            yield f"| {low:.3f}–{min(high, 1.0):.3f} | {len(within)} | {share:.2f} | {'█' * round(share * WIDEST)} |"
    sure = [each.sure.id == right for each, right in found if each.sure]
    offered = [right in {hit.id for hit in each.possible} for each, right in found if not each.sure and each.possible]
    yield f"answered at once {len(sure) / len(found):.2f} of all, right {sum(sure) / len(sure):.3f}"
    yield f"offered {len(offered) / len(found):.2f} of all, the right one among them {sum(offered) / len(offered):.3f}"
