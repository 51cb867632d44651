"""What a step really reads for each file that it writes, seen at the engine's connection."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy
from sqlalchemy import event

from sharing_pipeline.store import engine

_MADE = re.compile(
    r"CREATE\s+(?:OR REPLACE\s+)?(TEMP\s+)?(?:TABLE|VIEW)\s+(\w+) AS (.*)", re.DOTALL
)
_ADDED = re.compile(r"INSERT INTO (\w+) (.*)", re.DOTALL)
_WRITTEN = re.compile(r"COPY \((.*)\) TO '([^']+)'", re.DOTALL)
_FILE = re.compile(r"'([^']+\.parquet)'")

_PYTHON_ROWS = "incoming_rows"


@dataclass
class Lineage:
    """`files`: per kind of lake file written, the kinds of file (by folder) and the tables of
    rows out of Python (as "python:answers") that it was made from. `mart`: the same of what was
    put into a database file, `read` of what was read out of the engine or, of submissions, out of
    the ledger."""

    files: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    mart: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)


@contextmanager
def lineage() -> Iterator[Lineage]:
    """Watches every connection that the engine opens meanwhile."""
    seen = Lineage()

    def connect(database: str, **options: Any) -> _Watched:
        return _Watched(duckdb.connect(database, **options), seen, database != ":memory:")

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if re.search(r"(FROM|JOIN)\s+submission\b", statement):
            seen.read.add("submission")

    event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "duckdb", _WatchedDuckdb(connect))
            yield seen
    finally:
        event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


class _WatchedDuckdb:
    """The module `duckdb` but for its `connect`."""

    def __init__(self, connect: Any) -> None:
        self.connect = connect

    def __getattr__(self, name: str) -> Any:
        return getattr(duckdb, name)


class _Watched:
    """A connection that says what its statements read and make."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seen: Lineage, is_mart: bool) -> None:
        self._connection, self._seen, self._is_mart = connection, seen, is_mart
        self._made_from: dict[str, set[str]] = defaultdict(set)

    def execute(self, sql: str, *values: Any, **named: Any) -> Any:
        self._note(sql)
        return self._connection.execute(sql, *values, **named)

    def sql(self, sql: str, *values: Any, **named: Any) -> Any:
        self._note(sql)
        return self._connection.sql(sql, *values, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def _note(self, sql: str) -> None:
        if made := _MADE.match(sql):
            temporary, table, select = made.groups()
            self._made_from[table] = self._sources(select, table)
            if self._is_mart and not temporary:
                self._seen.mart |= self._made_from[table]
        elif added := _ADDED.match(sql):
            table, select = added.groups()
            self._made_from[table] |= self._sources(select, table)
            if self._is_mart:
                self._seen.mart |= self._made_from[table]
        elif written := _WRITTEN.match(sql):
            select, path = written.groups()
            self._seen.files[Path(path).parent.name] |= self._sources(select, "")
        elif sql.lstrip().upper().startswith(("SELECT", "WITH", "FROM")):
            self._seen.read |= self._sources(sql, "")

    def _sources(self, select: str, table: str) -> set[str]:
        """The files and Python tables behind the tables that a query names."""
        sources = {Path(path).parent.name for path in _FILE.findall(select)}
        for name in set(_tables_of(_parsed(select))):
            sources |= {f"python:{table}"} if name == _PYTHON_ROWS else self._made_from[name]
        return sources


def _parsed(select: str) -> Any:
    """DuckDB's own syntax tree of a query."""
    asked = duckdb.connect().execute("SELECT json_serialize_sql(?::VARCHAR)", [select])
    tree = json.loads(asked.fetchall()[0][0])
    assert not tree["error"], (tree["error_message"], select)
    return tree


def _tables_of(tree: Any) -> Iterator[str]:
    """The names of all tables in a syntax tree, those of its WITH among them."""
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            yield tree["table_name"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _tables_of(part)
