"""Excel tables: what people type comes through as they typed it, what attackers build is refused and harms nobody (R59)."""

import contextlib
import datetime as dt
import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import sheet_child, sheets
from console.sheet_child import Refused, rows_in, written
from console.sheets import BadSheet, Sheet, read_sheet, write_book

SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def book(*rows):
    """A file as Excel saves one."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def with_part(name, content, data=None):
    """The same file, but for one part."""
    source = zipfile.ZipFile(io.BytesIO(data or book(["编码", "名称"])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        if content is not None:
            target.writestr(name, content)
    return stream.getvalue()


def with_strings(before, strings):
    """A file whose first cell is the first of its shared strings."""
    part, kind = "xl/sharedStrings.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    data = with_part(part, f"{HEAD}{before}<sst {MAIN}>{strings}</sst>")
    types = zipfile.ZipFile(io.BytesIO(data)).read("[Content_Types].xml").decode()
    listed = types.replace("</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>')
    data = with_part("[Content_Types].xml", listed, data)
    return with_part(SHEET, sheet_of('<row><c t="s"><v>0</v></c></row>'), data)


def sheet_of(rows):
    return f"{HEAD}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def test_cells_come_through_as_people_read_them():
    data = book(
        ["编码", "日期", "比例", "停用"],
        [520115, dt.datetime(2026, 11, 25), 0.5, True],
        ["007", dt.datetime(2026, 11, 25, 9, 30), 520115.0, False],
        [],
        ["  有空格  ", None, None, None],
        [None, None],
    )
    assert read_sheet(data) == [
        ["编码", "日期", "比例", "停用"],
        ["520115", "2026-11-25", "0.5", "是"],
        ["007", "2026-11-25 09:30:00", "520115", "否"],
        [],
        ["有空格"],
    ]


# -- C21 and its relatives --------------------


def two_million_rows():
    """535 KB that become two million rows."""
    row = "<row><c><v>1</v></c></row>"
    return with_part(SHEET, sheet_of(row * 1_500_000))


def one_huge_cell():
    return with_part(SHEET, sheet_of(f'<row><c t="inlineStr"><is><t>{"A" * 60_000_000}</t></is></c></row>'))


def lies_about_its_size():
    """A part whose head says it is small."""
    data = bytearray(with_part(SHEET, sheet_of(" " * 60_000_000)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    return bytes(data).replace(size, (1000).to_bytes(4, "little"))


ATTACKS = {
    "two million rows": two_million_rows,
    "one huge cell": one_huge_cell,
    "a part that lies about its size": lies_about_its_size,
    "the last cell of the last row": lambda: with_part(
        SHEET, sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "the last column": lambda: with_part(SHEET, sheet_of('<row r="2"><c r="XFD2"><v>1</v></c></row>')),
    "a row without end": lambda: with_part(SHEET, sheet_of('<row r="999999999999"><c><v>1</v></c></row>')),
    "a million empty rows": lambda: with_part(SHEET, sheet_of("<row/>" * 1_000_000)),
    "an external entity": lambda: with_part(
        SHEET,
        f'{HEAD}<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f'<worksheet {MAIN}><sheetData><row><c t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>',
    ),
    "a billion laughs": lambda: with_part(
        "xl/workbook.xml",
        f'{HEAD}<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><workbook {MAIN}>&b;</workbook>',
    ),
    "entities in the strings": lambda: with_strings('<!DOCTYPE w [<!ENTITY a "x">]>', "<si><t>&a;</t></si>"),
    "a hundred parts too many": lambda: _many_parts(150),
    "an old xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
    "a page": lambda: b"<html><body>hello</body></html>",
    "a zip of something else": lambda: _many_parts(3),
    "no sheet": lambda: with_part(SHEET, None),
    "half a file": lambda: book(["编码"])[:2000],
    "no zip at its end": lambda: book(["编码"]) + b"x" * 70_000,
    "a long cell": lambda: book(["编码", "长" * 20_001]),
    "fifty-one columns": lambda: book([str(n) for n in range(51)]),
    "row 5,001": lambda: book(*([str(n)] for n in range(5_001))),
    "over 2 MB": lambda: b"PK" + bytes(sheets.LARGEST_FILE),
    "nothing": lambda: b"",
    "a number that is none": lambda: with_part(SHEET, sheet_of("<row><c><v>abc</v></c></row>")),
    "a string that is not there": lambda: with_part(SHEET, sheet_of('<row><c t="s"><v>9999</v></c></row>')),
    "an endless number": lambda: with_part(SHEET, sheet_of(f"<row><c><v>{'9' * 5_000}</v></c></row>")),
}


def _many_parts(count):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(count):
            archive.writestr(f"part{number}.xml", "<x/>")
    return stream.getvalue()


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_built_to_harm_is_refused_in_time(attack):
    data = ATTACKS[attack]()
    began = time.monotonic()
    with pytest.raises(BadSheet) as refused:
        read_sheet(data)
    assert time.monotonic() - began < 22
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(refused.value))


@pytest.mark.parametrize("value", ["=1+1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"])
def test_a_formula_is_refused_with_its_place(value):
    with pytest.raises(BadSheet, match="B2 是公式"):
        read_sheet(book(["编码", "名称"], ["520115", value]))


def test_an_error_value_is_refused_with_its_place():
    data = with_part(SHEET, sheet_of('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>'))
    with pytest.raises(BadSheet, match="A1 是错误值"):
        read_sheet(data)


def test_shared_strings_are_read():
    assert read_sheet(with_strings("", "<si><t>编码</t></si>")) == [["编码"]]


def children():
    """The processes this one has started to read a table."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            ours = f"PPid:\t{os.getpid()}\n" in (process / "status").read_text()
            if ours and "sheet_child.py" in (process / "cmdline").read_text():
                yield process


