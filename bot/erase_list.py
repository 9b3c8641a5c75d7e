"""The list of wishes that outlives the database: played again after a restore, so nobody comes back (R51), and nobody
is sent notices who said 退订通知.

A restored database cannot know what was wished for after its backup was taken. So each erasure is also a line in
`erased.log` in MEDIA_DIR: `contact_index moment [unlinked]`, a blind index, never a name; and each wish about notices
is one with `no-notices` or `notices` in that place. The file is only added to.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from models.base import keys_of
from models.conversation import Conversation
from models.erasure import GONE, Erasure
from models.no_notices import NoNotices

NAME = "erased.log"
BATCH = 500
# A trip reads its time before it commits: an erasure from just before the backup may be missing in it.
OVERLAP = dt.timedelta(days=1)
UNLINKED, NO_NOTICES, NOTICES = "unlinked", "no-notices", "notices"
_LINE = re.compile(rf"(?P<index>[0-9a-f]{{40}}) (?P<at>\S+)(?: (?P<what>{UNLINKED}|{NO_NOTICES}|{NOTICES}))?", re.A)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One wish, as the list keeps it; `what` is empty for an erasure that left the tie to the openid."""

    at: dt.datetime
    contact_index: str
    what: str

    @property
    def unlinked(self) -> bool:
        return self.what == UNLINKED

    @property
    def is_about_notices(self) -> bool:
        return self.what in (NO_NOTICES, NOTICES)


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
            self._append([Entry(row.at, row.contact_index, UNLINKED if row.unlinked else "") for row in rows])
        for row in rows:
            row.listed = True
        return len(rows)

    def list_wishes(self, db: Session, now: dt.datetime) -> int:
        """The same for who wants no notices, or wants them again. A sweep, in the same order."""
        ours = or_(
            and_(Conversation.no_notices_at.is_not(None), ~Conversation.no_notices_listed),
            and_(Conversation.no_notices_at.is_(None), Conversation.no_notices_listed),
        )
        here = ~Conversation.contact.startswith(GONE)  # they are among those who left
        stay = db.scalars(select(Conversation).where(ours, here).order_by(Conversation.id).limit(BATCH)).all()
        left = db.scalars(select(NoNotices).where(~NoNotices.listed).limit(BATCH)).all()
        entries = [_wish_of(db, conversation, now) for conversation in stay]
        entries += [Entry(now, row.contact_index, NO_NOTICES) for row in left]
        if entries:
            self._append(entries)
        for conversation in stay:
            conversation.no_notices_listed = conversation.no_notices_at is not None
        for row in left:
            row.listed = True
        return max(len(stay), len(left))

    def _append(self, entries: list[Entry]) -> None:
        lines = "".join(
            f"{entry.contact_index} {entry.at.isoformat()}{f' {entry.what}' if entry.what else ''}\n"
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
                    yield Entry(dt.datetime.fromisoformat(found["at"]), found["index"], found["what"] or "")

    def replay(self, db: Session, *, made_at: dt.datetime) -> int:
        """Erase again whoever was erased after the backup; how many conversations.

        What the restored table knows was carried out before the backup, so only what it does not know is done. Moments
        are kept as they were: a person who came back since is not erased by the same old line a second time.
        """
        self._wish_again(db, made_at=made_at)
        known = {(row.contact_index, row.at) for row in db.scalars(select(Erasure))}
        listed, missed = set(), defaultdict(list)
        for entry in self.entries():
            if entry.is_about_notices:
                continue
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

    def _wish_again(self, db: Session, *, made_at: dt.datetime) -> None:
        """What was wished about notices since the backup; before the erasures, which keep that somebody wants none."""
        last = {entry.contact_index: entry for entry in self.entries() if entry.is_about_notices}
        missed = {index: entry for index, entry in last.items() if entry.at > made_at - OVERLAP}
        found = _conversations(db, set(missed)) if missed else {}
        for index, entry in missed.items():
            wants_none, conversation = entry.what == NO_NOTICES, found.get(index)
            if conversation is not None:
                conversation.no_notices_at = (conversation.no_notices_at or entry.at) if wants_none else None
            elif wants_none:
                NoNotices.remember(db, index)
            else:
                NoNotices.is_back(db, index)
        db.flush()
        # On a new machine the list begins anew; a line that is there twice does no harm.
        db.execute(update(Conversation).values(no_notices_listed=False))
        db.execute(update(NoNotices).values(listed=False))


def _wish_of(db: Session, conversation: Conversation, now: dt.datetime) -> Entry:
    at = conversation.no_notices_at
    return Entry(at or now, conversation.contact_index(db), NO_NOTICES if at else NOTICES)


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
