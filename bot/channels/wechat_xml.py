"""WeChat's XML: read with a guard against every trick, written so that no text can break out of its element."""

from __future__ import annotations

import datetime as dt
import re
from xml.parsers import expat

DEEPEST, MOST_ELEMENTS = 8, 200
MOST_CHARACTERS = 600  # 汉字 in a passive answer (platform.md 4.1: the safe bound)
MOST_BYTES = 1800
TAP_LINK = '<a href="weixin://bizmsgmenu?msgmenucontent={digit}&msgmenuid={digit}">{line}</a>'

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CHOICE = re.compile(r"^([0-9]) \S.{0,99}$", re.M)
_FORMS = {
    "ToUserName": re.compile(r"[A-Za-z0-9_-]{1,64}"),
    "FromUserName": re.compile(r"[A-Za-z0-9_-]{1,64}"),
    "CreateTime": re.compile(r"[0-9]{1,10}"),
    "MsgType": re.compile(r"[A-Za-z0-9_]{1,40}"),
    "Event": re.compile(r"[A-Za-z0-9_]{0,40}"),
    "MsgId": re.compile(r"[0-9]{0,20}"),
    "MsgID": re.compile(r"[0-9]{0,20}"),
    "EventKey": re.compile(r".{0,1024}", re.S),
    "MediaId": re.compile(r"[A-Za-z0-9_-]{0,128}"),
}
_NEEDED = ("ToUserName", "FromUserName", "CreateTime", "MsgType")


class BadXml(ValueError):
    """Not a push we can read; the text is for the log and holds nothing of the body."""


class _Reader:
    """One pass of expat: counts, refuses, and collects the texts directly below the root."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._elements = 0
        self._nested: set[str] = set()

    def start(self, name: str, _attributes: object) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._path) >= DEEPEST:
            raise BadXml("too many or too deep elements")
        if not self._path and name != "xml":
            raise BadXml("the root is not xml")
        if len(self._path) == 1:
            if name in self.fields:
                raise BadXml("a repeated element")
            self.fields[name] = ""
        elif len(self._path) >= 2:
            self._nested.add(self._path[1])
        self._path.append(name)

    def end(self, _name: str) -> None:
        self._path.pop()

    def text(self, words: str) -> None:
        if len(self._path) == 2:
            self.fields[self._path[1]] += words

    def doctype(self, *_: object) -> None:
        raise BadXml("a DOCTYPE")

    def scalars(self) -> dict[str, str]:
        if nested := self._nested & (_FORMS.keys() | {"Content", "Encrypt", "Recognition"}):
            raise BadXml(f"elements inside {sorted(nested)[0]}")
        return {name: text.strip() for name, text in self.fields.items() if name not in self._nested}


def read_xml(body: bytes) -> dict[str, str]:
    """The scalar elements of a push; nested ones (lists of pictures, scan results) are left out. Raises BadXml."""
    reader, parser = _Reader(), expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reader.text, reader.doctype
    try:
        # As text, since expat would also take UTF-16 by its mark, whatever it was told.
        parser.Parse(body.decode(), True)  # noqa: FBT003  expat takes it by place only
    except (expat.ExpatError, UnicodeError) as problem:
        raise BadXml(type(problem).__name__) from None
    return reader.scalars()


def read_push(body: bytes) -> dict[str, str]:
    """The fields of one push, each of the form the platform gives it (R10). Raises BadXml."""
    fields = read_xml(body)
    for name in _NEEDED:
        if not fields.get(name):
            raise BadXml(f"no {name}")
    for name, form in _FORMS.items():
        if name in fields and not form.fullmatch(fields[name]):
            raise BadXml(f"{name} has another form")
    return fields


def cdata(text: str) -> str:
    """Text that stays inside its element: no illegal characters, `]]>` split over two sections."""
    return _ILLEGAL.sub("", text).replace("]]>", "]]]]><![CDATA[>")


def text_answer(*, to: str, ours: str, words: str, at: dt.datetime) -> str:
    """A passive text answer; read again before it leaves, so that what goes out is what was meant (R15)."""
    answer = (
        f"<xml><ToUserName><![CDATA[{cdata(to)}]]></ToUserName><FromUserName><![CDATA[{cdata(ours)}]]></FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{cdata(words)}]]></Content></xml>"
    )
    fields = read_xml(answer.encode())
    if (fields["ToUserName"], fields["FromUserName"]) != (to, ours) or not fields["Content"]:
        raise BadXml("an answer that does not read back")
    return answer


def fits(words: str) -> bool:
    """Whether words can be one message."""
    return len(words) <= MOST_CHARACTERS and len(words.encode()) <= MOST_BYTES


def with_tap_links(words: str) -> str:
    """Lines that begin with a digit are choices (decision 6): make them tappable at no cost (platform.md 4.3)."""
    linked = _CHOICE.sub(lambda line: TAP_LINK.format(digit=line[1], line=line[0]), words)
    return linked if len(linked.encode()) <= MOST_BYTES else words


def safe_text(words: str) -> str:
    """Words of one person for another's screen: nothing in them can become a link (R17)."""
    return words.replace("<", "＜")


def parts(words: str, *, most_bytes: int = MOST_BYTES, most_characters: int = MOST_CHARACTERS) -> list[str]:
    """A long text in pieces that each fit one message, cut at line ends where possible."""
    pieces, piece = [], ""
    for line in words.splitlines(keepends=True):
        # 600 汉字 are 1,800 bytes; an emoji or a rare 汉字 takes four each.
        step = most_characters if max(line) <= "\uffff" else min(most_characters, most_bytes // 4)
        for start in range(0, len(line), step):
            bit = line[start : start + step]
            if piece and (len(piece) + len(bit) > most_characters or len((piece + bit).encode()) > most_bytes):
                pieces.append(piece)
                piece = ""
            piece += bit
    return [kept.strip("\r\n") for kept in (*pieces, piece) if kept.strip()]
