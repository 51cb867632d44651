"""A workbook written anew: cells of what is no editable workbook, and their merges and widths.

Text stays text, so that no code loses its zeros, and nothing is left that a program would obey.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from math import isfinite

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from sharing_pipeline.reply.file_report import Remark
from sharing_pipeline.reply.texts import width_of
from sharing_pipeline.reply.xlsx.package import Package
from sharing_pipeline.reply.xlsx.xml_tree import cell_text
from sharing_pipeline.sheets.raw_table import REPORT_SHEET
from sharing_pipeline.values.neutralised import neutralised

_TEXT, _DATE, _MOMENT = "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_FIRST_SERIAL = datetime(1900, 3, 1)
"""Before it Excel counts a day that never was."""
LONGEST_CELL = 32_767
"""Characters that a cell may have."""
_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\\*?:/\[\]\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""What the name of a sheet may not hold."""
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_FITTED_ROWS, _NARROWEST, _WIDEST = 200, 8, 40

Merge = tuple[int, int, int, int]
Value = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class NewSheet:
    """A sheet: rows under their numbers; merges as (top, left, bottom, right) and widths in
    characters by column, all from 1. `wrapped`: columns whose long texts wrap."""

    name: str
    rows: Iterable[tuple[int, Sequence[Value]]]
    hidden: bool = False
    merges: Sequence[Merge] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    wrapped: frozenset[int] = frozenset()


@dataclass(frozen=True)
class UnmarkedBook:
    """A workbook without remarks, the remarks under the names of its sheets, and what of the
    sender's file it doesn't have. `commented`: whether its cells get comments. `names`: what the
    sender's sheets are called here, if otherwise. `sheet`: where a file without sheets stands, as
    far as row `last_row`."""

    package: Package
    remarks: Sequence[Remark]
    notes: Sequence[str] = ()
    commented: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    last_row: int = 0

    def placed(self, remark: Remark) -> Remark:
        """A remark as its cell is found here; one on the whole file, where there is none."""
        if remark.sheet or not self.sheet:
            return replace(remark, sheet=self.names.get(remark.sheet, remark.sheet))
        row = remark.row if remark.row and remark.row <= self.last_row else None
        return replace(remark, sheet=self.sheet, row=row)


def new_book(sheets: Sequence[NewSheet], report: str = REPORT_SHEET) -> Package:
    """A package with these sheets, behind an empty one that a report of that name replaces."""
    book = Workbook(write_only=True)
    book.create_sheet(report)
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), sheet)
    written = io.BytesIO()
    book.save(written)
    package = Package(written.getvalue())
    stamped = package.related("", "core-properties")
    if stamped:  # the time at which it was written: the same cells give the same bytes
        package.unrelate("", stamped)
    return package


def sheet_names(names: Sequence[str], report: str = REPORT_SHEET) -> dict[str, str]:
    """A name that a sheet of an xlsx may have for each of other formats' sheets."""
    taken = {report.lower()}
    allowed = {}
    for name in names:
        stem = _FORBIDDEN.sub("_", name) or "_"
        number = 1
        new = stem[:_LONGEST_NAME]
        while new.lower() in taken:
            number += 1
            ending = f"（{number}）"
            new = stem[: _LONGEST_NAME - len(ending)] + ending
        taken.add(new.lower())
        allowed[name] = new
    return allowed


def fitting(rows: Sequence[Sequence[Value]]) -> dict[int, float]:
    """Widths for what the first rows hold."""
    widths: dict[int, float] = {}
    for row in rows[:_FITTED_ROWS]:
        for column, value in enumerate(row, 1):
            wide = width_of("" if value is None else str(value)) + 2
            widths[column] = min(_WIDEST, max(wide, widths.get(column, _NARROWEST)))
    return widths


def _write(worksheet: Worksheet, sheet: NewSheet) -> None:
    """Writes a sheet row by row, so that a large one isn't held in memory."""
    if sheet.hidden:
        worksheet.sheet_state = "hidden"
    for column, width in sorted(sheet.widths.items()):
        worksheet.column_dimensions[get_column_letter(column)].width = round(width, 2)
    for top, left, bottom, right in sheet.merges:
        place = CellRange(min_row=top, min_col=left, max_row=bottom, max_col=right)
        worksheet.merged_cells.add(place.coord)
    written = 0
    for number, row in sheet.rows:
        for _ in range(written + 1, number):
            worksheet.append(())
        worksheet.append(
            [
                _cell(worksheet, value, wrapped=column in sheet.wrapped)
                for column, value in enumerate(row, 1)
            ]
        )
        written = number


def _cell(worksheet: Worksheet, value: Value, *, wrapped: bool) -> Cell | None:
    if value is None or value == "":
        return None
    cell = WriteOnlyCell(worksheet)
    if isinstance(value, bool) or (isinstance(value, int | float) and isfinite(value)):
        cell.value = value
        return cell
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        moment = moment.replace(tzinfo=None)
        if moment >= _FIRST_SERIAL:
            cell.value = moment
            cell.number_format = _DATE if moment.time() == time() else _MOMENT
            return cell
    cell.value = cell_text(neutralised(str(value))[:LONGEST_CELL])[:LONGEST_CELL]
    cell.data_type = "s"  # also what reads as an error or a formula
    cell.number_format = _TEXT
    if wrapped:
        cell.alignment = _WRAPPED
    return cell
