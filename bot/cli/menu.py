"""frontdoor menu: put our menu under the chat."""

from __future__ import annotations

import sys

import click

from bot.channels import SendFailed
from bot.cli.audited import audit
from bot.cli.settings import office_or_exit
from bot.menu import MENU
from bot.office import official_account


@click.command()
def menu() -> None:
    """把菜单发布到公众号。手机上最多 5 分钟后看到。"""
    office = office_or_exit()
    channel = official_account(office)
    try:
        channel.call("menu/create", MENU)
    except SendFailed as failure:
        click.echo(f"没有发布成功：{failure.reason}", err=True)
        sys.exit(1)
    audit(office, "menu_published", channel.name)
    click.echo("菜单发布好了。")
