"""The process in which a Word file is read: `python document_child.py read`, the file on stdin, JSON on stdout.

Like sheet_child.py it gives up its rights before it reads the first byte, and imports nothing of ours: what a crafted
file does, it does here. Of the file only the text and how Word counts its paragraphs are inflated, and the bytes are
counted meanwhile.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

MEGABYTE: Final = 2**20
LARGEST_FILE: Final = 2 * MEGABYTE
LARGEST_INFLATED: Final = 30 * MEGABYTE
LONGEST_TEXT: Final = 1_000_000  # characters
MOST_PARTS: Final = 500
SECONDS, MEMORY_MB = 20, 512
PIECE: Final = 64 * 1024
DOCUMENT: Final = "word/document.xml"
NUMBERING: Final = "word/numbering.xml"
STYLES: Final = "word/styles.xml"
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VALUE: Final = f"{_WORD}val"
_CHINESE: Final = ("chinese", "ideograph", "japanese", "taiwanese")  # how Word names the ways of counting 一, 二, 三
_DIGITS: Final = "零一二三四五六七八九"
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
    inflated = _inflated(data)
    text, length = [], 0
    try:
        numbering = Numbering(inflated[NUMBERING], inflated[STYLES])
        for paragraph in _paragraphs(inflated[DOCUMENT], numbering):
            length += len(paragraph) + 1
            if length > LONGEST_TEXT:
                raise Refused(f"文字太多，最多 {LONGEST_TEXT // 10_000} 万字")
            text.append(paragraph)
    except (DefusedXmlException, ParseError, ValueError, LookupError, RecursionError) as bad:
        raise Refused("这个文件坏了，或者不是 Word 存出来的。请用 Word 或 WPS 另存为 .docx") from bad
    return "\n".join(text)


class Numbering:
    """What Word counts by itself and writes nowhere: 第一条 before a paragraph is only a list's format and its place."""

    def __init__(self, numbering: bytes, styles: bytes) -> None:
        self._levels: dict[
            str, dict[int, tuple[str, str, int]]
        ] = {}  # of a list: its format, its text, where it starts
        self._lists: dict[str, str] = {}
        self._anew: dict[str, dict[int, int]] = {}  # numbers that start a list again
        self._styles: dict[str, Any] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for each in _all(numbering, "abstractNum"):
            levels = {int(level.get(f"{_WORD}ilvl", "0")): level for level in each.iter(f"{_WORD}lvl")}
            self._levels[each.get(f"{_WORD}abstractNumId", "")] = {
                place: (_of(level, "numFmt"), _of(level, "lvlText"), int(_of(level, "start") or 1))
                for place, level in levels.items()
            }
        for each in _all(numbering, "num"):
            name = each.get(f"{_WORD}numId", "")
            self._lists[name] = _of(each, "abstractNumId")
            self._anew[name] = {
                int(over.get(f"{_WORD}ilvl", "0")): int(start)
                for over in each.iter(f"{_WORD}lvlOverride")
                if (start := _of(over, "startOverride"))
            }
        for each in _all(styles, "style"):
            self._styles[each.get(f"{_WORD}styleId", "")] = each.find(f"{_WORD}pPr/{_WORD}numPr")

    def before(self, paragraph: Any) -> str:
        """What stands before this paragraph, and a gap; it is counted by asking."""
        properties = paragraph.find(f"{_WORD}pPr")
        if properties is None:
            return ""
        wanted = properties.find(f"{_WORD}numPr")
        if wanted is None:
            wanted = self._styles.get(_of(properties, "pStyle"))
        if wanted is None:
            return ""
        name, place = _of(wanted, "numId"), int(_of(wanted, "ilvl") or 0)
        levels = self._levels.get(self._lists.get(name, ""), {})
        if place not in levels:
            return ""
        counts = self._counted(name, place, levels[place][2])
        written = re.sub("%([1-9])", lambda found: _number(levels, counts, int(found[1]) - 1), levels[place][1])
        return f"{written} " if written and levels[place][0] != "bullet" else ""

    def _counted(self, name: str, place: int, start: int) -> dict[int, int]:
        """The counts of this list with one more at `place`; what lies deeper begins anew."""
        counts = self._counts.get(self._lists[name], {})
        counts |= {level: first - 1 for level, first in self._anew.pop(name, {}).items()}
        counts[place] = counts.get(place, start - 1) + 1
        self._counts[self._lists[name]] = counts = {level: count for level, count in counts.items() if level <= place}
        return counts


def _number(levels: dict[int, tuple[str, str, int]], counts: dict[int, int], place: int) -> str:
    number = counts.get(place, levels[place][2])
    return _chinese(number) if levels[place][0].startswith(_CHINESE) else str(number)


def _chinese(number: int) -> str:
    """As laws count their articles: 十, 二十一, 一百零二."""
    if not 0 < number < 1000:
        return str(number)
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (_DIGITS[ones] if ones else "")


def _all(xml: bytes, name: str) -> list[Any]:
    return list(fromstring(xml, forbid_dtd=True).iter(f"{_WORD}{name}")) if xml else []


def _of(element: Any, name: str) -> str:
    found = element.find(f"{_WORD}{name}")
    return str(found.get(_VALUE, "")) if found is not None else ""


def _inflated(data: bytes) -> dict[str, bytes]:
    """The parts that are read, by name; those a file may lack are empty then."""
    parts, length = {}, 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {each.filename for each in archive.infolist()}
            if len(archive.infolist()) > MOST_PARTS:
                raise Refused("文件里的东西太多，请新建一个文档，只把文字粘贴进去")
            for name in (DOCUMENT, NUMBERING, STYLES):
                inflated = bytearray()
                with archive.open(name) if name in names or name == DOCUMENT else io.BytesIO() as stream:
                    while piece := stream.read(PIECE):
                        inflated += piece
                        length += len(piece)
                        if length > LARGEST_INFLATED:
                            raise Refused("文件太大，展开后超过 30 MB")
                parts[name] = bytes(inflated)
    except KeyError as missing:
        raise Refused("不是 .docx 文件，请用 Word 或 WPS 另存为 .docx") from missing
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as bad:
        raise Refused("这个文件打不开：坏了，或者有密码") from bad
    return parts


def _paragraphs(document: bytes, numbering: Numbering) -> Iterator[str]:
    """Each w:p when it ends; one within another, as in a text box, comes first and is not told twice."""
    for _, element in iterparse(io.BytesIO(document), events=("end",), forbid_dtd=True):
        if element.tag == f"{_WORD}p":
            yield numbering.before(element) + "".join(_words(each) for each in element.iter())
            element.clear()


def _words(element: Any) -> str:
    return element.text or "" if element.tag == f"{_WORD}t" else _BREAKS.get(element.tag, "")


if __name__ == "__main__":
    main()
