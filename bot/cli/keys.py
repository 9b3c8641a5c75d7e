"""frontdoor keys: make secrets for the settings."""

from __future__ import annotations

import secrets

import click

from bot.cli.audited import audit
from bot.cli.settings import office_or_exit
from bot.key_rotation import rotate as rotate_all
from models.vault import new_key


@click.group()
def keys() -> None:
    """密钥。"""


@keys.command()
def new() -> None:
    """生成一套新的密钥，抄进环境变量。只显示这一次。"""
    for name in ("DATA_KEYS", "RESTRICTED_KEYS", "INDEX_KEY", "AUDIT_KEY"):
        click.echo(f"FRONTDOOR_{name}={new_key()}")
    click.echo(f"FRONTDOOR_SECRET_KEY={secrets.token_urlsafe(32)}")
    click.echo(f"FRONTDOOR_METRICS_TOKEN={secrets.token_urlsafe(24)}")


@keys.command()
def rotate() -> None:
    """把存着的内容都换成 DATA_KEYS、RESTRICTED_KEYS 里最前面的那把密钥。可以中断，再运行会接着做。"""
    office, moved = office_or_exit(), 0
    for where, count in rotate_all(office):
        click.echo(f"{where}：{count}")
        moved += count
    audit(office, "keys_rotated", "database", detail=f"{moved} values and files")
    click.echo("换好了。旧密钥还要留到最老的备份过期。")
