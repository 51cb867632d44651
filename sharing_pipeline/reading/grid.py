"""A grid is one sheet of text cells, with the row numbers that its sender sees.

Typed cells are turned into text here, in the same way for every format.
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
"""A number cell is a binary fraction: a code of more than 15 digits in one has lost digits."""


@dataclass(frozen=True)
class Grid:
    """One sheet of text cells; a cell that is empty or holds only white space is None.

    columns: the cells by column; all columns are equally long.
    header: the column names of formats that keep them outside the rows (json, parquet); None where
        the header is among the rows.
    first_row: the number that the sender sees at the first row.
    checks_width: a cell beyond the header means a broken record (csv).
    merged: merged cells as (first row, first column, last row, last column), from 0, inclusive.
    epoch_1904: serial dates count from 1904, as on old Macs.
    without_items: the rows (from 0) of objects whose list to be exploded is empty.
    part: this is one of several tables on its sheet, so that the sheet's name says nothing of it.
    headers_again: the rows (from 0) that repeat the header, as on each printed page.
    hidden: the sheet is hidden and was read only because it was asked for by name.
    sent_as_text: the sheet is our reply to a text file, in which a text with = is no formula.
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
        """How many rows there are, counting titles and the header where they are among them."""
        return len(self.columns[0]) if self.columns else 0


def check_size(rows: int, columns: int, limits: Limits, sheet: str = "") -> None:
    """Raises UnreadableFile for a table of more columns or cells than the limits allow."""
    if columns > limits.columns:
        raise UnreadableFile(
            f"{_named(sheet)}有 {columns:,} 列，超过 {limits.columns:,} 列的上限。"
            "请删去表格右边多余的内容后重报。"
        )
    check_cells(rows, columns, limits, sheet)


def check_cells(
    rows: int, columns: int, limits: Limits, sheet: str = "", farthest: str = ""
) -> None:
    """Raises UnreadableFile for a table of more cells than the limits allow; the message names the
    `farthest` cells if they are known."""
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
    """A typed cell as text: whole numbers without `.0`, ISO dates, compact JSON, None when empty.

    A number of more than 15 digits is written in scientific notation, so that nobody takes it for
    a code. Whole numbers of formats that hold them exactly (json) are written with all digits.
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
