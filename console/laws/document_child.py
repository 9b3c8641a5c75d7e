"""The process in which a Word file is read: `python document_child.py read`, the file on stdin, JSON on stdout.

Like sheet_child.py it gives up its rights before it reads the first byte, and imports nothing of ours: what a crafted
file does, it does here. Of the file only word/document.xml is inflated, counted while inflating.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

MEGABYTE: Final = 2**20
LARGEST_FILE: Final = 2 * MEGABYTE
LARGEST_INFLATED: Final = 30 * MEGABYTE
LONGEST_TEXT: Final = 1_000_000  # characters
MOST_PARTS: Final = 500
SECONDS, MEMORY_MB = 20, 512
PIECE: Final = 64 * 1024
DOCUMENT: Final = "word/document.xml"
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS: Final = {f"{_WORD}tab": " ", f"{_WORD}br": "\n", f"{_WORD}cr": "\n"}


class Refused(Exception):
    """A file that is not read. The sentence may be shown."""


def main() -> None:
    confine()
    try:
        answer: dict[str, Any] = {"text": text_in(sys.stdin.buffer.read(LARGEST_FILE + 1))}
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "文件太大，打开它要用太多内存"}
    sys.stdout.write(json.dumps(answer))


def confine() -> None:
    """Limit this process: CPU seconds, memory over what is taken now, the answer's size, few files, no core dump."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    limits = {
        resource.RLIMIT_AS: taken + MEMORY_MB * MEGABYTE,
        resource.RLIMIT_FSIZE: 8 * LONGEST_TEXT,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_CORE: 0,
    }
    for what, value in limits.items():
        resource.setrlimit(what, (value, value))


def text_in(data: bytes) -> str:
    """The paragraphs of a .docx file, one a line. Raises Refused."""
    if len(data) > LARGEST_FILE:
        raise Refused("文件超过 2 MB")
    inflated = _document(data)
    text, length = [], 0
    try:
        for paragraph in _paragraphs(inflated):
            length += len(paragraph) + 1
            if length > LONGEST_TEXT:
                raise Refused(f"文字太多，最多 {LONGEST_TEXT // 10_000} 万字")
            text.append(paragraph)
    except (DefusedXmlException, ParseError, ValueError, LookupError, RecursionError) as bad:
        raise Refused("这个文件坏了，或者不是 Word 存出来的。请用 Word 或 WPS 另存为 .docx") from bad
    return "\n".join(text)


def _document(data: bytes) -> bytes:
    inflated = bytearray()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise Refused("文件里的东西太多，请新建一个文档，只把文字粘贴进去")
            with archive.open(DOCUMENT) as stream:
                while piece := stream.read(PIECE):
                    inflated += piece
                    if len(inflated) > LARGEST_INFLATED:
                        raise Refused("文件太大，展开后超过 30 MB")
    except KeyError as missing:
        raise Refused("不是 .docx 文件，请用 Word 或 WPS 另存为 .docx") from missing
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as bad:
        raise Refused("这个文件打不开：坏了，或者有密码") from bad
    return bytes(inflated)


def _paragraphs(document: bytes) -> Iterator[str]:
    """Each w:p when it ends; one within another, as in a text box, comes first and is not told twice."""
    for _, element in iterparse(io.BytesIO(document), events=("end",), forbid_dtd=True):
        if element.tag == f"{_WORD}p":
            yield "".join(_words(each) for each in element.iter())
            element.clear()


def _words(element: Any) -> str:
    return element.text or "" if element.tag == f"{_WORD}t" else _BREAKS.get(element.tag, "")


if __name__ == "__main__":
    main()
