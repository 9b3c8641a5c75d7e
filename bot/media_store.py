"""Files of veterans on disk: sealed, under random names, readable by this service only (R46, R56)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from models.vault import KeyRing

_UID = re.compile(r"[A-Za-z0-9_-]{16}")


class MediaStore:
    """A folder of sealed files. A name comes from a row, never from a person; anything else is refused."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self._folder = folder
        self._keys = keys

    def keep(self, uid: str, content: bytes) -> None:
        """Seal a file and write it, whole or not at all."""
        self._write(uid, self._keys.seal(content, bound_to=f"media.{uid}"))

    def reseal(self, uid: str) -> bool:
        """Put a file under the newest key; False when it is already, or is no longer there."""
        try:
            sealed = self._path(uid).read_bytes()
        except FileNotFoundError:
            return False
        if self._keys.key_id(sealed) == self._keys.current_key_id:
            return False
        self._write(uid, self._keys.reseal(sealed, f"media.{uid}"))
        return True

    def _write(self, uid: str, sealed: bytes) -> None:
        """First beside its place, then moved there."""
        path = self._path(uid)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_suffix(".part")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)

    def read(self, uid: str) -> bytes:
        """The content. Raises FileNotFoundError, and Unreadable for a file that was moved or changed."""
        return self._keys.open(self._path(uid).read_bytes(), bound_to=f"media.{uid}")

    def erase(self, uid: str) -> None:
        self._path(uid).unlink(missing_ok=True)

    def _path(self, uid: str) -> Path:
        if not _UID.fullmatch(uid):
            raise FileNotFoundError(uid)
        return self._folder / uid[:2] / uid
