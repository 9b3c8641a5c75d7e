"""Backups written to a public key (security.md R66): the machine that makes them cannot read them back.

The format is age (https://age-encryption.org/v1) through pyrage, X25519 keys only: recipients "age1…" may lie in the
settings, identities "AGE-SECRET-KEY-1…" stay off the machine. Streams are read in pieces of 8 KB and written in pieces
of 64 KB, so the size of a backup does not matter. This is the only file that knows pyrage.
"""

from __future__ import annotations

from typing import Protocol

from pyrage import (  # type: ignore[import-untyped]  # a compiled module without type stubs
    DecryptError,
    EncryptError,
    IdentityError,
    RecipientError,
    decrypt_io,
    encrypt_io,
)
from pyrage.x25519 import Identity, Recipient  # type: ignore[import-untyped]

from models.vault import Unreadable


class Readable(Protocol):
    """Any open binary file to read from."""

    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    """Any open binary file to write to."""

    def write(self, data: bytes, /) -> int | None: ...

    def flush(self) -> None: ...


def a_recipient(text: str) -> bool:
    """True for a public key a backup can be written to."""
    try:
        Recipient.from_str(text)
    except RecipientError:
        return False
    return True


def encrypt_stream(source: Readable, target: Writable, recipient: str) -> None:
    """Write all of `source` to `target`, readable only with the identity behind `recipient`.

    ValueError when the recipient is none. A source or target that fails raises OSError; what stands in the target
    then is no backup.
    """
    if not a_recipient(recipient):
        raise ValueError("not an age recipient")
    watched_source, watched_target = _WatchedSource(source), _WatchedTarget(target)
    try:
        encrypt_io(watched_source, watched_target, [Recipient.from_str(recipient)])
    except EncryptError as refused:
        raise watched_source.failure or watched_target.failure or OSError(str(refused)) from refused
    if watched_target.failure:
        raise watched_target.failure
    target.flush()


def decrypt_stream(source: Readable, target: Writable, identity: str) -> None:
    """Write the clear content of `source` to `target`; Unreadable for another's file or changed bytes.

    A change or a missing tail shows only when the reading gets there: by then the pieces before it are in the target.
    So decrypt to a fresh file and throw it away when this raises.
    """
    watched_source, watched_target = _WatchedSource(source), _WatchedTarget(target)
    try:
        decrypt_io(watched_source, watched_target, [Identity.from_str(identity)])
    except IdentityError as refused:
        raise ValueError("not an age identity") from refused
    except (DecryptError, OSError) as refused:  # pyrage reports damage as OSError, like a failing disk
        raise watched_source.failure or watched_target.failure or Unreadable("changed, cut or not for us") from refused
    if watched_target.failure:
        raise watched_target.failure
    target.flush()


class _WatchedSource:
    """Keeps a reading error, which pyrage would hand on as text."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.failure: OSError | None = None

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._source.read(size)
        except OSError as failure:
            self.failure = failure
            raise


class _WatchedTarget:
    """Keeps a writing error: pyrage 1.4 drops the one of the last 64 KB and reports success, so a backup on a full
    disk would end early without a word. Unbuffered files may also take less than they are given.
    """

    def __init__(self, target: Writable) -> None:
        self._target = target
        self.failure: OSError | None = None

    def write(self, data: bytes, /) -> int:
        left = memoryview(data)
        try:
            while left:
                left = left[self._taken(bytes(left)) :]
        except OSError as failure:
            self.failure = failure
            raise
        return len(data)

    def flush(self) -> None:
        self._target.flush()

    def _taken(self, piece: bytes) -> int:
        taken = self._target.write(piece)
        if not taken:
            raise OSError("the target takes nothing more")
        return taken
