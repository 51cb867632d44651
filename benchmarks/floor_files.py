"""Reads a day's workbooks and csv files for the floor, as plain columns.

This is written for these files alone: it reads what they hold, and explains nothing to senders. It
takes nothing from the pipeline but the files that people edit under catalog/.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from python_calamine import CalamineWorkbook

CATALOGUE = (
    "目录代码", "提供方代码", "提供方名称", "共享类型", "更新周期", "发布状态", "发布日期",
    "最近更新日期",
)  # fmt: skip
RESOURCE = ("资源标识", "目录代码", "资源类型", "挂载状态", "资源状态", "挂载日期")
DEMAND = (
    "需求编号", "提供方", "共享类型", "提出日期", "受理日期", "答复日期", "答复意见",
    "不予提供理由", "不予提供依据", "主管部门认可", "交付日期", "确认日期", "退回日期",
    "重新提交日期", "撤回日期", "合并至", "延长天数", "状态",
)  # fmt: skip

_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_SPOILT = re.compile(r"\d(\.\d+)?E\+\d+")

Row = Sequence[Any]


def read_catalogue(folder: Path, lists: Lists) -> tuple[pa.Table, pa.Table]:
    """The entries and resources of all senders, in the order of the files' names.

    The first of several rows with the same code counts, and no row of an unknown organisation.
    """
    entries: dict[str, Row] = {}
    resources: dict[str, Row] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        for dataset, rows in _of_sender(path):
            if dataset == "目录":
                _add_entries(entries, rows, lists)
            else:
                for row in rows:
                    if row[0]:
                        resources.setdefault(row[0], row)
    return _entry_table(entries), _resource_table(resources.values())


def read_demands(folder: Path, lists: Lists) -> pa.Table:
    """Every demand item of a known provider; the first of several rows counts."""
    items: dict[str, Row] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        grid = _csv(path) if path.suffix == ".csv" else _sheets(path)["供需清单"]
        for row in _picked(grid, DEMAND):
            provider = lists.code(row[1], None)
            if row[0] and provider:
                items.setdefault(row[0], (row[0], provider, *row[2:]))
    columns = list(zip(*items.values(), strict=True))
    named = dict(zip(DEMAND, columns, strict=True))
    dates = ("提出日期", "受理日期", "答复日期", "交付日期", "确认日期", "撤回日期")
    return pa.table(
        {
            "demand_id": pa.array(named["需求编号"], pa.string()),
            "org_code": [lists.answering(provider) for provider in named["提供方"]],
            **{name: pa.array(map(_date, named[name]), pa.date32()) for name in dates},
            **{name: [_text(cell) for cell in named[name]] for name in DEMAND
               if name not in (*dates, "需求编号", "提供方", "延长天数")},
            "延长天数": pa.array([int(cell) if cell else 0 for cell in named["延长天数"]]),
        }
    )  # fmt: skip


class Lists:
    """Looks up which organisation a code or a name means, which organisation answers for it on the
    day, and which cycle a label means."""

    def __init__(self, organisations: Path, codes: Path, day: date) -> None:
        """Reads organisations.csv and the code table of update cycles."""
        with organisations.open(encoding="utf-8-sig", newline="") as file:
            self.organisations = list(csv.DictReader(file))
        self._day = day.isoformat()
        self._by_code = {row["org_code"]: row for row in self.organisations}
        named: dict[str, set[str]] = {}
        for row in self.organisations:
            for name in (row["org_name"], *filter(None, row["aliases"].split(";"))):
                named.setdefault(name, set()).add(row["org_code"])
        self._by_name = {name: min(codes) for name, codes in named.items() if len(codes) == 1}
        values = yaml.safe_load(codes.read_text(encoding="utf-8"))["values"]
        self.cycles = {
            name: (more.get("days"), more.get("months")) for name, more in values.items()
        }
        self._cycle = {
            label.casefold(): name
            for name, more in values.items()
            for label in (name, *more["labels"])
        }

    def code(self, code: str | None, name: str | None) -> str | None:
        """The organisation that a code means, or a name where there is no code."""
        written = code or name or ""
        return written if written in self._by_code else self._by_name.get(written)

    def answering(self, code: str) -> str:
        """The organisation that answers for this one on the day: itself, or its successor."""
        row = self._by_code.get(code)
        if row and row["successor"] and row["valid_to"] and row["valid_to"] < self._day:
            return self.answering(row["successor"])
        return code

    def cycle(self, written: str) -> str | None:
        """The cycle that a label means."""
        if written in self._cycle:
            return self._cycle[written]
        label = written.strip().casefold().split("(")[0].removeprefix("r/")
        return self._cycle.get(label) or self._cycle.get(label.removesuffix("更新"))


def _of_sender(path: Path) -> Iterator[tuple[str, Iterable[Row]]]:
    if path.suffix == ".csv":
        dataset = "目录" if path.stem.endswith("目录") else "挂载资源"
        yield dataset, _picked(_csv(path), CATALOGUE if dataset == "目录" else RESOURCE)
        return
    sheets = _sheets(path)
    yield "目录", _picked(sheets["目录"], CATALOGUE)
    yield "挂载资源", _picked(sheets["挂载资源"], RESOURCE)


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    """The sheets that the figures need, without their banners."""
    book = CalamineWorkbook.from_path(str(path))
    wanted = [name for name in book.sheet_names if name != "信息项"]
    return {name: book.get_sheet_by_name(name).to_python()[1:] for name in wanted}


def _csv(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


def _picked(grid: list[list[Any]], wanted: Sequence[str]) -> Iterator[Row]:
    """The wanted columns of a table; a column that it lacks is empty."""
    header = grid[0]
    if all(name in header for name in wanted):
        return map(itemgetter(*map(header.index, wanted)), grid[1:])
    places = [header.index(name) if name in header else None for name in wanted]
    return ([None if place is None else row[place] for place in places] for row in grid[1:])


def _add_entries(entries: dict[str, Row], rows: Iterable[Row], lists: Lists) -> None:
    """Adds entries; the first cell of each is the organisation that answers for it."""
    for row in rows:
        code = row[0]
        if isinstance(code, str) and code and not _SPOILT.fullmatch(code) and code not in entries:
            owner = lists.code(row[1], row[2])
            if owner is not None:
                cycle = lists.cycle(str(row[4]))
                entries[code] = (lists.answering(owner), row[3], cycle, *row[5:])


def _entry_table(entries: dict[str, Row]) -> pa.Table:
    owner, sharing_type, cycle, status, published, updated = zip(*entries.values(), strict=True)
    return pa.table(
        {
            "catalogue_code": list(entries),
            "org_code": owner,
            "sharing_type": sharing_type,
            "update_cycle": pa.array(cycle, pa.string()),
            "publish_status": status,
            "published_on": pa.array(map(_date, published), pa.date32()),
            "last_updated_on": pa.array(map(_date, updated), pa.date32()),
        }
    )


def _resource_table(resources: Iterable[Row]) -> pa.Table:
    resource_id, code, kind, mount, status, mounted_on = zip(*resources, strict=True)
    return pa.table(
        {
            "resource_id": resource_id,
            "catalogue_code": code,
            "resource_type": kind,
            "mount_status": mount,
            "resource_status": status,
            "mounted_on": pa.array(map(_date, mounted_on), pa.date32()),
        }
    )


@cache
def _date(cell: Any) -> date | None:
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    match = _DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _text(cell: Any) -> str:
    """A cell as text; a date in ISO form."""
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)
