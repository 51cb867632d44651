"""Several tables below each other on one sheet, such as 一、目录 and 二、挂载资源: each is a sheet
of its own to whoever reads it.

A line begins a table when it is a header with other columns than the one before. The same header
once more, whatever words it is in, begins none: its place is noted for lines.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sharing_pipeline.contracts import Contract
from sharing_pipeline.intake.headers import find_header, told_by
from sharing_pipeline.intake.matching import header_key, known_keys, match
from sharing_pipeline.intake.readers.grid import Cell, Grid
from sharing_pipeline.intake.source_keys import headers_of
from sharing_pipeline.intake.sources import Source

_FIRST_COLUMNS = 3
"""A header has a cell in one of these: the others needn't be looked through."""
_FEWEST_NAMES = 3
_UNKNOWN_PER_KNOWN = 3
"""Of the words of a header so many are known for each that isn't."""


@dataclass(frozen=True)
class _Announced:
    """A line (from 0) that is a header: of which dataset, and which columns stand where."""

    place: int
    dataset: str
    columns: Mapping[str, list[int]]


def tables_of(grid: Grid, source: Source, contracts: Mapping[str, Contract]) -> Iterator[Grid]:
    """The sheet's tables from the top, each with the titles above it; mostly the sheet itself."""
    announced = _announced(grid, source, contracts) if grid.header is None else []
    begins = [
        one.place
        for before, one in zip([None, *announced], announced, strict=False)
        if before is None or (before.dataset, before.columns) != (one.dataset, one.columns)
    ]
    again = frozenset(one.place for one in announced).difference(begins)
    ends = [_above_titles(grid, place) for place in begins[1:]]
    for begin, end in zip([0, *ends], [*ends, grid.row_count], strict=True):
        yield _rows(grid, begin, end, again) if again or ends else grid


def _announced(grid: Grid, source: Source, contracts: Mapping[str, Contract]) -> list[_Announced]:
    """The header lines from the top; none where only the first lines may be one."""
    words, known = _words(contracts, source), known_keys(contracts, source)
    places = {
        place
        for column in grid.columns[:_FIRST_COLUMNS]
        for place, cell in enumerate(column)
        if cell in words
    }
    found = {
        place: told
        for place in sorted(places)
        if _may_be_header(line := [column[place] for column in grid.columns], known)
        and (told := _told(place, line, source, contracts))
    }
    if not found:
        return []
    best = find_header(grid, source, contracts)  # it may have columns beside those that are known
    if best is not None and best.certain:
        place = best.first_data - 1
        found[place] = _Announced(place, best.dataset, best.matches)
    return [one for place, one in sorted(found.items()) if not _is_upper_half(one, found)]


def _is_upper_half(one: _Announced, found: Mapping[int, _Announced]) -> bool:
    """Whether a line is the upper one of a header over two lines."""
    below = found.get(one.place + 1)
    return below is not None and below.columns != one.columns


def _may_be_header(line: list[Cell], known: set[str]) -> bool:
    """Whether nearly all words of a line are headers, and the others are words at least."""
    filled = [cell for cell in line if cell]
    strange = [cell for cell in filled if header_key(cell) not in known]
    names = len(filled) - len(strange)
    return names >= max(_FEWEST_NAMES, _UNKNOWN_PER_KNOWN * len(strange)) and not any(
        letter.isdigit() for cell in strange for letter in cell
    )


def _told(
    place: int, line: list[Cell], source: Source, contracts: Mapping[str, Contract]
) -> _Announced | None:
    """What a line announces as a header; None when it has no key."""
    if source.canonical:
        dataset = told_by(line, source, contracts)
    else:
        keys = contracts[source.dataset].key
        matches = match(line, contracts[source.dataset], source)
        dataset = source.dataset if matches.keys() >= set(keys) else None
    if dataset is None:
        return None
    return _Announced(place, dataset, match(line, contracts[dataset], source))


def _words(contracts: Mapping[str, Contract], source: Source) -> set[str]:
    """What a header's cell may say."""
    columns = [column for contract in contracts.values() for column in contract.columns]
    declared = [header for value in source.columns.values() for header in headers_of(value)]
    return set(declared).union(
        word for one in columns for word in (one.name, one.title, f"*{one.title}", *one.aliases)
    )


def _above_titles(grid: Grid, place: int) -> int:
    """Where the titles above a header begin: lines with one cell at most."""
    while sum(column[place - 1] is not None for column in grid.columns) <= 1:
        place -= 1
    return place


def _rows(grid: Grid, begin: int, end: int, again: frozenset[int]) -> Grid:
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
        headers_again=frozenset(place - begin for place in again if begin <= place < end),
    )
