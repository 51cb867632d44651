"""Reads csv, tsv and the like; the delimiter is found out from the first records."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.grid import Grid, check_size, text_column
from sharing_pipeline.settings import Limits

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 1 << 16
_SAMPLE_RECORDS = 50
_FIELD_CHARACTERS = 1 << 20
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
"""="0361" is how exporting programs keep spreadsheets from reading 0361 in a csv as a number."""


def read_delimited(text: str, limits: Limits) -> tuple[Grid, str, list[str]]:
    """The records as a grid, the delimiter, and notes on cells that seem to hold whole records.

    Blank lines count as rows, as in a spreadsheet. UnreadableFile for a quote that is never
    closed: all records behind it would be lost in a single cell.
    """
    delimiter = find_delimiter(text)
    csv.field_size_limit(_FIELD_CHARACTERS)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(records)
    except csv.Error as error:
        raise UnreadableFile(
            f"第 {records.line_num:,} 行附近的双引号不成对，"
            f"或有一格超过 {_FIELD_CHARACTERS:,} 个字。"
            "单元格内的双引号要写成两个；请改正或用表格软件另存后重报。"
        ) from error
    width = max(map(len, rows), default=0)
    check_size(len(rows), width, limits)
    if '="' in text:
        rows = [[_without_formula(cell) for cell in row] for row in rows]
    notes = list(_swallowed_records(rows, delimiter)) if records.line_num > len(rows) else []
    columns = [text_column(column) for column in zip_longest(*rows)]
    return Grid(sheet="", columns=columns, checks_width=True), delimiter, notes


def _without_formula(cell: str) -> str:
    """The text inside a formula such as ="0361"; any other cell stays as it is."""
    formula = _AS_TEXT.fullmatch(cell) if cell.startswith('="') else None
    return formula.group(1).replace('""', '"') if formula else cell


def _swallowed_records(rows: list[list[str]], delimiter: str) -> Iterator[str]:
    """Notes on cells whose lines look like whole records: two stray quotes make a single cell of
    everything between them."""
    [(width, _)] = Counter(map(len, rows)).most_common(1)
    for number, row in enumerate(rows, start=1):
        for cell in row:
            lines = cell.split("\n")
            # The first and the last line are only parts of records; together they may be a record.
            between = lines[1:-1] or ["".join(lines)]
            if len(lines) > 1 and all(line.count(delimiter) == width - 1 > 1 for line in between):
                yield (
                    f"第 {number} 行有一格里有 {len(lines)} 行字，像是几条记录："
                    "这一格前后的双引号可能是多出来的，里面的几行没有当作数据行。请核对。"
                )


def read_head(text: str, delimiter: str, record_count: int) -> list[list[str]]:
    """The first records of a text that may break off anywhere."""
    csv.field_size_limit(_FIELD_CHARACTERS)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [record for record, _ in zip(records, range(record_count), strict=False)]


def find_delimiter(text: str) -> str:
    """The delimiter that splits most of the first records into the same number of cells."""

    def agreement(delimiter: str) -> int:
        widths = Counter(len(record) for record in read_head(head, delimiter, _SAMPLE_RECORDS))
        return max((count * (width - 1) for width, count in widths.items() if width > 1), default=0)

    head = text[:_SAMPLE]
    return max(_DELIMITERS, key=agreement)
