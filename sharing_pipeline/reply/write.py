"""Writing one reply, whatever the sender's format: their workbook, or their cells in one.

Runs inside the sandbox, because it opens the sender's file once more.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sharing_pipeline.reading.content import unpack
from sharing_pipeline.reply.file_report import FileReport
from sharing_pipeline.reply.rebuilt import rebuilt
from sharing_pipeline.reply.text_file import as_table
from sharing_pipeline.reply.xlsx.new_workbook import UnmarkedBook, new_book
from sharing_pipeline.reply.xlsx.package import Package
from sharing_pipeline.reply.xlsx.report_sheet import Line, Where, lines
from sharing_pipeline.reply.xlsx.workbook import annotate
from sharing_pipeline.reply.xlsx.xml_edit import NotEditable
from sharing_pipeline.settings import Limits

MACROS = ".xlsm"
"""The ending of workbooks with macros; a reply with another one has none."""

_OWN_BOOK = "xlsx"
_UNREADABLE = "原文件没有带回，这里只有校验结果。"


@dataclass(frozen=True)
class Job:
    """One reply to write: the bytes that were received, what is said about them, where to."""

    origin: Path
    report: FileReport
    at: datetime
    out: Path
    limits: Limits


def write_reply(job: Job) -> None:
    """Writes the reply; the file appears whole or not at all."""
    if job.report.format == _OWN_BOOK:
        try:
            package = _annotated(job, UnmarkedBook(Package(_content(job)), job.report.remarks))
        except NotEditable:
            package = _annotated(job, rebuilt(_content(job), job.report))
    elif job.report.is_workbook:
        package = _annotated(job, rebuilt(_content(job), job.report))
    elif job.report.format:
        package = _annotated(job, as_table(job.origin, job.report, job.limits))
    else:
        package = _annotated(job, UnmarkedBook(new_book([]), job.report.remarks, [_UNREADABLE]))
    job.out.parent.mkdir(parents=True, exist_ok=True)
    partial = job.out.with_name(f".{uuid.uuid4().hex}.part")
    try:
        package.save(partial)
        partial.replace(job.out)
    finally:
        partial.unlink(missing_ok=True)


def _content(job: Job) -> bytes:
    return unpack(job.origin.read_bytes(), job.limits)[0]


def _annotated(job: Job, book: UnmarkedBook) -> Package:
    def report_lines(where: Where, notes: Sequence[str]) -> list[Line]:
        return lines(
            job.report, job.at, lambda remark: where(book.placed(remark)), [*book.notes, *notes]
        )

    macros = job.out.suffix.lower() == MACROS
    remarks = [book.placed(remark) for remark in book.remarks]
    annotate(
        book.package,
        remarks,
        report_lines,
        job.report.own_sheets,
        commented=book.commented,
        macros=macros,
    )
    return book.package
