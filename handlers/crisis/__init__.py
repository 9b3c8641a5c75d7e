"""Whether somebody is in danger now, told from words (domain.md 10.1): the check that runs before everything else.

It errs on the safe side: a needless hotline card costs a smile, a missed cry may cost a life. Some words are a cry
whatever stands around them (`rules.certain`). Words that mostly are one (`rules.kinds`) speak unless a learned opinion
is sure that they are not; where no word of a list is said, that opinion decides alone, since most people in danger
do not use the words of a list. `frontdoor policy learn` learns it anew from `ways/*.txt`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from handlers.crisis import rules
from handlers.crisis.kinds import Crisis
from handlers.crisis.message import Message
from knowledge_base.opinion import Opinion

__all__ = ["Crisis", "crisis_in"]

FILE = Path(__file__).with_name("weights.txt")
NONE = "none"

# How likely danger must be, by the opinion: low, since a cry not heard is worse than a needless card
# (docs/benchmarks.md).
ALONE = 0.54
WITH_A_RULE = 0.44
SHORT, IF_SHORT = 5, 0.77  # a few characters, "走了" or "算了", mostly answer something
IN_PASSING = 0.85  # a passage of a long letter is read out of its context, so it must be plainer
NEAR, NEAR_IF_NAMED = 0.8, 0.1  # of two dangers nearly as likely, the more urgent one


def crisis_in(text: str) -> Crisis | None:
    """The most urgent danger spoken of, or None. Takes the words as typed."""
    message = Message.of(text)
    if rules.certain(message.said):
        return message.kinds[0]
    shares = opinion().shares(message.seen())
    if 1 - shares[NONE] > _bar(message):
        return _likeliest(shares, message.kinds)
    return _in_passing(message)


def why(text: str, most: int = 5) -> list[str]:
    """What speaks loudest for the danger heard in a text, for whoever keeps the ways."""
    kind = crisis_in(text)
    return opinion().reasons(Message.of(text).seen(), kind, most) if kind else []


@cache
def opinion() -> Opinion:
    return Opinion.read(FILE)


def _bar(message: Message) -> float:
    """How likely danger must be for this message."""
    if message.kinds:
        return WITH_A_RULE
    return ALONE if len(message.said) >= SHORT else IF_SHORT


def _likeliest(shares: dict[str, float], named: Collection[Crisis] = ()) -> Crisis:
    most = max(shares[kind] for kind in Crisis)
    return next(kind for kind in Crisis if shares[kind] >= (NEAR_IF_NAMED if kind in named else NEAR) * most)


def _in_passing(message: Message) -> Crisis | None:
    """The most urgent danger in any passage of a long letter."""
    heard = [opinion().shares(passage.seen()) for passage in message.passages()]
    kinds = {_likeliest(shares) for shares in heard if 1 - shares[NONE] > IN_PASSING}
    return min(kinds, key=list(Crisis).index, default=None)
