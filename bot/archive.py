"""The form of a backup: a tar stream of parts, the list of their hashes, and a manifest as the last member (R66).

Hashes and sizes are known only after a part has gone by, so what vouches for the parts comes last. The list is a file
of its own, one line a part, so that a hundred thousand photos never stand in memory.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

PARTS, MANIFEST, DATABASE = "parts.jsonl", "manifest.json", "database.sqlite"
FORMAT = 1
CHUNK = 2**20
_BLOCK = 512
MEDIA_NAME = re.compile(r"[A-Za-z0-9_-]{16}", re.A)  # as MediaStore names its files
# Every name we write; anything else in an archive was not written by us (no "..", no links, no other places).
_NAME = re.compile(
    r"database\.sqlite|parts\.jsonl|manifest\.json|tables/[a-z][a-z0-9_]{0,62}\.jsonl"
    r"|media/(?P<folder>[A-Za-z0-9_-]{2})/(?=(?P=folder))[A-Za-z0-9_-]{16}",
    re.A,
)


class BackupRefused(Exception):
    """A backup or restore that is not done, and nothing was changed. The message is Chinese, for whoever operates."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a database looks like from outside: its shape, how many rows, the head of the audit chain."""

    schema: str
    rows: dict[str, int]
    audit_id: int = 0
    audit_digest: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. Its HMAC under the audit key proves that this office wrote it."""

    program: str
    database: str  # sqlite | postgresql
    made_at: dt.datetime
    facts: Facts
    index_check: str  # a value under INDEX_KEY: under another one no erasure would find its person
    parts: int = 0
    parts_sha256: str = ""
    format: int = FORMAT

    def written(self, key: bytes) -> bytes:
        told = asdict(self) | {"made_at": self.made_at.isoformat()}
        return json.dumps(told | {"hmac": _proof(told, key)}, ensure_ascii=False, indent=1).encode()

    @classmethod
    def read(cls, content: bytes, key: bytes) -> Manifest:
        """Raises BackupRefused unless it was written under this very key."""
        try:
            told: dict[str, Any] = json.loads(content)
            proof = str(told.pop("hmac"))
        except (ValueError, KeyError, AttributeError, TypeError):
            raise BackupRefused("备份里的清单读不懂，这不是一份完整的备份。") from None
        if not hmac.compare_digest(proof.encode(), _proof(told, key).encode()):
            raise BackupRefused("清单的签名不对：AUDIT_KEY 不是做备份时的那一个，或者备份被人动过。")
        if told.get("format") != FORMAT:
            raise BackupRefused("这份备份的格式比程序新，请换上新版程序。")
        told["made_at"] = dt.datetime.fromisoformat(told["made_at"])
        told["facts"] = Facts(**told["facts"])
        return cls(**told)


def _proof(told: dict[str, Any], key: bytes) -> str:
    words = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, f"frontdoor backup\0{words}".encode(), hashlib.sha256).hexdigest()


# -- writing --------------------


def tar_of(
    files: Iterable[tuple[str, Path]], manifest: Manifest, listing: Path, write: Callable[[Manifest], bytes]
) -> Iterator[bytes]:
    """The bytes of an archive, piece by piece. `listing` is scratch space, `write` signs the finished manifest."""
    count = 0
    with listing.open("w+b") as lines:
        for name, path in files:
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue  # its owner was erased while we were at work
            with file:
                digest, size = hashlib.sha256(), os.fstat(file.fileno()).st_size
                yield from _member(name, file, size, digest.update)
            lines.write(json.dumps({"name": name, "size": size, "sha256": digest.hexdigest()}).encode() + b"\n")
            count += 1
        size, digest = lines.tell(), hashlib.sha256()
        lines.seek(0)
        yield from _member(PARTS, lines, size, digest.update)
    said = write(replace(manifest, parts=count, parts_sha256=digest.hexdigest()))
    yield _header(MANIFEST, len(said)) + said + _padding(len(said))
    yield bytes(2 * _BLOCK)


def _member(name: str, file: IO[bytes], size: int, note: Callable[[bytes], None]) -> Iterator[bytes]:
    yield _header(name, size)
    left = size
    while left:
        piece = file.read(min(CHUNK, left))
        if not piece:
            raise OSError(f"{name} shrank while it was read")
        note(piece)
        left -= len(piece)
        yield piece
    yield _padding(size)


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.GNU_FORMAT)  # ustar ends at 8 GB


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


class Pulled:
    """An iterator of bytes, read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = memoryview(piece)
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)


# -- reading --------------------


def unpack(archive: Path, folder: Path) -> int:
    """Take an archive apart into an empty folder of ours; how many members. Raises BackupRefused for a foreign one."""
    count = 0
    try:
        with tarfile.open(archive, "r:") as tar:
            while (member := tar.next()) is not None:
                if member.type != tarfile.REGTYPE or not _NAME.fullmatch(member.name):
                    raise BackupRefused("备份里有不是我们写进去的文件，没有恢复。")
                _write_out(tar, member, folder / member.name)
                tar.members = []  # type: ignore[attr-defined]  # it would remember every one
                count += 1
    except tarfile.TarError:
        raise BackupRefused("这不是一份完整的备份文件。") from None
    return count


def _write_out(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = tar.extractfile(member)
    if source is None:
        raise BackupRefused("这不是一份完整的备份文件。")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupRefused("备份里有两个同名的文件，没有恢复。") from None
    with os.fdopen(handle, "wb") as target:
        while piece := source.read(CHUNK):
            target.write(piece)


def verify(folder: Path, members: int, key: bytes) -> Manifest:
    """The manifest of an unpacked archive, when every part is what it was when it was written."""
    try:
        manifest = Manifest.read((folder / MANIFEST).read_bytes(), key)
        listing = folder / PARTS
        if sha256_of(listing) != manifest.parts_sha256 or members != manifest.parts + 2:
            raise BackupRefused("备份里的文件和清单对不上，没有恢复。")
        with listing.open("rb") as lines:
            for line in lines:
                _verify_part(folder, json.loads(line))
    except FileNotFoundError:
        raise BackupRefused("备份不完整，少了文件，没有恢复。") from None
    return manifest


def _verify_part(folder: Path, part: dict[str, Any]) -> None:
    path = folder / part["name"]
    if path.stat().st_size != part["size"] or sha256_of(path) != part["sha256"]:
        raise BackupRefused("备份里的文件和清单对不上，被改过或者不完整，没有恢复。")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
