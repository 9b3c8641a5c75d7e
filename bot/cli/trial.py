"""frontdoor trial: send a file of questions through a running service and report where each went."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from bot.cli.settings import office_or_exit
from bot.trial import run_trial


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default="", help="服务的地址，默认是 PUBLIC_URL。")
@click.option("--at-once", default=8, show_default=True, help="同时几部手机在发。")
def trial(file: Path, url: str, at_once: int) -> None:
    """把问题集（question,topic_id）一条条发给正在运行的服务，报告各去了哪里。只在试用模式下能用。"""
    office = office_or_exit()
    if not office.settings.trial:
        click.echo("正式使用的服务不能试跑，会打扰真的接待室。请设 FRONTDOOR_MODE=trial。", err=True)
        sys.exit(2)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"question", "topic_id"} <= set(reader.fieldnames or ()):
            click.echo("文件的第一行要有 question 和 topic_id 两栏。", err=True)
            sys.exit(2)
        rows = [(row["question"], row["topic_id"]) for row in reader]
    address = (url or office.settings.public_url) + "/channels/wechat_oa"
    with click.progressbar(length=len(rows), label="发送") as bar:
        report = run_trial(office, rows, address, at_once=at_once, tick=lambda: bar.update(1))
    for line in report.lines():
        click.echo(line)
    sys.exit(1 if report.failures else 0)
