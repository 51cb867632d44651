"""Small exchange logs for tests, and a plain reference that works out what becomes of them."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.logs.log_reading import LogRequest, LogResult, take_log
from sharing_pipeline.logs.log_source import LogSource
from sharing_pipeline.settings import PROJECT
from sharing_pipeline.values.columns import read_column

CONTRACT = load_contracts(PROJECT / "catalog")["exchange_log"]
CODES = load_codes(PROJECT / "catalog")
COLUMNS = CONTRACT.names
DAY = date(2026, 11, 21)
Row = dict[str, str]


def row(batch: str = "B1", **cells: str) -> Row:
    usual = {
        "batch_id": batch, "resource_id": "R1", "direction": "归集", "status": "成功",
        "started_at": "2026-11-21 10:00:00", "finished_at": "2026-11-21 10:05:00",
        "row_count": "10",
    }  # fmt: skip
    return usual | cells


def as_csv(rows: list[Row], columns: list[str] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[cells.get(name, "") for name in columns] for cells in rows])
    return text.getvalue()


def take(
    folder: Path, content: str | bytes | list[Row], name: str = "log", **more: Any
) -> LogResult:
    """Takes a log with canonical headers; `more` are fields of LogSource or LogRequest."""
    path = folder / f"{name}.received"
    text = as_csv(content) if isinstance(content, list) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    fields = {key: more.pop(key) for key in list(more) if key in LogSource.__annotations__}
    source = LogSource(path, fields.pop("mapping", {name: name for name in COLUMNS}), **fields)
    return take_log(LogRequest(source, folder / f"{name}.parquet", CONTRACT, CODES, **more))


def written(result: LogResult) -> list[dict[str, Any]]:
    return pq.read_table(result.log).to_pylist()


def dispositions(result: LogResult) -> dict[int, str]:
    if result.dropped is None:
        return {}
    dropped = pq.read_table(result.dropped).to_pylist()
    return {cells["position"]: cells["disposition"] for cells in dropped}


def superseded(result: LogResult) -> dict[int, list[int]]:
    return {index: pq.read_table(path)["position"].to_pylist() for index, path in result.supersedes}


# --- The reference ------------------------------------------------------------------------


def read(rows: list[Row]) -> list[dict[str, Any]]:
    """The cells of each row as values/columns.py reads them."""
    columns = {}
    for column in CONTRACT.columns:
        raw = pd.Series([cells.get(column.name) or None for cells in rows], dtype="str")
        values = read_column(raw, column, CODES, from_workbook=False).values
        columns[column.name] = [None if pd.isna(value) else value for value in values]
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def log_day(record: dict[str, Any]) -> date | None:
    moment = record["started_at"] or record["finished_at"]
    return moment.date() if moment else None


def expected_dispositions(rows: list[Row]) -> dict[int, str]:
    disposition: dict[int, str] = {}
    kept: dict[tuple[str, date | None], int] = {}
    faulty: set[tuple[str, ...]] = set()
    values = read(rows)
    for place, record in enumerate(values):
        if not record["batch_id"] or not record["resource_id"]:
            cells = tuple(rows[place].get(name, "").strip() for name in COLUMNS)
            disposition[place] = "duplicate" if cells in faulty else "quarantined"
            faulty.add(cells)
            continue
        key = (record["batch_id"], log_day(record))
        if key not in kept:
            kept[key] = place
        elif values[kept[key]]["status"] == "执行中" and record["status"] in ("成功", "失败"):
            disposition[kept[key]] = "superseded"
            kept[key] = place
        else:
            disposition[place] = "duplicate"
    return disposition


def expected_daily(values: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for record in values:
        moment = record["finished_at"] or record["started_at"]
        key = (moment.date() if moment else None, log_day(record), record["resource_id"],
               record["direction"], record["consumer_org"])  # fmt: skip
        groups[key].append(record)
    return {key: _totals(group) for key, group in groups.items()}


def _totals(group: list[dict[str, Any]]) -> dict[str, Any]:
    done = [record for record in group if record["status"] == "成功"]
    successes = [record for record in done if record["finished_at"]]
    updates = [
        record
        for record in successes
        if record["direction"] == "归集"
        and ((record["row_count"] or 0) > 0 or record["verified_no_change"])
    ]
    return {
        "attempts": len(group),
        "successes": len(successes),
        "failures": sum(record["status"] == "失败" for record in group),
        "effective_updates": len(updates),
        "rows": sum(record["row_count"] or 0 for record in done),
    }


POOLS: dict[str, list[str]] = {
    "batch_id": ["B1", "B2", "B3", " B1", "B\u200b2", "Ｂ3", "", "3.6E+17", "批次1"],
    "resource_id": ["R1", "R2 ", "R3", "", "#N/A", "R４", "a-b.c"],
    "direction": ["归集", "共享", "supply", " 歸集", "1", "", "Use"],
    "method": ["接口", "API", "api ", "", "电话"],
    "consumer_org": ["", "361101", "361102 ", "\u3000市局"],
    "started_at": [
        "2026-11-21 10:00:00", "2026-11-20 23:59:59", "2026/11/21 1:02:03", "2026-11-21T10:00:00Z",
        "2026-11-20 18:00:00+00", "2026年11月21日", "2026-11-21 24:00:00", "infinity", "epoch",
        "1795226400000", "", "26-11-21 10:00:00", " 2026-11-21 10:00:00", "\u3000", "1e3",
    ],
    "finished_at": ["2026-11-21 10:05:00", "2026-11-22 00:00:00.5", "", "0000-00-00", "2026.11.21"],
    "status": ["成功", "失败", "执行中", "success", "执行 中", "?", ""],
    "row_count": ["0", "12", "12.6", "1,000", "1e3", "1_000", "3万条", "", "007", " 5 ", "-1"],
    "verified_no_change": ["", "true", "是", "否", "1", " ", "TRUE"],
    "message": ["", "超时, 请重试", 'said "no"', "two\nlines", " ="],
}  # fmt: skip


def random_rows(seed: int, count: int) -> list[Row]:
    chance = random.Random(seed)
    usual = 1 + seed % 4
    rows = [
        {name: chance.choice(pool[: usual * 3]) for name, pool in POOLS.items()}
        for _ in range(count)
    ]
    return rows + [dict(chance.choice(rows)) for _ in range(count // 4)]
