"""What came in with a form: read field by field, every fault told in words beside its field, nothing typed is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from flask import request

from knowledge_base.normal import tidy


class Answers:
    """The fields of the form in this request. `faults` holds a sentence for each that cannot be taken."""

    def __init__(self) -> None:
        self._given: Mapping[str, str] = request.form if request.method == "POST" else request.args
        self.faults: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """What was typed, as it was typed: to show the form again."""
        return self._given.get(name, "")

    @property
    def ok(self) -> bool:
        return not self.faults

    def text(self, name: str, called: str, *, most: int, least: int = 1) -> str:
        words = tidy(self[name])
        if len(words) < least:
            self.faults[name] = f"请写{called}" if least == 1 else f"{called}至少写 {least} 个字"
        elif len(words) > most:
            self.faults[name] = f"{called}最多 {most} 个字，现在 {len(words)} 个"
        return words

    def choice(self, name: str, called: str, allowed: Collection[str]) -> str:
        given = self[name]
        if given not in allowed:
            self.faults[name] = f"请选{called}"
            return ""
        return given

    def number(self, name: str, called: str, *, least: int, most: int) -> int:
        given = tidy(self[name]).replace(",", "")
        if not given.isascii() or not given.isdigit() or not least <= int(given[:9]) <= most:
            self.faults[name] = f"{called}要写 {least} 到 {most} 之间的数"
            return least
        return int(given[:9])

    def day(self, name: str, called: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(self[name])
        except ValueError:
            self.faults[name] = f"{called}要写成 2026-12-03 这样"
            return None

    def checked(self, name: str) -> bool:
        return bool(self[name])
