"""frontdoor db: bring the database to the newest shape, back it up, restore it, check it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.archive import BackupRefused
from bot.backup import recipient_of, take_backup, upgrade_with_copy
from bot.cli.audited import actor, audit
from bot.cli.settings import settings_or_exit
from bot.db_check import check as check_all
from bot.office import Office, open_office
from bot.restore import restore as restore_backup
from bot.schema import SchemaIsNewer, current_revision, newest_revision
from knowledge_base.library import Library
from models.conversation import SHANGHAI
from models.database import reading

REFUSED = 2
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def db() -> None:
    """数据库。"""


@db.command()
def upgrade() -> None:
    """升级到最新的表结构；先留一份备份。"""
    with _office() as office:
        copy = upgrade_with_copy(office, now=office.clock())
        if copy is not None:  # one that held nothing stays empty, or no backup could be restored into it
            audit(office, "upgraded", "database", detail=copy.name)
        encrypted = bool(office.settings.backup_recipient)
    if copy is not None:
        click.echo(f"升级前的备份：{copy}")
        if not encrypted:
            click.echo("! 没有设置 FRONTDOOR_BACKUP_RECIPIENT，这份备份没有加密，请保管好，用不着了就删掉。", err=True)
    click.echo("数据库是最新的。")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """备份数据库和照片、录音；服务不用停。"""
    with _office() as office:
        recipient = recipient_of(office.settings)
        manifest = take_backup(office, file, recipient=recipient, now=office.clock())
        if current_revision(reading(office.engine)) == newest_revision():
            audit(office, "backed_up", "database")
    if not recipient:
        click.echo("! 试用：没有设置 FRONTDOOR_BACKUP_RECIPIENT，这份备份没有加密。", err=True)
    rows = sum(manifest.facts.rows.values())
    click.echo(f"备份好了：{file}，{rows} 行，审计记录到第 {manifest.facts.audit_id} 条。")


@db.command()
@click.argument("file", type=EXISTING)
@click.option("--identity-file", type=EXISTING, help="私钥文件。")
def restore(file: Path, identity_file: Path | None) -> None:
    """把备份恢复到空的数据库和空的媒体文件夹。"""
    with _office() as office:
        identity = _identity(identity_file) if identity_file else ""
        done = restore_backup(office, file, identity=identity, actor=actor(), now=office.clock())
    made = done.manifest.made_at.astimezone(SHANGHAI)
    click.echo(f"恢复好了，是 {made:%Y-%m-%d %H:%M} 的备份。")
    click.echo(f"当时没发完的 {done.stopped} 条消息不再发送；备份以后删过资料的 {done.erased} 人又删了一遍。")
    click.echo("请运行 frontdoor db check 核对一遍。")


@db.command()
def check() -> None:
    """核对审计记录、数据库文件、密封的内容、照片和录音。"""
    faulty = False
    with _office() as office:
        for finding in check_all(office):
            click.echo(str(finding))
            faulty = faulty or finding.mark == "✗"
    sys.exit(1 if faulty else 0)


@contextmanager
def _office() -> Iterator[Office]:
    """The office of the settings. What is refused ends the command with its sentence."""
    # Policies are not needed here, and a mistake in one must not keep anybody from a backup.
    office = open_office(settings_or_exit(), library=Library([]))
    try:
        yield office
    except (SchemaIsNewer, BackupRefused) as refused:
        _refuse(str(refused))
    except OSError as trouble:
        _refuse(f"没有做成：{trouble.strerror or trouble}")
    except SQLAlchemyError as trouble:  # its text would hold the password and the rows
        _refuse(f"没有做成，数据库出了问题（{type(trouble).__name__}）。")
    finally:
        office.engine.dispose()


def _identity(path: Path) -> str:
    """The key of a file as age-keygen writes it, comments and all."""
    lines = path.read_text(errors="replace").splitlines()
    return next((line.strip() for line in lines if line.strip().startswith("AGE-SECRET-KEY-1")), "none")


def _refuse(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(REFUSED)
