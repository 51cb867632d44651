"""A reply that is sent again: what we put into it is nothing that its sender says.

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
    """The names of our sheets in a file, else free ones: a sender may have sheets so called."""
    return OwnSheets(
        _name_of(REPORT_SHEET, _is_report, grids), _name_of(FILLS_SHEET, _keeps_fills, grids)
    )


def _name_of(usual: str, is_ours: Callable[[Grid], bool], grids: Sequence[Grid]) -> str:
    names = {grid.sheet for grid in grids}
    free = (f"{usual}（{number}）" if number > 1 else usual for number in count(1))
    ours = (grid.sheet for grid in grids if is_ours(grid))
    return next(ours, None) or next(name for name in free if name not in names)


def as_sent(grids: Sequence[Grid], shape: Shape | None) -> list[Grid]:
    """The sheets of a file; those of a reply without what the reply added."""
    theirs = [grid for grid in grids if not (grid.hidden or _is_report(grid) or _keeps_fills(grid))]
    if not any(map(_is_report, grids)) and not any(map(_has_problems, theirs)):
        return theirs
    theirs = [_as_written(_without_problems(grid)) for grid in theirs]
    items = shape.explode if shape is not None else None
    return [_with_items_known(grid, items) for grid in theirs] if items else theirs


def _is_report(grid: Grid) -> bool:
    """Whether a sheet is a report of ours, whatever it is called."""
    if not grid.from_workbook or not grid.columns:
        return False
    return [cell for cell in grid.columns[0][:10] if cell][:3] == _BEGINS


def _keeps_fills(grid: Grid) -> bool:
    """Whether a sheet is the one in which a reply keeps its sender's own fills."""
    first_row = tuple(column[0] for column in grid.columns[: len(FILLS_HEAD)] if column)
    return grid.from_workbook and first_row == FILLS_HEAD


def _without_problems(grid: Grid) -> Grid:
    if not _is_ours(grid.columns[-1:]):
        return grid
    return replace(grid, columns=grid.columns[:-1], sent_as_text=True)


def _has_problems(grid: Grid) -> bool:
    """Whether there is a column 问题 in which we wrote: somebody has saved that sheet alone."""
    column = [cell for cells in grid.columns[-1:] for cell in cells if cell]
    return _is_ours(grid.columns[-1:]) and any(cell.startswith(_MARKS) for cell in column)


def _is_ours(last: list[list[Cell]]) -> bool:
    """Whether a sheet's last column is headed 问题 and we wrote in it; what a sender noted there
    counts no more than our text. One without a mark of ours may be the sender's own."""
    header, *below = [cell for column in last for cell in column if cell] or [""]
    return header.split("\n")[0] == PROBLEM_HEADER and (
        header != PROBLEM_HEADER or any(cell.startswith(_MARKS) for cell in below) or not below
    )


def _as_written(grid: Grid) -> Grid:
    """Texts without the sign that keeps programs from obeying them."""
    return replace(grid, columns=[list(map(_obeyed, column)) for column in grid.columns])


def _obeyed(cell: Cell) -> Cell:
    return cell[1:] if cell and cell[0] == "'" and neutralised(cell[1:]) == cell else cell


def _with_items_known(grid: Grid, items: str) -> Grid:
    """Which records have no item of the list that made rows: a table doesn't tell it from one
    whose fields are all empty."""
    for place, line in enumerate(zip(*grid.columns, strict=True)):
        fields = [at for at, cell in enumerate(line) if cell and f"{cell}.".startswith(f"{items}.")]
        if fields:
            columns = [grid.columns[at][place + 1 :] for at in fields]
            cells = enumerate(zip(*columns, strict=True), place + 1)
            return replace(grid, without_items=frozenset(at for at, row in cells if not any(row)))
    return grid
