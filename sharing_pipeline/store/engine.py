"""The engine: DuckDB in-process, running the SQL texts under warehouse/.

Knows how to open a connection, read a warehouse text and write a table to the lake.
What the SQL means stands in the SQL.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import Settings

PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"


class Engine:
    """One DuckDB connection with the warehouse's texts at hand."""

    def __init__(self, settings: Settings) -> None:
        self.warehouse = settings.warehouse
        # A bound leaves room for pandas and for the child that reads files.
        self.connection = duckdb.connect(config={"memory_limit": "2GB"})
        self.connection.execute(f"SET temp_directory = {quoted(_spill_folder(settings.home))}")
        self.connection.execute("SET enable_progress_bar = false")

    def close(self) -> None:
        """Frees the connection and its memory."""
        self.connection.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, text: str, **names: str) -> duckdb.DuckDBPyConnection:
        """Runs warehouse/<text>.sql; `{names}` in it are identifiers, never values."""
        return self.connection.execute(sql_text(self.warehouse, text).format(**names))

    def create(self, table: str, text: str, **names: str) -> None:
        """Makes a temporary table from warehouse/<text>.sql."""
        select = sql_text(self.warehouse, text).format(**names)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {select}")

    def load(self, table: str, rows: pa.Table) -> None:
        """Makes a temporary table from Arrow rows."""
        self.connection.register("incoming_rows", rows)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM incoming_rows")
        self.connection.unregister("incoming_rows")

    def load_files(self, table: str, paths: Iterable[Path], columns: dict[str, str]) -> None:
        """Makes a temporary table of the given columns from Parquet files, or an empty one."""
        body = _from_files(paths, columns)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {body}")

    def view_files(
        self, view: str, paths: Iterable[Path], columns: dict[str, str], where: str = "true"
    ) -> None:
        """The same as a view: queries then read just the columns that they need."""
        body = _from_files(paths, columns)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM ({body}) AS stored WHERE {where}"
        )

    def write(self, select: str, path: Path) -> int:
        """Writes a query's rows to a new Parquet file; the caller's total ORDER BY makes
        the same rows the same bytes. Returns the number of rows."""
        written = self.connection.execute(f"COPY ({select}) TO {quoted(path)} {PARQUET}").fetchone()
        return int(written[0]) if written else 0

    def rows(self, select: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(select, parameters or []).fetchall()

    def arrow(self, select: str) -> pa.Table:
        """All rows of a query as an Arrow table."""
        return self.connection.sql(select).to_arrow_table()


def _spill_folder(home: Path) -> Path:
    """Where what doesn't fit into memory goes: into the home, which has room, if it may."""
    return home / "tmp" if os.access(home, os.W_OK) else Path(tempfile.gettempdir())


_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
}


def arrow_schema(columns: dict[str, str]) -> pa.Schema:
    """The Arrow schema of columns with SQL types."""
    return pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])


def _from_files(paths: Iterable[Path], columns: dict[str, str]) -> str:
    """SELECT of columns from Parquet files, or of no rows."""
    names = ", ".join(quoted(path) for path in paths)
    if names:
        wanted = ", ".join(f'"{column}"' for column in columns)
        return f"SELECT {wanted} FROM read_parquet([{names}])"
    typed = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
    return f"SELECT {typed} WHERE false"


def quoted(path: Path) -> str:
    """A path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"


def columns_of(contract: Contract) -> dict[str, str]:
    """A contract's columns with their SQL types."""
    return {column.name: column.sql_type for column in contract.columns}


@cache
def sql_text(warehouse: Path, text: str) -> str:
    """The text of warehouse/<text>.sql without its trailing semicolon."""
    path = warehouse / f"{text}.sql"
    if not path.is_file():
        raise ConfigurationError(
            f"缺少 SQL 文件 {path}；warehouse/ 文件夹不完整，请重新取得本程序。"
        )
    return path.read_text(encoding="utf-8").strip().rstrip(";")
