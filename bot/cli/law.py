"""frontdoor law import: a law or notice brought in from a file; another person puts it into use in the console."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot.cli.audited import actor
from bot.cli.working import refuse, unread, working_office
from bot.office import Office
from console.laws.document import BadDocument, read_document
from console.sheets import LARGEST_FILE
from knowledge_base.law import FIELDS, Law, ReadText, faults_of, law_of, read_law
from models.audit import AuditEntry
from models.law import BRING_IN, LawText
from models.user import User
from models.user.authority import Actor


@click.group()
def law() -> None:
    """法规。"""


@law.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看里面有什么，不导入。")
@click.option("--by", "name", default="", help="用哪个账号（登录名）提交；不写就问。")
def import_file(file: Path, *, dry_run: bool, name: str) -> None:
    """导入一份法规（.docx、.md、.txt）；另一位同事在网页“政策—法规”里同意后启用。有一处不对就什么也不导入。"""
    given = _law_in(file)
    if dry_run:
        return
    name = name or click.prompt("用哪个账号提交（登录名）")
    with working_office() as office, office.sessions.begin() as db:
        proposal = LawText.propose(db, given, by=_editor(db, name, office), now=office.clock())
        subject = f"law {proposal.subject}"
        AuditEntry.write(
            db, actor=actor(), act="law_proposed", subject=subject, detail=f"{BRING_IN} {name}", now=office.clock()
        )
    click.echo("提交了，等另一位同事在网页“政策—法规”里同意，一天内有效。")


def _law_in(file: Path) -> Law:
    """The law in a file, told to whoever sits there; ends the command when something in it is wrong."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as trouble:
        unread(file, trouble)
    try:
        found = read_law(read_document(data))
    except BadDocument as bad:
        refuse(f"{bad}。")
    for line in _told(found):
        click.echo(line)
    faults = [f"第 {line} 行：{why}" for line, why in found.faults]
    faults += [f"{why}：在文件开头写一行“{FIELDS[key]}：……”" for key, why in faults_of(found.head).items()]
    if faults:
        refuse("\n".join([f"有 {len(faults)} 处要改，没有导入：", *faults]))
    return law_of(found.head, found.articles)


def _told(found: ReadText) -> list[str]:
    head = [f"{called}：{found.head[key]}" for key, called in FIELDS.items() if found.head.get(key)]
    return [*head, f"找到 {found.summed_up}。", *(f"请留意：{remark}。" for remark in found.remarks)]


def _editor(db: Session, name: str, office: Office) -> User:
    found = User.named(db, name)
    if found is None or not Actor.of(db, found, now=office.clock()).may("policy", "draft"):
        refuse(f"账号 {name} 不能提交法规，要有“政策编辑”的岗位。")
    return found
