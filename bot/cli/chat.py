"""frontdoor chat: talk to the bot in a terminal; --record writes the conversation as a transcript test."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
from pathlib import Path

import click

from bot.channels import Inbound
from bot.cli.settings import office_or_exit
from bot.conversation import receive
from bot.office import Office
from bot.schema import upgrade
from handlers.kit.turn import Reading
from models.message import Status


@click.command()
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="把对话写成一份可以重放的文本。")
def chat(record: Path | None) -> None:
    """在终端里和机器对话。一行一句，空行结束。"""
    office = office_or_exit()
    upgrade(office.engine)
    contact, lines = f"terminal-{secrets.token_hex(4)}", []
    for number in itertools.count():
        said = click.prompt("您", default="", show_default=False)
        if not said:
            break
        heard = _say(office, contact, number, said)
        click.echo(f"{heard or '（不作声）'}\n")
        lines += [f"> {said}", *(f"  {line}" for line in heard.splitlines()), ""]
    if record is not None:
        record.write_text("\n".join(lines), "utf-8")
        click.echo(f"写进了 {record}。")


def _say(office: Office, contact: str, number: int, said: str) -> str:
    now = office.clock()
    inbound = Inbound(contact, f"terminal:{contact}:{number}", "text", dt.datetime.now(dt.UTC), said)
    reading = Reading.of(said, office.library)
    with office.sessions.begin() as db:
        outcome = receive(db, "terminal", inbound, reading, office.library, now=now)
        if outcome.reply is None:
            return ""
        outcome.reply.settle(Status.HANDED_OVER, now=now)
        return outcome.reply.words
