"""Small parts of a package as trees of lxml; worksheets, which are large, are edited in their text
(xml_edit.py).

A part comes from a stranger: no entity is resolved, nothing is fetched, a document type is refused.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from sharing_pipeline.reply.xlsx.xml_edit import NotEditable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
"""The namespace of workbooks, sheets, formats and comments."""
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""The namespace of ids of relations."""
RELATION_ID = f"{{{RELATIONSHIPS}}}id"

Element = Any
"""An element of lxml, whose class has no public name."""

# What XML can't hold, and what Excel would read as an escaped character.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def main(name: str) -> str:
    """A name of the main namespace as lxml writes it."""
    return f"{{{MAIN}}}{name}"


def parse_part(data: bytes, *, forgiving: bool = False) -> Element:
    """The root of a part; NotEditable for what is no XML, or has a document type.

    `forgiving`: read on behind a fault, as Excel does in the drawings that it writes itself.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=forgiving
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise NotEditable(str(error)) from error
    if root is None or root.getroottree().docinfo.doctype:
        raise NotEditable("no XML, or one with a document type")
    return root


def part_of(root: Element) -> bytes:
    """The bytes of a part."""
    return etree.tostring(root.getroottree(), encoding="UTF-8", standalone=True)


def need(element: Element, name: str) -> str:
    """An attribute that has to be there; NotEditable without it."""
    value = element.get(name)
    if value is None:
        raise NotEditable(f"no attribute {name}")
    return value


def cell_text(text: str) -> str:
    """A text as a cell or a comment holds it: without what XML can't say, with plain line breaks,
    and with what Excel would take for an escaped character escaped itself."""
    possible = _IMPOSSIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPED.sub("_x005F_", possible)
