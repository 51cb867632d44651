"""Reads the sample city's files with csv and openpyxl alone, and not with the pipeline.

What is planted must show in the files' bytes, not only in the generator's own tables.
"""

from __future__ import annotations

import csv
import gzip
import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

import openpyxl

from sharing_pipeline.sample import CityReport

D = date(2026, 11, 22)
Row = dict[str, object]


@dataclass
class SampleFiles:
    """A sample city: its report, and what plain readers find in its files."""

    inbox: Path
    report: CityReport
    catalogues: dict[str, list[Row]]
    resources: dict[str, list[Row]]
    demands: dict[str, list[Row]]
    logs: dict[date, list[Row]]
    past_catalogues: dict[str, list[Row]]
    past_resources: dict[str, list[Row]]


def read_csv(path: Path) -> list[Row]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return list(csv.DictReader(text.splitlines()))


def read_sheet(path: Path, title: str) -> list[Row]:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = [list(row) for row in book[title].iter_rows(values_only=True)]
    book.close()
    assert "样例数据（虚构）" in str(rows[0][0])
    header, *cells = rows[1:]
    tables = (
        {title: "" if cell is None else cell for title, cell in zip_longest(header, row)}
        for row in cells
    )
    return [row for row in tables if sum(cell != "" for cell in row.values()) > 1]


def read_dataset(folder: Path, sheet: str) -> dict[str, list[Row]]:
    """The rows that senders send on D, by file."""
    tables = {path.name: read_sheet(path, sheet) for path in sorted(folder.glob("*.xlsx"))}
    past = read_past(folder, sheet)
    for path in sorted(folder.glob(f"*-{sheet}.csv")):
        if path.name not in past:
            tables[path.name] = read_csv(path)
    return tables


def read_past(folder: Path, sheet: str) -> dict[str, list[Row]]:
    """The rows that were exported before D, by file; these files have their day in their names."""
    paths = sorted(folder.glob(f"样例-全市-*-{sheet}.csv"))
    return {path.name: read_csv(path) for path in paths}


def read_city(inbox: Path, report: CityReport) -> SampleFiles:
    logs = {
        date.fromisoformat(re.search(r"\d{4}-\d\d-\d\d", path.name)[0]): read_csv(path)
        for path in sorted((inbox / "exchange_log").iterdir())
    }
    return SampleFiles(
        inbox,
        report,
        read_dataset(inbox / "catalogue", "目录"),
        read_dataset(inbox / "catalogue", "挂载资源"),
        read_dataset(inbox / "demand", "供需清单"),
        logs,
        read_past(inbox / "catalogue", "目录"),
        read_past(inbox / "catalogue", "挂载资源"),
    )


def rows_of(tables: dict) -> list[Row]:
    return [row for rows in tables.values() for row in rows]


def copies(tables: dict) -> int:
    """The number of rows that equal an earlier row of the same file in all cells."""
    return sum(
        len(rows) - len({tuple(map(str, row.values())) for row in rows}) for rows in tables.values()
    )


def readable(cell: object) -> bool:
    if isinstance(cell, datetime) or cell == "":
        return True
    match = re.fullmatch(r"(\d{4})[-./年](\d\d?)[-./月](\d\d?)日?", str(cell))
    return match is not None and int(match[2]) <= 12


def day_of(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    return date(*map(int, re.findall(r"\d+", str(cell)))) if cell and readable(cell) else None
