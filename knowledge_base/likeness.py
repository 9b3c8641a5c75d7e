"""Which of many questions are nearly the same one: by the characters and pairs of them that they share."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

ALIKE = 0.72  # twice what is shared over all there is: a slip in six characters is alike, another matter is not
# Who is that alike shares at least this part of the own features (from 2s / (a + b) with b no smaller than s).
LEAST_SHARED = ALIKE / (2 - ALIKE)

_NUMBER = re.compile("[0-9]+")


def alike(texts: Sequence[str]) -> list[list[str]]:
    """Texts in `normal.plain` form, put together where they are nearly the same; none is lost, none doubled.

    A group is in the order of the texts; its first one stands for it. Texts that name different numbers are different:
    60 and 70 are other rules.
    """
    features = {text: _features(text) for text in texts}
    common = Counter(feature for own in features.values() for feature in own)
    groups: list[list[str]] = []
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for text, own in features.items():
        rarest = _rarest(own, common)
        candidates = {place for feature in rarest for place in holding[feature]}
        likeness = {place: _likeness(text, groups[place][0], features) for place in candidates}
        place = max(likeness, key=lambda place: (likeness[place], -place), default=-1)
        if place >= 0 and likeness[place] >= ALIKE:
            groups[place].append(text)
            continue
        for feature in rarest:
            holding[feature].append(len(groups))
        groups.append([text])
    return groups


def _rarest(own: frozenset[str], common: Mapping[str, int]) -> list[str]:
    """So many of the rarest features that whoever is alike has one of them: nobody else is compared."""
    ordered = sorted(own, key=lambda feature: (common[feature], feature))
    return ordered[: len(ordered) - math.ceil(LEAST_SHARED * len(ordered)) + 1]


def _likeness(one: str, other: str, features: Mapping[str, frozenset[str]]) -> float:
    if _NUMBER.findall(one) != _NUMBER.findall(other):
        return 0.0
    return 2 * len(features[one] & features[other]) / (len(features[one]) + len(features[other]))


def _features(text: str) -> frozenset[str]:
    return frozenset(text) | {text[at : at + 2] for at in range(len(text) - 1)}
