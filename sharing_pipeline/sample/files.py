"""Writes csv and xlsx files whose bytes depend on their contents alone.

The times in a workbook, in its zip directory and its core properties, are set to a fixed moment.
Nothing here knows the city.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook

FIXED_MOMENT = datetime(2020, 1, 1)
"""Any moment would do, but zip files can't hold one before 1980."""

Cell = str | int | float | date | None


@dataclass(frozen=True)
class Sheet:
    """A sheet: a banner above the header, the rows, and a note below them."""

    title: str
    banner: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    note: str = ""


def _csv_cell(value: Cell) -> str | int | date | None:
    """A float stands for a long code that a spreadsheet program has rounded: 3.61102E+17."""
    return f"{value:.5E}" if isinstance(value, float) else value


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], encoding: str = "utf-8"
) -> None:
    """Writes a csv file with CRLF line ends, as spreadsheet programs do."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_csv_cell(cell) for cell in row] for row in rows)


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Writes a workbook with the fixed moment for all its times; the rows are gone through once."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "样例数据（虚构）"
    book.properties.title = sheets[0].banner
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.append([sheet.banner])
        page.append(list(sheet.header))
        for row in sheet.rows:
            page.append(list(row))
        if sheet.note:
            page.append([])
            page.append([sheet.note])
    buffer = BytesIO()
    book.save(buffer)
    book.properties.created = book.properties.modified = FIXED_MOMENT
    _write_fixed(path, buffer, book)


def _write_fixed(path: Path, saved: BytesIO, book: Workbook) -> None:
    """Packs the saved workbook again without the present time."""
    from openpyxl.xml.constants import ARC_CORE
    from openpyxl.xml.functions import tostring

    core = tostring(book.properties.to_tree())
    moment = FIXED_MOMENT.timetuple()[:6]
    with ZipFile(saved) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = core if name == ARC_CORE else source.read(name)
            target.writestr(ZipInfo(name, moment), content, ZIP_DEFLATED)
