"""Files of laws: what people save comes through, what attackers build is refused and harms nobody (R59)."""

import contextlib
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.laws import document_child
from console.laws.document import BadDocument, read_document
from console.laws.document_child import Refused, text_in
from tests.laws import WORD, law_text, word_file

HEAD = '<?xml version="1.0"?>'


def document(body, before=""):
    return f'{HEAD}{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'


def test_paragraphs_come_through_as_they_are_read():
    body = (
        "<w:p><w:r><w:t>第一条</w:t><w:tab/><w:t>为了</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>格子</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:r><w:t>上</w:t><w:br/><w:t>下</w:t></w:r></w:p>"
    )
    assert read_document(word_file("", document=document(body))) == "第一条 为了\n格子\n上\n下"


def test_words_of_a_text_box_are_not_told_twice():
    box = "<w:p><w:r><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent><w:t>外</w:t></w:r></w:p>"
    assert text_in(word_file("", document=document(box))) == "框\n外"


COUNTED = f"""<w:numbering xmlns:w="{WORD}">
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="第%1条"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2.%3"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="20"/></w:lvlOverride></w:num>
</w:numbering>"""
STYLED = f"""<w:styles xmlns:w="{WORD}"><w:style w:styleId="article"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>
</w:style></w:styles>"""


def counted(words, number=1, level=0):
    mark = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f"<w:p>{mark}<w:r><w:t>{words}</w:t></w:r></w:p>"


def read_counted(*paragraphs, **parts):
    parts = {"word/numbering.xml": COUNTED, "word/styles.xml": STYLED} | parts
    return text_in(word_file("", document=document("".join(paragraphs)), **parts)).splitlines()


def test_what_word_counts_by_itself_is_read_with_its_number():
    styled = '<w:p><w:pPr><w:pStyle w:val="article"/></w:pPr><w:r><w:t>丁</w:t></w:r></w:p>'
    assert read_counted(
        counted("甲"), counted("一", level=1), counted("二", level=1), counted("细", level=2), counted("乙"),
        counted("再一", level=1), counted("点", 2), styled, counted("戊", 3), counted("不算", 0), counted("没有", 9),
    ) == [
        "第一条 甲", "（一） 一", "（二） 二", "一.二.1 细", "第二条 乙",
        "（一） 再一", "点", "第三条 丁", "第二十条 戊", "不算", "没有",
    ]  # fmt: skip


def test_articles_are_counted_beyond_a_hundred():
    lines = read_counted(*(counted("条") for _ in range(121)))
    assert [lines[place - 1] for place in (10, 11, 20, 99, 100, 101, 110, 121)] == [
        "第十条 条", "第十一条 条", "第二十条 条", "第九十九条 条", "第一百条 条", "第一百零一条 条", "第一百一十条 条", "第一百二十一条 条",
    ]  # fmt: skip


@pytest.mark.parametrize("broken", ["<w:numbering>", COUNTED.replace('w:ilvl="0"', 'w:ilvl="first"')])
def test_a_numbering_that_cannot_be_read_is_said(broken):
    with pytest.raises(Refused, match="坏了"):
        read_counted(counted("甲"), **{"word/numbering.xml": broken})


@pytest.mark.parametrize("data", [law_text().encode(), law_text().encode("utf-8-sig"), law_text().encode("gb18030")])
def test_plain_text_in_either_encoding(data):
    assert read_document(data) == law_text()


ATTACKS = {
    "an external entity": lambda: word_file(
        "",
        document=document(
            "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        ),
    ),
    "a billion laughs": lambda: word_file(
        "", document=document("<w:p/>", '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>')
    ),
    "30 MB of blanks": lambda: word_file("", document=document(" " * 40_000_000)),
    "two million letters": lambda: word_file(
        "", document=document(f"<w:p><w:r><w:t>{'A' * 2_000_000}</w:t></w:r></w:p>")
    ),
    "a million empty paragraphs": lambda: word_file("", document=document("<w:p/>" * 1_100_000)),
    "a thousand parts": lambda: word_file("x", **{f"word/{part}.xml": "" for part in range(1_000)}),
    "no document in it": lambda: word_file("x").replace(b"word/document.xml", b"word/documemt.xml"),
    "a broken end": lambda: word_file("x" * 4_000)[:-40],
    "broken XML": lambda: word_file("", document=f"{HEAD}<w:document>"),
    "not a file of Word": lambda: b"PK\x03\x04" + b"x" * 500,
    "an old .doc": lambda: b"\xd0\xcf\x11\xe0" + b"x" * 500,
    "a PDF": lambda: b"%PDF-1.7 ...",
    "a program": lambda: b"\x7fELF\0\0\0",
    "nothing": lambda: b"",
    "more than 2 MB": lambda: b"x" * (2 * 2**20 + 1),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_what_is_built_to_harm_is_refused_with_a_sentence(attack):
    data, begun = attack(), time.monotonic()
    with pytest.raises(BadDocument, match=r"[\u4e00-\u9fff]"):
        read_document(data)
    assert time.monotonic() - begun < 20


def test_paragraphs_within_paragraphs_without_end_are_only_empty():
    assert not read_document(word_file("", document=document("<w:p>" * 200_000 + "</w:p>" * 200_000))).strip()


def test_a_child_that_takes_too_long_is_given_up():
    with pytest.raises(BadDocument, match="太难读"):
        read_document(word_file(law_text()), seconds=0.001)


def test_files_wait_for_each_other_and_none_is_lost():
    answers = []
    files = [threading.Thread(target=lambda: answers.append(read_document(word_file("一条")))) for _ in range(2)]
    for each in files:
        each.start()
    for each in files:
        each.join(20)
    assert answers == ["一条", "一条"]


def test_the_child_holds_to_the_limit_of_the_door():
    with pytest.raises(Refused, match="2 MB"):
        text_in(b"PK" + b"x" * document_child.LARGEST_FILE)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_a_file_with_any_bytes_changed_is_read_or_refused(place, changed):
    data = word_file("第一条　甲。")
    place = min(place, len(data) - 5)
    with contextlib.suppress(Refused):
        text_in(data[:place] + changed + data[place + len(changed) :])
