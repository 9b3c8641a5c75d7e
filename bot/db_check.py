"""frontdoor db check: whether what the office keeps is whole. One finding a matter, in Chinese."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from bot.archive import MEDIA_NAME
from bot.erase_list import NAME as ERASE_LIST
from bot.media_store import MediaStore
from bot.office import Office
from bot.schema import current_revision, is_known, newest_revision
from models.audit import AuditEntry
from models.base import Base, Sealed
from models.database import reading
from models.media import Media
from models.vault import Unreadable

SAMPLES = 20
MOST_NAMED = 20
HALF_WRITTEN_FOR = dt.timedelta(minutes=10)  # longer than any fetch takes
# A file may stand on disk in these states: just written and not noted yet, noted, or about to be removed.
WITH_FILE = ("wanted", "kept", "erase")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for whoever operates: ✓ good, ! worth a look, ✗ has to be mended."""

    mark: str
    words: str

    def __str__(self) -> str:
        return f"{self.mark} {self.words}"


def check(office: Office) -> Iterator[Finding]:
    """Look at everything, without holding up those who write."""
    schema = check_schema(office)
    yield schema
    yield from _sqlite(office)
    if schema.mark == "✗":
        return  # rows of another shape cannot be read
    with office.sessions(bind=reading(office.engine)) as db:
        yield from _audit(db)
        unreadable = unreadable_columns(db)
        if unreadable:
            yield Finding("✗", f"现在的 DATA_KEYS、RESTRICTED_KEYS 打不开这些密封的内容：{'、'.join(unreadable)}。")
        else:
            yield Finding("✓", "密封的内容抽查过，都能打开。")
    yield from _media(office)


def check_schema(office: Office) -> Finding:
    current = current_revision(reading(office.engine))
    if current is None:
        return Finding("✗", "数据库还是空的，先运行 frontdoor db upgrade。")
    if not is_known(current):
        return Finding("✗", "数据库比程序新，请换上新版程序。")
    if current != newest_revision():
        return Finding("✗", "数据库的表结构旧了，运行 frontdoor db upgrade。")
    return Finding("✓", "数据库的表结构是最新的。")


def _sqlite(office: Office) -> Iterator[Finding]:
    if office.engine.dialect.name != "sqlite":
        return
    with reading(office.engine).connect() as connection:
        said = [str(row[0]) for row in connection.exec_driver_sql("pragma integrity_check(10)")]
        if said == ["ok"]:
            yield Finding("✓", "数据库文件是完整的。")
        else:
            yield Finding("✗", f"数据库文件坏了，请从备份恢复：{said[0]}")
        tables = sorted({str(row[0]) for row in connection.exec_driver_sql("pragma foreign_key_check")})
        if tables:
            yield Finding("✗", f"这些表里有指向不存在的行：{'、'.join(tables)}。")
        else:
            yield Finding("✓", "各表之间的指向都对得上。")


def _audit(db: Session) -> Iterator[Finding]:
    broken = False
    for number, entry in enumerate(AuditEntry.broken(db)):
        broken = True
        if number >= MOST_NAMED:
            yield Finding("✗", "后面还有，不一一列出。")
            break
        yield Finding("✗", f"审计记录 {entry} 被改过。")
    if not broken:
        yield Finding("✓", "审计记录是完整的。")


def unreadable_columns(db: Session, most: int = SAMPLES) -> list[str]:
    """Sealed columns whose newest or oldest values do not open: the old ones tell of keys that were rotated out."""
    faulty = []
    for mapper in Base.registry.mappers:
        table: type[Base] = mapper.class_
        for name, sealed in vars(table).items():
            if isinstance(sealed, Sealed) and not _opens(db, table, name, sealed.column, most):
                faulty.append(f"{table.__tablename__}.{sealed.column}")
    return sorted(faulty)


def _opens(db: Session, table: type[Base], name: str, column: str, most: int) -> bool:
    key = inspect(table).primary_key[0]
    filled = select(table).where(getattr(table, column).is_not(None)).limit(most)
    try:
        for order in (key, key.desc()):
            for row in db.scalars(filled.order_by(order)):
                getattr(row, name)
    except Unreadable:
        return False
    return True


# -- files --------------------


def _media(office: Office) -> Iterator[Finding]:
    faults = [*_rows_without_file(office), *_files_without_row(office)]
    yield from faults[:MOST_NAMED]
    if len(faults) > MOST_NAMED:
        yield Finding("✗", f"文件上的毛病一共 {len(faults)} 处，没有全部列出。")
    if not faults:
        yield Finding("✓", "照片和录音的文件与记录一一对应，都能打开。")


def _rows_without_file(office: Office) -> Iterator[Finding]:
    kept = select(Media.id, Media.uid).where(Media.state == "kept").order_by(Media.id)
    with office.sessions(bind=reading(office.engine)) as db:
        for number, uid in db.execute(kept.execution_options(yield_per=1000)):
            trouble = _trouble(office.media, uid)
            if trouble and _state(office, uid) == "kept":  # it may have been erased while we were at work
                yield Finding("✗", f"媒体记录 {number} 的文件 {uid} {trouble}。")


def _trouble(store: MediaStore, uid: str) -> str:
    try:
        store.read(uid)
    except FileNotFoundError:
        return "不见了"
    except (Unreadable, OSError):
        return "打不开"
    return ""


def _state(office: Office, uid: str) -> str | None:
    with office.sessions(bind=reading(office.engine)) as db:
        return db.scalar(select(Media.state).where(Media.uid == uid))


def _files_without_row(office: Office) -> Iterator[Finding]:
    oldest = (office.clock() - HALF_WRITTEN_FOR).timestamp()
    for path in _files(office.settings.media_dir):
        uid = path.name if MEDIA_NAME.fullmatch(path.name) and path.parent.name == path.name[:2] else ""
        if not uid and path.suffix == ".part" and path.stat().st_mtime > oldest:
            continue
        if not uid or _state(office, uid) not in WITH_FILE:
            yield Finding("✗", f"文件 {path.relative_to(office.settings.media_dir)} 没有对应的记录，可以删掉。")


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            if name != ERASE_LIST or Path(place) != folder:
                yield Path(place) / name
