"""Taking in an exchange log of up to 10^8 rows: normalised, its repeats found, its days counted.

The hot path is four passes of DuckDB, each over the columns it needs: write the typed rows once,
look at their health, look for repeated batches, aggregate by day. Runs in a child process, so
arguments and results can be pickled; knows nothing of the ledger.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sharing_pipeline.catalog.codes import CodeTable
from sharing_pipeline.catalog.contracts import Column, Contract
from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.logs.dropped_rows import PreviousLog, dispose, write_superseded
from sharing_pipeline.logs.exchange_daily import (
    LogFile,
    Resources,
    rows_in_force,
    workspace,
    write_daily,
)
from sharing_pipeline.logs.log_source import LogSource, readings
from sharing_pipeline.logs.log_types import health, normalised, read_in_sql
from sharing_pipeline.store.engine import PARQUET, quoted, sql_text

_SAMPLE_ROWS = 20_000
"""What the first rows teach about other ways of writing saves writing the whole log twice."""
_WORTH_A_SAMPLE_BYTES = 8 << 20
"""A smaller file is sooner written twice than sampled."""
_WRITE = PARQUET.replace(")", ", PARQUET_VERSION V2, WRITE_BLOOM_FILTER false)")
"""A log is large and read whole: the newer encodings of numbers and texts save a seventh of all its
time, and nothing is looked up in it by a filter."""


@dataclass(frozen=True)
class LogRequest:
    """What take_log needs. `out`: the normalised log; what else is written stands beside it.

    `own_codes`: the source's code tables, column → code → label. `timezone`: of moments without
    a zone of their own. `previous`: earlier logs in the order of receipt.
    """

    source: LogSource
    out: Path
    contract: Contract
    codes: Mapping[str, CodeTable]
    own_codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timezone: str = "Asia/Shanghai"
    previous: tuple[PreviousLog, ...] = ()
    resources: Resources = field(default_factory=Resources)


@dataclass(frozen=True)
class LogResult:
    """What became of a log: rows_read = accepted + duplicate + quarantined.

    `log` has every row as received and normalised; the positions in `dropped` (None: nothing
    dropped) and in the later logs' `supersedes` are not in force. `supersedes`: (index among
    the previous logs, file of positions). `daily`: exchange_daily of this log alone, `days` its
    rows by log day. `counts`: quality rule → rows in force that break it. `quarantine`: row,
    column, value, rule, in the order of the rows.
    """

    rows_read: int
    accepted: int
    duplicate: int
    quarantined: int
    log: Path
    dropped: Path | None
    supersedes: tuple[tuple[int, Path], ...]
    daily: Path
    days: Mapping[date | None, int]
    first_record_day: date | None
    last_record_day: date | None
    counts: Mapping[str, int]
    quarantine: pa.Table

    @property
    def first_log_day(self) -> date | None:
        """The first log day, None when no row has a time."""
        return min((day for day in self.days if day), default=None)

    @property
    def last_log_day(self) -> date | None:
        """The last log day, None when no row has a time."""
        return max((day for day in self.days if day), default=None)

    def as_previous(self) -> PreviousLog:
        """This log as a later one compares itself with it."""
        dropped = (self.dropped,) if self.dropped else ()
        log = LogFile(self.log, dropped)
        return PreviousLog(log, self.first_log_day, self.last_log_day, None in self.days)


def take_log(request: LogRequest) -> LogResult:
    """Takes in one log; UnreadableFile when nothing can read it or it has no rows."""
    with workspace(request.out.parent, request.resources) as (connection, folder):
        suspicious = _write_log(connection, request, folder)
        titles = request.source.mapping
        dispose(
            connection, request.contract, titles, request.previous, request.resources,
            suspicious=suspicious,
        )  # fmt: skip
        return _report(connection, request)


def _write_log(connection: duckdb.DuckDBPyConnection, request: LogRequest, folder: Path) -> bool:
    """Writes the normalised log and makes `log_rows` of it; whether rows are suspicious."""
    try:
        attempts = readings(request.source, folder, request.resources.threads)
        relation = next(attempts)
        while True:
            try:
                return _Writing(connection, request, relation).run()
            except duckdb.Error:
                another = next(attempts, None)
                if another is None:
                    raise
                relation = another
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFile("压缩文件不完整或已损坏，可能没有传完。请重新压缩后重报。") from error


class _Writing:
    """Writing a log as often as it takes to read every form that occurs: once, as a rule."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, request: LogRequest, relation: str
    ) -> None:
        """`relation`: SELECT of the log's text columns."""
        self._connection = connection
        self._request = request
        self._relation = relation
        self._untidy: set[str] = set()
        self._seen: dict[str, set[str]] = {}
        self._looked_up: list[str] = []

    def run(self) -> bool:
        """Writes the log; whether any row may be other than healthy."""
        if self._request.source.path.stat().st_size > _WORTH_A_SAMPLE_BYTES:
            self._learn_from_sample()
        while True:
            select = self._select(self._relation)
            self._connection.execute(f"COPY ({select}) TO {quoted(self._request.out)} {_WRITE}")
            rows = rows_in_force([LogFile(self._request.out)])
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW log_rows AS FROM {rows}")
            suspicious, learnt = self._learn()
            if not learnt:
                return suspicious

    def _learn_from_sample(self) -> None:
        sample = f"SELECT * FROM ({self._relation}) AS log LIMIT {_SAMPLE_ROWS}"
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE log_rows AS SELECT *, NULL AS log_day "
            f"FROM ({self._select(sample)}) AS rows"
        )
        self._learn()
        self._connection.execute("DROP TABLE log_rows")

    def _select(self, relation: str) -> str:
        request = self._request
        return normalised(
            relation, request.contract, request.source.mapping, request.codes,
            timezone=request.timezone, untidy_columns=self._untidy, looked_up=self._looked_up,
        )  # fmt: skip

    def _learn(self) -> tuple[bool, bool]:
        """Whether rows are suspicious, and whether there is anything new to read them by."""
        request = self._request
        flags = _one_row(
            self._connection, health(request.contract, request.source.mapping, self._untidy)
        )
        suspicious, unread = flags.pop("suspicious"), flags.pop("unread")
        untidy = {name for name, is_untidy in flags.items() if is_untidy}
        self._untidy |= untidy
        known = [self._read_others(column) for column in self._typed() if unread]
        return suspicious, bool(untidy) or any(known)

    def _typed(self) -> list[Column]:
        columns = self._request.contract.columns
        return [
            one for one in columns if read_in_sql(one) and one.name in self._request.source.mapping
        ]

    def _read_others(self, column: Column) -> bool:
        """Reads texts that SQL did not understand; whether that gave any new value. Most logs have
        none, so what reads them is only imported here."""
        import pandas as pd

        from sharing_pipeline.values.columns import read_column

        request, name = self._request, column.name
        found = self._connection.execute(
            f"SELECT DISTINCT json_extract_string(unread, '$.{name}') FROM log_rows "
            f"WHERE contains(unread, '\"{name}\":') ORDER BY ALL"
        )
        seen = self._seen.setdefault(name, set())
        texts = [text for (text,) in found.fetchall() if text is not None and text not in seen]
        seen.update(texts)
        read = read_column(
            pd.Series(texts, dtype="str"), column, request.codes, from_workbook=False,
            own_codes=request.own_codes.get(name), timezone=request.timezone,
        )  # fmt: skip
        table = pd.DataFrame({"raw": texts, "value": read.values, "blank": read.values.isna()})
        self._look_up(column, pa.Table.from_pandas(table[read.unread.isna()], preserve_index=False))
        return bool(read.unread.isna().any())

    def _look_up(self, column: Column, read: pa.Table) -> None:
        """Adds texts and their values to the column's lookup table."""
        table = f"lookup_{column.name}"
        if column.name not in self._looked_up:
            self._looked_up.append(column.name)
            self._connection.execute(
                f"CREATE TEMP TABLE {table} (raw VARCHAR, value {column.sql_type}, blank BOOLEAN)"
            )
        self._connection.register("read_texts", read)
        self._connection.execute(f"INSERT INTO {table} FROM read_texts")
        self._connection.unregister("read_texts")


