"""How long things are kept, and the office's own periods from the environment (PIPL 19, 47; R50).

What must never run out by itself is not here: petitions follow the archives law, and the audit chain has no end.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import IO, Any

import click

PREFIX, SUFFIX = "FRONTDOOR_KEEP_", "_DAYS"
MOST_DAYS = 3650
# What the law wants kept at least: logs of the network for six months (网络安全法 21), records of the handling of
# personal information for three years (PIPL 56). By name of the field; a day for all others.
LEAST_DAYS = {"sign_ins": 184, "reasons": 1096}


class BadRetention(click.ClickException):
    """The sweeps must not start. `faults` says in Chinese what to mend, as BadSettings does; click ends with 2."""

    exit_code = 2

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["设置有问题，没有启动：", *(f"· {fault}" for fault in faults)]))
        self.faults = faults

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


@dataclass(frozen=True, slots=True)
class Retention:
    """One period for each kind of thing; a field's name is that of its setting: FRONTDOOR_KEEP_CHATS_DAYS."""

    questions: dt.timedelta = dt.timedelta(days=30)  # words, and files of no matter, of people we do not know
    drafts: dt.timedelta = dt.timedelta(days=30)  # what was told for a form, or typed by staff, and never sent
    files: dt.timedelta = dt.timedelta(days=90)  # after their matter was closed
    phones: dt.timedelta = dt.timedelta(days=90)  # left for a call-back, after the ticket was closed
    chats: dt.timedelta = dt.timedelta(days=730)  # words, name and phone of people we know, after the end of it all
    sign_ins: dt.timedelta = dt.timedelta(days=184)  # of staff, after they ended; and tries that failed
    reasons: dt.timedelta = dt.timedelta(days=1096)  # the words in which staff said why they look at something


def read_retention(environ: Mapping[str, str]) -> Retention:
    """The periods, or BadRetention with every fault at once. A misspelt name is a fault: it would change nothing."""
    settings = {f"{PREFIX}{field.name.upper()}{SUFFIX}": field.name for field in fields(Retention)}
    given = {name: value.strip() for name, value in environ.items() if name.startswith(PREFIX) and value.strip()}
    faults = [f"没有 {name} 这个设置，只有 {'、'.join(settings)}。" for name in sorted(given.keys() - settings.keys())]
    periods = {}
    for name in sorted(given.keys() & settings.keys()):
        least = LEAST_DAYS.get(settings[name], 1)
        if re.fullmatch("[1-9][0-9]{0,3}", given[name]) and least <= int(given[name]) <= MOST_DAYS:
            periods[settings[name]] = dt.timedelta(days=int(given[name]))
        else:
            faults.append(f"{name} 要是 {least} 到 {MOST_DAYS} 的整数，是保存的天数。")
    if faults:
        raise BadRetention(faults)
    return Retention(**periods)
