"""Reads from an ods workbook's content.xml what the cell reader leaves out, but no cell values.

The XML is parsed only if a search of its text shows that there is something to find.
"""

from __future__ import annotations

import re
import zipfile
from xml.parsers import expat

from sharing_pipeline.reading.sheet_details import NO_VALUE, SheetDetails

_TELLING = re.compile(
    rb"visibility=[\"'](?:collapse|filter)|:number-(?:rows|columns)-spanned="
    rb"|value-type=[\"']error|:formula="
)
_OVERLAP = 64
_CHUNK = 1 << 20
_REPEATED_ROW, _REPEATED_COLUMN = "number-rows-repeated", "number-columns-repeated"
_MOST_CELLS = 1_000_000
"""So many cells without a value are put back at most. No sheet that people fill in has as many, and
a repeated row in a broken file could otherwise take any amount of memory."""


def read_sheet_details(archive: zipfile.ZipFile) -> dict[str, SheetDetails]:
    """The details of each sheet, by the sheet's name."""
    if not _has_details(archive):
        return {}
    walker = _Walker()
    parser = expat.ParserCreate(namespace_separator=None)
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    try:
        with archive.open("content.xml") as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        return {}  # the cell reader says what is broken
    return walker.sheets


def _has_details(archive: zipfile.ZipFile) -> bool:
    rest = b""
    with archive.open("content.xml") as stream:
        while chunk := stream.read(_CHUNK):
            if _TELLING.search(rest + chunk):
                return True
            rest = chunk[-_OVERLAP:]
    return False


class _Walker:
    """Follows the rows and cells of each table while the XML is parsed."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetDetails] = {}
        self._sheet = SheetDetails()
        self._row = self._column = self._rows = 0
        self._declared_columns = 0
        self._error: tuple[int, int] | None = None

    def start(self, tag: str, written: dict[str, str]) -> None:
        """An element begins, with its attributes as they are written."""
        local = tag.rpartition(":")[2]
        if local not in ("table", "table-column", "table-row", "table-cell", "covered-table-cell"):
            return
        # Two attributes are called value-type; calcext's sorts first, so it comes last and wins,
        # because it alone knows errors.
        attributes = {
            name.rpartition(":")[2]: value for name, value in sorted(written.items(), reverse=True)
        }
        if local == "table":
            self._sheet = self.sheets[attributes.get("name", "")] = SheetDetails()
            self._row = self._rows = self._declared_columns = 0
        elif local == "table-column":
            count = _count(attributes, _REPEATED_COLUMN)
            if _is_hidden(attributes):
                first = self._declared_columns
                self._sheet.hide_column(first, first + count - 1)
            self._declared_columns += count
        elif local == "table-row":
            self._row, self._column = self._rows, 0
            self._rows += _count(attributes, _REPEATED_ROW)
            if _is_hidden(attributes):
                self._sheet.hide_row(self._row, self._rows - 1)
        else:
            self._cell(attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._error and tag.rpartition(":")[2] == "table-cell":
            self._error = None

    def text(self, written: str) -> None:
        """The text of a cell; only that of an error value is wanted."""
        if self._error and self._error in self._sheet.cells:
            before = self._sheet.cells[self._error]
            self._sheet.cells[self._error] = written if before == NO_VALUE else before + written

    def _cell(self, attributes: dict[str, str]) -> None:
        row, column = self._row, self._column
        self._column += _count(attributes, _REPEATED_COLUMN)
        height = _count(attributes, "number-rows-spanned")
        width = _count(attributes, "number-columns-spanned")
        if height > 1 or width > 1:
            self._sheet.merged.append((row, column, row + height - 1, column + width - 1))
        formula = attributes.get("formula")
        is_error = attributes.get("value-type") == "error"
        if not is_error and (formula is None or "value-type" in attributes):
            return
        text = NO_VALUE if is_error or formula is None else "=" + formula.partition("=")[2]
        end = min(self._rows, row + _MOST_CELLS - len(self._sheet.cells))
        for repeated_row in range(row, end):
            self._sheet.cells[repeated_row, column] = text
        self._error = (row, column) if is_error else None


def _count(attributes: dict[str, str], name: str) -> int:
    written = attributes.get(name, "1")
    return int(written) if written.isdecimal() and len(written) < 9 else 1


def _is_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get("visibility") in ("collapse", "filter")