def _report(connection: duckdb.DuckDBPyConnection, request: LogRequest) -> LogResult:
    """Writes what is beside the log, and counts."""
    sizes = dict(
        connection.execute("SELECT disposition, count(*) FROM dropped GROUP BY ALL").fetchall()
    )
    rows_read = pq.read_metadata(request.out).num_rows - sizes.get("skipped", 0)
    if rows_read == 0:
        raise UnreadableFile("没有数据行。请核对后重报；已生效的数据不变。")
    dropped = request.out.with_name(f"{request.out.stem}.dropped.parquet") if sizes else None
    if dropped:
        connection.execute(f"COPY (FROM dropped ORDER BY position) TO {quoted(dropped)} {PARQUET}")
        in_force = rows_in_force([LogFile(request.out, (dropped,))])
        connection.execute(f"CREATE OR REPLACE TEMP VIEW log_rows AS FROM {in_force}")
    daily = request.out.with_name(f"{request.out.stem}.daily.parquet")
    written = write_daily(connection, daily, request.resources)
    days = connection.execute(
        f"SELECT log_day, CAST(sum(attempts) AS BIGINT) FROM {quoted(daily)} GROUP BY ALL "
        "ORDER BY ALL"
    ).fetchall()
    counts = sql_text(request.resources.warehouse, "logs/log_counts")
    duplicate, quarantined = sizes.get("duplicate", 0), sizes.get("quarantined", 0)
    return LogResult(
        rows_read=rows_read,
        accepted=rows_read - duplicate - quarantined,
        duplicate=duplicate,
        quarantined=quarantined,
        log=request.out,
        dropped=dropped,
        supersedes=write_superseded(connection, request.out),
        daily=daily,
        days=dict(days),
        first_record_day=written.first_day,
        last_record_day=written.last_day,
        counts=_one_row(connection, counts) | {"superseded": sizes.get("superseded", 0)},
        quarantine=_quarantine(connection, request),
    )


def _one_row(connection: duckdb.DuckDBPyConnection, select: str) -> dict[str, Any]:
    """The row of a query that yields one, by column."""
    rows: list[dict[str, Any]] = connection.sql(select).to_arrow_table().to_pylist()
    return rows[0]


def _quarantine(connection: duckdb.DuckDBPyConnection, request: LogRequest) -> pa.Table:
    """The quarantined rows with the numbers and headers that the sender knows them by."""
    titles = pa.table(
        {"name": list(request.source.mapping), "title": list(request.source.mapping.values())}
    )
    connection.register("titles", titles)
    return connection.sql(
        f"SELECT position + {request.source.header_row + 1} AS row, "
        'COALESCE(titles.title, dropped."column") AS "column", value, rule '
        'FROM dropped LEFT JOIN titles ON titles.name = dropped."column" '
        "WHERE disposition = 'quarantined' ORDER BY position"
    ).to_arrow_table()
