"""exchange_daily: what the exchange logs say, one row per day, resource, direction and consumer.

Reads logs as take_log left them and writes one Parquet file. The figures themselves are in
warehouse/logs/exchange_daily.sql; which logs belong together is the caller's business.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from sharing_pipeline.settings import PROJECT
from sharing_pipeline.store.engine import PARQUET, quoted, sql_text


@dataclass(frozen=True)
class LogFile:
    """A normalised log and the files that say which of its rows are not in force."""

    path: Path
    dropped: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Resources:
    """What one step may use: threads, DuckDB's memory, and the folder of the SQL texts."""

    threads: int = 2
    memory: str = "2GB"
    warehouse: Path = PROJECT / "warehouse"


@dataclass(frozen=True)
class DailyResult:
    """Rows written, and the first and last record day; both None when no row has a time."""

    rows: int
    first_day: date | None
    last_day: date | None


def write_exchange_daily(
    logs: Sequence[LogFile],
    out: Path,
    *,
    log_days: Collection[date | None] | None = None,
    resources: Resources | None = None,
) -> DailyResult:
    """Writes exchange_daily of these logs to `out`; the same rows give the same bytes.

    `logs`: at least one, in the order of receipt. `log_days`: only rows of these days (None among
    them: rows without any time), for days that a late file belongs to; all rows when not given.
    """
    resources = resources or Resources()
    with workspace(out.parent, resources) as (connection, _):
        rows = rows_in_force(logs)
        if log_days is not None:
            rows = f"(FROM {rows} WHERE {of_days(log_days)})"
        connection.execute(f"CREATE TEMP VIEW log_rows AS FROM {rows}")
        return write_daily(connection, out, resources)


def first_record_day(log: Path, positions: Path) -> date | None:
    """The first record day of a log's rows at these positions, None when none has a time."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT min(CAST(COALESCE(finished_at, started_at) AS DATE)) "
            f"FROM read_parquet({quoted(log)}, file_row_number=true) AS log "
            f"SEMI JOIN read_parquet({quoted(positions)}) AS gone "
            "ON log.file_row_number = gone.position"
        ).fetchone()
    return found[0] if found else None


def write_daily(
    connection: duckdb.DuckDBPyConnection, out: Path, resources: Resources
) -> DailyResult:
    """Writes exchange_daily of the connection's `log_rows`."""
    select = sql_text(resources.warehouse, "logs/exchange_daily")
    connection.execute(f"COPY ({select}) TO {quoted(out)} {PARQUET}")
    bounds = connection.execute(f"SELECT count(*), min(day), max(day) FROM {quoted(out)}")
    return DailyResult(*bounds.fetchall()[0])


def rows_in_force(logs: Sequence[LogFile]) -> str:
    """The logs' rows that were not dropped, as a subquery with position, place and log_day."""
    parts, before = [], 0
    for log in logs:
        parts.append(_rows(log, before))
        before += pq.read_metadata(log.path).num_rows
    return f"({' UNION ALL '.join(parts)})"


def _rows(log: LogFile, before: int) -> str:
    kept = ""
    if log.dropped:
        files = ", ".join(quoted(path) for path in log.dropped)
        kept = (
            f" ANTI JOIN (SELECT position FROM read_parquet([{files}], union_by_name=true)) AS gone"
            " ON log.file_row_number = gone.position"
        )
    return (
        f"SELECT log.*, log.file_row_number AS position, {before} + log.file_row_number AS place, "
        "CAST(COALESCE(started_at, finished_at) AS DATE) AS log_day "
        f"FROM read_parquet({quoted(log.path)}) AS log{kept}"
    )


def of_days(log_days: Collection[date | None]) -> str:
    """The SQL test that a row's log_day is one of these; None stands for rows without one."""
    days = ", ".join(f"DATE '{day}'" for day in log_days if day is not None)
    tests = [f"log_day IN ({days})"] if days else []
    if None in log_days:
        tests.append("log_day IS NULL")
    return " OR ".join(tests) or "false"


@contextmanager
def workspace(
    beside: Path, resources: Resources
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A connection within its limits and a folder for what is only needed meanwhile."""
    with tempfile.TemporaryDirectory(prefix=".work-", dir=beside) as name:
        folder = Path(name)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": resources.memory,
            "threads": resources.threads,
            "temp_directory": str(folder / "spilt"),
        }
        connection = duckdb.connect(config=config)
        try:
            connection.execute("SET enable_progress_bar = false")
            yield connection, folder
        finally:
            connection.close()
