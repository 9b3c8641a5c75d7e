"""Settings for a command, or a clear end: every fault in one sentence, exit 2."""

from __future__ import annotations

import os
import sys

import click

from bot.office import Office, open_office
from bot.settings import BadSettings, Settings, read_settings

BAD_SETTINGS = 2


def settings_or_exit() -> Settings:
    try:
        return read_settings(os.environ)
    except BadSettings as bad:
        click.echo("设置有问题，没有启动：", err=True)
        for fault in bad.faults:
            click.echo(f"· {fault}", err=True)
        sys.exit(BAD_SETTINGS)


def office_or_exit() -> Office:
    return open_office(settings_or_exit())
