"""The sheet 填写说明 of an empty form: how to fill in, every column, everything that is checked.

Lays out what column_texts.py says; intake must not take it for data (tests/test_template.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from sharing_pipeline.catalog.codes import CodeTable
from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.settings import Settings
from sharing_pipeline.sheets.raw_table import GUIDE_SHEET
from sharing_pipeline.template.column_texts import advice, described, rule_lines

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

GUIDE = GUIDE_SHEET

_WIDTHS = (24, 10, 26, 46, 46, 32)
_COLUMNS_HEAD = ("名称", "是否必填", "类型", "可选值", "说明", "例子")
_RULES_HEAD = ("列", "级别", "维度", "问题", "怎么办")
_HEAD_FILL = "DDEBF7"
_LINE_POINTS = 16


def write_guide(
    sheet: Worksheet,
    contracts: Sequence[Contract],
    codes: Mapping[str, CodeTable],
    settings: Settings,
) -> None:
    """Explains the sheets of these contracts, which stand before it in the workbook."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for place, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([f"{contracts[0].title}{GUIDE}"])
    sheet["A1"].font = Font(bold=True, size=16)
    for number, line in enumerate(advice(contracts), start=1):
        sheet.append([f"{number}. {line}"])
    for contract in contracts:
        columns = [described(column, codes) for column in contract.columns]
        _table(sheet, f"工作表“{contract.sheet}”的列", _COLUMNS_HEAD, columns)
        checks = [
            (rule.columns, rule.level, rule.dimension, rule.message, rule.what_to_do)
            for rule in rule_lines(contract, settings)
        ]
        _table(sheet, f"工作表“{contract.sheet}”会检查什么", _RULES_HEAD, checks)
    sheet.sheet_view.showGridLines = False
    on_paper(sheet)


def on_paper(sheet: Worksheet) -> None:
    """All columns on the width of one page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _table(
    sheet: Worksheet, title: str, head: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    from openpyxl.styles import Font, PatternFill

    sheet.append([])
    sheet.append([title])
    sheet.cell(sheet.max_row, 1).font = Font(bold=True, size=13)
    _line(sheet, head)
    for cell in sheet[sheet.max_row][: len(head)]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=_HEAD_FILL)
    for row in rows:
        _line(sheet, row)


def _line(sheet: Worksheet, texts: Sequence[str]) -> None:
    """One row of a table, wrapped and ruled; a code or date among the texts stays text."""
    from openpyxl.styles import Alignment, Border, Side

    sheet.append([text or None for text in texts])
    thin = Side("thin", "BFBFBF")
    for cell in sheet[sheet.max_row][: len(texts)]:
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.border = Border(thin, thin, thin, thin)
        cell.number_format = "@"
    # Not every program works the height of a wrapped row out when it opens a workbook.
    lines = max(_lines_of(text, width) for text, width in zip(texts, _WIDTHS, strict=False))
    sheet.row_dimensions[sheet.max_row].height = _LINE_POINTS * lines


def _lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two digits."""
    wide = sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)
    return max(1, -(-wide // (width - 2)))
