"""frontdoor chat: talk to the bot in a terminal, on a database that is gone afterwards; --record keeps the words."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from pathlib import Path

import click
from sqlalchemy.orm import Session, sessionmaker

from bot.channels import Inbound
from bot.conversation import receive
from bot.schema import upgrade
from handlers.kit.turn import Reading
from knowledge_base.library import Library
from models.base import open_sessions
from models.conversation import SHANGHAI
from models.database import open_engine
from models.vault import KeyRing, decode_key, new_key


@click.command()
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="把对话写成一份可以重放的文本。")
def chat(record: Path | None) -> None:
    """在终端里和机器对话，不用任何设置。一行一句，空行结束。"""
    library = Library.from_files(today=dt.datetime.now(SHANGHAI).date())
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/chat.db")
        upgrade(engine)
        keys = KeyRing([decode_key(new_key())], decode_key(new_key()))
        sessions = open_sessions(engine, keys, audit_key=decode_key(new_key()))
        for number in itertools.count():
            said = click.prompt("您", default="", show_default=False)
            if not said:
                break
            heard = _say(sessions, library, number, said)
            click.echo(f"{heard or '（不作声）'}\n")
            lines += [f"> {said}", *(f"  {line}" for line in heard.splitlines()), ""]
        engine.dispose()
    if record is not None:
        record.write_text("\n".join(lines), "utf-8")
        click.echo(f"写进了 {record}。")


def _say(sessions: sessionmaker[Session], library: Library, number: int, said: str) -> str:
    now = dt.datetime.now(dt.UTC)
    inbound = Inbound("terminal", str(number), "text", now, said)
    reading = Reading.of(said, library)
    with sessions.begin() as db:
        outcome = receive(db, "terminal", inbound, reading, library, now=now, may_hand_over=lambda words: True)
        return outcome.reply.words if outcome.reply else ""
