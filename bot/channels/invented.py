"""The channel of the demonstration's invented people: what is said to them arrives nowhere, and nobody speaks by it."""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

from bot.channels import MediaGone, Parameters, Push, Refused


class InventedPeople:
    """Nobody is behind it, so a colleague who tries the console may answer them; only a trial has it."""

    name = "invented"
    can_notify = False

    def greet(self, parameters: Parameters) -> NoReturn:
        raise Refused("nobody speaks by this channel")

    def open(self, parameters: Parameters, body: bytes, *, now: dt.datetime) -> NoReturn:
        raise Refused("nobody speaks by this channel")

    def answer(self, push: Push, words: str, *, at: dt.datetime) -> NoReturn:
        raise Refused("nobody speaks by this channel")

    def fits(self, words: str) -> bool:
        return True

    def acknowledge(self) -> str:
        return ""

    def send(self, contact: str, words: str, *, from_bot: bool) -> None:
        """Taken, and kept in the transcript like all that is said."""

    def fetch(self, media_id: str, *, most: int) -> NoReturn:
        raise MediaGone("invented people send no files")

    def notify(self, contact: str, words: str, *, key: str) -> str:
        return ""
