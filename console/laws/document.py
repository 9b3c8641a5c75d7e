"""A law as it is brought in: a Word file read in a process of its own (R59), or text in UTF-8 or the older GB 18030."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from console.sheets import LARGEST_FILE, SECONDS, in_child
from models.base import DomainError

_CHILD: Final = str(Path(__file__).with_name("document_child.py"))
_KNOWN: Final = {
    b"\xd0\xcf\x11\xe0": "老的 .doc 和有密码的文件读不了，请用 Word 或 WPS 另存为没有密码的 .docx",
    b"%PDF": "PDF 读不了，请找 Word 版（.docx），或者把文字存成 .md、.txt",
}


class BadDocument(DomainError):
    """A file that cannot be taken; the sentence says why."""


def read_document(data: bytes, *, seconds: float = SECONDS) -> str:
    """The text of a .docx, .md or .txt file, told apart by its bytes. Raises BadDocument."""
    if not data:
        raise BadDocument("请先选一个文件")
    if len(data) > LARGEST_FILE:
        raise BadDocument("文件超过 2 MB")
    for first_bytes, why in _KNOWN.items():
        if data.startswith(first_bytes):
            raise BadDocument(why)
    return _from_word(data, seconds) if data.startswith(b"PK") else _decoded(data)


def _from_word(data: bytes, seconds: float) -> str:
    try:
        given = json.loads(in_child("read", data, seconds, child=_CHILD))
    except ValueError as nothing:
        raise BadDocument("这个文件太难读，已经放弃了。请新建一个文档，只粘贴文字，再存为 .docx") from nothing
    if "refused" in given:
        raise BadDocument(given["refused"])
    return str(given["text"])


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadDocument("这不是文字文件。请选 .docx、.md 或 .txt")
