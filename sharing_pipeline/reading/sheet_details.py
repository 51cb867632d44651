"""What the cell reader leaves out about a sheet: what is hidden, merged, wrong or not computed.

Plain data, and how it is put into a grid or into words. Each format finds it in its own way:
xlsx_parts.py, ods_content.py, xls_details.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sharing_pipeline.reading.grid import Cell

Range = tuple[int, int]
"""First and last place, from 0, inclusive."""

NO_VALUE = "=（公式，没有算出的值）"
"""Stands for a formula whose own text is not in its cell."""
_MOST_RANGES = 10


@dataclass
class Beside:
    """About one sheet; places count from 0. `cells`: the text of cells that read as empty, an
    error value or a formula that nobody has computed. `epoch_1904`: day 0 of its serial dates."""

    hidden_rows: list[Range] = field(default_factory=list)
    hidden_columns: list[Range] = field(default_factory=list)
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    epoch_1904: bool = False

    def hide_row(self, row: int, last: int | None = None) -> None:
        """Note hidden rows, in ascending order."""
        _extend(self.hidden_rows, row, row if last is None else last)

    def hide_column(self, column: int, last: int | None = None) -> None:
        """Note hidden columns, in ascending order."""
        _extend(self.hidden_columns, column, column if last is None else last)

    def size_with(self, rows: int, columns: int) -> tuple[int, int]:
        """A sheet's size when the cells noted here count too."""
        if self.cells:
            rows = max(rows, 1 + max(row for row, _ in self.cells))
            columns = max(columns, 1 + max(column for _, column in self.cells))
        return rows, columns

    def fill(self, columns: list[list[Cell]], rows: int, width: int) -> None:
        """Put the noted cells into columns that are made as large as that."""
        columns.extend([] for _ in range(width - len(columns)))
        for column in columns:
            column.extend([None] * (rows - len(column)))
        for (row, place), text in self.cells.items():
            if columns[place][row] is None:
                columns[place][row] = text

    def note(self, sheet: str, rows: int, columns: int) -> list[str]:
        """The hidden rows and columns of a sheet of this size, in Chinese."""
        said = [
            _said(self.hidden_rows, rows, "行", lambda place: f"{place + 1}"),
            _said(self.hidden_columns, columns, "列", column_letters),
        ]
        found = "和".join(each for each in said if each)
        return [f"工作表“{sheet}”里隐藏的{found}，也和其他行列一样读了。"] if found else []


def _extend(ranges: list[Range], first: int, last: int) -> None:
    if ranges and ranges[-1][1] >= first - 1:
        ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
    else:
        ranges.append((first, last))


def _said(ranges: Iterable[Range], size: int, what: str, name: Callable[[int], str]) -> str:
    """第 4、7–9 行; nothing beyond the sheet's size is worth a word."""
    inside = [(first, min(last, size - 1)) for first, last in ranges if first < size]
    if not inside:
        return ""
    named = [
        name(first) if first == last else f"{name(first)}–{name(last)}"
        for first, last in inside[:_MOST_RANGES]
    ]
    count = sum(last - first + 1 for first, last in inside)
    more = f" 等 {count}" if len(inside) > _MOST_RANGES else ""
    return f"第 {'、'.join(named)}{more} {what}"


def column_letters(place: int) -> str:
    """A column's name in a spreadsheet program: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_place(letters: str) -> int:
    """The place of a column's name, from 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
