"""Passwords: argon2id, a minute's work for nobody, and the same time for an account that does not exist (R28)."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.user import User

SHORTEST, LONGEST = 10, 128
_HASHER = PasswordHasher()  # the library's own defaults: argon2id, 64 MiB, 3 rounds, 4 lanes
_AT_ONCE = threading.BoundedSemaphore(4)  # each takes 64 MiB


def hashed(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(user: User | None, password: str) -> bool:
    """Whether the password is the account's. An account without one costs as much time as any other."""
    nobody = _of_nobody()  # made in any case: else the first try with an unknown name would take longer than others
    stored = user.password_hash if user is not None and user.password_hash else nobody
    with _AT_ONCE:
        try:
            _HASHER.verify(stored, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return user is not None and bool(user.password_hash)


def fault_in(password: str, *, name: str) -> str:
    """Why a new password cannot be taken, in words for its owner; empty when it can."""
    if len(password) < SHORTEST:
        return f"密码太短，至少 {SHORTEST} 个字符。可以用一句自己记得住的话。"
    if len(password) > LONGEST:
        return f"密码太长，最多 {LONGEST} 个字符。"
    plain = password.casefold()
    if len(set(plain)) < 4 or plain in _common() or name.casefold() in plain:
        return "这个密码太容易猜，请换一个。"
    return ""


@cache
def _of_nobody() -> str:
    return hashed("nobody has this password")


def _common() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split()
    return frozenset(lines)
