"""Tables kept in files, so that what one process has learned no other has to learn again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from knowledge_base.features import SYNONYMS, TERMS
from knowledge_base.table import Column, Table, learn

KEPT = 4  # files in a folder: what is in use, what was before, and what is being tried
LEARNED_BY = ("features.py", "normal.py", "table.py")


def learned(columns: Sequence[Column], folder: Path) -> Table:
    """The table of these columns, from its file if this program has made one; else learned now and kept there.

    Several processes that want the same one at once wait for the first of them.
    """
    mark = mark_of(columns)
    path = _path(folder, mark)
    table = _read(path)
    if table is not None:
        return table
    with _one_at_a_time(folder):
        table = _read(path)
        if table is None:
            table = learn(columns)
            with contextlib.suppress(OSError):  # a place that cannot be written to costs time, no answers
                _write(table, path)
    return table


def mark_of(columns: Sequence[Column]) -> str:
    """What a table hangs on: the texts, the terms and synonyms, and the very code that learns."""
    parts = [json.dumps(columns, ensure_ascii=False).encode(), TERMS.read_bytes(), SYNONYMS.read_bytes()]
    parts += [(Path(__file__).parent / name).read_bytes() for name in LEARNED_BY]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _path(folder: Path, mark: str) -> Path:
    return folder / f"learned-{mark[:16]}.npz"


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    try:
        lock = (folder / "learned.lock").open("w")
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pack(table: Table) -> bytes:
    """The table as bytes, to be kept."""
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        rows=np.frombuffer("\n".join(table.rows).encode(), dtype=np.uint8),
        rarity=table.rarity,
        starts=table.starts,
        places=table.places,
        weights=table.weights,
    )
    return packed.getvalue()


def unpack(packed: bytes) -> Table | None:
    """The table, or None where the bytes are none: somebody pulled the plug while they were written."""
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as found:
            rows = {feature: row for row, feature in enumerate(found["rows"].tobytes().decode().split("\n"))}
            return Table(rows, found["rarity"], found["starts"], found["places"], found["weights"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _write(table: Table, path: Path) -> None:
    """Beside it first: another process may be reading. The oldest files go."""
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(pack(table))
    unfinished.replace(path)
    newest_first = sorted(path.parent.glob("learned-*.npz"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in newest_first[KEPT:]:
        old.unlink(missing_ok=True)


def _read(path: Path) -> Table | None:
    try:
        return unpack(path.read_bytes())
    except OSError:
        return None  # there is none yet
