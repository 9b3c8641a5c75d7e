"""The command line: frontdoor serve | deliver | jobs | demo | policy | db | user | stations | doctor | …"""

from __future__ import annotations

import click

from bot.cli.chat import chat
from bot.cli.database import db
from bot.cli.doctor import doctor
from bot.cli.keys import keys
from bot.cli.law import law
from bot.cli.menu import menu
from bot.cli.policy import policy
from bot.cli.running import deliver, demo, jobs, serve
from bot.cli.stations import stations
from bot.cli.trial import trial
from bot.cli.users import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def frontdoor() -> None:
    """军人之家的聊天前门：答政策、记诉求、找得到人。"""


for command in (serve, deliver, jobs, demo, policy, db, user, stations, law, doctor, menu, keys, chat, trial):
    frontdoor.add_command(command)
