"""What the opinion is taught by: the ways people speak, ours by kind of danger, and the library's, which hold none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from handlers.crisis import NONE
from handlers.crisis.kinds import Crisis
from handlers.crisis.message import Message
from knowledge_base.learning import Example, learn
from knowledge_base.library import read_ways
from knowledge_base.opinion import Opinion
from knowledge_base.roads import POLICY

HERE = Path(__file__).parent
TAUGHT_BY = ("ways/*.txt", "themes.txt", "message.py", "rules.py")
MOST = 40_000  # features
QUESTION = 0.12  # questions of policy are many and seldom sound like danger; an angry complaint often does
COMPLAINT = 2.0


def learned(everyday: Mapping[str, Sequence[str]]) -> Opinion:
    """The opinion our ways teach, beside `everyday` ones of each road that hold no danger."""
    counts = {POLICY: QUESTION, "PETITION": COMPLAINT}
    calm = [Example(Message.of(text).seen(), NONE, counts.get(road, 1)) for road in everyday for text in everyday[road]]
    return taught([*ours(), *calm])


def ours() -> Iterator[Example]:
    """The ways written for this check: by kind, and those that only sound like danger."""
    for label, name in ((NONE, "calm"), *((kind, kind) for kind in Crisis)):
        for text in read_ways(HERE / "ways" / f"{name}.txt"):
            yield Example(Message.of(text).seen(), str(label))


def taught(examples: list[Example]) -> Opinion:
    """Danger and none weigh the same, and each danger by how many ways of it there are."""
    often = Counter(example.label for example in examples if example.label != NONE)
    dangers = {str(kind): often[kind] / often.total() / 2 for kind in Crisis}
    return learn(examples, {NONE: 0.5, **dangers}, most=MOST, mark=mark())


def mark() -> str:
    """What the opinion hangs on, but for the library, which moves on by itself."""
    files = sorted(path for pattern in TAUGHT_BY for path in HERE.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
