"""The list of erasures that outlives the database: played again after a restore, so nobody comes back (R51).

A restored database cannot know what was erased after its backup was taken. So each erasure is also a line in
`erased.log` in MEDIA_DIR: `contact_index moment [unlinked]`, a blind index, never a name. The file is only added to.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import keys_of
from models.conversation import Conversation
from models.erasure import Erasure

NAME = "erased.log"
BATCH = 500
# A trip reads its time before it commits: an erasure from just before the backup may be missing in it.
OVERLAP = dt.timedelta(days=1)
_LINE = re.compile(r"(?P<index>[0-9a-f]{40}) (?P<at>\S+)(?P<unlinked> unlinked)?", re.A)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One erasure, as the list keeps it."""

    at: dt.datetime
    contact_index: str
    unlinked: bool


class EraseList:
    """The file in one media folder."""

    def __init__(self, media_dir: Path) -> None:
        self._path = media_dir / NAME

    def list_erasures(self, db: Session, now: dt.datetime) -> int:
        """Write down the erasures that are not in the list yet. A sweep: `(db, now) -> how many`.

        First on disk, then marked as listed: a crash in between writes a line twice, which does no harm.
        """
        rows = db.scalars(select(Erasure).where(~Erasure.listed).order_by(Erasure.id).limit(BATCH)).all()
        if rows:
            self._append([Entry(row.at, row.contact_index, row.unlinked) for row in rows])
        for row in rows:
            row.listed = True
        return len(rows)

    def _append(self, entries: list[Entry]) -> None:
        lines = "".join(
            f"{entry.contact_index} {entry.at.isoformat()}{' unlinked' if entry.unlinked else ''}\n"
            for entry in entries
        )
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "rb+", buffering=0) as file:
            size = os.fstat(handle).st_size
            torn = size and os.pread(handle, 1, size - 1) != b"\n"  # a crash while writing left half a line
            file.write(f"{chr(10) if torn else ''}{lines}".encode())
            os.fsync(handle)

    def entries(self) -> Iterator[Entry]:
        """What the list holds. Half a line, left by a crash, is no entry: its row was not marked and came again."""
        if not self._path.exists():
            return
        with self._path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                found = _LINE.fullmatch(line.rstrip("\n"))
                if found:
                    yield Entry(dt.datetime.fromisoformat(found["at"]), found["index"], bool(found["unlinked"]))

    def replay(self, db: Session, *, made_at: dt.datetime) -> int:
        """Erase again whoever was erased after the backup; how many conversations.

        What the restored table knows was carried out before the backup, so only what it does not know is done. Moments
        are kept as they were: a person who came back since is not erased by the same old line a second time.
        """
        known = {(row.contact_index, row.at) for row in db.scalars(select(Erasure))}
        listed, missed = set(), defaultdict(list)
        for entry in self.entries():
            listed.add((entry.contact_index, entry.at))
            if (entry.contact_index, entry.at) not in known and entry.at > made_at - OVERLAP:
                missed[entry.contact_index].append(entry)
        found = _conversations(db, set(missed)) if missed else {}
        for index, entries in missed.items():
            _erase_again(db, found.get(index), sorted(set(entries)))
        db.flush()
        for row in db.scalars(select(Erasure)):
            row.listed = (row.contact_index, row.at) in listed  # on a new machine the list begins anew
        return len(found)


def _conversations(db: Session, wanted: set[str]) -> dict[str, Conversation]:
    """Conversations by the blind index of their contact; it is stored nowhere, so each one is computed."""
    keys, found = keys_of(db), {}
    contacts = select(Conversation.id, Conversation.channel, Conversation.contact)
    for row in db.execute(contacts.execution_options(yield_per=1000)):
        index = keys.index("conversations.contact", f"{row.channel} {row.contact}")
        if index in wanted:
            found[index] = row.id
    return {index: db.get_one(Conversation, conversation_id) for index, conversation_id in found.items()}


def _erase_again(db: Session, conversation: Conversation | None, entries: list[Entry]) -> None:
    """The last erasure is carried out for all of them; the others, and those of strangers, are only noted."""
    noted = entries if conversation is None else entries[:-1]
    for entry in noted:
        db.add(Erasure(contact_index=entry.contact_index, at=entry.at, unlinked=entry.unlinked, listed=True))
    if conversation is not None:
        erase = Erasure.unlink if any(entry.unlinked for entry in entries) else Erasure.of
        erase(db, conversation, now=entries[-1].at)
