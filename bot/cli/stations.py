"""frontdoor stations import, codes: the register from an Excel table, all of it or nothing; and the scan codes."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.channels import SendFailed
from bot.cli.audited import actor, audit
from bot.cli.working import refuse, unread, working_office
from bot.office import official_account
from bot.scan_codes import make_codes
from console.sheets import LARGEST_FILE, read_sheet
from models.audit import AuditEntry
from models.station.list import Change, Plan, carry_out, plan_of


@click.group()
def stations() -> None:
    """站点。"""


@stations.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="不再问，直接导入。")
def import_list(file: Path, *, yes: bool) -> None:
    """按 Excel 表（.xlsx）新增、改动、停用站点；先说会改什么，有一行不对就一个也不导入。"""
    try:
        with file.open("rb") as given:
            data = given.read(LARGEST_FILE + 1)
    except OSError as trouble:
        unread(file, trouble)
    with working_office() as office:
        rows = read_sheet(data)
        with office.sessions.begin() as db:
            plan = plan_of(db, rows)
        _show(plan)
        if not plan.does_something:
            return
        if not yes and not click.confirm("导入吗？"):
            click.echo("没有导入。")
            return
        with office.sessions.begin() as db:
            if plan_of(db, rows).digest != plan.digest:
                refuse("站点这期间有改动，请再运行一次。")
            carry_out(db, plan)
            counts = f"added {len(plan.added)}, changed {len(plan.changed)}, closed {len(plan.closed)}"
            AuditEntry.write(
                db, actor=actor(), act="stations_imported", subject="stations", detail=counts, now=office.clock()
            )
    click.echo("导入好了。")


@stations.command()
@click.option("--again", is_flag=True, help="已经有的也重新要，换了公众号才用。")
def codes(*, again: bool) -> None:
    """向微信要各站点的二维码，在工作台“站点”里打印。扫了码的人，办事就归到这个站点。"""
    with working_office() as office:
        channel, made = official_account(office), 0
        try:
            for _ in make_codes(office, channel.call, again=again):
                made += 1
        except SendFailed as failure:
            click.echo(f"没有要全：{failure.reason}。要到的都存好了，过一会儿再运行一次。", err=True)
            sys.exit(1)
        finally:
            if made:
                audit(office, "station_codes_made", "stations", detail=f"{made} codes")
        click.echo(f"要到了 {made} 个。" if made else "每个站点都有二维码了。")


def _show(plan: Plan) -> None:
    """What would become of each station; ends the command when a row is bad."""
    if plan.faults:
        lines = [
            f"有 {len(plan.faults)} 处要改，一个也没有导入：",
            *(f"第 {row} 行：{why}" for row, why in plan.faults),
        ]
        refuse("\n".join(lines))
    for mark, changes in (("新增", plan.added), ("改动", plan.changed), ("停用", plan.closed)):
        for change in changes:
            click.echo(_line(mark, change))
    click.echo(f"{plan.summed_up}。")


def _line(mark: str, change: Change) -> str:
    fields = "；".join(f"{called} {old or '空'} → {new or '空'}" for called, old, new in change.fields)
    return f"{mark} {change.entry.code} {change.entry.name}" + (f"：{fields}" if fields else "")
