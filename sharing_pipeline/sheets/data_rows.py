"""Tells which lines of a sheet are data rows, and which are titles, totals, notes or headers.

A line with text that is skipped is reported, so that its sender can see it (inputs.md §8). A row
that is taken for a note is therefore lost, but never silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from sharing_pipeline.catalog.codes import clean
from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.sheets.headers import Header
from sharing_pipeline.sheets.matching import header_key
from sharing_pipeline.sheets.raw_table import Skipped

_TOTAL = re.compile(
    r"([本全][页表])?(合计|总计|小计|共计|累计|汇总|总数|平均值?)([:(\[【\d].*)?", re.DOTALL
)
_NOTE = re.compile(
    r"(注|备注|附注|说明|填表说明|(填表|填报|制表|审核|负责|联系|截止|统计)(人|单位|部门|日期|时间)"
    r"|联系电话|数据来源|单位负责人)(\([^)]*\))?[\d一二三四五]*[:.、].*"
    r"|注|备注|附注|(填[表报])?说明|((填表|填报|制表|审核)(人|日期|时间)|单位负责人)(\([^)]*\))?"
    r"|联系电话"
    r"|(填[写报])?(示例|样例|例如?)[:.、].*",
    re.DOTALL,
)
_ORDINALS = ("一二三四五六七八九十", "甲乙丙丁戊己庚辛壬癸", "abcdefghijklmnopqrstuvwxyz")
_HINT = re.compile(
    r"必填|选填|必选|可选|可填|填写|下拉|请选|格式|不超过|\d位|yyyy|文本|字符|数值型|日期型|[单多]选"
)
"""Words of a hint under the header on how to fill in a column."""
_UNDER_HEADER = 2
"""So many lines below the header may number its columns or explain them, as forms do. A data row
there that looks like numbers or hints is skipped, and reported as skipped."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_FEWEST_COLUMNS = 3
"""In a sheet of fewer columns, a row with a single filled cell is nothing unusual."""
_LONGEST_COUNT = 5
"""The digits that a count of rows in a line of totals may have; a longer number may be a code."""


def rows_of(
    grid: Grid, header: Header, assigned: Mapping[str, int], contract: Contract
) -> tuple[list[int], list[Skipped]]:
    """The places (from 0) of the data rows below the header, and the lines that are skipped.

    `assigned` gives the places of the columns that are read. A line with a key like the others is
    a row whatever else stands in it; a line with text only in columns that aren't read is none.
    """
    if grid.header is not None:
        rows = zip(*grid.columns, strict=True)
        return [place for place, row in enumerate(rows) if any(row)], []
    lines = _Lines(header, grid, assigned, contract)
    kept = lines.sure_rows()
    skipped: list[int] = []
    for place in sorted(set(range(grid.row_count)).difference(kept)):
        line = lines.line(place)
        if not any(line):
            continue
        below = place - header.first_data
        is_row = (
            below >= 0
            and place not in grid.headers_again
            and lines.is_row(place)
            and not lines.is_about_columns(line, below)
        )
        (kept if is_row else skipped).append(place)
    kept.sort()
    end = len(kept) - lines.prefilled_count(kept)
    kept, skipped = kept[:end], skipped + kept[end:]
    return kept, [
        Skipped(grid.sheet, grid.first_row + place, _text(lines.line(place)))
        for place in sorted(skipped)
        if place not in lines.header_places
    ]


def is_note(cells: Sequence[Cell]) -> bool:
    """Whether a line of a log that lacks what every row of a log has is a total or a note."""
    filled = [cell for cell in cells if cell]
    alone = len(filled) == 1 and _CHINESE.search(filled[0]) is not None
    return alone or any(is_label(cell) for cell in filled)


