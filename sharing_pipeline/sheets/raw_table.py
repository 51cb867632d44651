"""The result of reading a file: raw text tables, where their columns stood, what was left out.

These are plain data that the limited child process sends back; nothing is read here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pyarrow as pa

from sharing_pipeline.catalog.nested_shape import Shape

REPORT_SHEET, FILLS_SHEET, GUIDE_SHEET = "校验结果", "原有底色", "填写说明"
"""The sheets that this program adds: the report and the own fills to a reply, the guide to an empty
form. They hold no data, and a sender who returns them is told nothing about them."""

REPORT_ABOUT = ("文件", "来源", "校验时间", "格式", "结论")
"""The headings of the report's first lines, by which a returned report is recognised."""

FILLS_HEAD = ("工作表", "单元格", "原有底色", "同一行的文字")
"""The header of the sheet of a sender's own fills, by which a returned sheet is recognised."""

REMARK_LEVELS = {"critical": "严重", "held": "留待处理", "duplicate": "重复", "warning": "警告"}
"""The Chinese name of each level of remarks, the gravest first (inputs.md §8)."""

PROBLEM_HEADER = "问题"
"""The header of the column of remarks in replies to files that were no workbooks."""


@dataclass(frozen=True)
class OwnSheets:
    """The names of the sheets that a reply adds: its report, and the sender's own fills."""

    report: str = REPORT_SHEET
    fills: str = FILLS_SHEET

    def __contains__(self, name: str) -> bool:
        return name in (self.report, self.fills)


@dataclass(frozen=True)
class Skipped:
    """A line with text that is no data row; `row` is the number that the sender sees."""

    sheet: str
    row: int
    text: str


@dataclass(frozen=True)
class Part:
    """A sheet's part of a dataset: the row of its header, as the sender numbers it, and for each
    canonical column the header as written and its place, from 1."""

    sheet: str
    header_row: int
    headers: dict[str, str]
    columns: dict[str, int]


@dataclass(frozen=True)
class Doubt:
    """A doubt about an optional column: several headers may be it, or one only resembles it.

    The column is ignored, and the header cell gets a warning. `header` is the last candidate as
    written, `place` its column from 1, `column` the canonical column.
    """

    sheet: str
    row: int
    header: str
    column: str
    message: str
    place: int


@dataclass(frozen=True)
class Surplus:
    """A filled cell of a csv record beyond the header, which makes the row critical. `place` is the
    cell's column from 1."""

    sheet: str
    row: int
    value: str
    place: int


@dataclass(frozen=True)
class RawTable:
    """A dataset of a file, as text.

    If it can't be taken, `rejected` says why and the frame is empty. `frame` has a text column for
    every canonical column that was found or declared, and then `row` (the number that the sender
    sees), `sheet` and `cells`, the fingerprint of all the sender's cells. `blanks` tells, for codes
    that are joined from several columns, the first empty one: (sheet, row, canonical column) → the
    sender's column, from 1. `folds` says that rows with the same key are one entry (the source
    declares row_is: resource). `read_as` is the format, with the encoding of a text.
    """

    dataset: str
    frame: pa.Table
    headers: dict[str, str] = field(default_factory=dict)
    from_workbook: bool = False
    notes: list[str] = field(default_factory=list)
    rejected: str | None = None
    parts: list[Part] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    surplus: list[Surplus] = field(default_factory=list)
    blanks: dict[tuple[str, int, str], int] = field(default_factory=dict)
    folds: bool = False
    read_as: str = ""

    def places(self) -> list[tuple[str, int]]:
        """For each row its sheet and the row number that the sender sees."""
        columns = (self.frame[name].to_pylist() for name in ("sheet", "row"))
        return list(zip(*columns, strict=True))


def read_as(form: str, encoding: str | None, compression: str | None) -> str:
    """How a file was read, as the ledger records it, such as `csv gb18030 gzip`."""
    return " ".join(filter(None, (form, encoding, compression)))


@dataclass(frozen=True)
class FileTables:
    """Everything that was read from a file, its datasets in the order in which they are taken in.

    `notes` are about the file as a whole, and `skipped` are lines with text that are no rows.
    `shape` says how the source declares its JSON to be nested, `own_sheets` what our own sheets are
    called in the file, or would be called.
    """

    format: str
    encoding: str | None
    compression: str | None
    tables: list[RawTable]
    notes: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    shape: Shape | None = None
    own_sheets: OwnSheets = OwnSheets()


def without_texts(tables: FileTables) -> FileTables:
    """The same without the texts of the rows; a reply needs no more once the rows were judged."""
    kept = ["cells", "sheet", "row"]
    slim = [replace(table, frame=table.frame.select(kept)) for table in tables.tables]
    return replace(tables, tables=slim)
