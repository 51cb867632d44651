"""Empty forms: a workbook that an officer fills in and that intake then takes as it is.

Headers, formats, drop-downs and explanations all come from contracts and code tables; what is
said in words is in column_texts.py, the sheet that says it in guide_sheet.py. Writes one
file, reads nothing that was received.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sharing_pipeline.catalog.codes import CodeTable, load_codes
from sharing_pipeline.catalog.contracts import Column, Contract, load_contracts
from sharing_pipeline.catalog.datasets import belonging_to, dataset_named
from sharing_pipeline.errors import UsageError
from sharing_pipeline.settings import Settings
from sharing_pipeline.template.column_texts import choices, described
from sharing_pipeline.template.guide_sheet import GUIDE, on_paper, write_guide

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

LISTS = "选项"
"""The hidden sheet of drop-down lists, in workbooks that need one."""

_LAST_ROW = 1_048_576
_INLINE_CHARACTERS = 255
"""A longer list can't stand in the drop-down itself; it goes to a hidden sheet."""
_EARLIEST_DAY = datetime(1949, 10, 1)
_STAMP = datetime(2000, 1, 1)
"""In place of the present moment: the same form has the same bytes."""

_FORMATS = {"date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm:ss", "integer": "0"}
"""Every other column is text, so that no program reads a number or a date into it."""
_TEXT = "@"
_WIDTHS = {"code": 24, "organisation": 20, "text": 26, "dates": 26, "timestamp": 21}
_NARROWEST = 13
_REQUIRED_FILL, _OPTIONAL_FILL = "1F4E79", "DDEBF7"


def write_template(written: str, path: Path, settings: Settings) -> list[str]:
    """Writes the empty form of a dataset whole or not at all, and gives the names of its sheets.

    UsageError for an unknown dataset, a name that isn't .xlsx, a file that is there already and
    a folder that can't be written.
    """
    contracts = load_contracts(settings.catalog)
    dataset = dataset_named(written, contracts)
    # What belongs to a row is sent in one workbook with it.
    sheets = [contracts[name] for name in (dataset, *belonging_to(contracts, dataset))]
    try:
        _refuse(path)
        book = _book(sheets, settings)
        _write_whole(_bytes(book), path)
    except OSError as error:
        raise UsageError(f"文件 {path} 写不了：{error.strerror}。请换一个位置。") from error
    return [sheet.title for sheet in book if sheet.sheet_state == "visible"]


def _refuse(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"模板是 xlsx 工作簿，文件名要以 .xlsx 结尾，而不是 {path.name}。")
    if path.exists():
        raise UsageError(f"{path} 已经存在，可能有人填过，不能覆盖。请换一个文件名。")
    if not path.parent.is_dir():
        raise UsageError(f"文件夹 {path.parent} 不存在。请先建好，或换一个位置。")


def _write_whole(content: bytes, path: Path) -> None:
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _book(contracts: Sequence[Contract], settings: Settings) -> Workbook:
    from openpyxl import Workbook

    codes = load_codes(settings.catalog)
    book = Workbook()
    book.remove(book.active)
    for contract in contracts:
        _form(book.create_sheet(contract.sheet), contract, codes)
    write_guide(book.create_sheet(GUIDE), contracts, codes, settings)
    if LISTS in book.sheetnames:
        # Sheets are made as they are needed; the one that nobody sees goes last.
        book.move_sheet(LISTS, len(book.sheetnames))
    book.properties.creator = "sharing"
    book.properties.created = book.properties.modified = _STAMP
    return book


def _bytes(book: Workbook) -> bytes:
    """The workbook as a file without any time in it; Workbook.save() would stamp the present."""
    from openpyxl.writer.excel import ExcelWriter

    stamped, plain = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(stamped, "w")).save()
    with zipfile.ZipFile(stamped) as source, zipfile.ZipFile(plain, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _STAMP.timetuple()[:6])
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return plain.getvalue()


