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
