"""Which lines of a sheet are rows: not titles, blank lines, totals, notes, repeated headers.

A skipped line that has text is handed back, so that its sender can see it (inputs.md §8).
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
"""What a line under the header says of how a column is to be filled in."""
_UNDER_HEADER = 2
"""How many lines below the header may still say something about its columns."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_FEWEST_COLUMNS = 3
"""With fewer columns a line with one cell is no rarity."""
_LONGEST_COUNT = 5
"""How long the number of rows in a line of totals may be; a longer one may be a code."""


def rows_of(
    grid: Grid, header: Header, assigned: Mapping[str, int], contract: Contract
) -> tuple[list[int], list[Skipped]]:
    """The places (from 0) of the rows below the header, and the lines skipped anywhere.

    `assigned`: the places of the columns that are read. A line with a key like the other ones is a
    row whatever else it says; one with text only in columns that nobody reads is none.
    """
    if grid.header is not None:
        lines = zip(*grid.columns, strict=True)
        return [place for place, line in enumerate(lines) if any(line)], []
    judge = _Judge(header, grid, assigned, contract)
    kept = judge.sure_rows()
    passed_over: list[int] = []
    for place in sorted(set(range(grid.row_count)).difference(kept)):
        line = judge.line(place)
        if not any(line):
            continue
        below = place - header.first_data
        is_row = (
            below >= 0
            and place not in grid.headers_again
            and judge.is_row(place)
            and not judge.is_about_columns(line, below)
        )
        (kept if is_row else passed_over).append(place)
    kept.sort()
    chosen = judge.only_chosen(kept)
    kept, passed_over = kept[: len(kept) - chosen], passed_over + kept[len(kept) - chosen :]
    return kept, [
        Skipped(grid.sheet, grid.first_row + place, _text(judge.line(place)))
        for place in sorted(passed_over)
        if place not in judge.header_places
    ]


def is_note(cells: Sequence[Cell]) -> bool:
    """Whether a line of a log, without what every row of one has, is a total or a note."""
    filled = [cell for cell in cells if cell]
    alone = len(filled) == 1 and _CHINESE.search(filled[0]) is not None
    return alone or any(is_label(cell) for cell in filled)


class _Judge:
    """Tells rows from other lines of one sheet."""

    def __init__(
        self,
        header: Header,
        grid: Grid,
        assigned: Mapping[str, int],
        contract: Contract,
    ) -> None:
        """What the header's lines say is looked up once."""
        self._columns, self._first_data = grid.columns, header.first_data
        self._again = grid.headers_again
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
        self._raw_words = {cell for at in self.header_places for cell in self.line(at) if cell}
        self._words = {header_key(word) for word in self._raw_words}
        self._labelled = self._with_labels()

    def _with_labels(self) -> set[int]:
        """The places of the lines with a total's or a note's label before the key."""
        found: set[int] = set()
        for column in self._columns[: self._key or 0]:
            labels = {one for one in set(column) if one and not one.isascii() and is_label(one)}
            if labels:
                found.update(place for place, cell in enumerate(column) if cell in labels)
        return found

    def line(self, place: int) -> tuple[Cell, ...]:
        """The cells of one line of the sheet."""
        return tuple(column[place] for column in self._columns)

    def sure_rows(self) -> list[int]:
        """The places of the lines that are rows by their key alone, as nearly all are."""
        if self._key is None:
            return []
        begin = self._first_data + _UNDER_HEADER
        others = self._again | self._labelled
        return [
            place
            for place, key in enumerate(self._columns[self._key][begin:], begin)
            if key and key.isascii() and key not in self._raw_words and place not in others
        ]

    def is_row(self, place: int) -> bool:
        """Whether a line below the header with text in it is a row."""
        line = self.line(place)
        key = None if self._key is None else line[self._key]
        if key is None and not any(line[at] for at in self._read):
            return False
        at, first = next((at, cell) for at, cell in enumerate(line) if cell)
        if first in self._raw_words and self._repeats_header(line):
            return False
        if key is not None and is_label(key):
            return False
        if place in self._labelled:
            like_others = self._is_complete(line) or len(key or "") in self._lengths_of_keys
            return key is not None and key.isascii() and like_others
        if (key is not None and self._key != at) or first.isascii():
            return True
        if is_label(first):
            return False
        alone = sum(cell is not None for cell in line) == 1
        return not (alone and self._wide and at <= self._first and _CHINESE.search(first))

    def _is_complete(self, line: tuple[Cell, ...]) -> bool:
        """Whether a line has what every row must have, and that is much."""
        required = [at for name, at in self._assigned.items() if self._contract[name].required]
        return len(required) > _FEWEST_COLUMNS and all(line[at] for at in required)

    @cached_property
    def _lengths_of_keys(self) -> set[int]:
        """Of the keys on lines without a label, and too long to be counts."""
        keys = [] if self._key is None else self._columns[self._key]
        lengths = {
            len(key)
            for place, key in enumerate(keys)
            if key and place >= self._first_data and place not in self._labelled
        }
        return {length for length in lengths if length > _LONGEST_COUNT}

    def is_about_columns(self, line: tuple[Cell, ...], below: int) -> bool:
        """Whether a line right under the header numbers the columns, gives them other names or
        says how they are to be filled in."""
        if below >= _UNDER_HEADER:
            return False
        said = [clean(cell) for cell in line if cell]
        if len(said) < _FEWEST_COLUMNS:
            return False
        named = sum(
            header_key(line[place] or "") in self._names_of(name)
            for name, place in self._assigned.items()
        )
        hints = sum(_HINT.search(one) is not None for one in said)
        return _counts_up(said) or 2 * named > len(said) or (hints > 1 and 2 * hints >= len(said))

    def _names_of(self, name: str) -> set[str]:
        column = self._contract[name]
        return {header_key(one) for one in (name, column.title, *column.aliases)}

    def only_chosen(self, rows: list[int]) -> int:
        """How many of the last rows say nothing but the same choices out of lists: somebody has
        filled in a form ahead."""
        choices = {
            place for name, place in self._assigned.items() if self._contract[name].type == "label"
        }
        last: list[Cell] | None = None
        count = 0
        for place in reversed(rows):
            cells = self.line(place)
            line = [cells[at] for at in self._read]
            only = all(at in choices for at in self._read if cells[at])
            if not only or last not in (None, line):
                break
            last, count = line, count + 1
        return count if count > 1 else 0

    def _repeats_header(self, line: tuple[Cell, ...]) -> bool:
        words = [header_key(cell) for cell in line if cell]
        return len(words) > 1 and self._words.issuperset(words)


def is_label(cell: str) -> bool:
    """Whether a cell says that its line is a total or a note."""
    said = clean(cell)
    return bool(_TOTAL.fullmatch(said) or _NOTE.fullmatch(said))


def _counts_up(said: list[str]) -> bool:
    """Whether cells are 1, 2, 3 or (1), (2), (3) or A, B, C and so on."""
    plain = [one.strip("().、") for one in said]
    series = [[str(number) for number in range(1, len(plain) + 1)], *map(list, _ORDINALS)]
    return any(plain == one[: len(plain)] for one in series)


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
