"""Grid: one sheet of text cells with the row numbers that its sender sees.

And the turning of one typed cell into text, the same for every format. No file formats here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.settings import Limits

Cell = str | None
MAX_EXACT = 10**15
"""Number cells are binary fractions: beyond 15 digits a code in one has already lost some."""


@dataclass(frozen=True)
class Grid:
    """Columns of equal length; an empty cell, or one of only white space, is None.

    The i-th row (from 0) is number `first_row` + i for its sender. `header` holds the column
    names of formats that have them outside the rows (json, parquet), else it is None and the
    header is among the rows. `merged` are (first row, first column, last row, last column),
    from 0, inclusive. `checks_width`: cells beyond the header mean a broken record (csv).
    `without_items`: rows (from 0) of objects of which the list to be exploded is empty.
    `part`: one of several tables of its sheet, of which the sheet's name says nothing.
    `headers_again`: rows (from 0) that are the header once more, as on each printed page.
    `epoch_1904`: a plain number that is a date counts from 1904, as old Macs did. `hidden`: the
    sheet is, and was only read because it was asked for by name. `sent_as_text`: it was no
    workbook's when it was sent, so that a text with = is no formula.
    """

    sheet: str
    columns: list[list[Cell]]
    header: list[str] | None = None
    first_row: int = 1
    from_workbook: bool = False
    checks_width: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    epoch_1904: bool = False
    without_items: frozenset[int] = frozenset()
    part: bool = False
    headers_again: frozenset[int] = frozenset()
    hidden: bool = False
    sent_as_text: bool = False

    @property
    def row_count(self) -> int:
        """Rows, with titles and header where they are among the rows."""
        return len(self.columns[0]) if self.columns else 0


def check_size(rows: int, columns: int, limits: Limits, sheet: str = "") -> None:
    """UnreadableFile when a table of this size passes the limits."""
    if columns > limits.columns:
        raise UnreadableFile(
            f"{_named(sheet)}有 {columns:,} 列，超过 {limits.columns:,} 列的上限。"
            "请删去表格右边多余的内容后重报。"
        )
    check_cells(rows, columns, limits, sheet)


def check_cells(
    rows: int, columns: int, limits: Limits, sheet: str = "", farthest: str = ""
) -> None:
    """UnreadableFile when a table of this size has more cells than the limits allow; it names the
    `farthest` cells, if they are known."""
    if rows * columns > limits.cells:
        raise UnreadableFile(
            f"{_named(sheet)}有 {rows:,} 行 × {columns:,} 列，"
            f"超过 {limits.cells:,} 个单元格的上限。"
            f"{farthest}请删去表格以外的零散内容（空格也算），或拆成几个文件后重报。"
        )


def _named(sheet: str) -> str:
    return f"工作表“{sheet}”" if sheet else "表"


def text_column(cells: Iterable[object]) -> list[Cell]:
    """A column of typed cells as text."""
    return [
        (cell if cell and not cell.isspace() else None) if type(cell) is str else cell_text(cell)
        for cell in cells
    ]


def cell_text(cell: object) -> Cell:
    """One cell as text: whole numbers without `.0`, ISO dates, compact JSON, None when empty.

    A number of more than 15 digits becomes scientific text, so that nobody takes it for a code;
    whole ones of formats that hold them exactly (json) are their digits.
    """
    if cell is None:
        return None
    if type(cell) is int:
        return str(cell)
    if type(cell) is float and -MAX_EXACT < cell < MAX_EXACT and cell.is_integer():
        return str(int(cell))
    if type(cell) is date:
        return cell.isoformat()
    if isinstance(cell, str):
        return cell if cell and not cell.isspace() else None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float | Decimal):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return _moment_text(cell)
    if isinstance(cell, list | dict):
        return json.dumps(cell, ensure_ascii=False, separators=(",", ":"), default=cell_text)
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _number_text(number: float | Decimal) -> str:
    if isinstance(number, float) and abs(number) < MAX_EXACT:
        # 15 digits are what a spreadsheet program shows: 0.1 + 0.2 is 0.3.
        return format(number, ".15g")
    exact = Decimal(number)
    if not exact.is_finite():
        return str(number)
    if abs(exact) >= MAX_EXACT:
        mantissa, exponent = f"{exact:.14E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    if exact == int(number):
        return str(int(number))
    return format(number, ".15g")


def _moment_text(moment: datetime) -> str:
    if moment.tzinfo is None and moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")
