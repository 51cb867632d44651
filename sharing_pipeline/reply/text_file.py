"""A text file's cells (csv, tsv, json, jsonl, parquet) in a sheet, with the column 问题."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sharing_pipeline.reading.formats import read_file
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.reply import texts
from sharing_pipeline.reply.file_report import FileReport, Remark
from sharing_pipeline.reply.xlsx.new_workbook import (
    LONGEST_CELL,
    NewSheet,
    UnmarkedBook,
    fitting,
    new_book,
)
from sharing_pipeline.settings import Limits
from sharing_pipeline.sheets.raw_table import PROBLEM_HEADER

_MOST_ROWS = 20_000
"""Of a longer file only the rows with remarks come back: it is a platform's export, which nobody
mends by hand. Writing one of 50,000 rows in full held a night up for six seconds."""
_MOST_BYTES = 64 << 20
"""A larger file, which only logs are, isn't read as cells; the list of remarks has to do."""
_TOO_LONG = "文件太大，原来的行没有带回，这里只列出问题；请按行号在原文件里改正。"
_SHORTENED = "文件有 {rows:,} 行，这里只带回有问题的行，行号与原文件相同；请在原文件里改正。"
_CUT = (
    "有 {cells:,} 个单元格超过 {longest:,} 个字，工作簿里放不下，后面的字没有带回；"
    "请在原文件里改正，不要报送这一份。"
)
_PLAIN_SHEET = "数据"
_SHEET_ROWS = 1_048_576
_PROBLEM_WIDTH = 60


def as_table(origin: Path, report: FileReport, limits: Limits) -> UnmarkedBook:
    """Every line of the file under its number, and behind its columns what is wrong in it."""
    if origin.stat().st_size > _MOST_BYTES:
        return UnmarkedBook(new_book([]), report.remarks, [_TOO_LONG], commented=False)
    grid = read_file(origin, report.file_name, limits, report.shape).grids[0]
    name = next((dataset.sheet_title for dataset in report.datasets), "") or _PLAIN_SHEET
    problems: dict[int, list[Remark]] = {}
    for remark in report.remarks:
        if remark.row:
            problems.setdefault(remark.row, []).append(remark)
    header = report.headers.get("", 1)
    shortened = grid.row_count > _MOST_ROWS
    rows = [
        (number, [*row, _problem(problems.get(number, ()), is_header=number == header)])
        for number, row in _numbered(grid)
        if number <= _SHEET_ROWS and not (shortened and number > header and number not in problems)
    ]
    column = len(grid.columns) + 1
    widths = {**fitting([row[:-1] for _, row in rows]), column: _PROBLEM_WIDTH}
    sheet = NewSheet(name, rows, widths=widths, wrapped=frozenset({column}))
    notes = [_SHORTENED.format(rows=grid.row_count)] if shortened else []
    cut = sum(len(cell or "") > LONGEST_CELL for _, row in rows for cell in row[:-1])
    notes += [_CUT.format(cells=cut, longest=LONGEST_CELL)] if cut else []
    last = min(_SHEET_ROWS, rows[-1][0]) if rows else 0
    return UnmarkedBook(
        new_book([sheet]), report.remarks, notes, commented=False, sheet=name, last_row=last
    )


def _numbered(grid: Grid) -> Iterator[tuple[int, list[Cell]]]:
    """Each line of a grid under the number that its sender knows."""
    if grid.header is not None:
        yield 1, list(grid.header)
    for number, row in enumerate(zip(*grid.columns, strict=True), grid.first_row):
        yield number, list(row)


def _problem(remarks: Sequence[Remark], *, is_header: bool) -> str | None:
    header = [PROBLEM_HEADER] if is_header else []
    return "\n".join([*header, texts.problem(remarks)] if remarks else header) or None
