"""An office that people have used, and its way into a backup and back."""

from __future__ import annotations

import datetime as dt
import os
import pwd
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.archive import BackupRefused
from bot.backup import take_backup
from bot.office import Office
from bot.restore import Restored, restore
from bot.table_dump import row_counts
from models.audit import AuditEntry
from models.base import new_uid
from models.conversation import Arrival, Conversation
from models.media import Media
from models.message import Message
from tests.make import NOON, make_district, make_petition

CANARY = "金丝雀四七二一"
LATER = NOON + dt.timedelta(days=2)


def move_in(db: Session, office: Office) -> None:
    """老周 files a petition and sends a photo; an answer to him is still waiting."""
    make_district(db)
    chat = hear(db, "zhou", CANARY)
    make_petition(db, chat, story=f"{CANARY}，补助少算了两年。")
    chat.say(db, "您的事记下了。", now=NOON)
    keep_photo(db, office, chat)
    AuditEntry.write(db, actor="system", act="filed", subject="petition:1", now=NOON)


def hear(db: Session, contact: str, words: str, *, now: dt.datetime = NOON) -> Conversation:
    chat = Conversation.of(db, "wechat_oa", contact, now=now)
    chat.hear(db, Arrival(new_uid(), "text", words, now), masked="", now=now)
    return chat


def keep_photo(db: Session, office: Office, chat: Conversation, content: bytes = CANARY.encode()) -> Media:
    message = db.scalars(select(Message).where(Message.conversation_id == chat.id)).first()
    photo = Media.want(db, chat, message.id, "image", new_uid(), now=NOON)
    office.media.keep(photo.uid, content)
    photo.kept(type="image/jpeg", size=len(content))
    return photo


def rows_of(office: Office) -> dict[str, list[tuple]]:
    """Every row of every table as text, for comparing."""
    with office.engine.connect() as connection:
        return {
            name: sorted(tuple(map(str, row)) for row in connection.execute(text(f"select * from {name}")))
            for name in row_counts(connection)
        }


def back_up(office: Office, tmp_path: Path, recipient: str = "", *, now: dt.datetime = NOON) -> Path:
    target = tmp_path / f"{new_uid()}.backup"
    take_backup(office, target, recipient=recipient, now=now)
    return target


def restore_into(office: Office, archive: Path, identity: str = "") -> Restored:
    return restore(office, archive, identity=identity, actor="os:root", now=LATER)


def acts(office: Office) -> list[tuple[str, str, str]]:
    """What was done to an office by whoever is at this machine: act, subject, detail, oldest first."""
    here = f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    with office.sessions.begin() as db:
        theirs = select(AuditEntry).where(AuditEntry.actor == here).order_by(AuditEntry.id)
        assert list(AuditEntry.broken(db)) == []
        return [(entry.act, entry.subject, entry.detail) for entry in db.scalars(theirs)]


def untouched(office: Office) -> bool:
    with office.engine.connect() as connection:
        rows = sum(row_counts(connection).values())
    media_dir = office.settings.media_dir
    return not rows and (not media_dir.exists() or not any(media_dir.iterdir()))


def assert_refused(office: Office, archive: Path, words: str, identity: str = "") -> None:
    with pytest.raises(BackupRefused, match=words):
        restore_into(office, archive, identity)
    assert untouched(office)
