"""A workbook written anew: cells of what is no editable workbook, and their merges and widths.

Text stays text, so that no code loses its zeros, and nothing is left that a program would obey.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from math import isfinite

from xlsxwriter import Workbook
from xlsxwriter.exceptions import OverlappingRange
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sharing_pipeline.reply.file_report import Remark
from sharing_pipeline.reply.texts import width_of
from sharing_pipeline.reply.xlsx.package import Package
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
_IMPOSSIBLE = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
"""What XML can't say and the writer doesn't escape."""
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
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        formats = _Formats.of(book)
        book.add_worksheet(report)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, formats)
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
        stem = _FORBIDDEN.sub("_", name).strip("'") or "_"
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


@dataclass(frozen=True)
class _Formats:
    """The formats of cells: texts that stay texts, one that wraps, days and moments."""

    text: Format
    wrapped: Format
    day: Format
    moment: Format

    @classmethod
    def of(cls, book: Workbook) -> _Formats:
        return cls(
            text=book.add_format({"num_format": _TEXT}),
            wrapped=book.add_format({"num_format": _TEXT, "text_wrap": True, "valign": "top"}),
            day=book.add_format({"num_format": _DATE}),
            moment=book.add_format({"num_format": _MOMENT}),
        )


def _write(worksheet: Worksheet, sheet: NewSheet, formats: _Formats) -> None:
    if sheet.hidden:
        worksheet.hide()
    for column, width in sheet.widths.items():
        worksheet.set_column(column - 1, column - 1, round(width, 2))
    _merge(worksheet, sheet.merges)
    for number, row in sheet.rows:
        for column, value in enumerate(row, 1):
            wrapped = column in sheet.wrapped
            _write_cell(worksheet, number - 1, column - 1, value, formats, wrapped=wrapped)


def _merge(worksheet: Worksheet, merges: Sequence[Merge]) -> None:
    """Merges ranges, before their cells are written; of two that overlap the first counts."""
    for top, left, bottom, right in merges:
        if (top, left) != (bottom, right):
            with suppress(OverlappingRange):
                worksheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")


def _write_cell(
    worksheet: Worksheet, row: int, column: int, value: Value, formats: _Formats, *, wrapped: bool
) -> None:
    """Writes a value in a cell, both places from 0; nothing for an empty one."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        worksheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and isfinite(value):
        worksheet.write_number(row, column, value)
    elif isinstance(value, date) and (moment := _moment(value)) >= _FIRST_SERIAL:
        whole_day = moment.time() == time()
        worksheet.write_datetime(row, column, moment, formats.day if whole_day else formats.moment)
    else:
        text = _IMPOSSIBLE.sub("", neutralised(str(value))[:LONGEST_CELL])
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        worksheet.write_string(row, column, text, formats.wrapped if wrapped else formats.text)


def _moment(value: date) -> datetime:
    """A date or a moment of any zone, as a moment that a workbook can hold."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment.replace(tzinfo=None)
