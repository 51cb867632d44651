"""Several tables below each other on one sheet, such as 一、目录 and 二、挂载资源: each is a sheet
of its own to whoever reads it.

Only a line that is the whole header of another dataset begins a table; a header that comes again
is no new one (lines.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sharing_pipeline.contracts import Contract
from sharing_pipeline.intake.headers import find_header, told_by
from sharing_pipeline.intake.matching import header_key, known_keys, match
from sharing_pipeline.intake.readers.grid import Grid
from sharing_pipeline.intake.sources import Source

_FIRST_COLUMNS = 3
"""A header has a cell in one of these: the others needn't be looked through."""
_FEWEST_NAMES = 3
_FEWEST_TABLES = 2


def tables_of(grid: Grid, source: Source, contracts: Mapping[str, Contract]) -> Iterator[Grid]:
    """The sheet's tables from the top, each with the titles above it; mostly the sheet itself."""
    begins = _begins(grid, source, contracts) if source.canonical and grid.header is None else []
    if len(begins) < _FEWEST_TABLES:
        yield grid
        return
    ends = [_above_titles(grid, place) for place in begins[1:]]
    for begin, end in zip([0, *ends], [*ends, grid.row_count], strict=True):
        yield _rows(grid, begin, end)


def _begins(grid: Grid, source: Source, contracts: Mapping[str, Contract]) -> list[int]:
    """The header lines of the tables, each of another dataset than the one before."""
    words, known = _words(contracts), known_keys(contracts, source)
    places = {
        place
        for column in grid.columns[:_FIRST_COLUMNS]
        for place, cell in enumerate(column)
        if cell in words
        and all(header_key(other[place]) in known for other in grid.columns if other[place])
    }
    announced = {place: _announced(grid, place, source, contracts) for place in places}
    if all(dataset is None for dataset in announced.values()):
        return []
    best = find_header(grid, source, contracts)  # it may have columns beside those that are known
    if best is not None and best.certain:
        announced[best.first_data - 1] = best.dataset
    told = [(place, dataset) for place, dataset in sorted(announced.items()) if dataset]
    return [
        place
        for number, (place, dataset) in enumerate(told)
        if number == 0 or dataset != told[number - 1][1]
    ]


def _words(contracts: Mapping[str, Contract]) -> set[str]:
    """What a header's cell may say."""
    columns = [column for contract in contracts.values() for column in contract.columns]
    return {
        word for one in columns for word in (one.name, one.title, f"*{one.title}", *one.aliases)
    }


def _announced(
    grid: Grid, place: int, source: Source, contracts: Mapping[str, Contract]
) -> str | None:
    """The dataset of which a line is the header, every cell of it."""
    names = [column[place] for column in grid.columns]
    dataset = told_by(names, source, contracts)
    if dataset is None:
        return None
    matched = {at for places in match(names, contracts[dataset], source).values() for at in places}
    filled = {at for at, name in enumerate(names) if name}
    return dataset if filled == matched and len(filled) >= _FEWEST_NAMES else None


def _above_titles(grid: Grid, place: int) -> int:
    """Where the titles above a header begin: lines with one cell at most."""
    while sum(column[place - 1] is not None for column in grid.columns) <= 1:
        place -= 1
    return place


def _rows(grid: Grid, begin: int, end: int) -> Grid:
    """Some of the sheet's lines, under the numbers that they have in the sheet."""
    return replace(
        grid,
        columns=[column[begin:end] for column in grid.columns],
        first_row=grid.first_row + begin,
        merged=[
            (top - begin, left, min(bottom, end - 1) - begin, right)
            for top, left, bottom, right in grid.merged
            if begin <= top < end
        ],
    )
