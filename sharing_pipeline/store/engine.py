"""The engine: DuckDB in-process, running the SQL texts under warehouse/.

The only module that touches a connection. Knows how to run a text, to load rows and files, to
read a table plainly and to write one to the lake. What the SQL means stands in the SQL.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.errors import EngineError
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.warehouse_text import (
    identifier,
    identifiers,
    literal,
    warehouse_sql,
)

MEMORY = "2GB"
"""A bound leaves room for pandas and for the child that reads files."""

_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
PARQUET = f"({_PARQUET})"
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
        self.warehouse = self._warehouse = settings.warehouse
        self._kept = "" if database else "TEMP"
        self._views: set[str] = set()
        config: dict[str, Any] = {"memory_limit": memory, "temp_directory": _spill(settings.home)}
        if threads is not None:
            config["threads"] = threads
        with _as_engine_error():
            self._connection = duckdb.connect(str(database or ":memory:"), config=config)
            self._connection.execute("SET enable_progress_bar = false")

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection itself."""
        return self._connection

    def rows(self, select: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with _as_engine_error():
            return self._connection.execute(select, parameters or []).fetchall()

    def arrow(self, select: str) -> pa.Table:
        """All rows of a query as an Arrow table."""
        with _as_engine_error():
            return self._connection.sql(select).to_arrow_table()

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
        self._make_table(table, f"FROM read_parquet({_list(paths)})")

    def load_files(self, table: str, paths: Iterable[Path], columns: Mapping[str, str]) -> None:
        """Makes a table of the given columns from Parquet files, or an empty one."""
        self._make_table(table, _from_files(paths, columns))

    def view_files(self, view: str, paths: Iterable[Path], columns: Mapping[str, str]) -> None:
        """The same as a view: queries then read just the columns that they need."""
        self._make_view(view, _from_files(paths, columns))

    def view_parquet(
        self, view: str, paths: Sequence[Path], *, numbered: bool = False, of_file: bool = False
    ) -> None:
        """A view of all columns of Parquet files, at least one; with a row's position in its file
        as `file_row_number` if they are `numbered`, and with the file's path as `filename`."""
        options = "".join(
            f", {option} = true"
            for option, wanted in (
                ("union_by_name", len(paths) > 1),
                ("file_row_number", numbered),
                ("filename", of_file),
            )
            if wanted
        )
        self._make_view(view, f"FROM read_parquet({_list(paths)}{options})")

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
        names = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
        parts = (
            f"FROM read_csv({literal(path)}, auto_detect=false, header=false, skip={skipped}, "
            f"columns={{{names}}}, delim={literal(delimiter)}, quote='\"', escape='\"', "
            f"compression={literal(compression)}, null_padding={padded})"
            for path, skipped in zip(paths, chain([skip], repeat(0)), strict=False)
        )
        self._make_view(view, " UNION ALL ".join(parts))

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
            return self._connection.sql(_plain(table, columns, order_by)).to_arrow_table()

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
        return self._copy(_plain(table, (), order_by), path, _PARQUET)

    def write_csv(self, table: str, path: Path) -> None:
        """Writes a table as csv with a header: UTF-8 without BOM, empty for NULL."""
        self._copy(f"FROM {table}", path, "FORMAT csv, HEADER, DELIMITER ','")

    def write_json(self, table: str, path: Path) -> None:
        """Writes a table as one JSON list of objects."""
        self._copy(f"FROM {table}", path, "FORMAT json, ARRAY true")

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


def _spill(home: Path) -> str:
    """Where what doesn't fit into memory goes: into the home, which has room, if it may."""
    return str(home / "tmp" if os.access(home, os.W_OK) else tempfile.gettempdir())


def _plain(table: str, columns: Sequence[str], order_by: Sequence[str]) -> str:
    order = f" ORDER BY {identifiers(order_by)}" if order_by else ""
    return f"SELECT {identifiers(columns) or '*'} FROM {table}{order}"


def _from_files(paths: Iterable[Path], columns: Mapping[str, str]) -> str:
    """SELECT of columns from Parquet files, or of no rows."""
    listed = list(paths)
    if listed:
        return f"SELECT {identifiers(columns)} FROM read_parquet({_list(listed)})"
    typed = ", ".join(
        f"CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in columns.items()
    )
    return f"SELECT {typed} WHERE false"


def _list(paths: Sequence[Path]) -> str:
    return f"[{', '.join(literal(path) for path in paths)}]"


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


def quoted(path: Path) -> str:
    """A path as an SQL string."""
    return literal(path)


def sql_text(warehouse: Path, text: str) -> str:
    """The text of warehouse/<text>.sql."""
    return warehouse_sql(warehouse, text, {})