class _Lines:
    """The lines of a sheet, and how rows are told from the others among them."""

    def __init__(
        self,
        header: Header,
        grid: Grid,
        assigned: Mapping[str, int],
        contract: Contract,
    ) -> None:
        """Looks up once what the header's own lines say."""
        self._columns, self._first_data = grid.columns, header.first_data
        self._repeated_headers = grid.headers_again
        self._key = assigned.get(contract.key[0])
        self._read = sorted({place for places in header.matches.values() for place in places})
        self._contract, self._assigned = contract, assigned
        self._first = min((places[0] for places in header.matches.values()), default=0)
        self._wide = len(header.matches) >= _FEWEST_COLUMNS
        last = header.first_data - 1
        one_line = all(
            header_key(name) == header_key(cell)
            for name, cell in zip(header.names, self.line(last), strict=True)
        )
        self.header_places = {last} if one_line else {last - 1, last}
        self._raw_words = {
            cell for place in self.header_places for cell in self.line(place) if cell
        }
        self._words = {header_key(word) for word in self._raw_words}
        self._labelled = self._find_labelled()

    def _find_labelled(self) -> set[int]:
        """The places of the lines with the label of a total or a note before the key."""
        labelled: set[int] = set()
        for column in self._columns[: self._key or 0]:
            labels = {
                cell for cell in set(column) if cell and not cell.isascii() and is_label(cell)
            }
            if labels:
                labelled.update(place for place, cell in enumerate(column) if cell in labels)
        return labelled

    def line(self, place: int) -> tuple[Cell, ...]:
        """The cells of a line of the sheet."""
        return tuple(column[place] for column in self._columns)

    def sure_rows(self) -> list[int]:
        """The places of the lines that are rows by their key alone; nearly all rows are."""
        if self._key is None:
            return []
        begin = self._first_data + _UNDER_HEADER
        others = self._repeated_headers | self._labelled
        return [
            place
            for place, key in enumerate(self._columns[self._key][begin:], begin)
            if key and key.isascii() and key not in self._raw_words and place not in others
        ]

    def is_row(self, place: int) -> bool:
        """Whether a line below the header, which must have text in it, is a row."""
        line = self.line(place)
        key = None if self._key is None else line[self._key]
        if key is None and not any(line[column] for column in self._read):
            return False
        column, first = next((column, cell) for column, cell in enumerate(line) if cell)
        if first in self._raw_words and self._repeats_header(line):
            return False
        if key is not None and is_label(key):
            return False
        if place in self._labelled:
            like_others = self._is_complete(line) or len(key or "") in self._lengths_of_keys
            return key is not None and key.isascii() and like_others
        if (key is not None and self._key != column) or first.isascii():
            return True
        if is_label(first):
            return False
        alone = sum(cell is not None for cell in line) == 1
        return not (alone and self._wide and column <= self._first and _CHINESE.search(first))

    def _is_complete(self, line: tuple[Cell, ...]) -> bool:
        """Whether a line has all required cells, where there are enough of them to tell."""
        required = [
            column for name, column in self._assigned.items() if self._contract[name].required
        ]
        return len(required) > _FEWEST_COLUMNS and all(line[column] for column in required)

    @cached_property
    def _lengths_of_keys(self) -> set[int]:
        """The lengths of the keys on lines without a label that are too long to be counts."""
        keys = [] if self._key is None else self._columns[self._key]
        lengths = {
            len(key)
            for place, key in enumerate(keys)
            if key and place >= self._first_data and place not in self._labelled
        }
        return {length for length in lengths if length > _LONGEST_COUNT}

    def is_about_columns(self, line: tuple[Cell, ...], below: int) -> bool:
        """Whether a line, so many lines `below` the header, numbers the columns, gives them other
        names or explains how to fill them in."""
        if below >= _UNDER_HEADER:
            return False
        cells = [clean(cell) for cell in line if cell]
        if len(cells) < _FEWEST_COLUMNS:
            return False
        named = sum(
            header_key(line[place] or "") in self._names_of(name)
            for name, place in self._assigned.items()
        )
        hints = sum(_HINT.search(cell) is not None for cell in cells)
        are_names = 2 * named > len(cells)
        are_hints = hints > 1 and 2 * hints >= len(cells)
        return _counts_up(cells) or are_names or are_hints

    def _names_of(self, name: str) -> set[str]:
        column = self._contract[name]
        return {header_key(known) for known in (name, column.title, *column.aliases)}

    def prefilled_count(self, rows: list[int]) -> int:
        """How many of the last rows hold nothing but the same choices from drop-down lists. They
        were filled in ahead, by the author of the form."""
        choices = {
            place for name, place in self._assigned.items() if self._contract[name].type == "label"
        }
        last: list[Cell] | None = None
        count = 0
        for place in reversed(rows):
            cells = self.line(place)
            line = [cells[column] for column in self._read]
            only_choices = all(column in choices for column in self._read if cells[column])
            if not only_choices or last not in (None, line):
                break
            last, count = line, count + 1
        return count if count > 1 else 0

    def _repeats_header(self, line: tuple[Cell, ...]) -> bool:
        words = [header_key(cell) for cell in line if cell]
        return len(words) > 1 and self._words.issuperset(words)


def is_label(cell: str) -> bool:
    """Whether a cell labels its line as a total or a note."""
    text = clean(cell)
    return bool(_TOTAL.fullmatch(text) or _NOTE.fullmatch(text))


def _counts_up(cells: list[str]) -> bool:
    """Whether cells are 1, 2, 3 or (1), (2), (3) or A, B, C and so on."""
    plain = [cell.strip("().、") for cell in cells]
    series = [[str(number) for number in range(1, len(plain) + 1)], *map(list, _ORDINALS)]
    return any(plain == ordinals[: len(plain)] for ordinals in series)


def _text(line: tuple[Cell, ...]) -> str:
    return " ".join(cell.strip() for cell in line if cell)


def fill_merged(grid: Grid, header: Header) -> None:
    """Gives every row of a cell that is merged down a column its value. Lines without any text of
    their own stay empty."""
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
