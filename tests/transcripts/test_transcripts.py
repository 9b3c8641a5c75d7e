"""Golden conversations, replayed word for word. `frontdoor chat --record FILE` writes new ones.

`> said` is what the veteran says, `> [voice] words`, `> [photo]` and `> [subscribe]` are other kinds of message;
the indented lines below are the whole answer. `~ 2 days` lets time pass, `~ taken` and `~ closed` are the volunteer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.stories import a_volunteer_takes, open_district, petitions, the_volunteer_closes
from tests.phone import Phone

SCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))
KINDS = {"voice": "voice", "photo": "image", "subscribe": "subscribe"}


def turns(script: str) -> Iterator[tuple[str, list[str]]]:
    """Each line that acts, with the lines of the answer below it."""
    acts = re.split(r"^(?=[>~] )", script, flags=re.M)
    for act in filter(None, acts):
        first, *answer = act.rstrip().split("\n")
        if first.startswith(("> ", "~ ")):
            yield first, [line.strip() for line in answer if line.strip()]


def play(phone: Phone, act: str) -> str:
    """Do what a line says; the answer, if there is one."""
    kind, words = act[0], act[2:]
    if kind == "~":
        if words == "taken":
            a_volunteer_takes(phone)
        elif words == "closed":
            the_volunteer_closes(phone)
        elif words.startswith("the office notes: "):
            with phone.sessions.begin() as db:
                petitions(db)[-1].note(db, "progress", now=phone.now, words=words.partition(": ")[2])
        else:
            count, unit = words.split()
            phone.waits(**{unit: int(count)})
        return ""
    if other := re.fullmatch(r"\[(\w+)\] ?(.*)", words):
        media = "" if other[1] == "subscribe" else "media1"
        return phone.sends(KINDS[other[1]], text=other[2], media_id=media)
    return phone.says(words)


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_the_conversation_goes_as_written(phone: Phone, script: Path) -> None:
    open_district(phone)
    for act, expected in turns(script.read_text("utf-8")):
        phone.waits(seconds=10)
        answer = [line.strip() for line in play(phone, act).splitlines() if line.strip()]
        assert answer == expected, act


def test_there_are_scripts_of_every_prototype() -> None:
    assert len(SCRIPTS) == 6
    for path in SCRIPTS:
        assert len(list(turns(path.read_text("utf-8")))) >= 4
