"""Which rows of a log are not in force: quarantined, duplicate, superseded, or no rows at all.

Works on positions and key columns only, and touches full rows of none but the suspicious ones, and
texts only of lines that have neither direction nor state nor time.
Expects the connection to have `log_rows`, the whole log as exchange_daily.rows_in_force has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.logs.exchange_daily import LogFile, Resources, of_days, rows_in_force
from sharing_pipeline.logs.log_types import (
    ALL_DIGITS,
    BEYOND,
    KEYS,
    damaged,
    missing,
    repeats_header,
)
from sharing_pipeline.sheets.data_rows import is_note
from sharing_pipeline.store.engine import quoted, sql_text

_NO_DAY = "DATE '0001-01-01'"
"""Stands for an unknown day where rows are joined by their day."""

NOTE = "note"
"""In place of a rule: why a line is passed over that has text for its sender to see again."""
WRITTEN = (
    "list_filter([batch_id, resource_id, provider_org, consumer_org, content_hash, error_code, "
    "message] || COALESCE(json_extract_string(unread, '$.*'), []), lambda cell: cell IS NOT NULL) "
    "AS cells"
)
"""The texts of a line, for SELECT, those first that a log keeps as they were written."""
_MOST_NOTES = 10_000
"""They stand at a log's end, if anywhere."""

_CANDIDATE = (
    "SELECT position AS place, batch_id, log_day, status, CAST(NULL AS INTEGER) AS previous, "
    "CAST(NULL AS BIGINT) AS previous_position FROM log_rows"
)


@dataclass(frozen=True)
class PreviousLog:
    """An earlier log, its log days (both None: all without), and whether it has rows without."""

    log: LogFile
    first_day: date | None
    last_day: date | None
    has_undated: bool = False


def dispose(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    titles: Mapping[str, str],
    previous: Sequence[PreviousLog],
    resources: Resources,
    *,
    suspicious: bool,
) -> None:
    """Makes table `dropped` (position, disposition, rule, column, value) and `superseded`
    (previous, position) of rows of earlier logs.

    `titles`: canonical column → the sender's header, to know repeated headers. `suspicious`:
    whether any row may be anything but a healthy row or a repeat.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE dropped (position BIGINT, disposition VARCHAR, "
        'rule VARCHAR, "column" VARCHAR, value VARCHAR)'
    )
    if suspicious:
        width = _fixed_width(connection)
        connection.execute(f"INSERT INTO dropped {_quarantined(contract, titles, width)}")
        _skip_notes(connection)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE copies AS {_copies(contract)}")
        connection.execute(
            "UPDATE dropped SET disposition = 'duplicate', rule = NULL, \"column\" = NULL, "
            "value = NULL WHERE position IN (SELECT position FROM copies)"
        )
    _find_candidates(connection, previous)
    repeats = sql_text(resources.warehouse, "logs/log_repeats")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE repeats AS {repeats}")
    connection.execute(
        "INSERT INTO dropped SELECT place, disposition, NULL, NULL, NULL FROM repeats "
        "WHERE previous IS NULL"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE superseded AS SELECT previous, previous_position AS position "
        "FROM repeats WHERE previous IS NOT NULL AND disposition = 'superseded'"
    )


def write_superseded(
    connection: duckdb.DuckDBPyConnection, out: Path
) -> tuple[tuple[int, Path], ...]:
    """Writes the positions that this log supersedes, one file for each earlier log concerned;
    (index among the previous logs, file) of each."""
    found = connection.execute("SELECT DISTINCT previous FROM superseded ORDER BY 1").fetchall()
    written = []
    for (index,) in found:
        path = out.with_name(f"{out.stem}.supersedes-{index}.parquet")
        connection.execute(
            f"COPY (SELECT position, 'superseded' AS disposition FROM superseded "
            f"WHERE previous = {index} ORDER BY position) TO {quoted(path)} (FORMAT parquet)"
        )
        written.append((int(index), path))
    return tuple(written)


def _quarantined(contract: Contract, titles: Mapping[str, str], width: int | None) -> str:
    """SELECT of the rows that can't be accepted, or are no rows, each with its first fault."""
    told = [column.name for column in contract.columns if column.type != "boolean"]
    empty = " AND ".join(f'"{name}" IS NULL' for name in [*told, "unread"])
    beyond = f"json_extract_string(unread, '$.{BEYOND}')"
    faults = [
        _fault(empty, "skipped", "blank_row"),
        _fault(repeats_header(titles), "skipped", "repeated_header"),
        _fault(f"{beyond} IS NOT NULL", "quarantined", "cells_beyond_header", "", beyond),
        *[_fault(missing(key), "quarantined", f"{key}_missing", key, key) for key in KEYS],
        *[_fault(damaged(key), "quarantined", "code_damaged", key, key) for key in KEYS],
    ]
    if width is not None:
        short = f"strlen(resource_id) < {width} AND {ALL_DIGITS.format('resource_id')}"
        faults.append(_fault(short, "quarantined", "code_damaged", "resource_id", "resource_id"))
    return (
        'SELECT position, fault.disposition, fault.rule, fault."column", fault.value FROM '
        f"(SELECT position, CASE {' '.join(faults)} END AS fault FROM log_rows) AS judged "
        "WHERE fault IS NOT NULL"
    )


