"""What the cell reader leaves out of a sheet: what is hidden or merged, errors, lost results.

The data are kept here and put into a grid or into a note for the sender. Each format finds them in
its own way: xlsx_parts.py, ods_content.py, xls_details.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sharing_pipeline.reading.grid import Cell

Range = tuple[int, int]
"""First and last place, from 0, inclusive."""

NO_VALUE = "=（公式，没有算出的值）"
"""Stands for a formula without a result whose own text is not in its cell either."""
_MOST_RANGES = 10
"""A note names so many ranges of hidden rows or columns, and then only their number."""


@dataclass
class SheetDetails:
    """The details of one sheet; rows and columns count from 0.

    `cells` holds the text of cells that the cell reader gives as empty: an error value, or a
    formula whose result was not saved. `epoch_1904` says that serial dates count from 1904.
    """

    hidden_rows: list[Range] = field(default_factory=list)
    hidden_columns: list[Range] = field(default_factory=list)
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    epoch_1904: bool = False

    def hide_row(self, row: int, last: int | None = None) -> None:
        """Notes hidden rows, which must come in ascending order."""
        _extend(self.hidden_rows, row, row if last is None else last)

    def hide_column(self, column: int, last: int | None = None) -> None:
        """Notes hidden columns, which must come in ascending order."""
        _extend(self.hidden_columns, column, column if last is None else last)

    def size_with(self, rows: int, columns: int) -> tuple[int, int]:
        """The sheet's size when the cells noted here count too."""
        if self.cells:
            rows = max(rows, 1 + max(row for row, _ in self.cells))
            columns = max(columns, 1 + max(column for _, column in self.cells))
        return rows, columns

    def fill(self, columns: list[list[Cell]], rows: int, width: int) -> None:
        """Enlarges the columns to this size, and puts the noted cells into them."""
        columns.extend([] for _ in range(width - len(columns)))
        for column in columns:
            column.extend([None] * (rows - len(column)))
        for (row, place), text in self.cells.items():
            if columns[place][row] is None:
                columns[place][row] = text

    def note(self, sheet: str, rows: int, columns: int) -> list[str]:
        """A note in Chinese on the hidden rows and columns of a sheet of this size, if any."""
        hidden = [
            _ranges_text(self.hidden_rows, rows, "行", lambda row: f"{row + 1}"),
            _ranges_text(self.hidden_columns, columns, "列", column_letters),
        ]
        named = "和".join(filter(None, hidden))
        return [f"工作表“{sheet}”里隐藏的{named}，也和其他行列一样读了。"] if named else []


def _extend(ranges: list[Range], first: int, last: int) -> None:
    if ranges and ranges[-1][1] >= first - 1:
        ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
    else:
        ranges.append((first, last))


def _ranges_text(ranges: Iterable[Range], size: int, unit: str, name: Callable[[int], str]) -> str:
    """Ranges in words, as in 第 4、7–9 行, but for what lies beyond the sheet's size."""
    inside = [(first, min(last, size - 1)) for first, last in ranges if first < size]
    if not inside:
        return ""
    named = [
        name(first) if first == last else f"{name(first)}–{name(last)}"
        for first, last in inside[:_MOST_RANGES]
    ]
    count = sum(last - first + 1 for first, last in inside)
    more = f" 等 {count}" if len(inside) > _MOST_RANGES else ""
    return f"第 {'、'.join(named)}{more} {unit}"


def column_letters(place: int) -> str:
    """The name of a column in a spreadsheet program: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_place(letters: str) -> int:
    """The column of this name, from 0: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
