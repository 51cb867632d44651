"""A sound file of every format, to be mutated."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date
from functools import cache
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.made.ods import ods_bytes
from tests.support.made.sheet import Error, Formula, Sheet
from tests.support.made.xls import xls_bytes
from tests.support.made.xlsx import xlsx_bytes

_HEADER = ["目录代码", "目录名称", "提供方", "共享类型", "更新周期", "最近更新日期", "备注"]
_ROWS: list[list[Any]] = [
    [f"3611000070000{number:05d}", f"{'甲乙丙丁戊己庚辛'[number]}类对象信息", "市民政局",
     "无条件共享", "每月", f"2026-03-{number + 1:02d}", "“引号”,逗号"]
    for number in range(8)
]  # fmt: skip
_LOG_HEADER = ["批次号", "资源标识", "方向", "方式", "开始时间", "结束时间", "状态", "数据量"]
_LOG_ROWS = [
    [f"B{number:04d}", "R1", "归集", "库表", f"2026-11-22 0{number % 9}:00:00",
     f"2026-11-22 0{number % 9}:05:00", "成功", str(number)]
    for number in range(40)
]  # fmt: skip
_TRADITIONAL = ["目錄代碼", "目錄名稱", "提供方", "共享類型", "更新週期", "最近更新日期", "備註"]


@cache
def seeds() -> dict[str, bytes]:
    """File name → bytes; the ending of the name is that of the format."""
    sheet = Sheet("目录", [["清单"], _HEADER, *_ROWS], merged=[(0, 0, 0, 6), (2, 2, 5, 2)],
                  hidden_rows=frozenset({3}), hidden_columns=frozenset({6}))  # fmt: skip
    odd = Sheet("挂载资源", [["资源标识", "目录代码", "资源类型", "挂载状态", "数据量"],
                         ["R1", 36110001, "库表", Error("#N/A"), Formula("1+1")],
                         ["R2", 1.5, True, date(2026, 3, 5), Formula("1+1", 2)]])  # fmt: skip
    objects = [dict(zip(_HEADER, row, strict=True)) for row in _ROWS]
    lines = "\n".join(json.dumps(fields, ensure_ascii=False) for fields in objects)
    log = _csv([_LOG_HEADER, *_LOG_ROWS])
    return {
        "utf-8.csv": _csv([_HEADER, *_ROWS]).encode(),
        "gb18030.csv": _csv([["清单"], _HEADER, *_ROWS]).encode("gb18030"),
        "big5.csv": _csv([_TRADITIONAL, *_ROWS]).encode("big5", "replace"),
        "utf-16.csv": _csv([_HEADER, *_ROWS]).encode("utf-16"),
        "some.tsv": _csv([_HEADER, *_ROWS], "\t").encode(),
        "some.csv.gz": gzip.compress(_csv([_HEADER, *_ROWS]).encode(), mtime=0),
        "some.json": json.dumps(objects, ensure_ascii=False).encode(),
        "some.jsonl": lines.encode(),
        "some.parquet": _parquet(),
        "by hand.xlsx": xlsx_bytes([sheet, odd]),
        "by openpyxl.xlsx": _openpyxl(),
        "some.xls": xls_bytes([sheet, odd]),
        "some.ods": ods_bytes([sheet, odd]),
        "log.csv": log.encode(),
        "log gb18030.csv": log.encode("gb18030"),
        "log.csv.gz": gzip.compress(log.encode(), mtime=0),
    }


def _csv(rows: list[list[Any]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def _parquet() -> bytes:
    table = pa.table(
        {
            **{name: [row[place] for row in _ROWS] for place, name in enumerate(_HEADER)},
            "数": pa.array(range(8), pa.int64()),
            "时": pa.array([0] * 8, pa.timestamp("ms", "UTC")),
            "类": pa.array(["a"] * 8).dictionary_encode(),
            "列表": pa.array([[1, 2]] * 8),
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def _openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["清单"], _HEADER, *_ROWS, [None] * 5 + [date(2026, 3, 5)]]:
        sheet.append(row)
    sheet.merge_cells("A1:G1")
    sheet.merge_cells("C3:C6")
    sheet.freeze_panes = "A3"
    book.create_sheet("隐藏").sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
