"""Which road a text takes: something to be recorded, a person asked for, none of ours, or else a question of policy.

Likeness to known sentences does not tell a complaint from a question: both speak of the same cards and allowances, and
a complaint is mostly told as a story. So a learned opinion tells it, from how things are said. OUT never ends anything:
it changes the words of an answer that offers a person (`handlers/policy.py`). `frontdoor policy learn` learns it anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from knowledge_base.features import features
from knowledge_base.opinion import Opinion

FILE = Path(__file__).with_name("roads.txt")
POLICY = "POLICY"
ENDS = 2  # characters: how somebody begins and ends says much of what is wanted
LENGTHS = (6, 14, 30, 80)

# How likely a road must be where the library has no sure answer, and where it has one. Chosen on ways that had not been
# learned from (docs/benchmarks.md): of twenty questions of policy, fewer than one is taken for something else.
LIKELY = {"PETITION": (0.25, 0.4), "PERSON": (0.3, 0.4), "OUT": (0.35, 0.5)}


def road_of(words: str, *, answered: bool) -> str:
    """PERSON, PETITION or OUT when a text in `normal.plain` form likely is one of them, else nothing."""
    seen = seen_in(words)
    if not any(feature in opinion().rows for feature in features(words)):
        return ""  # a mark, a picture, nothing: how short it is says nothing
    shares = opinion().shares(seen)
    road = max(LIKELY, key=lambda label: shares[label])
    return road if shares[road] >= LIKELY[road][answered] else ""


def seen_in(words: str) -> frozenset[str]:
    """Runs of characters and words, how the text begins and ends, and how long it is."""
    length = sum(len(words) > bound for bound in LENGTHS)
    return frozenset((*features(words), f"^{words[:ENDS]}", f"${words[-ENDS:]}", f"${words[-1:]}", f"#{length}"))


@cache
def opinion() -> Opinion:
    return Opinion.read(FILE)
