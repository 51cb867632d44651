"""The sheet 校验结果: what it says, line by line, before it becomes a part of a workbook.

Counts per dataset and rule, notes of the reader, and every remark with a link to its cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sharing_pipeline.reply.file_report import FileReport, Remark
from sharing_pipeline.reply.texts import MEANINGS, width_of
from sharing_pipeline.reply.xlsx.sheet import letters
from sharing_pipeline.sheets.raw_table import (
    PROBLEM_HEADER,
    REMARK_LEVELS,
    REPORT_ABOUT,
    REPORT_SHEET,
)
from sharing_pipeline.values.neutralised import neutralised

WIDTHS = (14, 20, 10, 18, 26, 50, 50, 36)
"""Widths of its columns in characters."""

_LONGEST_LINE = 60
"""Of a skipped line so much is shown that its sender knows it again."""
_LINE_POINTS, _TITLE_POINTS = 15, 24
_UNWRAPPED = ("title", "plain")

_MOST_LISTED = 5_000
"""Remarks listed with their cell; all are marked in the sheets."""
_MORE = "共 {count:,} 处，这里只列前 {most:,} 处；其余见各表标色的地方。"
_STATUS = {
    "accepted": "接收",
    "partly_held": "部分留待处理",
    "held": "留待处理",
    "rejected": "整份退回",
}


@dataclass(frozen=True)
class Cell:
    """A cell of the sheet: text or number, the name of its format, and where it leads."""

    value: str | int
    style: str = "text"
    link: str | None = None


Line = list[Cell]
Where = Callable[[Remark], str | None]
"""The target of a link to a remark's cell; None when there is no such cell in the workbook."""


def lines(
    report: FileReport,
    at: datetime,
    where: Where,
    notes: Sequence[str] = (),
) -> list[Line]:
    """The whole sheet. `notes`: what the reply could not keep of the sender's file."""
    remarks = report.remarks
    return [
        [Cell(REPORT_SHEET, "title")],
        *_about(report, at),
        [],
        *_datasets(report),
        *_rules(remarks, where),
        *_legend(remarks),
        *_notes(report, notes),
        *_listed(remarks, where),
    ]


def height(line: Line) -> int:
    """The height of a line in points, so that all of its wrapped texts show."""
    if line and line[0].style == "title":
        return _TITLE_POINTS
    rows = [
        -(-width_of(str(cell.value)) // int(width - 1))
        for cell, width in zip(line, WIDTHS, strict=False)
        if cell.style not in _UNWRAPPED
    ]
    return _LINE_POINTS * max(1, *rows) if rows else _LINE_POINTS


def _about(report: FileReport, at: datetime) -> Iterator[Line]:
    read = "、".join(
        part for part in (report.format, report.encoding, report.compression) if part is not None
    )
    values = (
        report.file_name,
        report.source,
        f"{at:%Y-%m-%d %H:%M:%S}",
        read or "没有读成",
        _conclusion(report),
    )
    for name, value in zip(REPORT_ABOUT, values, strict=True):
        yield [Cell(name, "head"), Cell(neutralised(value), "plain")]


def _conclusion(report: FileReport) -> str:
    if report.clean:
        return "没有发现问题。"
    if all(dataset.status == "rejected" for dataset in report.datasets):
        return "整份文件退回，没有接收任何一行。原因见下表。"
    if not any(remark.row for remark in report.remarks):
        return "没有能标在单元格上的问题，都列在下面。请在本文件里改正后重新报送。"
    how = "加了批注" if report.is_workbook else f"在“{PROBLEM_HEADER}”列写明"
    return f"有问题的单元格已标色并{how}。请在本文件里改正后重新报送，其余内容不用动。"


def _datasets(report: FileReport) -> Iterator[Line]:
    names = ("数据集", "读入", "接收", "重复", "退回", "警告", "状态", "原因")
    yield [Cell(name, "head") for name in names]
    for dataset in report.datasets:
        counts = (
            dataset.rows_read,
            dataset.accepted,
            dataset.duplicate,
            dataset.quarantined,
            dataset.warnings,
        )
        yield [Cell(value) for value in (dataset.title, *counts, _STATUS[dataset.status])] + [
            Cell(neutralised(dataset.why))
        ]


def _rules(remarks: Sequence[Remark], where: Where) -> Iterator[Line]:
    groups: dict[tuple[str, str], list[Remark]] = {}
    for remark in remarks:
        groups.setdefault((remark.level, remark.rule), []).append(remark)
    if not groups:
        return
    yield []
    yield [Cell(n, "head") for n in ("级别", "第一处", "处数", "列", "", "例", "怎么改", "规则")]
    order = list(REMARK_LEVELS)
    for (level, rule), found in sorted(groups.items(), key=lambda g: order.index(g[0][0])):
        first = found[0]
        yield [
            Cell(REMARK_LEVELS[level], level),
            _link(first, where),
            Cell(len(found)),
            Cell(neutralised(first.header)),
            Cell(""),
            Cell(neutralised(first.message)),
            Cell(neutralised(first.what_to_do)),
            Cell(rule),
        ]


def _legend(remarks: Sequence[Remark]) -> Iterator[Line]:
    levels = {remark.level for remark in remarks}
    if levels:
        yield []
        yield [Cell("颜色", "head"), Cell("意思", "head")]
    for level, name in REMARK_LEVELS.items():
        if level in levels:
            yield [Cell(name, level), Cell(MEANINGS[level], "plain")]


def _notes(report: FileReport, notes: Sequence[str]) -> Iterator[Line]:
    all_notes = [*report.notes, *notes]
    if all_notes:
        yield []
        yield [Cell("读取说明", "head")]
        yield from ([Cell(""), Cell(neutralised(note), "plain")] for note in all_notes)
    if report.skipped:
        yield []
        yield [Cell(name, "head") for name in ("没有当作数据的行", "工作表", "行", "内容")]
        for line in report.skipped[:_MOST_LISTED]:
            yield [
                Cell(""),
                Cell(neutralised(line.sheet)),
                Cell(line.row),
                Cell(neutralised(line.text), "plain"),
            ]


def _listed(remarks: Sequence[Remark], where: Where) -> Iterator[Line]:
    if not remarks:
        return
    yield []
    names = ("级别", "位置", "行", "列", "写的内容", "说明", "怎么改", "规则")
    yield [Cell(name, "head") for name in names]
    for remark in remarks[:_MOST_LISTED]:
        yield [
            Cell(REMARK_LEVELS[remark.level], remark.level),
            _link(remark, where),
            Cell(remark.row or ""),
            Cell(neutralised(remark.header)),
            Cell(neutralised(remark.value)),
            Cell(neutralised(remark.message)),
            Cell(neutralised(remark.what_to_do)),
            Cell(remark.rule),
        ]
    if len(remarks) > _MOST_LISTED:
        yield [Cell(_MORE.format(count=len(remarks), most=_MOST_LISTED))]


def _link(remark: Remark, where: Where) -> Cell:
    place = f"{letters(remark.column)}{remark.row}" if remark.row else "整个文件"
    shown = f"{remark.sheet} {place}" if remark.sheet else place
    target = where(remark)
    return Cell(neutralised(shown), "link" if target else "text", target)
