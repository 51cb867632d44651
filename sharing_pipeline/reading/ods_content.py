"""An ods workbook's content.xml, for what the cell reader leaves out. No cell values are read.

Runs only where the text shows that there is anything of the kind.
"""

from __future__ import annotations

import re
import zipfile
from xml.parsers import expat

from sharing_pipeline.reading.sheet_details import NO_VALUE, Beside

_TELLING = re.compile(
    rb"visibility=[\"'](?:collapse|filter)|:number-(?:rows|columns)-spanned="
    rb"|value-type=[\"']error|:formula="
)
_OVERLAP = 64
_CHUNK = 1 << 20
_REPEATED_ROW, _REPEATED_COLUMN = "number-rows-repeated", "number-columns-repeated"
_MOST_CELLS = 1_000_000
"""More cells than this without a value are not put back one by one: the sheet is broken."""


def look_beside(archive: zipfile.ZipFile) -> dict[str, Beside]:
    """What is to be known about each sheet beside its cells, by the sheet's name."""
    if not _worth_it(archive):
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


def _worth_it(archive: zipfile.ZipFile) -> bool:
    rest = b""
    with archive.open("content.xml") as stream:
        while chunk := stream.read(_CHUNK):
            if _TELLING.search(rest + chunk):
                return True
            rest = chunk[-_OVERLAP:]
    return False


class _Walker:
    """Follows the rows and cells of each table."""

    def __init__(self) -> None:
        self.sheets: dict[str, Beside] = {}
        self._sheet = Beside()
        self._row = self._column = self._rows = 0
        self._declared_columns = 0
        self._error: tuple[int, int] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        local = tag.rpartition(":")[2]
        if local not in ("table", "table-column", "table-row", "table-cell", "covered-table-cell"):
            return
        # Two attributes are called value-type; calcext's is the later and knows errors.
        given = {
            name.rpartition(":")[2]: value
            for name, value in sorted(attributes.items(), reverse=True)
        }
        if local == "table":
            self._sheet = self.sheets[given.get("name", "")] = Beside()
            self._row = self._rows = self._declared_columns = 0
        elif local == "table-column":
            count = _count(given, _REPEATED_COLUMN)
            if _is_hidden(given):
                first = self._declared_columns
                self._sheet.hide_column(first, first + count - 1)
            self._declared_columns += count
        elif local == "table-row":
            self._row, self._column = self._rows, 0
            self._rows += _count(given, _REPEATED_ROW)
            if _is_hidden(given):
                self._sheet.hide_row(self._row, self._rows - 1)
        else:
            self._cell(given)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._error and tag.rpartition(":")[2] == "table-cell":
            self._error = None

    def text(self, written: str) -> None:
        """The text of a cell; only that of an error value is wanted."""
        if self._error and self._error in self._sheet.cells:
            said = self._sheet.cells[self._error]
            self._sheet.cells[self._error] = written if said == NO_VALUE else said + written

    def _cell(self, given: dict[str, str]) -> None:
        row, column = self._row, self._column
        self._column += _count(given, _REPEATED_COLUMN)
        down, right = _count(given, "number-rows-spanned"), _count(given, "number-columns-spanned")
        if down > 1 or right > 1:
            self._sheet.merged.append((row, column, row + down - 1, column + right - 1))
        formula = given.get("formula")
        is_error = given.get("value-type") == "error"
        if not is_error and (formula is None or "value-type" in given):
            return
        said = NO_VALUE if is_error or formula is None else "=" + formula.partition("=")[2]
        last = min(self._rows, row + _MOST_CELLS - len(self._sheet.cells))
        for each in range(row, last):
            self._sheet.cells[each, column] = said
        self._error = (row, column) if is_error else None


def _count(given: dict[str, str], name: str) -> int:
    written = given.get(name, "1")
    return int(written) if written.isdecimal() and len(written) < 9 else 1


def _is_hidden(given: dict[str, str]) -> bool:
    return given.get("visibility") in ("collapse", "filter")
