"""Reads from an xls workbook with xlrd what the cell reader leaves out, but no cell values.

Like the cell reader, xlrd reads bytes that a stranger made, so both run in the limited child
process.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sharing_pipeline.reading.sheet_details import SheetDetails

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Sheet

_BROKEN = (
    OSError, LookupError, ValueError, TypeError, AttributeError, AssertionError, ArithmeticError,
    RecursionError, struct.error,
)  # fmt: skip
"""The errors that xlrd raises beside its own on damaged records, because it unpacks them without a
check. The cell reader has read the file by then, so only these details are lost."""
_WIDTH_UNITS = 256
"""A column's width is written in 256ths of a character."""


def read_sheet_details(data: bytes) -> dict[str, SheetDetails]:
    """The details of each sheet, by the sheet's name; none for a broken file."""
    return {sheet.name: _of_sheet(book, sheet) for book, sheet in _sheets(data)}


def column_widths(data: bytes) -> dict[str, dict[int, float]]:
    """Widths in characters, by sheet and column (from 1); none for a broken file."""
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
    """The sheets, as many as can be read; only one at a time is kept in memory."""
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

    # xlrd's warnings go nowhere. Hidden rows are only read together with the formatting.
    return xlrd.open_workbook(
        file_contents=data,
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
        logfile=io.StringIO(),
    )


def _of_sheet(book: Book, sheet: Sheet) -> SheetDetails:
    from xlrd import XL_CELL_ERROR, error_text_from_code

    details = SheetDetails(epoch_1904=book.datemode == 1)
    for row, height in sorted(sheet.rowinfo_map.items()):
        if height.hidden:
            details.hide_row(row)
    for column, width in sorted(sheet.colinfo_map.items()):
        if width.hidden:
            details.hide_column(column)
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == XL_CELL_ERROR:
                code = sheet.cell_value(row, column)
                details.cells[row, column] = error_text_from_code.get(code, "#N/A")
    return details
