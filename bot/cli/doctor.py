"""frontdoor doctor: the check-up before going live, and whenever something seems wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from bot.doctor import examine_all
from bot.office import utc_now


@click.command()
def doctor() -> None:
    """体检：设置、数据库、发送、微信公众号，一项一行。"""
    faulty = False
    for finding in examine_all(os.environ, folder=Path.cwd(), now=utc_now()):
        click.echo(str(finding))
        faulty = faulty or finding.mark == "✗"
    sys.exit(1 if faulty else 0)
