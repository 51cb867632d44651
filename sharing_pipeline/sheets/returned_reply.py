"""Recognises a reply that its sender returns, and removes what the reply had added to the file.

Senders of csv, json and the like get a workbook with their columns and a last one, 问题
(reply/text_file.py), in which texts are neutralised (values/neutralised.py). Left there, its texts
would turn exact duplicates into conflicts, and the neutralising apostrophe would become part of
codes and names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.sheets.raw_table import (
    FILLS_HEAD,
    FILLS_SHEET,
    PROBLEM_HEADER,
    REMARK_LEVELS,
    REPORT_ABOUT,
    REPORT_SHEET,
    OwnSheets,
)
from sharing_pipeline.values.neutralised import neutralised

_MARKS = tuple(f"【{level}】" for level in REMARK_LEVELS.values())
_BEGINS = [REPORT_SHEET, *REPORT_ABOUT[:2]]


def own_sheets(grids: Sequence[Grid]) -> OwnSheets:
    """The names of our own sheets in a file; if it has none, free names, because a sender may have
    sheets of the usual names."""
    return OwnSheets(
        _name_of(REPORT_SHEET, _is_report, grids), _name_of(FILLS_SHEET, _keeps_fills, grids)
    )


def _name_of(usual: str, is_ours: Callable[[Grid], bool], grids: Sequence[Grid]) -> str:
    names = {grid.sheet for grid in grids}
    free = (f"{usual}（{number}）" if number > 1 else usual for number in count(1))
    own_names = (grid.sheet for grid in grids if is_ours(grid))
    return next(own_names, None) or next(name for name in free if name not in names)


def as_sent(grids: Sequence[Grid], shape: Shape | None) -> list[Grid]:
    """The sheets of a file as its sender wrote them, without what a reply has added."""
    sent = [grid for grid in grids if not (grid.hidden or _is_report(grid) or _keeps_fills(grid))]
    if not any(map(_is_report, grids)) and not any(map(_has_problems, sent)):
        return sent
    sent = [_not_neutralised(_without_problems(grid)) for grid in sent]
    items = shape.explode if shape is not None else None
    return [_with_items_known(grid, items) for grid in sent] if items else sent


def _is_report(grid: Grid) -> bool:
    """Whether a sheet is the report of a reply, whatever its name is."""
    if not grid.from_workbook or not grid.columns:
        return False
    return [cell for cell in grid.columns[0][:10] if cell][:3] == _BEGINS


def _keeps_fills(grid: Grid) -> bool:
    """Whether a sheet is the one in which a reply keeps its sender's own fills."""
    first_row = tuple(column[0] for column in grid.columns[: len(FILLS_HEAD)] if column)
    return grid.from_workbook and first_row == FILLS_HEAD


def _without_problems(grid: Grid) -> Grid:
    if not _is_problem_column(grid.columns[-1:]):
        return grid
    return replace(grid, columns=grid.columns[:-1], sent_as_text=True)


def _has_problems(grid: Grid) -> bool:
    """Whether there is a column 问题 with our remarks, as in a sheet that was saved by itself."""
    column = [cell for cells in grid.columns[-1:] for cell in cells if cell]
    has_marks = any(cell.startswith(_MARKS) for cell in column)
    return _is_problem_column(grid.columns[-1:]) and has_marks


def _is_problem_column(last: list[list[Cell]]) -> bool:
    """Whether a sheet's last column is a reply's column 问题, to which its sender may have added.

    A column of this name without any of our marks may be the sender's own.
    """
    header, *below = [cell for column in last for cell in column if cell] or [""]
    return header.split("\n")[0] == PROBLEM_HEADER and (
        header != PROBLEM_HEADER or any(cell.startswith(_MARKS) for cell in below) or not below
    )


def _not_neutralised(grid: Grid) -> Grid:
    """The sheet without the apostrophes that neutralised its texts."""
    return replace(grid, columns=[list(map(_original, column)) for column in grid.columns])


def _original(cell: Cell) -> Cell:
    return cell[1:] if cell and cell[0] == "'" and neutralised(cell[1:]) == cell else cell


def _with_items_known(grid: Grid, items: str) -> Grid:
    """The sheet with its rows that have no item of the exploded list noted as `without_items`. In a
    table they look like rows with an item whose fields are all empty."""
    for place, line in enumerate(zip(*grid.columns, strict=True)):
        fields = [
            column
            for column, cell in enumerate(line)
            if cell and f"{cell}.".startswith(f"{items}.")
        ]
        if fields:
            columns = [grid.columns[field][place + 1 :] for field in fields]
            rows = enumerate(zip(*columns, strict=True), place + 1)
            empty = frozenset(number for number, cells in rows if not any(cells))
            return replace(grid, without_items=empty)
    return grid
