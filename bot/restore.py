"""Restoring a backup into an empty place: all of it, or nothing (R66).

Everything is proven before the target sees a row: hashes, shape, kind, counts, keys. What was waiting to be sent is
stopped, and who was erased since is erased again, in the very step that makes the data visible.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.archive import DATABASE, BackupRefused, Facts, Manifest, unpack, verify
from bot.backup import INDEX_CHECK, sqlite_facts, sqlite_path
from bot.db_check import SAMPLES, unreadable_columns
from bot.erase_list import NAME as ERASE_LIST
from bot.erase_list import EraseList
from bot.media_store import MediaStore
from bot.office import Office
from bot.schema import is_known, upgrade, upgrade_within
from bot.table_dump import dumped_facts, load_tables, row_counts
from models.age_file import decrypt_stream
from models.audit import AuditEntry
from models.base import keys_of
from models.broadcast import Broadcast
from models.conversation import Conversation
from models.database import open_engine, reading
from models.media import Media
from models.message import WAITING, Message, Status
from models.vault import Unreadable

AGE = b"age-encryption.org/"
STOPPED_BECAUSE = "restored from a backup"
NOT_IN_BACKUP = "not in the backup"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    manifest: Manifest
    stopped: int
    erased: int


def restore(office: Office, archive: Path, *, identity: str, actor: str, now: dt.datetime) -> Restored:
    """Fill the empty office of the settings from a backup. Raises BackupRefused, and then nothing has changed."""
    _refuse_unless_empty(office)
    media_dir = office.settings.media_dir
    media_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Inside the media folder, so that files are moved into place and never copied across disks.
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=media_dir) as scratch:
        folder = Path(scratch) / "parts"
        folder.mkdir(mode=0o700)
        members = unpack(_clear(archive, identity, Path(scratch)), folder)
        manifest = verify(folder, members, office.settings.audit_key)
        _refuse_unless_ours(office, manifest, folder)
        fill = _fill_postgres if manifest.database == "postgresql" else _fill_sqlite
        return fill(office, folder, manifest, actor=actor, now=now)


def _refuse_unless_empty(office: Office) -> None:
    with reading(office.engine).connect() as connection:
        filled = [name for name, count in row_counts(connection).items() if count]
    if filled:
        raise BackupRefused(f"数据库不是空的（{'、'.join(filled)} 里有内容），没有恢复。请换一个空的数据库。")
    media_dir = office.settings.media_dir
    if media_dir.is_dir() and any(path.name != ERASE_LIST for path in media_dir.iterdir()):
        raise BackupRefused(f"媒体文件夹 {media_dir} 不是空的，没有恢复。请换一个空的文件夹，只留下 {ERASE_LIST}。")


def _clear(archive: Path, identity: str, scratch: Path) -> Path:
    """The archive in clear: itself, or decrypted into our scratch folder."""
    with archive.open("rb") as file:
        encrypted = file.read(len(AGE)) == AGE
        if not encrypted:
            return archive
        if not identity:
            raise BackupRefused("备份是加密的，请用 --identity-file 给出私钥文件（AGE-SECRET-KEY-1 开头）。")
        file.seek(0)
        clear = scratch / "archive.tar"
        try:
            with clear.open("xb") as target:
                decrypt_stream(file, target, identity)
        except Unreadable:
            raise BackupRefused("备份打不开：私钥不是这份备份的，或者文件被改过、不完整。") from None
        except ValueError:
            raise BackupRefused("私钥文件里没有可用的私钥（AGE-SECRET-KEY-1 开头）。") from None
    return clear


def _refuse_unless_ours(office: Office, manifest: Manifest, folder: Path) -> None:
    kind = office.engine.dialect.name
    if manifest.database != kind:
        raise BackupRefused(f"备份来自 {manifest.database}，现在设置的数据库是 {kind}，只能恢复到同一种数据库。")
    if not is_known(manifest.facts.schema):
        raise BackupRefused("备份来自更新的程序，请换上新版程序再恢复。")
    with office.sessions() as db:
        if keys_of(db).index(INDEX_CHECK, manifest.made_at.isoformat()) != manifest.index_check:
            raise BackupRefused("INDEX_KEY 不是做备份时的那一个，没有恢复。")
    if _facts(kind, folder, manifest) != manifest.facts:
        raise BackupRefused("备份里的行数或审计记录和清单对不上，没有恢复。")


def _facts(kind: str, folder: Path, manifest: Manifest) -> Facts:
    if kind == "postgresql":
        return dumped_facts(folder / "tables", manifest.facts.schema)
    try:
        return sqlite_facts(folder / DATABASE)
    except sqlite3.DatabaseError:
        raise BackupRefused("备份里的数据库文件读不了，没有恢复。") from None


# -- the two kinds --------------------


def _fill_sqlite(office: Office, folder: Path, manifest: Manifest, *, actor: str, now: dt.datetime) -> Restored:
    """Made ready aside, then copied over in one transaction of SQLite's own."""
    staged = folder / DATABASE
    engine = open_engine(f"sqlite:///{staged}")
    try:
        upgrade(engine)
        with office.sessions(bind=engine) as db, db.begin():
            restored = _settle(db, office, folder, manifest, actor=actor, now=now)
    finally:
        engine.dispose()  # the last to close a SQLite file folds its log into it
    with _in_place(folder / "media", office.settings.media_dir):
        _refuse_unless_still_empty(office)
        office.engine.dispose()
        target = sqlite_path(office.settings)
        with closing(sqlite3.connect(staged)) as ready, closing(sqlite3.connect(target)) as into:
            ready.backup(into)
        target.chmod(0o600)
    return restored


