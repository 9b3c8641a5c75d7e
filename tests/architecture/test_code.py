"""The shape of the code: what the house promises and no linter checks."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent.parent
ROOMS = ("bot", "console", "handlers", "models", "knowledge_base")
FILES = sorted(path for room in (*ROOMS, "simulator") for path in (HOUSE / room).rglob("*.py"))
LONGEST_FILE, LONGEST_LINE, LONGEST_FUNCTION = 300, 120, 30
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def name(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def in_rooms(*rooms: str) -> Iterator[tuple[str, str]]:
    """The files of some rooms: name and text."""
    for path in FILES:
        if name(path).split("/")[0] in rooms:
            yield name(path), path.read_text("utf-8")


def functions(text: str) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(ast.parse(text)) if isinstance(node, FUNCTION))


def test_there_is_code_to_look_at() -> None:
    assert len(FILES) > 60


def test_imports_stand_at_the_top() -> None:
    late = [
        f"{where}:{node.lineno}"
        for where, text in in_rooms(*ROOMS)
        for function in functions(text)
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert not late


def test_only_the_doors_commit() -> None:
    """SQLite's connection takes turns in its own commit, which is no commit of ours."""
    below = ((where, text.replace("super().commit(", "")) for where, text in in_rooms(*ROOMS[1:]))
    assert not [where for where, text in below if ".commit(" in text]


def test_the_time_is_passed_in() -> None:
    clocks = ("datetime.now", "utcnow", "date.today", "time.time(")
    found = [(where, clock) for where, text in in_rooms(*ROOMS[1:]) for clock in clocks if clock in text]
    assert not found


def test_no_file_is_too_long() -> None:
    long = {name(path): lines for path in FILES if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE}
    assert not long


def test_no_line_is_too_long() -> None:
    long = [
        f"{name(path)}:{number} has {len(line)}"
        for path in FILES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]
    assert not long, long


def test_functions_are_short() -> None:
    sizes = [f.end_lineno - f.lineno + 1 for _, text in in_rooms(*ROOMS, "simulator") for f in functions(text)]
    assert statistics.quantiles(sizes, n=20)[-1] <= LONGEST_FUNCTION


def test_nothing_is_caught_blindly_but_at_the_doors() -> None:
    blind = [
        f"{where}:{node.lineno}"
        for where, text in in_rooms("handlers", "models", "knowledge_base")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        and not isinstance(node.body[-1], ast.Raise)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    ]
    assert not blind


@pytest.mark.parametrize("room", ROOMS[2:])
def test_no_words_are_logged_below_the_doors(room: str) -> None:
    """Words, names and phones pass through here; nobody can log what nobody may log."""
    assert not [where for where, text in in_rooms(room) if "import logging" in text or "print(" in text]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        where
        for where, text in in_rooms(*ROOMS, "simulator")
        if text.strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert not silent
