"""A reply that is sent again: the column that we put into it is no cell of its sender's rows.

Senders of csv, json and the like get a workbook with their columns and a last one, 问题
(reply/table.py). Left there, its texts would turn exact duplicates into conflicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sharing_pipeline.intake.answer import LEVELS
from sharing_pipeline.intake.raw import PROBLEM_HEADER, REPORT_SHEET
from sharing_pipeline.intake.readers.grid import Cell, Grid

_MARKS = tuple(f"【{level}】" for level in LEVELS.values())


def without_problems(grids: Sequence[Grid]) -> list[Grid]:
    """The sheets of a file; those of a reply without the column that the reply added."""
    if not any(grid.from_workbook and grid.sheet == REPORT_SHEET for grid in grids):
        return list(grids)
    return [_without_problems(grid) for grid in grids]


def _without_problems(grid: Grid) -> Grid:
    last = grid.columns[-1:]
    return replace(grid, columns=grid.columns[:-1]) if last and _is_ours(last[0]) else grid


def _is_ours(column: list[Cell]) -> bool:
    """Whether it is headed 问题 and we wrote in it; what a sender noted there counts no more than
    our text. A column 问题 without a mark of ours may be the sender's own."""
    header, *below = [cell for cell in column if cell] or [""]
    return header.split("\n")[0] == PROBLEM_HEADER and (
        header != PROBLEM_HEADER or any(cell.startswith(_MARKS) for cell in below) or not below
    )
