"""Databases for the tests: a SQLite file with tables, and the sources that read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

VARIABLE = "SHARING_DB_TEST"

ENTRIES = """\
title: 省平台
dataset: catalogue
mode: incremental
columns: {catalogue_code: 编号, name: 名, org_code: 部门, update_cycle: 周期}
constants: {sharing_type: 无条件共享, publish_status: 已发布}
database:
  url_env: SHARING_DB_TEST
  query: |
    SELECT 编号, 名, 部门, 周期, 更新于 FROM 目录
    WHERE 更新于 >= :since ORDER BY 更新于, 编号;
  high_water: 更新于
  start: "2026-01-01"
  batch_rows: 2
"""
"""A growing table of entries, of which each night reads what is new."""

WHOLE = """\
title: 省平台全量
dataset: catalogue
columns: {catalogue_code: 编号, name: 名, org_code: 部门, update_cycle: 周期}
constants: {sharing_type: 无条件共享, publish_status: 已发布}
database: {url_env: SHARING_DB_TEST, query: "SELECT 编号, 名, 部门, 周期 FROM 目录 ORDER BY 编号"}
"""
"""The same table, read whole every night."""

Entry = tuple[str, str, str, str, str]


def entry_row(code: str, changed: str, org: str = "A", cycle: str = "每月") -> Entry:
    """A row of 目录."""
    name = code.translate(str.maketrans("0123456789", "甲乙丙丁戊己庚辛壬癸")) + "信息"
    return (code, name, org, cycle, changed)


def write_sqlite(path: Path, rows: Sequence[Entry]) -> str:
    """Puts rows into 目录, in place of those with the same code; the database's URL."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS 目录 (编号 TEXT PRIMARY KEY, 名, 部门, 周期, 更新于)"
        )
        connection.executemany("INSERT OR REPLACE INTO 目录 VALUES (?, ?, ?, ?, ?)", rows)
    return f"sqlite:///{path}"