def _fill_postgres(office: Office, folder: Path, manifest: Manifest, *, actor: str, now: dt.datetime) -> Restored:
    """One transaction: nobody sees any of it before it commits. Files move last, and back if it does not commit."""
    with ExitStack() as stack, office.sessions.begin() as db:
        load_tables(db.connection(), folder / "tables", manifest.facts.schema)
        upgrade_within(db.connection())
        restored = _settle(db, office, folder, manifest, actor=actor, now=now)
        stack.enter_context(_in_place(folder / "media", office.settings.media_dir))
    return restored


def _refuse_unless_still_empty(office: Office) -> None:
    with reading(office.engine).connect() as connection:
        if any(row_counts(connection).values()):
            raise BackupRefused("恢复的时候数据库里进了新内容，没有恢复。请先停掉服务。")


@contextmanager
def _in_place(staged: Path, media_dir: Path) -> Iterator[None]:
    """The files where they belong; taken back out when the block fails."""
    moved: list[tuple[Path, Path]] = []
    try:
        for place in sorted(staged.iterdir()) if staged.is_dir() else ():
            place.rename(media_dir / place.name)
            moved.append((media_dir / place.name, place))
        yield
    except BaseException:
        for there, here in moved:
            there.rename(here)
        raise


# -- what has to happen before anybody works with it --------------------


def _settle(db: Session, office: Office, folder: Path, manifest: Manifest, *, actor: str, now: dt.datetime) -> Restored:
    media = MediaStore(folder / "media", keys_of(db))
    if unreadable_columns(db) or not _files_open(db, media, folder):
        raise BackupRefused("设置里的 DATA_KEYS 打不开备份里的内容，没有恢复。请用做备份时的密钥。")
    stopped = _hold_outbox(db, now)
    _note_missing_files(db, folder)
    erased = EraseList(office.settings.media_dir).replay(db, made_at=manifest.made_at)
    AuditEntry.write(
        db,
        actor=actor,
        act="restored",
        subject=f"backup:{manifest.made_at.isoformat()}",
        now=now,
        detail=f"stopped={stopped} erased={erased} audit_head={manifest.facts.audit_id}",
    )
    return Restored(manifest, stopped, erased)


def _files_open(db: Session, media: MediaStore, folder: Path) -> bool:
    newest = select(Media.uid).where(Media.state == "kept").order_by(Media.id.desc()).limit(SAMPLES)
    try:
        for uid in db.scalars(newest):
            if _staged(folder, uid).exists():
                media.read(uid)
    except Unreadable:
        return False
    return True


def _hold_outbox(db: Session, now: dt.datetime) -> int:
    """Nobody gets last week's words again: what was waiting, or held back, may have left after the backup was taken."""
    stopped = db.execute(
        update(Message)
        .where(Message.status.in_((*WAITING, Status.HELD)))
        .values(status=Status.STOPPED, trouble=STOPPED_BECAUSE, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    db.execute(update(Conversation).values(holds_messages=False).execution_options(synchronize_session=False))
    under_way = Broadcast.state.in_(("approved", "sending"))  # it has reached people whom this copy calls untold
    db.execute(update(Broadcast).where(under_way).values(state="stopped", stopped_at=now))
    return int(getattr(stopped, "rowcount", 0))


def _note_missing_files(db: Session, folder: Path) -> None:
    """Files that were erased between the copy of the database and theirs; every file that was archived is here."""
    kept = select(Media.id, Media.uid).where(Media.state == "kept").order_by(Media.id)
    gone = [
        number
        for number, uid in db.execute(kept.execution_options(yield_per=1000))
        if not _staged(folder, uid).exists()
    ]
    for number in gone:
        media = db.get_one(Media, number)
        media.state, media.trouble = "erased", NOT_IN_BACKUP


def _staged(folder: Path, uid: str) -> Path:
    return folder / "media" / uid[:2] / uid
