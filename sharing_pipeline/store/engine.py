"""The engine: DuckDB in-process, running the SQL texts under warehouse/.

The only module that touches a connection. Knows how to run a text, to load rows and files, to
read a table plainly and to write one to the lake. What the SQL means stands in the SQL.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.errors import EngineError
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.plain_sql import all_columns, csv_files, from_files, rows_of
from sharing_pipeline.store.warehouse_text import (
    identifier,
    identifiers,
    literal,
    warehouse_sql,
)

MEMORY = "2GB"
"""A bound leaves room for pandas and for the child that reads files."""

_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
_READ_WHOLE = "PARQUET_VERSION V2, WRITE_BLOOM_FILTER false"
"""For a file that is large and read whole: the newer encodings of numbers and texts save a seventh
of all the time of a log, and nothing is looked up in it by a filter."""

Filled = Mapping[str, str]
"""What is filled into a text's placeholders: names of tables, lists of columns."""


class Engine:
    """One DuckDB connection with the warehouse's texts at hand.

    Methods that take `text` run warehouse/<text>.sql; `fill` is for its placeholders `{name}`, and
    further keyword arguments are the values of its `$name`. Whatever the engine can't do raises
    EngineError.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        database: Path | None = None,
        memory: str = MEMORY,
        threads: int | None = None,
    ) -> None:
        """`database`: a file in which the tables are kept; without one they last as long as the
        engine. `threads`: at most so many, by default one for each core."""
        self._warehouse = settings.warehouse
        self._kept = "" if database else "TEMP"
        self._views: set[str] = set()
        config: dict[str, Any] = {"memory_limit": memory, "temp_directory": _spill(settings.home)}
        if threads is not None:
            config["threads"] = threads
        with _as_engine_error():
            self._connection = duckdb.connect(str(database or ":memory:"), config=config)
            self._connection.execute("SET enable_progress_bar = false")

    def close(self) -> None:
        """Frees the connection and its memory."""
        with _as_engine_error():
            self._connection.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create(self, table: str, text: str, fill: Filled | None = None, **values: object) -> None:
        """Makes a table of what a text yields."""
        self._make_table(table, self._sql(text, fill), values)

    def view(self, view: str, text: str, fill: Filled | None = None) -> None:
        """The same as a view, which can have no values: it is worked out whenever it is read."""
        self._make_view(view, self._sql(text, fill))

    def insert(self, table: str, text: str, fill: Filled | None = None, **values: object) -> None:
        """Adds what a text yields to a table."""
        self._execute(f"INSERT INTO {table} {self._sql(text, fill)}", values)

    def run(self, text: str, fill: Filled | None = None, **values: object) -> None:
        """Runs a text that changes a table."""
        self._execute(self._sql(text, fill), values)

    def query(
        self, text: str, fill: Filled | None = None, **values: object
    ) -> list[tuple[Any, ...]]:
        """All rows that a text yields."""
        with _as_engine_error():
            return self._connection.execute(self._sql(text, fill), values).fetchall()

    def query_arrow(self, text: str, fill: Filled | None = None, **values: object) -> pa.Table:
        """The same as an Arrow table."""
        with _as_engine_error():
            return self._connection.sql(self._sql(text, fill), params=values).to_arrow_table()

    def records(
        self, text: str, fill: Filled | None = None, **values: object
    ) -> list[dict[str, Any]]:
        """The same as a dict for each row."""
        with _as_engine_error():
            found = self._connection.execute(self._sql(text, fill), values)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def load(self, table: str, rows: pa.Table) -> None:
        """Makes a table from Arrow rows."""
        with self._incoming(rows) as incoming:
            self._make_table(table, f"FROM {incoming}")

    def append(self, table: str, rows: pa.Table, columns: Mapping[str, str]) -> None:
        """Adds Arrow rows to a table, which is made with these columns if there is none yet."""
        typed = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
        self._execute(f"CREATE {self._kept} TABLE IF NOT EXISTS {table} ({typed})")
        with self._incoming(rows) as incoming:
            self._execute(f"INSERT INTO {table} FROM {incoming}")

    def insert_rows(self, table: str, source: str) -> None:
        """Adds the rows of another table of the same columns."""
        self._execute(f"INSERT INTO {table} FROM {source}")

    def load_parquet(self, table: str, paths: Sequence[Path]) -> None:
        """Makes a table of all columns of Parquet files, at least one."""
        self._make_table(table, all_columns(paths))

    def load_files(self, table: str, paths: Iterable[Path], columns: Mapping[str, str]) -> None:
        """Makes a table of the given columns from Parquet files, or an empty one."""
        self._make_table(table, from_files(paths, columns))

    def view_files(self, view: str, paths: Iterable[Path], columns: Mapping[str, str]) -> None:
        """The same as a view: queries then read just the columns that they need."""
        self._make_view(view, from_files(paths, columns))

    def view_parquet(
        self, view: str, paths: Sequence[Path], *, numbered: bool = False, of_file: bool = False
    ) -> None:
        """A view of all columns of Parquet files, at least one; with a row's position in its file
        as `file_row_number` if they are `numbered`, and with the file's path as `filename`."""
        self._make_view(view, all_columns(paths, numbered=numbered, of_file=of_file))

    def view_csv(
        self,
        view: str,
        paths: Sequence[Path],
        columns: Sequence[str],
        *,
        skip: int,
        delimiter: str,
        compression: str,
        padded: bool,
    ) -> None:
        """A view of csv files as text columns, but for the first `skip` records of the first file.
        `padded`: whether records with fewer cells are filled up."""
        self._make_view(view, csv_files(paths, columns, skip, delimiter, compression, padded))

    def alias(self, view: str, table: str) -> None:
        """A second name for a table."""
        self._make_view(view, f"FROM {table}")

    def drop(self, table: str) -> None:
        """Takes a table away, so that a view can have its name."""
        self._execute(f"DROP TABLE {table}")

    def table(
        self, table: str, columns: Sequence[str] = (), order_by: Sequence[str] = ()
    ) -> pa.Table:
        """A table's rows, or some columns of them."""
        with _as_engine_error():
            return self._connection.sql(rows_of(table, columns, order_by)).to_arrow_table()

    def distinct(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The different combinations of some columns of a table, in their order."""
        names = identifiers(columns)
        with _as_engine_error():
            select = f"SELECT DISTINCT {names} FROM {table} ORDER BY {names}"
            return self._connection.execute(select).fetchall()

    def write(
        self,
        text: str,
        path: Path,
        fill: Filled | None = None,
        *,
        read_whole: bool = False,
        **values: object,
    ) -> int:
        """Writes what a text yields to a new Parquet file; its total ORDER BY makes the same rows
        the same bytes. Returns the number of rows."""
        options = f"{_PARQUET}, {_READ_WHOLE}" if read_whole else _PARQUET
        return self._copy(self._sql(text, fill), path, options, values)

    def write_table(self, table: str, path: Path, *order_by: str) -> int:
        """Writes a table to a new Parquet file, ordered by columns that no two rows share."""
        return self._copy(rows_of(table, (), order_by), path, _PARQUET)

    def _sql(self, text: str, fill: Filled | None) -> str:
        return warehouse_sql(self._warehouse, text, fill or {})

    def _execute(self, sql: str, values: Mapping[str, object] | None = None) -> None:
        with _as_engine_error():
            self._connection.execute(sql, values or {})

    def _make_table(
        self, table: str, select: str, values: Mapping[str, object] | None = None
    ) -> None:
        if table in self._views:
            self._execute(f"DROP VIEW {table}")
            self._views.discard(table)
        self._execute(f"CREATE OR REPLACE {self._kept} TABLE {table} AS {select}", values)

    def _make_view(self, view: str, select: str) -> None:
        self._execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {select}")
        self._views.add(view)

    def _copy(
        self, select: str, path: Path, options: str, values: Mapping[str, object] | None = None
    ) -> int:
        with _as_engine_error():
            copy = f"COPY ({select}) TO {literal(path)} ({options})"
            written = self._connection.execute(copy, values or {}).fetchone()
        return int(written[0]) if written else 0

    @contextmanager
    def _incoming(self, rows: pa.Table) -> Iterator[str]:
        """The name under which Arrow rows can be read meanwhile."""
        self._connection.register("incoming_rows", rows)
        try:
            yield "incoming_rows"
        finally:
            self._connection.unregister("incoming_rows")


@contextmanager
def _as_engine_error() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise EngineError(str(error)) from error


def write_csv(rows: pa.Table, path: Path) -> None:
    """Writes Arrow rows as csv with a header: UTF-8 without BOM, empty for unknown."""
    _write_text(rows, path, "FORMAT csv, HEADER, DELIMITER ','")


def write_json(rows: pa.Table, path: Path) -> None:
    """Writes Arrow rows as one JSON list of objects."""
    _write_text(rows, path, "FORMAT json, ARRAY true")


def _write_text(rows: pa.Table, path: Path, options: str) -> None:
    path.touch()  # who may not write here is told by the system, not by DuckDB
    with _as_engine_error(), duckdb.connect(":memory:") as connection:
        connection.register("incoming_rows", rows)
        connection.execute(f"COPY (FROM incoming_rows) TO {literal(path)} ({options})")


def _spill(home: Path) -> str:
    """Where what doesn't fit into memory goes: into the home, which has room, if it may."""
    return str(home / "tmp" if os.access(home, os.W_OK) else tempfile.gettempdir())


_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
}


def arrow_schema(columns: Mapping[str, str]) -> pa.Schema:
    """The Arrow schema of columns with SQL types."""
    return pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])


def columns_of(contract: Contract) -> dict[str, str]:
    """A contract's columns with their SQL types."""
    return {column.name: column.sql_type for column in contract.columns}
