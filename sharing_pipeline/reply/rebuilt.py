"""The sheets of a workbook that can't be edited (xls, ods, xlsb), written anew from their cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sharing_pipeline.reading import ods_content
from sharing_pipeline.reply.column_widths import widths_of
from sharing_pipeline.reply.file_report import FileReport
from sharing_pipeline.reply.xlsx.new_workbook import (
    Merge,
    NewSheet,
    UnmarkedBook,
    fitting,
    new_book,
    sheet_names,
)

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_ANEW = "原文件的格式不能原样带回：单元格、列宽和合并照样写出；公式只带回结果，图表和图片没有带回。"


def rebuilt(data: bytes, report: FileReport) -> UnmarkedBook:
    """The sender's sheets in their order, hidden ones hidden, with cells, merges and widths."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    widths = widths_of(data, report.format)
    merges = _merges(data, report.format)
    theirs = [
        sheet
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.name not in report.own_sheets
    ]
    names = sheet_names([sheet.name for sheet in theirs], report.own_sheets.report)
    sheets = [
        replace(
            _sheet(
                book.get_sheet_by_name(sheet.name),
                sheet.visible != SheetVisibleEnum.Visible,
                merges.get(sheet.name, ()),
                widths.get(sheet.name),
            ),
            name=names[sheet.name],
        )
        for sheet in theirs
    ]
    return UnmarkedBook(
        new_book(sheets, report.own_sheets.report), report.remarks, [_ANEW], names=names
    )


def _merges(data: bytes, form: str) -> dict[str, list[Merge]]:
    """Merged ranges of formats of which the cell reader gives none; places from 0."""
    if form != "ods":
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: details.merged
            for name, details in ods_content.read_sheet_details(archive).items()
        }


def _sheet(
    sheet: CalamineSheet,
    hidden: bool,
    merges: Sequence[Merge],
    widths: Mapping[int, float] | None,
) -> NewSheet:
    rows = sheet.to_python(skip_empty_area=False)
    ranges = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
    return NewSheet(
        sheet.name,
        list(enumerate(rows, 1)),
        hidden=hidden,
        merges=[(a + 1, b + 1, c + 1, d + 1) for a, b, c, d in ranges or merges],
        widths={n: wide for n, wide in (widths or fitting(rows)).items() if n <= len(rows[0])}
        if rows
        else {},
    )
