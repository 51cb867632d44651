"""Frames for suites to judge: rows as they are written, read as intake reads them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.organisations import Organisation, Organisations
from sharing_pipeline.settings import PROJECT
from sharing_pipeline.values.columns import read_column
from tests.support.broken_rows import BROKEN, SOUND, UNKNOWN_CODES

CATALOG = PROJECT / "catalog"
FOLDER = PROJECT / "expectations"
CONTRACTS = load_contracts(CATALOG)
CODES = load_codes(CATALOG)
AS_OF = "2026-11-22"
ORGANISATIONS = Organisations(
    [
        Organisation("区数据局", "区数据局", parent="区政府"),
        Organisation("361100001", "市教育局"),
        Organisation("361100002", "市民政局"),
    ]
)
METHODS = {"C-api": "接口", "C-table": "库表", "C-file": "邮件、拷盘", "C-both": "库表、接口"}

Row = dict[str, str | None]


def frame_of(dataset: str, rows: list[Row]) -> pd.DataFrame:
    """Rows as they are written, read as intake reads them; row n has the index 100 + n."""
    index = range(100, 100 + len(rows))
    columns: dict[str, Any] = {}
    for column in CONTRACTS[dataset].columns:
        raw = pd.Series([row.get(column.name) for row in rows], dtype="str", index=index)
        read = read_column(raw, column, CODES, from_workbook=False)
        values = read.values.fillna(read.unread) if column.type == "label" else read.values
        columns[column.name] = values  # an unknown label stays visible as it was written
        columns[f"{column.name}__unread"] = read.unread
        columns[f"{column.name}__remark"] = read.remark
    for name in UNKNOWN_CODES.get(dataset, ()):
        written = columns[name]
        columns[f"{name}__unread"] = written.where(written.eq("没有这个机构"))
    columns["as_of"] = pd.Series(AS_OF, index=index, dtype="datetime64[s]")
    return pd.DataFrame(columns)


def broken(dataset: str) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """The broken rows of a dataset in a frame, with sound rows between them, and the places of
    each rule's rows."""
    rows: list[Row] = [SOUND[dataset]]
    places: dict[str, list[int]] = {}
    for rule, changes in BROKEN[dataset].items():
        group = changes if isinstance(changes, list) else [changes]
        places[rule] = [100 + len(rows) + offset for offset in range(len(group))]
        rows += [{**SOUND[dataset], "name": f"名称{rule}", **change} for change in group]
        rows.append({**SOUND[dataset], "name": f"正常的{rule}"})
    if dataset == "exchange_daily":
        counts = pd.DataFrame(rows, index=range(100, 100 + len(rows))).drop(columns="name")
        return counts.astype("int64"), places
    return frame_of(dataset, rows), places
