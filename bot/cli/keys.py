"""frontdoor keys: make secrets for the settings."""

from __future__ import annotations

import secrets

import click

from models.vault import new_key


@click.group()
def keys() -> None:
    """密钥。"""


@keys.command()
def new() -> None:
    """生成一套新的密钥，抄进环境变量。只显示这一次。"""
    for name in ("DATA_KEYS", "INDEX_KEY", "AUDIT_KEY"):
        click.echo(f"FRONTDOOR_{name}={new_key()}")
    click.echo(f"FRONTDOOR_SECRET_KEY={secrets.token_urlsafe(32)}")
    click.echo(f"FRONTDOOR_METRICS_TOKEN={secrets.token_urlsafe(24)}")
