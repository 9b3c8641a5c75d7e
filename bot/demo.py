"""The demonstration: a simulated platform with a phone page, the service, an invented district. No account needed."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click
import requests

from bot.channels import SendFailed
from bot.demo_data import STAFF, fill, give_replies, hire
from bot.demo_data.life import enliven, renew
from bot.menu import MENU
from bot.office import Office, official_account, open_office
from bot.scan_codes import make_codes
from bot.schema import upgrade
from bot.settings import PREFIX, read_settings
from bot.supervisor import supervise
from console.passwords import fault_in, hashed
from models.user.authority import ROLES
from models.vault import new_key

FOLDER = Path("var/demo")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
# Where each finds something of the invented office's day (demo_data/life.py).
FIRST_LOOK = {
    "volunteer": "接待：有人在等，一位有危险",
    "officer": "演示一镇的信访和接待",
    "staff": "信访：一件超期，一件明天到期",
    "supervisor": "等您复核、管理确认、审计",
    "editor": "政策：没答上的问题",
    "approver": "政策：一句话术等您定",
    "bwriter": "通知：一条发完了，看结果和要打的电话",
    "bapprover": "通知：一条等您审",
    "discipline": "专办：一件检举控告，别人都看不到",
    "admin": "人员、站点、设置、审计",
}
NOT_YET = "只有政策，别的页面还没做"
logger = logging.getLogger(__name__)


def run_demo(*, port: int, phone_port: int) -> int:
    """Start everything on loopback and print the phone page's address; until Ctrl-C."""
    environ = os.environ | demo_environ(FOLDER, port=port, phone_port=phone_port)
    environ |= _simulator_secrets(environ)
    settings = read_settings(environ)
    click.echo("正在启动……")
    office = open_office(settings)
    upgrade(office.engine)
    password = demo_password(FOLDER)
    stored = hashed(password)
    with office.sessions.begin() as db:
        fill(db)
        hire(db, stored, now=office.clock())
        give_replies(db)
        enliven(db, office.library, now=office.clock())
        renew(db, now=office.clock())
    office.engine.dispose()
    simulator = [sys.executable, "-m", "simulator", *_simulator_arguments(environ, port=port, phone_port=phone_port)]
    web = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)]
    workers = [[sys.executable, "-m", "bot.cli", name] for name in ("deliver", "jobs")]
    return supervise(
        [simulator, web, *workers],
        environ,
        when_up=lambda: _announce(office, password, port=port, phone_port=phone_port),
    )


def demo_environ(folder: Path, *, port: int, phone_port: int) -> dict[str, str]:
    """Settings of the demonstration; its keys are made once and kept beside its database."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / "keys.json"
    if not kept.exists():
        made = {name: new_key() for name in ("DATA_KEYS", "INDEX_KEY", "AUDIT_KEY")}
        made |= {"SECRET_KEY": secrets.token_urlsafe(32), "WECHAT_APP_SECRET": secrets.token_hex(16)}
        made |= {"WECHAT_TOKEN": secrets.token_hex(12), "WECHAT_APP_ID": f"wx{secrets.token_hex(8)}"}
        # 43 letters and digits whose last one carries no loose bits, as the platform makes them.
        made["WECHAT_AES_KEY"] = secrets.token_hex(21) + "A"
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(made))
    values: dict[str, str] = json.loads(kept.read_text()) | {
        "MODE": "trial",
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "MEDIA_DIR": str(folder / "media"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WECHAT_API_BASE": f"http://127.0.0.1:{phone_port}",
        "WECHAT_ORIGINAL_ID": "gh_demo00000000",
        "WECHAT_SECURITY": "safe",
    }
    return {PREFIX + name: value for name, value in values.items()}


def demo_password(folder: Path) -> str:
    """The password of every account of the demonstration: made once, worth nothing anywhere else."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / "password"
    if not kept.exists():
        made = ""
        while fault_in(made, name="demo"):
            made = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
        kept.touch(mode=0o600)
        kept.write_text(made)
    return kept.read_text().strip()


def _simulator_arguments(environ: Mapping[str, str], *, port: int, phone_port: int) -> list[str]:
    said = {
        "--port": str(phone_port),
        "--webhook": f"http://127.0.0.1:{port}/channels/wechat_oa",
        "--app-id": environ[f"{PREFIX}WECHAT_APP_ID"],
        "--original-id": environ[f"{PREFIX}WECHAT_ORIGINAL_ID"],
        "--mode": environ[f"{PREFIX}WECHAT_SECURITY"],
    }
    return [part for pair in said.items() for part in pair]


def _simulator_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """By its environment: every user of the machine can read a command line (R70)."""
    names = ("APP_SECRET", "TOKEN", "AES_KEY")
    return {f"SIMULATOR_{name}": environ[f"{PREFIX}WECHAT_{name}"] for name in names}


def _announce(office: Office, password: str, *, port: int, phone_port: int) -> None:
    """Wait until both answer, set the menu, and say where to look."""
    http = requests.Session()
    http.trust_env = False
    for address in (f"http://127.0.0.1:{port}/readyz", f"http://127.0.0.1:{phone_port}/"):
        for _ in range(600):
            try:
                if http.get(address, timeout=2).ok:
                    break
            except requests.RequestException:
                time.sleep(0.25)
    account = official_account(office)
    account.call("menu/create", MENU)
    with contextlib.suppress(SendFailed):  # they are for looking at; those that are missing come with the next start
        list(make_codes(office, account.call, again=False))
    office.engine.dispose()
    click.echo(f"\n模拟手机： http://127.0.0.1:{phone_port}/")
    click.echo(f"工作台：   http://127.0.0.1:{port}/console/")
    click.echo(f"\n{'岗位':　<7}{'登录名':　<8}先看什么（密码都是 {password}）")
    for role in STAFF:
        click.echo(f"{ROLES[role]:　<7}demo-{role:<11}{FIRST_LOOK.get(role, NOT_YET)}")
    click.echo(
        "\n要第二道认证的，页面上会写着那 6 位数字。\n"
        "人和事都是编的，第一次启动时写好，以后接着用；想从头来，按 Ctrl-C，删掉 var/demo，再启动。"
    )
