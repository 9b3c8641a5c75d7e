"""Backup and restore: what was there comes back, and only who may read it can."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import func, select

from bot.archive import BackupRefused
from bot.backup import recipient_of, take_backup
from bot.db_check import check
from bot.schema import upgrade
from models.audit import AuditEntry
from models.conversation import Conversation
from models.media import Media
from models.message import Message, Status
from models.petition import Petition
from tests.bot.lived_in import CANARY, LATER, back_up, hear, restore_into, rows_of
from tests.bot.test_settings import PRODUCTION
from tests.make import NOON


def test_a_restore_gives_the_same_rows_and_files(office, open_at, tmp_path, identity):
    archive = back_up(office, tmp_path, str(identity.to_public()))
    again = open_at()
    restore_into(again, archive, str(identity))
    before, after = rows_of(office), rows_of(again)
    for changing in ("messages", "audit_entries"):
        assert len(before.pop(changing)) == len(after.pop(changing)) - (changing == "audit_entries")
    assert after == before
    with again.sessions.begin() as db:
        assert CANARY in db.scalars(select(Petition)).one().story
        assert again.media.read(db.scalars(select(Media)).one().uid) == CANARY.encode()
    assert [finding.words for finding in check(again) if finding.mark != "✓"] == []


def test_a_restored_database_goes_on_counting(office, open_at, tmp_path):
    again = open_at()
    restore_into(again, back_up(office, tmp_path))
    with again.sessions.begin() as db:
        hear(db, "li", "我也有事")
    with again.sessions.begin() as db:
        assert db.scalar(select(func.count()).select_from(Conversation)) == 2


def test_a_restore_into_a_prepared_but_empty_database(office, open_at, tmp_path):
    again = open_at()
    upgrade(again.engine)
    restore_into(again, back_up(office, tmp_path))
    with again.sessions.begin() as db:
        assert db.scalars(select(Petition)).one()


def test_what_was_waiting_is_not_sent_after_a_restore(office, open_at, tmp_path):
    with office.sessions.begin() as db:
        chat = hear(db, "li", "在吗")
        chat.hold(db, chat.say(db, "等您说话再发。", now=NOON))
    again = open_at()
    assert restore_into(again, back_up(office, tmp_path)).stopped == 2
    with again.sessions.begin() as db:
        statuses = set(db.scalars(select(Message.status).where(Message.author == "bot")))
        assert statuses == {Status.STOPPED}
        assert Message.claim_due(db, now=LATER) == []
        assert db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first().act == "restored"


def test_a_backup_taken_while_somebody_writes_is_of_one_moment(office, open_at, tmp_path):
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            with office.sessions.begin() as db:
                chat = hear(db, f"contact{len(written)}", "一句话")
                chat.say(db, "一句回话", now=NOON)
            written.append(chat.id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 20:
            time.sleep(0.01)
        archives = [back_up(office, tmp_path) for _ in range(3)]
        reached = len(written)
        while len(written) < reached + 3:  # it was not stopped for good
            time.sleep(0.01)
    finally:
        stop.set()
        writer.join()
    again = open_at()
    restore_into(again, archives[-1])
    with again.sessions.begin() as db:
        chats = db.scalar(select(func.count()).select_from(Conversation))
        answers = db.scalar(select(func.count()).where(Message.author == "bot"))
    assert 20 <= chats - 1 <= reached + 1
    assert answers == chats


# -- who may read it --------------------


def test_no_word_stands_in_the_clear(office, tmp_path, identity):
    sealed = back_up(office, tmp_path, str(identity.to_public()))
    plain = back_up(office, tmp_path)
    for archive in (sealed, plain):
        content = archive.read_bytes()
        assert CANARY.encode() not in content
        assert b"13800006021" not in content
        assert archive.stat().st_mode & 0o777 == 0o600
    assert b"conversations" not in sealed.read_bytes()
    assert not [*tmp_path.glob(".*"), *tmp_path.glob("*.part")]  # nothing is left lying about


def test_production_refuses_a_plain_backup(open_at):
    office = open_at(**{name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"})
    with pytest.raises(BackupRefused, match="必须加密"):
        recipient_of(office.settings)


def test_a_backup_never_overwrites_a_file(office, tmp_path):
    archive = back_up(office, tmp_path)
    content = archive.read_bytes()
    with pytest.raises(BackupRefused, match="不覆盖"):
        take_backup(office, archive, recipient="", now=NOON)
    with pytest.raises(BackupRefused, match=r"没有 .* 这个文件夹"):
        take_backup(office, tmp_path / "nowhere" / "a.backup", recipient="", now=NOON)
    assert archive.read_bytes() == content
