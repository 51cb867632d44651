"""Editing XML where it stands: what isn't edited keeps its bytes, prefixes and extensions.

A parser says where elements are; changes are made in the text. Knows no format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape

_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']+)")
# What XML can't hold, and what Excel would read as an escaped character.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NOT_PLAIN = re.compile(f"{_UNSPEAKABLE.pattern}|[&<>]|_x")


class NotEditable(ValueError):
    """A workbook whose parts aren't as they should be; its cells have to be written anew."""


@dataclass
class Element:
    """An element by the offsets of its tags; `name` is without prefix, `prefix` with its colon.

    `inner` is where its content begins, `close` where its end tag does; both are `end` when it
    has none.
    """

    name: str
    prefix: str
    attributes: Mapping[str, str]
    start: int
    inner: int
    parent: int
    close: int = 0
    end: int = 0

    def need(self, name: str) -> str:
        """An attribute that has to be there."""
        return needed(self.attributes, name)

    @property
    def empty(self) -> bool:
        """Whether it has only one tag."""
        return self.inner == self.end


def needed(attributes: Mapping[str, str], name: str) -> str:
    """An attribute that has to be there; NotEditable without it."""
    if name not in attributes:
        raise NotEditable(f"no attribute {name}")
    return attributes[name]


def number(attributes: Mapping[str, str], name: str, default: int) -> int:
    """An attribute that has to be a whole number where it is there."""
    text = attributes.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise NotEditable(f"{name}={text!r}")
    return int(text)


@dataclass
class Edits:
    """Changes to one part, applied together."""

    data: bytes
    _changes: list[tuple[int, int, bytes]] = field(default_factory=list)

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Puts `new` in the place of the bytes from `start` to `end`."""
        self._changes.append((start, end, new))

    def insert(self, at: int, new: bytes) -> None:
        """Puts `new` before the byte at `at`."""
        self._changes.append((at, at, new))

    def append_inside(self, element: Element, new: bytes) -> None:
        """Puts `new` behind an element's content."""
        if not element.empty:
            self.insert(element.close, new)
            return
        tag = self.data[element.start : element.end]
        opened = tag[: tag.rindex(b"/")].rstrip() + b">"
        closing = f"</{element.prefix}{element.name}>".encode()
        self.replace(element.start, element.end, opened + new + closing)

    def set_attributes(self, element: Element, values: Mapping[str, str | None]) -> None:
        """Changes attributes of an element with content; None takes one away."""
        tag = self.data[element.start : element.inner]
        self.replace(element.start, element.inner, with_attributes(tag, values))

    def applied(self) -> bytes:
        """The part with every change."""
        pieces, done = [], 0
        for start, end, new in sorted(self._changes, key=lambda change: change[:2]):
            pieces += [self.data[done:start], new]
            done = end
        return b"".join([*pieces, self.data[done:]])


def as_utf8(data: bytes) -> bytes:
    """An XML part in UTF-8; NotEditable for one in another encoding, which Office never writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotEditable("UTF-16")
    data = data.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(data)
    encoding = _ENCODING.search(declared.group()) if declared else None
    if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii"):
        raise NotEditable(f"encoding {encoding[1]!r}")
    return data


def new_parser() -> expat.XMLParserType:
    """A parser that gives names as `uri name`; NotEditable for a document type."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> NoReturn:
    raise NotEditable("document type declaration")


def parse(parser: expat.XMLParserType, data: bytes) -> None:
    """Runs a parser over a part; NotEditable for what is no XML."""
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotEditable(str(error)) from error


def elements(data: bytes) -> list[Element]:
    """Every element of a small part, in the order of their beginnings."""
    found: list[Element] = []
    open_: list[int] = []
    parser = new_parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        tag = tag_at(data, at)
        prefix = prefix_of(tag)
        parent = open_[-1] if open_ else -1
        open_.append(len(found))
        found.append(
            Element(name.rpartition(" ")[2], prefix, attributes, at, at + len(tag), parent)
        )

    def end(_name: str) -> None:
        one = found[open_.pop()]
        if data[one.inner - 2 : one.inner] == b"/>":
            one.close = one.end = one.inner
        else:
            one.close = parser.CurrentByteIndex
            one.end = data.index(b">", one.close) + 1

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse(parser, data)
    return found


def tag_at(data: bytes, at: int) -> bytes:
    """The start tag at an offset."""
    match = _TAG.match(data, at)
    if match is None:
        raise NotEditable("no tag where the parser saw one")
    return match.group()


def prefix_of(tag: bytes) -> str:
    """The prefix of a tag's name, with its colon; empty without one."""
    name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0].decode()
    return name[: name.index(":") + 1] if ":" in name else ""


def with_attributes(tag: bytes, values: Mapping[str, str | None]) -> bytes:
    """A start tag with attributes set, or taken away where the value is None."""
    for name, value in values.items():
        tag = re.sub(rb"\s+" + name.encode() + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", tag, count=1)
        if value is not None:
            stem = tag[:-2] if tag.endswith(b"/>") else tag[:-1]
            written = f' {name}="{attribute(value)}"'.encode()
            tag = stem.rstrip() + written + tag[len(stem) :]
    return tag


def attribute(value: str) -> str:
    """A value as it stands between double quotes."""
    return escape(_UNSPEAKABLE.sub("", value), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def content(value: str) -> str:
    """A cell's or a comment's text as it stands between tags."""
    if not _NOT_PLAIN.search(value):
        return value
    return escape(_ESCAPED.sub("_x005F_", _UNSPEAKABLE.sub("", value)))
