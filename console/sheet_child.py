"""The process in which tables are read and written: `python sheet_child.py read|write`, input on stdin.

It gives up its rights before it reads the first byte, answers with JSON or a file on stdout and ends (R59). Started by
sheets.py; openpyxl is imported here only, so that it costs no web process its memory.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import resource
import sys
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MEGABYTE: Final = 2**20
LARGEST_FILE: Final = 2 * MEGABYTE
LARGEST_INFLATED: Final = 50 * MEGABYTE
MOST_PARTS: Final = 100
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 5_000, 50, 20_000
ROWS_LOOKED_AT: Final = 50_000  # empty ones below the table, which some programs leave behind
LARGEST_ANSWER: Final = 32 * MEGABYTE
SECONDS, MEMORY_MB = 20, 512
MOST_TAGS: Final = 2_500_000  # 5,000 x 50 cells with a string each; more would take all the time there is
PIECE: Final = 64 * 1024
_NOT_FOR_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Refused(Exception):
    """A file that is not read. The sentence may be shown."""


def main(what: str) -> None:
    """Do one piece of work. What is raised here is a bug or a limit; the parent sees a child that died."""
    confine()
    given = sys.stdin.buffer.read(LARGEST_FILE * 8)
    if what == "write":
        sys.stdout.buffer.write(written(json.loads(given)))
        return
    try:
        answer: dict[str, Any] = {"rows": rows_in(given)}
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "表太大，打开它要用太多内存"}
    sys.stdout.write(json.dumps(answer))


def confine() -> None:
    """Limit this process: CPU seconds, memory over what is taken now, the answer's size, few files, no core dump."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    for what, value in (
        (resource.RLIMIT_AS, taken + MEMORY_MB * MEGABYTE),
        (resource.RLIMIT_FSIZE, LARGEST_ANSWER),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))


def rows_in(data: bytes) -> list[list[str]]:
    """The cells of the first sheet as text, row by row, without the empty ones at the end."""
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("openpyxl would read XML without defusedxml")
    _check_archive(data)
    ReadOnlyWorksheet._get_size = _unasked  # type: ignore[attr-defined]
    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            if not book.worksheets:
                raise Refused("里面没有工作表")
            rows = list(_rows(book.worksheets[0]))
    except (DefusedXmlException, InvalidFileException, ParseError, zipfile.BadZipFile, zlib.error) as bad:
        raise Refused("这个文件坏了，或者不是 Excel 存出来的。请用 Excel 或 WPS 另存为 .xlsx") from bad
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as bad:
        # openpyxl has no family of its own for a file that is not what it says.
        raise Refused("这个文件读不了。请用 Excel 或 WPS 新建一个，把内容粘贴成数值，再存为 .xlsx") from bad
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _unasked(_sheet: ReadOnlyWorksheet) -> None:
    """In place of openpyxl's look for what a sheet says of its own size: anything may stand there, and where nothing
    does, it reads the whole sheet to find that out."""


def _check_archive(data: bytes) -> None:
    """Small, few parts, and not much when inflated, counted while inflating: what the head of a part says is not
    believed."""
    if len(data) > LARGEST_FILE:
        raise Refused("文件超过 2 MB")
    if not data.startswith(b"PK"):
        raise Refused("不是 .xlsx 文件。老的 .xls 请先另存为 .xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise Refused("文件里的东西太多，请新建一个表，只放这一张")
            inflated = tags = 0
            for part in parts:
                with archive.open(part) as stream:
                    while piece := stream.read(PIECE):
                        inflated, tags = inflated + len(piece), tags + piece.count(b"<")
                        if inflated > LARGEST_INFLATED:
                            raise Refused("表太大，展开后超过 50 MB")
                        if tags > MOST_TAGS:
                            raise Refused(f"格子太多，最多 {MOST_ROWS} 行、{MOST_COLUMNS} 列")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as bad:
        raise Refused("这个文件打不开：坏了，或者有密码") from bad


def _rows(sheet: Any) -> Iterator[list[str]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > ROWS_LOOKED_AT:
            raise Refused(f"行太多，最多 {MOST_ROWS} 行")
        row = [_text(cell, number, column) for column, cell in enumerate(cells, start=1)]
        while row and not row[-1]:
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise Refused(f"第 {number} 行有 {len(row)} 列，最多 {MOST_COLUMNS} 列")
        if row and number > MOST_ROWS:
            raise Refused(f"第 {number} 行还有内容，最多 {MOST_ROWS} 行")
        if number <= MOST_ROWS:
            yield row


def _text(cell: Any, row: int, column: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or not isinstance(value, str | int | float | dt.date | dt.time | dt.timedelta):
        raise Refused(f"{get_column_letter(column)}{row} 是公式，请复制后“粘贴为数值”")
    if cell.data_type == "e":
        raise Refused(f"{get_column_letter(column)}{row} 是错误值 {value}")
    text = _said(value)
    if len(text) > LONGEST_CELL:
        raise Refused(f"{get_column_letter(column)}{row} 有 {len(text)} 个字，最多 {LONGEST_CELL} 个")
    return text


def _said(value: str | float | dt.date | dt.time | dt.timedelta) -> str:
    """A cell as people read it: 520115 and not 520115.0, a day without its midnight."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value).strip()


def written(book: dict[str, Any]) -> bytes:
    """A file with the sheets of {"sheets": [{"title", "widths", "rows"}]}; every cell is text, whatever its look."""
    workbook = openpyxl.Workbook(write_only=True)
    for given in book["sheets"]:
        sheet = workbook.create_sheet(given["title"])
        sheet.freeze_panes = "A2"
        for number, width in enumerate(given["widths"], start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        for number, row in enumerate(given["rows"]):
            sheet.append(_cells(sheet, row, bold=number == 0))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _cells(sheet: Any, row: Iterable[str], *, bold: bool) -> list[Any]:
    cells = []
    for text in row:
        cell = WriteOnlyCell(sheet, value=_harmless(text))
        cell.data_type = "s"  # never a formula (R20)
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    return cells


def _harmless(text: str) -> str:
    """Without what XML cannot hold: control characters and halves of characters."""
    return _NOT_FOR_XML.sub("", text.encode("utf-8", "ignore").decode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1])
