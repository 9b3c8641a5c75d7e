"""frontdoor doctor: is everything as it should be, and if not, what is to be done. One plain line a check."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.db_check import Finding
from bot.doctor_wechat import examine
from bot.helper_answer import NoDraft
from bot.helper_model import GREETING, HelperModel
from bot.schema import current_revision, is_known, newest_revision
from bot.settings import BadSettings, Settings, read_settings
from models.database import open_engine, reading
from models.job_lease import JobLease
from models.message import Message, Status
from models.petition import READER
from models.user import RoleGrant

LATE = dt.timedelta(minutes=5)
TROUBLED = {
    Status.PARKED: "反复发送失败、已经搁下",
    Status.UNKNOWN: "不知道发到了没有",
    Status.FAILED: "没有发出去",
}
RECENT = dt.timedelta(days=7)


def examine_all(environ: Mapping[str, str], *, folder: Path, now: dt.datetime) -> Iterator[Finding]:
    """All findings, in the order in which they should be mended."""
    yield from env_file(folder)
    try:
        settings = read_settings(environ)
    except BadSettings as bad:
        for fault in bad.faults:
            yield Finding("✗", fault)
        yield Finding("!", "设置改好以前，别的都查不了。")
        return
    yield Finding("✓", "设置是齐全的。")
    if settings.trial:
        yield Finding("!", "现在是试用（FRONTDOOR_MODE=trial），正式使用要改成 production。")
    yield from _restricted_keys(settings)
    yield from _backups(settings)
    yield _media_dir(settings.media_dir)
    yield from _database(settings, now)
    yield from _helper(settings)
    yield from examine(settings, now=now)


def env_file(folder: Path) -> Iterator[Finding]:
    path = folder / ".env"
    if not path.exists():
        return
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("✗", f"{path} 里有密钥，别的用户也能读：运行 chmod 600 {path}")
    else:
        yield Finding("✓", ".env 只有自己能读。")


def _restricted_keys(settings: Settings) -> Iterator[Finding]:
    """Production does not start without them (R40)."""
    if not settings.restricted_keys:
        yield Finding(
            "!",
            "没有设置 FRONTDOOR_RESTRICTED_KEYS，检举件现在用 DATA_KEYS 推出来的密钥；正式使用要单独一把："
            "frontdoor keys new 生成，设好后运行 frontdoor keys rotate。",
        )


def _backups(settings: Settings) -> Iterator[Finding]:
    if not settings.backup_recipient:
        yield Finding("!", "没有设置 FRONTDOOR_BACKUP_RECIPIENT，正式使用时做不了备份：用 age-keygen 生成一对密钥。")


def _helper(settings: Settings) -> Iterator[Finding]:
    """Asked something that tells of nobody."""
    if not settings.helper.on:
        return
    try:
        HelperModel(settings.helper).answer(GREETING)
    except NoDraft as why:
        yield Finding("!", f"{why}：检查 FRONTDOOR_HELPER_URL 和 FRONTDOOR_HELPER_MODEL。没有草稿，别的都照常。")
    else:
        yield Finding("✓", "起草答复的机器有回应。")


def _media_dir(folder: Path) -> Finding:
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return Finding("✗", f"媒体文件夹 {folder} 写不进去：检查 FRONTDOOR_MEDIA_DIR 和文件夹的主人。")
    if folder.exists() and folder.stat().st_mode & stat.S_IRWXO:
        return Finding("✗", f"媒体文件夹 {folder} 别的用户也能进：运行 chmod 700 {folder}")
    return Finding("✓", "媒体文件夹能写，别的用户进不去。")


def _database(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield Finding("!", "数据库还没有，frontdoor serve 第一次启动会自己准备好。")
        return
    engine = open_engine(settings.database_url, pool_size=1)
    try:
        yield from _office(reading(engine), now)
    except SQLAlchemyError:  # its text could hold the password
        yield Finding("✗", "连不上数据库：检查 FRONTDOOR_DATABASE_URL，以及 PostgreSQL 有没有在运行。")
    finally:
        engine.dispose()


def _office(engine: Engine, now: dt.datetime) -> Iterator[Finding]:
    schema = _schema(engine)
    yield schema
    if schema.mark == "✓":
        with Session(engine) as db:
            yield _deliver(db, now)
            yield _jobs(db, now)
            yield from _troubled(db, now)
            yield from _readers(db, now)


def _schema(engine: Engine) -> Finding:
    current = current_revision(engine)
    if current is None:
        return Finding("!", "数据库还是空的，frontdoor serve 第一次启动会自己准备好。")
    if not is_known(current):
        return Finding("✗", "数据库比程序新，请换上新版程序。")
    if current != newest_revision():
        return Finding("✗", "数据库的表结构旧了：运行 frontdoor db upgrade")
    return Finding("✓", "数据库连得上，表结构是最新的。")


def _deliver(db: Session, now: dt.datetime) -> Finding:
    """A worker that lives takes a due message within a second; retries wait with a later time."""
    late = select(func.count()).where(Message.status == Status.QUEUED, Message.due_at <= now - LATE)
    count = db.scalar(late) or 0
    if count:
        return Finding(
            "✗", f"有 {count} 条消息排队超过 5 分钟：看 frontdoor deliver 是不是在运行，它的日志里有没有错误。"
        )
    return Finding("✓", "消息没有积压。")


def _jobs(db: Session, now: dt.datetime) -> Finding:
    lease = db.get(JobLease, "sweeps")
    if lease is None or lease.until < now - LATE:
        return Finding("!", "定时任务没有在运行：启动 frontdoor jobs（或用 frontdoor serve --all）。")
    return Finding("✓", "定时任务在运行。")


def _readers(db: Session, now: dt.datetime) -> Iterator[Finding]:
    if not RoleGrant.somebody_is(db, READER, now=now):
        yield Finding("!", "还没有纪检专人，老兵要检举，机器只能请对方打 12388：请管理员加上这个岗位，最好两位。")


def _troubled(db: Session, now: dt.datetime) -> Iterator[Finding]:
    """Of the last seven days: older ones were looked at, or never will be."""
    counted = select(Message.status, func.count().label("number")).where(
        Message.status.in_(TROUBLED), func.coalesce(Message.settled_at, Message.said_at) > now - RECENT
    )
    counts = {row.status: row.number for row in db.execute(counted.group_by(Message.status))}
    for status, words in TROUBLED.items():
        if counts.get(status):
            yield Finding("!", f"最近 7 天有 {counts[status]} 条消息{words}，请看日志里的 message_in_trouble。")
    again = select(func.count()).where(Message.status == Status.QUEUED, Message.trouble != "")
    if alarms := db.scalar(again) or 0:
        yield Finding("!", f"有 {alarms} 条消息发送出错，正在等着重试。")
    if not counts and not alarms:
        yield Finding("✓", "最近 7 天没有发送失败的消息。")
