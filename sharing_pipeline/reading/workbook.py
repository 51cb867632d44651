"""Reads workbooks (xlsx, xlsm, xlsb, xls, ods) with calamine; hidden sheets are only named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading import ods_content, xls_details, xlsx_parts
from sharing_pipeline.reading.content import DAMAGED, PASSWORD, ZIP_ERRORS
from sharing_pipeline.reading.grid import Grid, check_cells, check_size, text_column
from sharing_pipeline.reading.sheet_details import SheetDetails
from sharing_pipeline.reading.well_formed_xml import check_part
from sharing_pipeline.settings import Limits

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MACROS = "文件带有宏：只读单元格，宏没有运行。"
_MANIFEST = "META-INF/manifest.xml"
_MACRO_PARTS = ("xl/vbaProject.bin", "Basic/script-lc.xml")


def read_workbook(
    data: bytes, form: str, limits: Limits, wanted: tuple[str, ...] = ()
) -> tuple[list[Grid], list[str]]:
    """Every visible sheet from its cell A1 on, in order, and notes for the sender.

    Behind them follow the hidden sheets whose names begin as one of `wanted`, marked as hidden.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    notes = _check_container(data, limits)
    try:
        if form == "ods":
            _check_ods(data)  # the cell reader may never come to an end in a broken one
        # The cell reader opens the file first: the details of a broken one must not be read.
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = _visible_sheets(book, limits, notes)
        details_by_sheet = _sheet_details(data, form, names, limits)
        grids = []
        for name in names:
            details = details_by_sheet.get(name, SheetDetails())
            grid = _grid(book.get_sheet_by_name(name), details, limits)
            notes.extend(details.note(name, grid.row_count, len(grid.columns)))
            grids.append(grid)
        grids.extend(_hidden_sheets(book, wanted, limits) if wanted else [])
    except UnreadableFile:
        raise
    except PasswordError:
        raise UnreadableFile(PASSWORD) from None
    except (CalamineError, *ZIP_ERRORS) as error:
        if form == "xls" and xls_details.is_locked(data):
            raise UnreadableFile(PASSWORD) from error
        raise UnreadableFile(DAMAGED) from error
    return grids, notes


def _check_ods(data: bytes) -> None:
    """Raises UnreadableFile for an ods that is encrypted or broken."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _MANIFEST in archive.NameToInfo:
            with archive.open(_MANIFEST) as stream:
                head = stream.read(1 << 20)
            if b"encryption-data" in head:
                raise UnreadableFile(PASSWORD)
        check_part(archive, "content.xml", "工作簿")


def _visible_sheets(book: CalamineWorkbook, limits: Limits, notes: list[str]) -> list[str]:
    """The names of the sheets to read; hidden ones are noted."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if len(sheets) > limits.sheets:
        raise UnreadableFile(
            f"工作簿有 {len(sheets)} 个工作表，超过 {limits.sheets} 个的上限。请拆开后重报。"
        )
    hidden = [sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible]
    notes.extend(f"隐藏的工作表“{name}”没有读。" for name in hidden)
    return [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]


def _hidden_sheets(book: CalamineWorkbook, wanted: tuple[str, ...], limits: Limits) -> list[Grid]:
    """The hidden sheets whose names begin as one of `wanted`."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
        and sheet.visible != SheetVisibleEnum.Visible
        and sheet.name.startswith(wanted)
    ]
    grids = [_grid(book.get_sheet_by_name(name), SheetDetails(), limits) for name in names]
    return [replace(grid, hidden=True) for grid in grids]


def _check_container(data: bytes, limits: Limits) -> list[str]:
    """Refuses a zip bomb by the sizes in its directory; the memory limit stops one that lies.

    The result is a note if the workbook has macros.
    """
    if not data.startswith(b"PK"):
        macros = "_VBA_PROJECT".encode("utf-16-le") in data
        return [MACROS] if macros else []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        macros = any(part in archive.NameToInfo for part in _MACRO_PARTS)
    if size > limits.workbook_bytes:
        raise UnreadableFile(
            f"工作簿解压后有 {size:,} 字节，超过 {limits.workbook_bytes:,} 的上限。请拆开后重报。"
        )
    return [MACROS] if macros else []


def _sheet_details(
    data: bytes, form: str, visible: list[str], limits: Limits
) -> Mapping[str, SheetDetails]:
    """The details of each sheet by its name; in an xlsx only those of the `visible` sheets."""
    if form == "xls":
        return xls_details.read_sheet_details(data)
    if form == "xlsb":
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if form == "xlsx":
            return xlsx_parts.read_sheet_details(archive, visible, limits)
        return ods_content.read_sheet_details(archive)


def _grid(sheet: CalamineSheet, details: SheetDetails, limits: Limits) -> Grid:
    last_row, last_column = sheet.end or (-1, -1)
    rows, width = details.size_with(last_row + 1, last_column + 1)
    check_cells(rows, width, limits, sheet.name)
    cells = sheet.to_python(skip_empty_area=False)
    columns = [text_column(column) for column in zip(*cells, strict=True)]
    details.fill(columns, rows, width)
    while columns and not any(columns[-1]):
        columns.pop()  # the cell reader counts cells with an empty text, people don't see them
    check_size(rows, len(columns), limits, sheet.name)
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
    return Grid(
        sheet=sheet.name,
        columns=columns,
        from_workbook=True,
        merged=merged or details.merged,
        epoch_1904=details.epoch_1904,
    )
