"""frontdoor policy export | import: the articles as one file, and back as drafts for another person to agree to."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot.cli.audited import actor
from bot.cli.working import refuse, unread, working_office
from bot.office import Office
from console.policies.article_table import KINDS, LARGEST_LIBRARY, as_file, entries_in, kind_of
from console.policies.incoming import FAULTY, SAME, Plan, carry_out, plan_of
from knowledge_base.article import Article
from knowledge_base.in_use import shelf
from knowledge_base.library import shipped_articles
from models.audit import AuditEntry
from models.petition.clock import day_of
from models.policy import PolicyVersion
from models.user import User
from models.user.authority import Actor


@click.command(name="export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--only", default="", help="只要这几条：编号，用逗号隔开。")
def export_file(file: Path, *, only: str) -> None:
    """把在用的政策写成一个文件（.xlsx 或 .md）。"""
    with working_office() as office:
        kind = kind_of(file.name)
        with office.sessions.begin() as db:
            known = _known(db)
        wanted = only.upper().replace("，", ",").split(",") if only else sorted(known)
        if missing := [id_ for id_ in wanted if id_ not in known]:
            refuse(f"没有 {missing[0]} 这一条。")
        data = as_file([known[id_] for id_ in wanted], kind)
    try:
        file.write_bytes(data)
    except OSError as trouble:
        refuse(f"写不进 {file}：{trouble.strerror}。")
    click.echo(f"{len(wanted)} 条，写进 {file} 了。")


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看会改什么，不导入。")
@click.option("--by", "name", default="", help="用哪个账号（登录名）写草稿；不写就问。")
def import_file(file: Path, *, dry_run: bool, name: str) -> None:
    """按文件（.xlsx 或 .md）开草稿；先说每一条会怎样，有一条不对就一条也不导入。用上要另一位同事在网页里同意。"""
    try:
        with file.open("rb") as given:
            data = given.read(LARGEST_LIBRARY + 1)
    except OSError as trouble:
        unread(file, trouble)
    with working_office() as office:
        kind = kind_of(file.name)
        entries = entries_in(data, kind)
        today = day_of(office.clock())
        with office.sessions.begin() as db:
            plan = plan_of(db, entries, _known(db), today=today)
        _show(plan, KINDS[kind])
        if dry_run or not plan.drafts:
            return
        name = name or click.prompt("用哪个账号写草稿（登录名）")
        with office.sessions.begin() as db:
            if plan_of(db, entries, _known(db), today=today).digest != plan.digest:
                refuse("政策这期间有改动，请再运行一次。")
            count = carry_out(db, plan, by=_editor(db, name, office), now=office.clock())
            detail = f"imported {count} {name}"
            AuditEntry.write(
                db, actor=actor(), act="policies_imported", subject="questions", detail=detail, now=office.clock()
            )
    click.echo(f"开好了 {count} 份草稿。每一份还要在网页“政策”里提交，另一位同事同意了才用上。")


def _show(plan: Plan, counted: str) -> None:
    """What would become of each article that is not the same; ends the command when one is faulty."""
    lines = [
        f"第 {each.place} {counted} {each.article_id} {each.title}：{each.what}{_more(each.more)}"
        for each in plan.told
        if each.what != SAME
    ]
    if plan.broken:
        refuse("\n".join([*lines, f"有 {len(plan.of(FAULTY))} 条要改，一条也没有导入。"]))
    for line in (*lines, f"{plan.summed_up}。"):
        click.echo(line)


def _more(more: tuple[str, ...]) -> str:
    return f"（{'；'.join(more)}）" if more else ""


def _known(db: Session) -> dict[str, Article]:
    """What ships, and the office's own versions in its stead."""
    return {article.id: article for article in shelf(shipped_articles(), PolicyVersion.texts(db)).articles}


def _editor(db: Session, name: str, office: Office) -> User:
    found = User.named(db, name)
    if found is None or not Actor.of(db, found, now=office.clock()).may("policy", "draft"):
        refuse(f"账号 {name} 不能写政策草稿，要有“政策编辑”的岗位。")
    return found
