"""Several tables below each other on one sheet, such as 一、目录 and 二、挂载资源: each is a sheet
of its own to whoever reads it.

A line below the header begins a table when it is a whole header and its columns stand elsewhere.
The same header once more, whatever words it is in, begins none: its place is noted for
data_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.datasets import with_belongings
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.sheets.headers import Header, assign, find_header, told_by
from sharing_pipeline.sheets.matching import header_key, known_keys, match

_FIRST_COLUMNS = 3
"""A header has a word in one of the first columns that are read: the others needn't be looked
through."""
_FEWEST_NAMES = 3
_TWO_LINES = 2
"""So many may be one header."""


def tables_of(grid: Grid, source: Source, contracts: Mapping[str, Contract]) -> Iterator[Grid]:
    """The sheet's tables from the top, each with the titles above it; mostly the sheet itself."""
    words = _Words(source, contracts)
    first = _first_header(grid, words) if grid.header is None else None
    if first is None or not first.certain:
        yield grid
        return
    begins, again = _headers_below(grid, first, words)
    if not begins and not again:
        yield grid
        return
    ends = [_above_titles(grid, place) for place in begins]
    for begin, end in zip([0, *ends], [*ends, grid.row_count], strict=True):
        mine = frozenset(place - begin for place in again if begin <= place < end)
        yield replace(_lines(grid, begin, end), part=bool(begins), headers_again=mine)


def _first_header(grid: Grid, words: _Words) -> Header | None:
    """The topmost header: the best one of a sheet may be that of a later table."""
    first = words.header(grid)
    while first is not None and first.certain:
        above = words.header(_lines(grid, 0, max(0, first.first_data - _TWO_LINES)))
        if above is None or not words.is_whole(above):
            break
        first = above
    return first


def _headers_below(grid: Grid, first: Header, words: _Words) -> tuple[list[int], frozenset[int]]:
    """The lines (from 0) that begin a table, and those that are the header above once more."""
    begins: list[int] = []
    again: set[int] = set()
    above = first.names
    used = sorted(place for places in first.matches.values() for place in places)
    for place in words.places(grid, used[:_FIRST_COLUMNS], first.first_data):
        line = [column[place] for column in grid.columns]
        if not words.may_be_header(line):
            continue
        if not words.elsewhere(line, above):
            again.add(place)
        elif words.is_whole(words.header(_lines(grid, place, place + _TWO_LINES))):
            begins.append(place)
            above = line
    return begins, frozenset(again)


@dataclass(frozen=True)
class _Words:
    """What words are headers, in a source's files."""

    source: Source
    contracts: Mapping[str, Contract]

    @cached_property
    def _known(self) -> set[str]:
        return known_keys(self.contracts, self.source)

    def places(self, grid: Grid, columns: list[int], begin: int) -> list[int]:
        """The lines from `begin` on with a header's word in one of these columns."""
        starts = {key[:2] for key in self._known}
        starts |= {f"*{start[:1]}" for start in starts}
        return sorted(
            {
                place
                for at in columns
                for place, cell in enumerate(grid.columns[at][begin:], begin)
                if cell and cell[:2] in starts and header_key(cell) in self._known
            }
        )

    def may_be_header(self, line: list[Cell]) -> bool:
        """Whether a line has a key and other columns, and no cell that is more than a word."""
        strange = [cell for cell in line if cell and header_key(cell) not in self._known]
        if any(letter.isdigit() for cell in strange for letter in cell):
            return False
        return any(
            key <= columns.keys() and len(columns) >= _FEWEST_NAMES
            for key, columns in self._matched(line)
        )

    def _matched(self, line: list[Cell]) -> Iterator[tuple[set[str], dict[str, list[int]]]]:
        """The key of a dataset that the line may announce, and the columns that it has of it."""
        told = told_by(line, self.source, self.contracts) if self.source.canonical else None
        whole = with_belongings(self.contracts)  # a row may have what it belongs to beside it
        for dataset in (told, *whole) if told else (self.source.dataset,):
            contract = self.contracts[dataset]
            yield {contract.key[0]}, match(line, contract, self.source)

    def elsewhere(self, line: list[Cell], above: list[Cell]) -> bool:
        """Whether a column of a line stands where the header above has another one."""
        return any(
            self._meant(cell).isdisjoint(self._meant(over))
            for cell, over in zip(line, above, strict=True)
            if cell and header_key(cell) in self._known
        )

    def _meant(self, cell: Cell) -> set[str]:
        """What a header may mean: its own word, and the columns of that word in all datasets."""
        meant = {header_key(cell)}
        for contract in self.contracts.values():
            meant.update(
                f"{contract.table}.{name}" for name in match([cell], contract, self._plain)
            )
        return meant

    @cached_property
    def _plain(self) -> Source:
        """A source that declares nothing: what a word means anywhere."""
        return self.source.model_copy(update={"columns": {}, "constants": {}, "canonical": False})

    def header(self, lines: Grid) -> Header | None:
        """The header among these lines."""
        return find_header(lines, self.source, self.contracts)

    def is_whole(self, header: Header | None) -> bool:
        """Whether a header is certain and lacks nothing."""
        if header is None or not header.certain:
            return False
        return not assign(header, self.source, self.contracts[header.dataset]).missing


def _above_titles(grid: Grid, place: int) -> int:
    """Where the titles above a header begin: lines with one cell at most, and that no code."""
    while place > 0:
        filled = [cell for cell in (column[place - 1] for column in grid.columns) if cell]
        if len(filled) > 1 or any(map(str.isascii, filled)):
            return place
        place -= 1
    return place


def _lines(grid: Grid, begin: int, end: int) -> Grid:
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
        part=True,
    )
