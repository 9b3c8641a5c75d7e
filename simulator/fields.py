"""Checks of template fields (platform.md 7.3). The name says the type: `thing12` is a `thing`."""

import re
from collections.abc import Callable

_NAME = re.compile(r"([a-z_]+?)\d+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DAY = r"\d{4}(年\d{1,2}月\d{1,2}日|[-/.]\d{1,2}[-/.]\d{1,2})"
_TIME = rf"({_DAY}\s*)?{_CLOCK}"
_DATE = rf"{_DAY}(\s*{_CLOCK})?"


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _at_most(length: int) -> Callable[[str], bool]:
    return lambda value: len(value) <= length


def _is_name(value: str) -> bool:
    return len(value) <= (10 if _CHINESE.search(value) else 20)


RULES: dict[str, Callable[[str], bool]] = {
    "thing": _at_most(20),
    "number": _matches(r"[+-]?\d[\d.]{0,31}"),
    "letter": _matches(r"[A-Za-z]{1,32}"),
    "symbol": _at_most(5),
    "character_string": _matches(r"[\x21-\x7e ]{1,32}"),
    "time": _matches(rf"{_TIME}(\s*~\s*{_TIME})?"),
    "date": _matches(rf"{_DATE}(\s*~\s*{_DATE})?"),
    "amount": _matches(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?"),
    "phone_number": _matches(r"[\d+()#*\- ]{1,17}"),
    "car_number": _at_most(8),
    "name": _is_name,
    "phrase": _matches(r"[\u4e00-\u9fff]{1,5}"),
    "const": _at_most(20),
    "enum": _at_most(20),
    "short_thing": _at_most(5),
}
_MAY_BE_EMPTY = frozenset({"const", "enum"})


def trouble_with(name: str, value: object, presets: list[str]) -> str:
    """What 47003 would say about one field, without the field's name; empty when all is well."""
    found = _NAME.fullmatch(name)
    kind = found.group(1) if found else ""
    if kind not in RULES or not isinstance(value, str):
        return "invalid"
    if not value.strip():
        return "" if kind in _MAY_BE_EMPTY else "is empty"
    if any(ord(character) < 32 for character in value) or not RULES[kind](value):
        return "invalid"
    return "invalid" if presets and value not in presets else ""