def test_a_file_that_takes_too_long_is_given_up_and_its_reader_never_had_our_environment(monkeypatch):
    """It could not tell our keys if it were taken over."""
    monkeypatch.setenv("FRONTDOOR_DATA_KEYS", "canary")
    slow = with_part(SHEET, sheet_of(f"<row>{'<c><v>1</v></c>' * 500_000}</row>"))
    said = []

    def read():
        with pytest.raises(BadSheet) as refused:
            read_sheet(slow, seconds=1.5)
        said.append(str(refused.value))

    reader = threading.Thread(target=read)
    reader.start()
    found = None
    while found is None and reader.is_alive():
        found = next(children(), None)
    environ = (found / "environ").read_bytes()
    reader.join(20)
    assert environ == b""
    assert "已经放弃了" in said[0]
    assert not list(children())


def test_openpyxl_reads_no_xml_without_defusedxml(monkeypatch):
    monkeypatch.setattr(sheet_child.openpyxl, "DEFUSEDXML", False)
    with pytest.raises(RuntimeError, match="defusedxml"):
        rows_in(book(["编码"]))


def test_the_reader_is_loaded_in_its_own_process_only():
    code = "import sys, bot.cli, bot.app; print('openpyxl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    assert sheets.LONGEST_CELL == sheet_child.LONGEST_CELL


def test_a_second_table_at_the_same_time_is_asked_to_wait():
    with sheets._ONE_AT_A_TIME, pytest.raises(BadSheet, match="另一份表"):
        read_sheet(book(["编码"]))


# -- any table --------------------

CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), max_size=40
)
TABLES = st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=8)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25)


@SLOW
@given(TABLES)
def test_any_table_that_is_written_is_read_again_as_text(rows):
    data = written({"sheets": [{"title": "站点", "widths": [], "rows": rows}]})
    expected = [[cell.strip() for cell in row] for row in rows]
    for row in expected:
        while row and not row[-1]:
            row.pop()
    while expected and not expected[-1]:
        expected.pop()
    assert [[cell.strip() for cell in row] for row in rows_in(data)] == expected
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


@SLOW
@given(st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 255)), min_size=1, max_size=30), st.integers(0, 6_000))
def test_a_broken_file_is_refused_or_read_never_worse(changes, cut):
    data = bytearray(book(["编码", "名称"], ["520115", "观山湖区"]))
    for place, value in changes:
        data[place % len(data)] = value
    try:
        rows = rows_in(bytes(data[: max(100, len(data) - cut % 200)]))
    except Refused:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)


@SLOW
@given(st.text(max_size=300), st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]))
def test_any_text_in_the_place_of_a_part_is_refused_or_read(text, part):
    with contextlib.suppress(Refused):
        rows_in(with_part(part, text.encode("utf-8", "ignore")))


def test_what_is_written_is_never_a_formula_nor_a_link():
    data = write_book([Sheet("站点", [10, 10], [['=HYPERLINK("http://x")', "+1"], ["http://x", "@a\x08\ud800"]])])
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]
    assert [cell.value for cell in cells] == ['=HYPERLINK("http://x")', "+1", "http://x", "@a"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert json.dumps(read_sheet(data))
