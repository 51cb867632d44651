"""Column widths of workbooks that the cell reader gives without them, in characters.

An ods names its widths in lengths. Where none can be read, the caller fits widths to the cells.
"""

from __future__ import annotations

import io
import re
import zipfile

from lxml import etree

from sharing_pipeline.reading.xls_details import column_widths

_LENGTH = re.compile(r"([\d.]+)(mm|cm|in|pt|px)")
_INCHES = {"mm": 1 / 25.4, "cm": 1 / 2.54, "in": 1.0, "pt": 1 / 72, "px": 1 / 96}
_CHARACTERS_AN_INCH = 10.3
"""As LibreOffice converts its own widths."""
_MOST_COLUMNS = 1_024


def widths_of(data: bytes, form: str) -> dict[str, dict[int, float]]:
    """Widths by sheet and column (from 1), as far as they can be read."""
    if form == "xls":
        return column_widths(data)
    return _of_ods(data) if form == "ods" else {}


def _of_ods(data: bytes) -> dict[str, dict[int, float]]:
    parser = etree.XMLParser(
        target=_Columns(), resolve_entities=False, no_network=True, huge_tree=False
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("content.xml") as content:
        try:
            return etree.parse(content, parser)
        except etree.XMLSyntaxError:
            return {}


class _Columns:
    """Sees the elements of an ods pass by; no tree is built of what may be large."""

    def __init__(self) -> None:
        self._sheets: dict[str, dict[int, float]] = {}
        self._styles: dict[str, float] = {}
        self._style = self._sheet = ""
        self._column = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        element = etree.QName(tag).localname
        given = {etree.QName(name).localname: value for name, value in attributes.items()}
        if element == "style":
            self._style = given.get("name", "")
        elif element == "table-column-properties":
            length = _LENGTH.fullmatch(given.get("column-width", ""))
            if length:
                inches = float(length[1]) * _INCHES[length[2]]
                self._styles[self._style] = inches * _CHARACTERS_AN_INCH
        elif element == "table":
            self._sheet, self._column = given.get("name", ""), 1
            self._sheets[self._sheet] = {}
        elif element == "table-column":
            repeated = int(given.get("number-columns-repeated", 1))
            last = min(self._column + repeated, _MOST_COLUMNS + 1)
            width = self._styles.get(given.get("style-name", ""))
            if width is not None:
                columns = range(self._column, last)
                self._sheets[self._sheet] |= dict.fromkeys(columns, width)
            self._column = last

    def close(self) -> dict[str, dict[int, float]]:
        """The widths found."""
        return self._sheets
