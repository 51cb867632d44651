"""Splits a sheet with several tables below each other, such as 一、目录 and 二、挂载资源, so that
each is read like a sheet of its own.

A line below the header begins a new table when it is a complete header whose columns stand in other
places. A repeated header, even in other words, begins none; its place is noted for data_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.datasets import with_belongings
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.sheets.headers import Header, announced_dataset, assign, find_header
from sharing_pipeline.sheets.matching import header_key, known_keys, match

_FIRST_COLUMNS = 3
"""Headers are looked for in so many of the columns that are read. A table whose header begins
further to the right than those of the table above is not found."""
_FEWEST_NAMES = 3
"""A line with fewer known headers begins no table: two of them may be cells of a row."""
_HEADER_LINES = 2
"""A header has at most so many lines."""


def tables_of(grid: Grid, source: Source, contracts: Mapping[str, Contract]) -> Iterator[Grid]:
    """The tables of a sheet from the top, each with the titles above it. Most sheets have only one
    table, and are given back as they are."""
    words = _Words(source, contracts)
    first = _first_header(grid, words) if grid.header is None else None
    if first is None or not first.certain:
        yield grid
        return
    begins, repeated = _headers_below(grid, first, words)
    if not begins and not repeated:
        yield grid
        return
    ends = [_above_titles(grid, place) for place in begins]
    for begin, end in zip([0, *ends], [*ends, grid.row_count], strict=True):
        repeated_here = frozenset(place - begin for place in repeated if begin <= place < end)
        yield replace(_lines(grid, begin, end), part=bool(begins), headers_again=repeated_here)


def _first_header(grid: Grid, words: _Words) -> Header | None:
    """The topmost header of a sheet; the best one may be that of a later table."""
    first = words.header(grid)
    while first is not None and first.certain:
        above = words.header(_lines(grid, 0, max(0, first.first_data - _HEADER_LINES)))
        if above is None or not words.is_whole(above):
            break
        first = above
    return first


def _headers_below(grid: Grid, first: Header, words: _Words) -> tuple[list[int], frozenset[int]]:
    """The lines (from 0) that begin a table, and those that repeat the header above."""
    begins: list[int] = []
    repeated: set[int] = set()
    above = first.names
    used = sorted(place for places in first.matches.values() for place in places)
    for place in words.places(grid, used[:_FIRST_COLUMNS], first.first_data):
        line = [column[place] for column in grid.columns]
        if not words.may_be_header(line):
            continue
        if not words.moves_columns(line, above):
            repeated.add(place)
        elif words.is_whole(words.header(_lines(grid, place, place + _HEADER_LINES))):
            begins.append(place)
            above = line
    return begins, frozenset(repeated)


@dataclass(frozen=True)
class _Words:
    """The words that are headers in the files of a source."""

    source: Source
    contracts: Mapping[str, Contract]

    @cached_property
    def _known(self) -> set[str]:
        return known_keys(self.contracts, self.source)

    def places(self, grid: Grid, columns: list[int], begin: int) -> list[int]:
        """The lines from `begin` on that have a known header in one of these columns."""
        starts = {key[:2] for key in self._known}
        starts |= {f"*{start[:1]}" for start in starts}
        return sorted(
            {
                place
                for column in columns
                for place, cell in enumerate(grid.columns[column][begin:], begin)
                if cell and cell[:2] in starts and header_key(cell) in self._known
            }
        )

    def may_be_header(self, line: list[Cell]) -> bool:
        """Whether a line has the header of a key and of other columns, and no digit in any cell
        that isn't a known header."""
        unknown = [cell for cell in line if cell and header_key(cell) not in self._known]
        if any(character.isdigit() for cell in unknown for character in cell):
            return False
        return any(
            key <= columns.keys() and len(columns) >= _FEWEST_NAMES
            for key, columns in self._matched(line)
        )

    def _matched(self, line: list[Cell]) -> Iterator[tuple[set[str], dict[str, list[int]]]]:
        """For each dataset that the line may be the header of: its key, and the columns found."""
        announced = (
            announced_dataset(line, self.source, self.contracts) if self.source.canonical else None
        )
        whole = with_belongings(self.contracts)  # a row may have what it belongs to beside it
        for dataset in (announced, *whole) if announced else (self.source.dataset,):
            contract = self.contracts[dataset]
            yield {contract.key[0]}, match(line, contract, self.source)

    def moves_columns(self, line: list[Cell], above: list[Cell]) -> bool:
        """Whether a header of the line stands where the header above has another column."""
        return any(
            self._meanings(cell).isdisjoint(self._meanings(cell_above))
            for cell, cell_above in zip(line, above, strict=True)
            if cell and header_key(cell) in self._known
        )

    def _meanings(self, cell: Cell) -> set[str]:
        """What a header may mean: its own word, and the columns of that word in all datasets."""
        meanings = {header_key(cell)}
        for contract in self.contracts.values():
            names = match([cell], contract, self._undeclared)
            meanings.update(f"{contract.table}.{name}" for name in names)
        return meanings

    @cached_property
    def _undeclared(self) -> Source:
        """The source without its declarations, by which a word means what it means anywhere."""
        return self.source.model_copy(update={"columns": {}, "constants": {}, "canonical": False})

    def header(self, lines: Grid) -> Header | None:
        """The header among these lines, if there is one."""
        return find_header(lines, self.source, self.contracts)

    def is_whole(self, header: Header | None) -> bool:
        """Whether a header is certain and has every required column."""
        if header is None or not header.certain:
            return False
        return not assign(header, self.source, self.contracts[header.dataset]).missing


def _above_titles(grid: Grid, place: int) -> int:
    """Where the titles above a header begin: lines with a single cell at most, which is no code."""
    while place > 0:
        filled = [cell for cell in (column[place - 1] for column in grid.columns) if cell]
        if len(filled) > 1 or any(map(str.isascii, filled)):
            return place
        place -= 1
    return place


def _lines(grid: Grid, begin: int, end: int) -> Grid:
    """Some of the sheet's lines, which keep their row numbers."""
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