def _form(sheet: Worksheet, contract: Contract, codes: Mapping[str, CodeTable]) -> None:
    """One sheet to fill in: its header, and how each column below it behaves.

    Formats belong to whole columns, not to some thousand cells: they hold however many rows come.
    """
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for number, column in enumerate(contract.columns, start=1):
        offered = choices(column, codes)
        head = sheet.cell(1, number, f"*{column.title}" if column.required else column.title)
        head.font = Font(bold=True, color="FFFFFF" if column.required else "000000")
        head.fill = PatternFill(
            "solid", fgColor=_REQUIRED_FILL if column.required else _OPTIONAL_FILL
        )
        head.alignment = Alignment("center", "center", wrap_text=True)
        head.comment = _comment(described(column, codes))
        letter = get_column_letter(number)
        below = sheet.column_dimensions[letter]
        below.number_format = _FORMATS.get(column.type, _TEXT)
        below.width = _width(column, offered)
        rule = _validation(sheet, column, offered, codes)
        if rule is not None:
            rule.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(rule)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{letter}{_LAST_ROW}"
    sheet.sheet_properties.tabColor = _REQUIRED_FILL
    on_paper(sheet)
    sheet.print_title_rows = "1:1"


def _comment(cells: Sequence[str]) -> Comment:
    from openpyxl.comments import Comment

    title, required, kind, offered, note, example = cells
    lines = [f"{title}（{required}）", f"类型：{kind}"]
    more = {"可选值": offered, "说明": note, "例子": example}
    lines += [f"{name}：{text}" for name, text in more.items() if text]
    # A line of the box holds about 22 Chinese characters.
    height = sum(1 + len(line) // 22 for line in lines)
    return Comment("\n".join(lines), GUIDE, width=320, height=24 + 19 * height)


def _width(column: Column, offered: Iterable[str]) -> int:
    """Room for the header with its filter button, the longest choice and an ordinary value."""
    longest = max(len(column.title) + 3, *(len(choice) for choice in (*offered, "")))
    return max(2 * longest, _WIDTHS.get(column.type, _NARROWEST))


def _validation(
    sheet: Worksheet, column: Column, offered: Sequence[str], codes: Mapping[str, CodeTable]
) -> DataValidation | None:
    """What a spreadsheet program itself holds the column to."""
    from openpyxl.utils.datetime import to_excel
    from openpyxl.worksheet.datavalidation import DataValidation

    if offered:
        table = codes.get(column.codes or "")
        # Where intake takes more than the list, a program may only ask whether it is meant.
        is_open = table is not None and (table.keep_unknown or table.bracket_notes)
        rule = DataValidation("list", _source_of(sheet.parent, offered))
        rule.errorStyle = "warning" if is_open else "stop"
        rule.error = f"“{column.title}”请从下拉列表里选。"
    elif column.type in ("date", "timestamp"):
        earliest = f"{to_excel(_EARLIEST_DAY):.0f}"
        rule = DataValidation("date", earliest, operator="greaterThanOrEqual")
        rule.error = f"“{column.title}”请写成 {column.example} 这样。"
    elif column.type == "integer":
        rule = DataValidation("whole", "0", operator="greaterThanOrEqual")
        rule.error = f"“{column.title}”请只写一个整数，不写单位。"
    else:
        return None
    rule.allow_blank, rule.showErrorMessage = True, True
    rule.errorTitle = column.title
    return rule


def _source_of(book: Workbook, offered: Sequence[str]) -> str:
    """Where a drop-down has its list from: itself, or a hidden sheet when that can't hold it."""
    inline = ",".join(offered)
    if len(inline) <= _INLINE_CHARACTERS and not any(set(',"') & set(choice) for choice in offered):
        return f'"{inline}"'
    from openpyxl.utils import get_column_letter

    if LISTS not in book.sheetnames:
        book.create_sheet(LISTS).sheet_state = "hidden"
        book[LISTS]["A1"] = "下拉列表的选项，请不要改动。"
    lists = book[LISTS]
    place = lists.max_column + 1
    for row, text in enumerate(offered, start=1):
        lists.cell(row, place, text)
    letter = get_column_letter(place)
    return f"{LISTS}!${letter}$1:${letter}${len(offered)}"
