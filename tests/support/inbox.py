"""Writes a city as the canonical files of inputs.md §7, each file in a style of its own.

Encoding, language of the header, format and spelling vary; the meaning of the cells doesn't.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.settings import PROJECT
from tests.reference import City, File
from tests.reference.city import Row

CONTRACTS = load_contracts(PROJECT / "catalog")

SYNONYMS = {
    "publish_status": {"已发布": "发布", "草稿": "编制中", "审核中": "待审核", "已下线": "下线"},
    "sharing_type": {"无条件共享": "无条件", "有条件共享": "有条件", "不予共享": "不共享"},
    "update_cycle": {
        "实时": "real-time", "每日": "每天", "每周": "P1W", "每旬": "十日", "每两周": "双周",
        "每半月": "R/P15D", "每四周": "P4W", "每月": "每月更新", "每两月": "P2M", "每季度": "季",
        "每半年": "半年度", "每年": "Annual", "每两年": "biennial", "不定期": "按需",
        "一次性/不更新": "静态", "其他": "自定义",
    },
    "resource_type": {"库表": "数据库表", "接口": "API", "文件": "file"},
    "resource_status": {"停用": "disabled", "已下线": "offline", "正常": "启用"},
    "mount_status": {"已挂载": "挂载", "未挂载": "unmounted"},
    "direction": {"归集": "supply", "共享": "use"},
    "status": {"成功": "success", "失败": "failed", "执行中": "running"},
    "verified_no_change": {"true": "是", "false": "否"},
    "endorsed": {"true": "是", "false": "否"},
    "decision": {"同意": "同意提供", "不予提供": "拒绝"},
}  # fmt: skip
"""Other spellings of labels, by column (catalog/codes)."""

DAY_STYLES: tuple[Callable[[str, str, str], str], ...] = (
    lambda year, month, day: f"{year}-{month}-{day}",
    lambda year, month, day: f"{year}/{int(month)}/{int(day)}",
    lambda year, month, day: f"{year}年{int(month)}月{int(day)}日",
    lambda year, month, day: f"{year}.{int(month)}.{int(day)}",
)


def write_inbox(city: City, home: Path) -> None:
    """Puts every file of the city into home/inbox; a file's style depends on its name alone."""
    inbox = home / "inbox"
    for folder in ("organisation", "exemption", "catalogue", "exchange_log", "demand"):
        (inbox / folder).mkdir(parents=True, exist_ok=True)
    _write_csv(inbox / "organisation" / "organisations.csv", "organisation", city.organisations)
    if city.exemptions:
        _write_csv(inbox / "exemption" / "exemptions.csv", "exemption", city.exemptions)
    workbooks: dict[str, dict[str, list[Row]]] = {}
    for dataset, folder, files in (
        ("catalogue", "catalogue", city.catalogues),
        ("resource", "catalogue", city.resources),
        ("exchange_log", "exchange_log", city.logs),
        ("demand", "demand", city.demands),
    ):
        for file in files:
            rows = _in_style(dataset, file)
            if file.name.endswith(".xlsx"):
                workbooks.setdefault(f"{folder}/{file.name}", {})[dataset] = rows
            elif file.name.endswith(".json"):
                text = json.dumps(rows, ensure_ascii=False)
                (inbox / folder / file.name).write_text(text, encoding="utf-8")
            else:
                _write_csv(inbox / folder / file.name, dataset, rows)
    for name, sheets in workbooks.items():
        _write_workbook(inbox / name, sheets)


def _in_style(dataset: str, file: File) -> list[Row]:
    """The file's rows in the columns of the contract, all in the same spelling."""
    style = random.Random(file.name)
    synonyms = style.random() < 0.4
    day_style = style.choice(DAY_STYLES)
    written = []
    for row in file.rows:
        cells = {}
        for column in CONTRACTS[dataset].columns:
            text = row.get(column.name, "")
            if synonyms:
                text = SYNONYMS.get(column.name, {}).get(text, text)
            if column.type == "date" and re.fullmatch(r"[12]\d{3}-\d\d-\d\d", text):
                text = day_style(*text.split("-"))
            cells[column.name] = text
        written.append(cells)
    return written


def _header(dataset: str, name: str) -> list[str]:
    """The canonical English names or the Chinese titles of the columns."""
    chinese = random.Random(f"header {name}").random() < 0.5
    return [column.title if chinese else column.name for column in CONTRACTS[dataset].columns]


def _write_csv(path: Path, dataset: str, rows: list[Row]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_header(dataset, path.name))
    writer.writerows([row.get(name, "") for name in CONTRACTS[dataset].names] for row in rows)
    encoding = random.Random(f"encoding {path.name}").choice(["utf-8", "utf-8-sig", "gb18030"])
    path.write_bytes(text.getvalue().encode(encoding))


def _write_workbook(path: Path, sheets: dict[str, list[Row]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for dataset, rows in sheets.items():
        sheet = book.create_sheet(CONTRACTS[dataset].sheet)
        sheet.append(_header(dataset, path.name))
        for row in rows:
            sheet.append([row[name] or None for name in CONTRACTS[dataset].names])
    book.save(path)
