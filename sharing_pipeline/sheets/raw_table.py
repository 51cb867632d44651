"""What reading a file gives: raw text tables, where their columns stood, what was left out.

Plain data that travels from the sandbox to whoever judges the rows; nothing is read here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pyarrow as pa

from sharing_pipeline.catalog.nested_shape import Shape

REPORT_SHEET, FILLS_SHEET, GUIDE_SHEET = "校验结果", "原有底色", "填写说明"
"""The sheets that this program adds: report and fills to a reply, the guide to an empty form.
Nobody's data, and no news to a sender who returns them."""

REPORT_ABOUT = ("文件", "来源", "校验时间", "格式", "结论")
"""How the first lines of the report are headed, by which it is known again."""

FILLS_HEAD = ("工作表", "单元格", "原有底色", "同一行的文字")
"""How the sheet of a sender's own fills is headed, by which it is known again."""

LEVELS = {"critical": "严重", "held": "留待处理", "duplicate": "重复", "warning": "警告"}
"""How a remark's level is called, the gravest first (inputs.md §8)."""

PROBLEM_HEADER = "问题"
"""The header of the column of remarks, for senders of anything but workbooks."""


@dataclass(frozen=True)
class OwnSheets:
    """What the sheets are called that a reply adds: its report, and a sender's own fills."""

    report: str = REPORT_SHEET
    fills: str = FILLS_SHEET

    def __contains__(self, name: str) -> bool:
        return name in (self.report, self.fills)


@dataclass(frozen=True)
class Skipped:
    """A line with text that is no row; `row` is its number for the sender."""

    sheet: str
    row: int
    text: str


@dataclass(frozen=True)
class Part:
    """One sheet's share of a dataset: where its header is and what it is called there.

    `header_row` is the sender's row number; `columns` count from 1.
    """

    sheet: str
    header_row: int
    headers: dict[str, str]
    columns: dict[str, int]


@dataclass(frozen=True)
class Doubt:
    """An optional column with several candidates, or with one that only resembles it: ignored, a
    warning on that header cell.

    `header` is the last candidate as written, `place` its column from 1, `column` the canonical
    column.
    """

    sheet: str
    row: int
    header: str
    column: str
    message: str
    place: int


@dataclass(frozen=True)
class Surplus:
    """A csv record with a filled cell beyond the header: the row is critical. `place` is the
    cell's column from 1."""

    sheet: str
    row: int
    value: str
    place: int


@dataclass(frozen=True)
class RawTable:
    """One dataset of a file, as text. Rejected: `rejected` says why, the frame is empty.

    `frame` has string columns for every canonical column that was found or declared, then
    `row` (the sender's number), `sheet` and `cells`: the fingerprint of all the source cells.
    `blanks`: of codes that are joined from several columns, (sheet, row, canonical column) → the
    first empty one from 1. `folds`: rows of one key are one entry (the source says row_is:
    resource). `read_as`: the format and, of text, the encoding that the content showed.
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
        """The sender's sheet and row of each row."""
        columns = (self.frame[name].to_pylist() for name in ("sheet", "row"))
        return list(zip(*columns, strict=True))


def read_as(form: str, encoding: str | None, compression: str | None) -> str:
    """How a file was read, as it is recorded: csv gb18030 gzip."""
    return " ".join(filter(None, (form, encoding, compression)))


@dataclass(frozen=True)
class FileTables:
    """Everything read from one file, datasets in the order in which they are taken in.

    `notes` are about the file; `skipped` are lines with text that are no rows; `shape`: how the
    source declares its JSON to be nested; `own_sheets`: what our sheets are called in
    the file, or would be.
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
    """The same without the rows' texts: what a reply still needs after the rows were judged."""
    kept = ["cells", "sheet", "row"]
    slim = [replace(one, frame=one.frame.select(kept)) for one in tables.tables]
    return replace(tables, tables=slim)
