"""What the office's own words for a phrase must keep of the program's: its blanks, its choices, the help lines.

The program's words may change with the next version, so this is looked at twice: when own words are written, and each
time they are said (handlers/kit/phrase.py).
"""

from __future__ import annotations

import re
from functools import lru_cache

from models.broadcast.rules import foreign_link

LONGEST = 200  # characters of one bubble; at most 800 bytes, so WeChat's 2,048 need no look of their own
BLANK = re.compile(r"\{([a-z_]+)\}")
HELP_LINES = re.compile(r"(?<![0-9])(?:110|119|120|12345|12356)(?![0-9])")
# A line that begins with a digit is a choice, and can be tapped (decision 6).
_CHOICE = re.compile(r"^([ \t\u3000]*[0-9０-９]+ ?)", re.M)


def blanks_in(words: str) -> frozenset[str]:
    return frozenset(BLANK.findall(words))


def choices_in(words: str) -> tuple[str, ...]:
    """The digits that lines begin with, in their order, as they are written."""
    return tuple(_CHOICE.findall(words))


@lru_cache(maxsize=1024)
def fits(words: str, default: str) -> bool:
    """Whether own words can be said in the stead of these: the same is told, and the same answers are heard."""
    return blanks_in(words) == blanks_in(default) and choices_in(words) == choices_in(default)


def faults_in(words: str, default: str) -> list[str]:
    """What keeps own words from being used, one Chinese sentence each; empty when they are sound."""
    if not words.strip():
        return ["请写要说的话"]
    found = [f"最多 {LONGEST} 个字，现在 {len(words)} 个"] if len(words) > LONGEST else []
    found += _faults_of_blanks(words, default)
    if choices_in(words) != (choices := choices_in(default)):
        digits = "、".join(choice.strip() for choice in choices)
        rule = f"行首的数字要和原话一样：{digits}，后面空一格" if choices else "行首不能写数字，那是留给选项的"
        found.append(f"{rule}。老战友是按数字回话的")
    missing = set(HELP_LINES.findall(default)) - set(HELP_LINES.findall(words))
    if missing:
        found.append(f"求助电话 {'、'.join(sorted(missing))} 不能去掉")
    if link := foreign_link(words, own_hosts=()):
        found.append(f"不能放链接：{link}")
    if "<" in words or ">" in words:
        found.append("不能写尖括号，微信会当成链接")
    if words == default:
        found.append("和原话一样，没有改动")
    return found


def _faults_of_blanks(words: str, default: str) -> list[str]:
    if re.search(r"[{}]", BLANK.sub("", words)):
        return ["花括号只能用在原话里有的空格上，比如 {number}；别的地方不要写花括号"]
    given, known = blanks_in(words), blanks_in(default)
    found = []
    if unknown := given - known:
        found.append(f"原话里没有 {_named(unknown)}，请去掉")
    if missing := known - given:
        found.append(f"少了 {_named(missing)}，请原样留着")
    return found


def _named(blanks: frozenset[str]) -> str:
    return "、".join(f"{{{blank}}}" for blank in sorted(blanks))
