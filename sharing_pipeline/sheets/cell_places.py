"""The places of faulty cells that belong to no canonical column of their own.

They are not needed to read the rows, only to mark the cells in the reply to the sender.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sharing_pipeline.catalog.source_keys import Joined, Rule, headers_of
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.sheets.headers import Header
from sharing_pipeline.sheets.matching import header_key
from sharing_pipeline.sheets.raw_table import Surplus


def surplus(grid: Grid, header: Header, rows: Sequence[int]) -> list[Surplus]:
    """Of each of these rows (from 0), the first filled cell beyond the header, if there is one."""
    if not grid.checks_width:
        return []
    width = max((place + 1 for place, name in enumerate(header.names) if name), default=0)
    beyond = list(enumerate(grid.columns[width:], width + 1))
    surplus_cells = []
    for row in rows if beyond else ():
        filled = ((column[row], place) for place, column in beyond if column[row])
        value, place = next(filled, (None, 0))
        if value:
            surplus_cells.append(Surplus(grid.sheet, grid.first_row + row, value, place))
    return surplus_cells


def blanks(
    grid: Grid, header: Header, rows: Sequence[int], declared: Mapping[str, str | Joined | Rule]
) -> dict[tuple[str, int, str], int]:
    """Where a code that is joined from several columns has an empty part: (sheet, row, canonical
    column) → the sender's column, from 1. `declared` says how each code is made."""
    keys = [header_key(name) for name in header.names]
    empty_parts = {}
    for name, value in declared.items():
        if not isinstance(value, Joined):
            continue
        parts = [keys.index(header_key(part)) for part in headers_of(value)]
        for row in rows:
            empty = next((place for place in parts if not grid.columns[place][row]), None)
            if empty is not None:
                empty_parts[grid.sheet, grid.first_row + row, name] = empty + 1
    return empty_parts
