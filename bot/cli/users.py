"""frontdoor user: accounts from the machine itself: the first admin, and who is needed before there is a supervisor."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot.cli.audited import actor
from bot.cli.working import refuse, unread, working_office
from bot.office import Office
from console.filters import day
from console.passwords import LONGEST, fault_in, hashed
from handlers.kit.phrase import worded
from handlers.reception_words import ANOTHER_GOES_ON
from models.audit import AuditEntry
from models.user import RoleGrant, User
from models.user.account_list import WHOLE_DISTRICT, Account, accounts
from models.user.accounts import LastOne, disable, give_role, invite, is_last, open_account, station_of
from models.user.authority import ROLES, WITH_FACTOR
from models.wording import Wording

STATES = {"open": "", "invited": "还没设密码", "lapsed": "链接过期，没设密码"}


@click.group()
def user() -> None:
    """在这里工作的人：账号和岗位。"""


@user.command()
@click.argument("name")
@click.option("--role", default="", help=f"岗位：{'、'.join(f'{key} {shown}' for key, shown in ROLES.items())}。")
@click.option("--station", "code", default="", help="管哪个站点（编码）和它下面的；不写就是全区。")
@click.option("--shown-as", default="", help="姓名，同事和战友看到的；不写就和登录名一样。")
@click.option("--password-file", type=click.Path(path_type=Path), help="密码在这个文件里；不写就给一个设密码的链接。")
def add(name: str, role: str, code: str, shown_as: str, password_file: Path | None) -> None:
    """加一个账号，或者给已有的账号再加一个岗位。马上生效。"""
    password = _password(password_file, name=name) if password_file is not None else ""
    stored = hashed(password) if password else ""  # a tenth of a second that nobody else should wait for
    with working_office() as office:
        now = office.clock()
        with office.sessions.begin() as db:
            if role == "admin" and RoleGrant.somebody_is(db, role, now=now):
                refuse("已经有管理员了。再加管理员，请在网页“人员”里提，由负责人确认。")
            found = User.named(db, name) or open_account(db, name, shown_as=shown_as or name[:20])
            station = station_of(db, code)
            grant = give_role(db, found, role, station, by=actor(), now=now)
            link = _give_password(found, stored, office)
            said = f"{found.shown_as}（{found.name}）：{ROLES[role]}，管{station.name if station else WHOLE_DISTRICT}"
            until = day(grant.until_at)
            _audit(db, office, "user_added", f"user {found.id}", f"{role} {code}".strip())
    click.echo(f"{said}，到 {until}。")
    if role in WITH_FACTOR:
        click.echo("这个岗位登录时要第二道认证，第一次登录会教怎么绑定手机。")
    if link:
        click.echo(f"设密码的链接，48 小时内有效，只显示这一次，请交给本人：\n{link}")


@user.command(name="disable")
@click.argument("name")
@click.option("--successor", default="", help="最后一位管理员、负责人或纪检专人走的时候，谁接他的岗位（登录名）。")
def disable_account(name: str, successor: str) -> None:
    """停用一个账号：马上退出，岗位结束，手上的对话回到队列。"""
    with working_office() as office:
        now = office.clock()
        with office.sessions.begin() as db:
            found = _named(db, name)
            if successor:
                _hand_on(db, found, _named(db, successor), office, now=now)
            words = worded([ANOTHER_GOES_ON()], Wording.live(db))
            try:
                talks = disable(db, found, now=now, words=words)
            except LastOne:
                refuse(f"{found.shown_as}是最后一位。请写明谁接手：--successor 登录名。")
            _audit(db, office, "user_disabled", f"user {found.id}")
            shown_as = found.shown_as
    click.echo(f"{shown_as}（{name}）停用了。" + (f"手上的 {talks} 个对话回到了队列。" if talks else ""))


@user.command(name="list")
def list_accounts() -> None:
    """在用的账号，各有什么岗位，到哪天。"""
    with working_office() as office, office.sessions.begin() as db:
        found = accounts(db, now=office.clock())
    for each in found:
        click.echo(_line(each))
    click.echo(f"共 {len(found)} 个账号。")


def _line(account: Account) -> str:
    roles = "；".join(f"{held.role} {held.shown}，{held.station}，到 {day(held.until)}" for held in account.roles)
    state = STATES[account.state]
    return f"{account.name}\t{account.shown_as}\t{roles or '没有岗位'}" + (f"\t{state}" if state else "")


def _named(db: Session, name: str) -> User:
    found = User.named(db, name)
    if found is None:
        refuse(f"没有登录名是“{name}”的账号。")
    return found


def _hand_on(db: Session, leaving: User, successor: User, office: Office, *, now: dt.datetime) -> None:
    """S7: the roles that must not be empty go over in the same act."""
    if successor.id == leaving.id:
        refuse("接手的要是另一个人。")
    for grant in leaving.grants(db, now=now):
        if is_last(db, leaving, grant.role, now=now):
            give_role(db, successor, grant.role, None, by=actor(), now=now)
            _audit(db, office, "user_added", f"user {successor.id}", grant.role)


def _give_password(found: User, stored: str, office: Office) -> str:
    """The password from the file; or the one-time link of an account that has none yet."""
    if stored:
        found.password_hash = stored
        found.setup_hash = found.setup_until = None
        found.end_sign_ins()
        return ""
    if found.password_hash:
        return ""
    return f"{office.settings.public_url}/console/setup/{invite(found, now=office.clock())}"


def _password(path: Path, *, name: str) -> str:
    """The first line of the file: never in a command line, which every user of the machine can read (R70)."""
    try:
        with path.open(encoding="utf-8") as lines:
            password = lines.read(4 * LONGEST).split("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as trouble:
        unread(path, trouble)
    fault = fault_in(password, name=name)
    if fault:
        refuse(fault)
    return password


def _audit(db: Session, office: Office, act: str, subject: str, detail: str = "") -> None:
    """In the same transaction: what was done and the note of it stand or fall together."""
    AuditEntry.write(db, actor=actor(), act=act, subject=subject, detail=detail, now=office.clock())
