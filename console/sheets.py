"""Excel tables in and out, each in a process of its own: what a crafted file does to a reader, it does there (R59)."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge_base.normal import tidy
from models.base import DomainError

logger = logging.getLogger(__name__)

LARGEST_FILE: Final = 2 * 2**20
LONGEST_CELL: Final = 20_000  # characters; as in the child, whose reader no other process should have to load
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SECONDS: Final = 20.0
# By its path: `-m` would load the whole console first.
_CHILD: Final = str(Path(__file__).with_name("sheet_child.py"))
_ONE_AT_A_TIME = threading.BoundedSemaphore(1)  # of one web process: its other threads stay free for people
PATIENCE: Final = 2.0


class BadSheet(DomainError):
    """A file that cannot be taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet to write: the first row is its head; widths are in characters."""

    title: str
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


def read_sheet(data: bytes, *, seconds: float = SECONDS) -> list[list[str]]:
    """The first sheet of an .xlsx file: its cells as text, each row as long as its last cell that is not empty.

    BadSheet when the file is refused, and when the child runs out of time or memory, or dies.
    """
    if not data:
        raise BadSheet("请先选一个文件")
    if len(data) > LARGEST_FILE:
        raise BadSheet("文件超过 2 MB")
    answer = in_child("read", data, seconds)
    try:
        given = json.loads(answer)
    except ValueError as nothing:
        raise BadSheet("这个文件太难读，已经放弃了。请新建一个表，把内容粘贴成数值，再存为 .xlsx") from nothing
    if "refused" in given:
        raise BadSheet(given["refused"])
    return [[tidy(cell) for cell in row] for row in given["rows"]]


def write_book(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx file in which every cell is text: what people typed is never a formula (R20)."""
    book = {"sheets": [{"title": each.title, "widths": each.widths, "rows": each.rows} for each in sheets]}
    return in_child("write", json.dumps(book).encode(), SECONDS)


def in_child(what: str, data: bytes, seconds: float, *, child: str = _CHILD) -> bytes:
    """The answer of the child; empty when it ran out of time or memory. It has neither our environment, which holds
    the keys, nor our open files.
    """
    if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE):
        raise BadSheet("正在看另一份表或文件，请过一会儿再试")
    command = [sys.executable, "-s", "-B", "-P", child, what]
    try:
        with tempfile.TemporaryFile() as answer:  # its size is bounded by a limit of the child
            done = subprocess.run(  # noqa: S603  # our own interpreter and module; no word comes from outside
                command, input=data, stdout=answer, stderr=subprocess.DEVNULL, cwd="/", env={},
                start_new_session=True, timeout=seconds, check=False,
            )  # fmt: skip
            answer.seek(0)
            found = answer.read()
    except subprocess.TimeoutExpired:
        return b""
    finally:
        _ONE_AT_A_TIME.release()
    if done.returncode not in (0, -signal.SIGXCPU):
        # Told apart from a refusal, since a broken installation would look like a broken file for ever.
        logger.warning("sheet_child_died", extra={"status": done.returncode})
    return found if done.returncode == 0 else b""
