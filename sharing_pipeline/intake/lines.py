"""Which lines of a sheet are rows: not titles, blank lines, totals, notes, repeated headers.

A skipped line that has text is handed back, so that its sender can see it (inputs.md §8).
"""

from __future__ import annotations

import re

from sharing_pipeline.codes import clean
from sharing_pipeline.intake.headers import Header
from sharing_pipeline.intake.matching import header_key
from sharing_pipeline.intake.raw import Skipped
from sharing_pipeline.intake.readers.grid import Cell, Grid

_TOTAL = re.compile(r"([本全][页表])?(合计|总计|小计|共计|累计|总数)([:(\[【\d].*)?", re.DOTALL)
_NOTE = re.compile(
    r"(注|备注|附注|说明|填表说明|(填表|填报|制表|审核|负责|联系)(人|单位|部门|日期|时间)"
    r"|联系电话|数据来源|单位负责人)[\d一二三四五]*[:.、].*",
    re.DOTALL,
)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_FEWEST_COLUMNS = 3
"""With fewer columns a line with one cell is no rarity."""


def rows_of(grid: Grid, header: Header, key_place: int | None) -> tuple[list[int], list[Skipped]]:
    """The places (from 0) of the rows below the header, and the lines skipped anywhere.

    `key_place` is the column of the key: a line with a key of its own is a row whatever else
    it says.
    """
    lines = list(zip(*grid.columns, strict=True))
    if grid.header is not None:
        return [place for place, line in enumerate(lines) if any(line)], []
    judge = _Judge(header, lines, key_place)
    kept: list[int] = []
    passed_over: list[int] = []
    for place, line in enumerate(lines):
        if not any(line):
            continue
        (kept if place >= header.first_data and judge.is_row(line) else passed_over).append(place)
    header_lines = judge.header_places
    return kept, [
        Skipped(grid.sheet, grid.first_row + place, _text(lines[place]))
        for place in passed_over
        if place not in header_lines
    ]


class _Judge:
    """Tells rows from other lines of one sheet."""

    def __init__(
        self, header: Header, lines: list[tuple[Cell, ...]], key_place: int | None
    ) -> None:
        """`lines` are all of the sheet, `key_place` is the key's column."""
        self._key = key_place
        self._first = min((places[0] for places in header.matches.values()), default=0)
        self._wide = len(header.matches) >= _FEWEST_COLUMNS
        last = header.first_data - 1
        one_line = all(
            header_key(name) == header_key(cell)
            for name, cell in zip(header.names, lines[last], strict=True)
        )
        self.header_places = {last} if one_line else {last - 1, last}
        self._words = {
            header_key(cell) for place in self.header_places for cell in lines[place] if cell
        }
        self._raw_words = {cell for place in self.header_places for cell in lines[place] if cell}

    def is_row(self, line: tuple[Cell, ...]) -> bool:
        """Whether a line below the header with text in it is a row."""
        place, first = next((at, cell) for at, cell in enumerate(line) if cell)
        if first in self._raw_words and self._repeats_header(line):
            return False
        has_own_key = self._key is not None and self._key != place and line[self._key] is not None
        if has_own_key or first.isascii():
            return True
        said = clean(first)
        if _TOTAL.fullmatch(said) or _NOTE.fullmatch(said):
            return False
        alone = sum(cell is not None for cell in line) == 1
        return not (alone and self._wide and place <= self._first and _CHINESE.search(first))

    def _repeats_header(self, line: tuple[Cell, ...]) -> bool:
        words = [header_key(cell) for cell in line if cell]
        return len(words) > 1 and self._words.issuperset(words)


def _text(line: tuple[Cell, ...]) -> str:
    return " ".join(cell.strip() for cell in line if cell)


def fill_merged(grid: Grid, header: Header) -> None:
    """Give every row of a cell merged down a column its value; lines without own text stay."""
    if not grid.merged:
        return
    has_text = [any(line) for line in zip(*grid.columns, strict=True)]
    for top, left, bottom, _ in grid.merged:
        if top < header.first_data or left >= len(grid.columns) or top >= grid.row_count:
            continue
        column = grid.columns[left]
        for place in range(top + 1, min(bottom + 1, grid.row_count)):
            if has_text[place]:
                column[place] = column[top]
