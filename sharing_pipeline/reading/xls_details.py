"""What xlrd knows of an xls workbook and the cell reader leaves out. No cell values are read here.

Both look at bytes that a stranger made, in the limited child.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sharing_pipeline.reading.sheet_details import Beside

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Sheet

_BROKEN = (
    OSError, LookupError, ValueError, TypeError, AttributeError, AssertionError, ArithmeticError,
    RecursionError, struct.error,
)  # fmt: skip
"""How xlrd ends, beside its own errors, on records that aren't as they should be: it unpacks them
without a check. The cell reader has taken such a file; all that is lost are these details."""
_WIDTH_UNITS = 256
"""Widths are written in these parts of a character."""


def look_beside(data: bytes) -> dict[str, Beside]:
    """What is to be known about each sheet beside its cells, by the sheet's name; nothing of a
    broken file."""
    return {sheet.name: _of_sheet(book, sheet) for book, sheet in _sheets(data)}


def column_widths(data: bytes) -> dict[str, dict[int, float]]:
    """Widths in characters by sheet and column (from 1); nothing of a broken file."""
    return {
        sheet.name: {
            column + 1: info.width / _WIDTH_UNITS for column, info in sheet.colinfo_map.items()
        }
        for _, sheet in _sheets(data)
    }


def is_locked(data: bytes) -> bool:
    """Whether the workbook asks for a password."""
    import xlrd

    try:
        _open(data)
    except xlrd.XLRDError as error:
        return "encrypted" in str(error)
    except (xlrd.compdoc.CompDocError, *_BROKEN):
        pass
    return False


def _sheets(data: bytes) -> Iterator[tuple[Book, Sheet]]:
    """Each sheet of cells as far as they can be read, one at a time in memory."""
    import xlrd

    try:
        book = _open(data)
        for number in range(book.nsheets):
            yield book, book.sheet_by_index(number)
            book.unload_sheet(number)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, *_BROKEN):
        return


def _open(data: bytes) -> Book:
    import xlrd

    # What xlrd has to say about a file goes nowhere; formatting_info is what hidden rows are in.
    return xlrd.open_workbook(
        file_contents=data,
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
        logfile=io.StringIO(),
    )


def _of_sheet(book: Book, sheet: Sheet) -> Beside:
    from xlrd import XL_CELL_ERROR, error_text_from_code

    beside = Beside(epoch_1904=book.datemode == 1)
    for row, height in sorted(sheet.rowinfo_map.items()):
        if height.hidden:
            beside.hide_row(row)
    for column, width in sorted(sheet.colinfo_map.items()):
        if width.hidden:
            beside.hide_column(column)
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == XL_CELL_ERROR:
                code = sheet.cell_value(row, column)
                beside.cells[row, column] = error_text_from_code.get(code, "#N/A")
    return beside
