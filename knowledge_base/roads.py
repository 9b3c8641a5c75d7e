"""Which road a text takes: something to be recorded, a person asked for, none of ours, or else a question of policy.

Likeness to known sentences does not tell a complaint from a question: both speak of the same cards and allowances, and
a complaint is mostly told as a story. So a learned opinion tells it, from how things are said. OUT never ends anything:
it changes the words of an answer that offers a person (`handlers/policy.py`). `frontdoor policy learn` learns it anew.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

from knowledge_base.features import features
from knowledge_base.opinion import Opinion

FILE = Path(__file__).with_name("roads.txt")
POLICY, OUT = "POLICY", "OUT"
SHORTEST_TOLD = 3  # "在吗": what two characters ask for is written down, not guessed (front desk, reception)
LENGTHS = (6, 14, 30, 80)

# How likely a road must be where the library has no sure answer, and where it has one. Chosen on ways that had not been
# learned from (docs/benchmarks.md). A grievance that is brushed off costs more than a question that is answered with an
# offer to write it down: more than nine grievances in ten are known, and one question in seven is taken for one.
LIKELY = {"PETITION": (0.18, 0.24), "PERSON": (0.25, 0.4), OUT: (0.4, 0.5)}
NAME = 4  # characters: "社保", "去世补助" name a matter and say nothing of it yet; "要个说法" is as short and says all
IN_A_NAME = {"PETITION": 0.5, OUT: math.inf}


def road_of(words: str, *, answered: bool, offered: bool = False) -> str:
    """PERSON, PETITION or OUT when a text in `normal.plain` form likely is one of them, else nothing.

    `answered`: the library has a sure answer; `offered`: it has some to choose from, so "none of ours" must be surer.
    """
    seen = seen_in(words)
    if len(words) < SHORTEST_TOLD or not any(feature in opinion().rows for feature in features(words)):
        return ""  # a mark, a picture, nothing: how short it is says nothing
    shares = opinion().shares(seen)
    bars = {label: bar[answered or (offered and label == OUT)] for label, bar in LIKELY.items()}
    if len(words) <= NAME:
        bars |= IN_A_NAME
    road = max(bars, key=lambda label: shares[label] / bars[label])
    return road if shares[road] >= bars[road] else ""


def seen_in(words: str) -> frozenset[str]:
    """The features of the text, its last character, and how long it is."""
    length = sum(len(words) > bound for bound in LENGTHS)
    return frozenset((*features(words), f"${words[-1:]}", f"#{length}"))


@cache
def opinion() -> Opinion:
    return Opinion.read(FILE)