def _fault(
    test: str, disposition: str, rule: str, column: str = "", value: str = "CAST(NULL AS VARCHAR)"
) -> str:
    return (
        f"WHEN {test} THEN {{'disposition': '{disposition}', 'rule': '{rule}', "
        f"'column': '{column}', 'value': {value}}}"
    )


def _fixed_width(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The width of resource ids whose leading zeros show that it is fixed, as columns.py has it."""
    any_zero = "SELECT 1 FROM log_rows WHERE starts_with(resource_id, '0') LIMIT 1"
    if not connection.execute(any_zero).fetchall():
        return None
    lengths = connection.execute(
        "SELECT strlen(code), starts_with(code, '0'), count(*) FROM (SELECT DISTINCT resource_id "
        f"AS code FROM log_rows WHERE {ALL_DIGITS.format('resource_id')}) AS codes GROUP BY ALL"
    ).fetchall()
    widths = {length for length, with_zero, _ in lengths if with_zero}
    if len(widths) != 1 or max(length for length, *_ in lengths) > max(widths):
        return None
    width = widths.pop()
    short = sum(count for length, _, count in lengths if length < width)
    return width if 2 * short < sum(count for *_, count in lengths) else None


def _skip_notes(connection: duckdb.DuckDBPyConnection) -> None:
    """Lines of totals and notes are no rows, and not sent back as some."""
    found = connection.execute(
        f"SELECT position, {WRITTEN} FROM log_rows "
        "WHERE COALESCE(direction, status) IS NULL AND COALESCE(started_at, finished_at) IS NULL "
        f"ORDER BY position DESC LIMIT {_MOST_NOTES}"
    ).fetchall()
    notes = [position for position, cells in found if is_note(cells)]
    connection.execute("DELETE FROM dropped WHERE position IN (SELECT unnest(?))", [notes])
    connection.execute(
        f"INSERT INTO dropped SELECT unnest(?), 'skipped', '{NOTE}', NULL, NULL", [notes]
    )


def _copies(contract: Contract) -> str:
    """SELECT of the quarantined rows that equal an earlier one; the others are kept once by
    their batch and day, whatever their other cells are."""
    cells = ", ".join(f'"{name}"' for name in [*contract.names, "unread"])
    return (
        "SELECT position FROM (SELECT position, row_number() OVER "
        f"(PARTITION BY {cells} ORDER BY position) AS copy FROM log_rows "
        "SEMI JOIN (SELECT position FROM dropped WHERE disposition = 'quarantined') AS bad "
        "USING (position)) AS copies WHERE copy > 1"
    )


def _find_candidates(
    connection: duckdb.DuckDBPyConnection, previous: Sequence[PreviousLog]
) -> None:
    """Makes table `candidate`, what log_repeats.sql reads."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS SELECT hash(batch_id) AS batch FROM log_rows "
        "GROUP BY ALL HAVING count(*) > 1"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE candidate AS {_CANDIDATE} "
        "SEMI JOIN repeated ON hash(log_rows.batch_id) = repeated.batch "
        "ANTI JOIN dropped USING (position)"
    )
    days = (
        {day for (day,) in connection.execute("SELECT DISTINCT log_day FROM log_rows").fetchall()}
        if previous
        else set()
    )
    for index, one in enumerate(previous):
        common = {day for day in days if _covers(one, day)}
        if common:
            _match(connection, one.log, index, index - len(previous), of_days(common))


def _covers(previous: PreviousLog, day: date | None) -> bool:
    if day is None:
        return previous.has_undated
    if previous.first_day is None or previous.last_day is None:
        return False
    return previous.first_day <= day <= previous.last_day


def _match(
    connection: duckdb.DuckDBPyConnection, log: LogFile, index: int, place: int, in_common: str
) -> None:
    """Adds an earlier log's rows with a batch and day of this one, and this one's rows of them."""
    connection.execute(
        f"INSERT INTO candidate SELECT {place}, batch_id, log_day, status, {index}, position "
        f"FROM {rows_in_force([log])} AS earlier SEMI JOIN (SELECT batch_id, log_day FROM log_rows "
        f"ANTI JOIN dropped USING (position) WHERE {in_common}) AS rows "
        f"ON earlier.batch_id = rows.batch_id AND {_same_day('earlier', 'rows')} WHERE {in_common}"
    )
    connection.execute(
        f"INSERT INTO candidate {_CANDIDATE} SEMI JOIN (SELECT batch_id, log_day FROM candidate "
        f"WHERE previous = {index}) AS found ON log_rows.batch_id = found.batch_id "
        f"AND {_same_day('log_rows', 'found')} ANTI JOIN dropped USING (position) "
        "ANTI JOIN (SELECT place FROM candidate) AS known ON log_rows.position = known.place "
        f"WHERE {in_common}"
    )


def _same_day(left: str, right: str) -> str:
    return f"COALESCE({left}.log_day, {_NO_DAY}) = COALESCE({right}.log_day, {_NO_DAY})"
