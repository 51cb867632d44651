"""Editing large XML where it stands: what isn't edited keeps its bytes, prefixes and extensions.

A parser says where elements are; changes are made in the text. Knows no format. Small parts are
trees (xml_tree.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']+)")


class NotEditable(ValueError):
    """A workbook whose parts aren't as they should be; its cells have to be written anew."""


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
            written = f" {name}={quoteattr(value)}".encode()
            tag = stem.rstrip() + written + tag[len(stem) :]
    return tag
