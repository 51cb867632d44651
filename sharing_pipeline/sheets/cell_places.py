"""Where cells stand that a finding is about, though they are no column's own.

A reader of rows has no use for them; who is told what is wrong has (remarks.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sharing_pipeline.catalog.source_keys import Joined, Rule, headers_of
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.sheets.headers import Header
from sharing_pipeline.sheets.matching import header_key
from sharing_pipeline.sheets.raw_table import Surplus


def surplus(grid: Grid, header: Header, rows: Sequence[int]) -> list[Surplus]:
    """The first filled cell beyond the header of each of these rows (from 0) that has one."""
    if not grid.checks_width:
        return []
    width = max((place + 1 for place, name in enumerate(header.names) if name), default=0)
    beyond = list(enumerate(grid.columns[width:], width + 1))
    found = []
    for row in rows if beyond else ():
        value, place = next(((c[row], at) for at, c in beyond if c[row]), (None, 0))
        if value:
            found.append(Surplus(grid.sheet, grid.first_row + row, value, place))
    return found


def blanks(
    grid: Grid, header: Header, rows: Sequence[int], declared: Mapping[str, str | Joined | Rule]
) -> dict[tuple[str, int, str], int]:
    """Which part of a code that is joined from several columns is empty: by sheet, row and
    canonical column the place from 1. `declared`: how the codes come about."""
    keys = [header_key(name) for name in header.names]
    found = {}
    for name, value in declared.items():
        if not isinstance(value, Joined):
            continue
        parts = [keys.index(header_key(one)) for one in headers_of(value)]
        columns = [grid.columns[at] for at in parts]
        for row in rows:
            empty = next((at for at, c in zip(parts, columns, strict=True) if not c[row]), None)
            if empty is not None:
                found[grid.sheet, grid.first_row + row, name] = empty + 1
    return found
