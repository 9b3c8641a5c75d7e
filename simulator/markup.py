"""Writing and reading the platform's XML. Reading is strict: what a lenient reader would forgive is refused."""

import re
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate

Value: TypeAlias = "str | int | float | list[tuple[str, Value]]"
Fields: TypeAlias = list[tuple[str, "Value"]]

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DEEPEST = 12


class BadMarkup(ValueError):
    """The text is not the XML the platform accepts."""


def cdata(words: str) -> str:
    """`words` as CDATA. A `]]>` the person typed is split over two sections (platform.md 13, row 27)."""
    safe = _FORBIDDEN.sub("", words).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{safe}]]>"


def write(fields: Fields, root: str = "xml") -> str:
    """Text goes into CDATA, numbers stand bare, a list becomes nested elements (platform.md 3)."""
    return f"<{root}>{_inner(fields)}</{root}>"


def _inner(fields: Fields) -> str:
    return "".join(f"<{name}>{_content(value)}</{name}>" for name, value in fields)


def _content(value: Value) -> str:
    if isinstance(value, list):
        return _inner(value)
    return cdata(value) if isinstance(value, str) else str(value)


@dataclass
class Element:
    """One element as it was read: its own text, its attributes and its children in order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def child(self, name: str) -> "Element | None":
        """The first child of that name."""
        return next((each for each in self.children if each.name == name), None)

    def words(self, name: str, default: str = "") -> str:
        """The text of the first child of that name."""
        found = self.child(name)
        return default if found is None else found.text

    def repeated(self) -> list[str]:
        """Names that stand more than once among the children."""
        names = [each.name for each in self.children]
        return sorted({name for name in names if names.count(name) > 1})


def read(text: str) -> Element:
    """Parse one document. A document type, an entity or a processing instruction is refused outright."""
    reader = _Reader()
    return reader.read(text)


class _Reader:
    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None

    def read(self, text: str) -> Element:
        parser = ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ProcessingInstructionHandler = self._refuse
        try:
            parser.Parse(text.encode(), True)  # noqa: FBT003 — expat takes it by position only
        except (ExpatError, UnicodeEncodeError) as trouble:
            raise BadMarkup(f"not well-formed XML: {trouble}") from trouble
        if self._root is None:
            raise BadMarkup("no element at all")
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise BadMarkup("nested too deeply")
        element = Element(name, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _characters(self, characters: str) -> None:
        self._open[-1].text += characters

    def _refuse(self, *_details: object) -> None:
        raise BadMarkup("a document type or an instruction has no place here")
