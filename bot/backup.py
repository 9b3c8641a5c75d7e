"""Backups: the database as it is at one moment, and all files, in one archive only the office's own key opens (R66).

The service goes on meanwhile. SQLite is copied by its online backup, PostgreSQL is read in one REPEATABLE READ
transaction. First the database, then the files: a row in the backup then has its file, unless it was erased just now.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.archive import DATABASE, MEDIA_NAME, PARTS, BackupRefused, Facts, Manifest, Pulled, tar_of
from bot.office import Office
from bot.schema import current_revision, is_known, newest_revision, upgrade
from bot.settings import Settings
from bot.table_dump import VERSION_TABLE, dump_tables, row_counts
from models.age_file import encrypt_stream
from models.base import keys_of
from models.database import reading

NO_RECIPIENT = "没有设置 FRONTDOOR_BACKUP_RECIPIENT，正式使用时备份必须加密：用 age-keygen 生成一对密钥，公钥写进设置，私钥放在别处。"
INDEX_CHECK = "backup.manifest"


def recipient_of(settings: Settings) -> str:
    """Whom a backup is encrypted to; empty while trying out. Raises BackupRefused in production without one."""
    if not settings.backup_recipient and not settings.trial:
        raise BackupRefused(NO_RECIPIENT)
    return settings.backup_recipient


def take_backup(office: Office, target: Path, *, recipient: str, now: dt.datetime, media: bool = True) -> Manifest:
    """Write a backup to a file that does not exist yet; it appears under its name only when it is whole."""
    if target.exists():
        raise BackupRefused(f"{target} 已经有了，备份不覆盖旧文件，请换一个名字。")
    if not target.parent.is_dir():
        raise BackupRefused(f"没有 {target.parent} 这个文件夹，请先建好。")
    if current_revision(reading(office.engine)) is None:
        raise BackupRefused("数据库还是空的，没有可以备份的。")
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        folder = Path(scratch)
        files, facts = _snapshot(office, folder)
        manifest = _manifest(office, facts, now)
        everything = _chain(files, office.settings.media_dir if media else None)
        key = office.settings.audit_key
        pieces = tar_of(everything, manifest, folder / PARTS, lambda whole: whole.written(key))
        _write(pieces, target, recipient)
    return manifest


def upgrade_with_copy(office: Office, *, now: dt.datetime) -> Path | None:
    """Bring the database to the newest shape, after a copy of it when it holds anything (R72); where the copy is.

    The copy stays on this machine, beside what it copies, so it may be plain when there is no recipient.
    """
    before, after = current_revision(reading(office.engine)), newest_revision()
    copy = None
    if before and before != after and is_known(before) and any(_rows(office).values()):
        folder = _copies(office.settings)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        copy = folder / f"before-{after}-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.backup"
        take_backup(office, copy, recipient=office.settings.backup_recipient, now=now, media=False)
    upgrade(office.engine)
    return copy


def sqlite_path(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


def sqlite_facts(path: Path) -> Facts:
    """What a SQLite file holds, read without our models: it may be of another day's shape."""
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        counted = sorted(name for name in names if name != VERSION_TABLE and not name.startswith("sqlite_"))
        rows = {
            name: int(database.execute(f'select count(*) from "{name}"').fetchone()[0])  # noqa: S608  its own names
            for name in counted
        }
        schema = database.execute(f"select version_num from {VERSION_TABLE}").fetchone()  # noqa: S608
        head = database.execute("select id, digest from audit_entries order by id desc limit 1").fetchone()
    return Facts(str(schema[0]), rows, *(head or ()))


def _copies(settings: Settings) -> Path:
    sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    return (sqlite_path(settings) if sqlite else settings.media_dir).parent / "backups"


def _rows(office: Office) -> dict[str, int]:
    with reading(office.engine).connect() as connection:
        return row_counts(connection)


def _snapshot(office: Office, folder: Path) -> tuple[list[tuple[str, Path]], Facts]:
    if office.engine.dialect.name == "postgresql":
        facts = dump_tables(office.engine, folder / "tables")
        return [(f"tables/{name}.jsonl", folder / "tables" / f"{name}.jsonl") for name in sorted(facts.rows)], facts
    copy = folder / DATABASE
    with closing(sqlite3.connect(sqlite_path(office.settings))) as live, closing(sqlite3.connect(copy)) as into:
        # In one step: a copy made page by page starts again whenever somebody writes, and would never end.
        live.backup(into)
        into.execute("pragma journal_mode=delete")  # one file, without a log beside it
    return [(DATABASE, copy)], sqlite_facts(copy)


def _manifest(office: Office, facts: Facts, now: dt.datetime) -> Manifest:
    with office.sessions() as db:
        index_check = keys_of(db).index(INDEX_CHECK, now.isoformat())
    return Manifest(
        program=importlib.metadata.version("frontdoor"),
        database=office.engine.dialect.name,
        made_at=now,
        facts=facts,
        index_check=index_check,
    )


def _chain(files: list[tuple[str, Path]], media_dir: Path | None) -> Iterator[tuple[str, Path]]:
    yield from files
    if media_dir is not None:
        yield from media_files(media_dir)


def media_files(media_dir: Path) -> Iterator[tuple[str, Path]]:
    """Finished files of the media folder; what is half written, or not ours, is left out."""
    if not media_dir.is_dir():
        return
    for folder in sorted(media_dir.iterdir()):
        if len(folder.name) != 2 or not folder.is_dir() or folder.is_symlink():
            continue
        for file in os.scandir(folder):
            if MEDIA_NAME.fullmatch(file.name) and file.name[:2] == folder.name and file.is_file(follow_symlinks=False):
                yield f"media/{folder.name}/{file.name}", Path(file.path)


def _write(pieces: Iterator[bytes], target: Path, recipient: str) -> None:
    beside = target.with_name(f"{target.name}.part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupRefused(
            f"{beside} 已经有了：另一个备份正在写，或者上次没做完。确认没有在写，删掉它再来。"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            if recipient:
                encrypt_stream(Pulled(pieces), file, recipient)
            else:
                file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        _give_name(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _give_name(beside: Path, target: Path) -> None:
    """Move into place, never over another file, and make the name itself last."""
    try:
        target.hardlink_to(beside)
    except FileExistsError:
        raise BackupRefused(f"{target} 刚才被别人建了，备份不覆盖旧文件，请换一个名字。") from None
    except OSError:  # a memory stick knows no hard links
        if target.exists():
            raise BackupRefused(f"{target} 刚才被别人建了，备份不覆盖旧文件，请换一个名字。") from None
        beside.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
