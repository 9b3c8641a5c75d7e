"""The office for a command that works on it: an empty database is made ready, a refusal is one sentence, exit 2."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.settings import settings_or_exit
from bot.office import Office, open_office
from bot.schema import SchemaIsNewer, current_revision, newest_revision, upgrade
from knowledge_base.library import Library
from models.base import DomainError

REFUSED = 2


@contextmanager
def working_office() -> Iterator[Office]:
    # Policies are not needed here, and a mistake in one must not keep anybody from the accounts.
    office = open_office(settings_or_exit(), library=Library([]))
    try:
        if current_revision(office.engine) is None:
            upgrade(office.engine)
        elif current_revision(office.engine) != newest_revision():
            refuse("数据库和程序不是同一个版本，请先运行 frontdoor db upgrade。")
        yield office
    except (DomainError, SchemaIsNewer) as refused:
        refuse(f"{str(refused).rstrip('。')}。")
    except SQLAlchemyError as trouble:  # its text would hold the password and the rows
        refuse(f"没有做成，数据库出了问题（{type(trouble).__name__}）。")
    finally:
        office.engine.dispose()


def refuse(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(REFUSED)


def unread(path: Path, trouble: Exception) -> NoReturn:
    """A file that somebody named and we cannot read."""
    known: dict[type[Exception], str] = {
        FileNotFoundError: "没有这个文件",
        PermissionError: "没有权限",
        IsADirectoryError: "这是一个文件夹",
    }
    refuse(f"读不到 {path}：{known.get(type(trouble), '读的时候出了错')}。")
