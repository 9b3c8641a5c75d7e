"""frontdoor db: bring the database to the newest shape, check it."""

from __future__ import annotations

import sys

import click

from bot.cli.settings import office_or_exit
from bot.schema import SchemaIsNewer
from bot.schema import upgrade as upgrade_schema
from models.audit import AuditEntry


@click.group()
def db() -> None:
    """数据库。"""


@db.command()
def upgrade() -> None:
    """升级到最新的表结构。"""
    try:
        upgrade_schema(office_or_exit().engine)
    except SchemaIsNewer as newer:
        click.echo(str(newer), err=True)
        sys.exit(2)
    click.echo("数据库是最新的。")


@db.command()
def check() -> None:
    """核对审计记录是不是完整。"""
    office = office_or_exit()
    with office.sessions.begin() as session:
        broken = list(AuditEntry.broken(session))
    for entry in broken:
        click.echo(f"审计记录 {entry} 被改过。")
    sys.exit(1 if broken else 0)
