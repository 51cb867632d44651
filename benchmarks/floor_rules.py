"""The rules of the floor: floor.sql, and the few dates that SQL can't work out.

They are those of the official definitions of 2023, and nothing more.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import chinese_calendar
import duckdb
import pyarrow as pa

from benchmarks.floor_files import Lists

_HALVES = Path(__file__).with_name("floor.sql").read_text(encoding="utf-8").split("-- second half")
_LONG_GRACE = 10
_GRACE = {
    "实时": 0, "每日": 1, "每周": 2, "每旬": 2, "每两周": 3, "每半月": 3, "每四周": 5, "每月": 5,
    "每两月": 5,
}  # fmt: skip
_YEARS = range(2004, 2036)

_LOG_COLUMNS = (
    "batch_id", "resource_id", "direction", "method", "provider_org", "consumer_org",
    "started_at", "finished_at", "status", "row_count", "byte_count", "content_hash",
    "verified_no_change", "error_code", "error_party", "message",
)  # fmt: skip
_EVIDENCE = """
SELECT
    resource_id,
    max(direction = '归集') AS has_supply,
    max(CASE WHEN status = '成功' THEN finished_at END)[:10]::DATE AS last_success_on,
    max(CASE WHEN direction = '归集' AND status = '成功'
        AND (verified_no_change = 'true' OR COALESCE(TRY_CAST(row_count AS BIGINT) > 0,
            regexp_full_match(row_count, '[0-9０-９]*[1-9１-９][0-9０-９]*万?条?')))
        THEN finished_at END)[:10]::DATE AS last_update_on
FROM read_csv([{files}], header=true, auto_detect=false, delim=',', quote='"', escape='"',
    columns={{{columns}}})
WHERE COALESCE(finished_at, started_at) < '{until}'
GROUP BY resource_id
"""
"""Moments are compared as texts, and repeated batches are kept: neither changes a maximum."""


def evidence_of(paths: Iterable[Path], day: date) -> str:
    """The SELECT that gives what log files show about each resource up to a day."""
    return _EVIDENCE.format(
        files=", ".join(f"'{path}'" for path in paths),
        columns=", ".join(f"'{name}': 'VARCHAR'" for name in _LOG_COLUMNS),
        until=(day + timedelta(days=1)).isoformat(),
    )


def add_evidence(connection: duckdb.DuckDBPyConnection, log: Path, state: Path, day: date) -> None:
    """Makes the table `evidence` of the day's log and of what was known of each resource before."""
    connection.execute(
        "CREATE TABLE evidence AS SELECT resource_id, max(has_supply) AS has_supply, "
        "max(last_success_on) AS last_success_on, max(last_update_on) AS last_update_on "
        f"FROM (FROM ({evidence_of([log], day)}) UNION ALL FROM '{state}') GROUP BY resource_id"
    )


def judge(
    connection: duckdb.DuckDBPyConnection, lists: Lists, exemptions: Path, before: Path, day: date
) -> None:
    """Makes the tables `assessment` and `scoreboard` of `catalogue`, `resource`, `demand` and
    `evidence`. `before` is the scoreboard of the night before, with which rates are compared."""
    connection.execute(f"SET VARIABLE as_of = DATE '{day}'")
    connection.execute(
        "CREATE TABLE exemption AS SELECT DISTINCT subject_id, indicator "
        f"FROM read_csv('{exemptions}', all_varchar=true) WHERE approved_by <> '' "
        f"AND COALESCE(valid_from, '') <= '{day}' AND COALESCE(valid_to, '9') >= '{day}'"
    )
    connection.execute(
        "CREATE TABLE before_ AS SELECT definition, scope_type, scope_code, "
        f"replace(rate_display, '.', '')::BIGINT AS hundredths FROM '{before}'"
    )
    connection.execute(_HALVES[0])
    working = _working_days()
    _load(connection, "deadline", _deadlines(connection, lists, working))
    _load(connection, "stage", _stages(connection, working, day))
    _load(connection, "organisation_scope", _scopes(lists, day))
    connection.execute(_HALVES[1])


def _load(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("rows_", rows)
    connection.execute(f"CREATE TABLE {name} AS FROM rows_")
    connection.unregister("rows_")


def _working_days() -> list[date]:
    """Every working day, in order; Monday to Friday in years that the calendar doesn't know."""
    known = {day.year for day in chinese_calendar.holidays}
    first, last = date(_YEARS.start, 1, 1).toordinal(), date(_YEARS.stop, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, last))
    return [
        day
        for day in days
        if (chinese_calendar.is_workday(day) if day.year in known else day.weekday() < 5)
    ]


def _after(day: date, count: int, working: Sequence[date]) -> date:
    """The day that comes `count` working days after a day."""
    return working[bisect_right(working, day) + count - 1] if count else day


def _add(day: date, length: tuple[int | None, int | None]) -> date:
    days, months = length
    if months is None:
        return day + timedelta(days=days or 0)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _deadlines(
    connection: duckdb.DuckDBPyConnection, lists: Lists, working: Sequence[date]
) -> pa.Table:
    """For each cycle and date of an update: when the next one is due, and its deadline."""
    rows = []
    for basis_on, cycle in connection.execute(
        "SELECT DISTINCT basis_on, update_cycle FROM entry WHERE basis_on IS NOT NULL"
    ).fetchall():
        length = lists.cycles.get(cycle, (None, None))
        if length == (None, None):
            continue
        due_on = _add(basis_on, length)
        deadline_on = _after(due_on, _GRACE.get(cycle, _LONG_GRACE), working)
        soon = 0 if length[0] is not None and length[0] < 7 else 7
        soon_from = due_on - timedelta(days=soon)
        delinquent_after = _add(deadline_on, length)
        rows.append((basis_on, cycle, due_on, deadline_on, soon_from, delinquent_after))
    names = ("basis_on", "update_cycle", "due_on", "deadline_on", "soon_from", "delinquent_after")
    return pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))


def _stages(connection: duckdb.DuckDBPyConnection, working: Sequence[date], day: date) -> pa.Table:
    """The deadline of each stage of a demand item, where paused days don't count."""
    rows = []
    for opened_on, count, returned, resubmitted in connection.execute(
        "SELECT DISTINCT opened_on, working_days, 退回日期, 重新提交日期 FROM item"
    ).fetchall():
        pauses = [
            (date.fromisoformat(back), date.fromisoformat(again) if again else date.max)
            for back, again in zip(returned.split(";"), f"{resubmitted};".split(";"), strict=False)
            if back and back <= day.isoformat()
        ]
        place = bisect_right(working, opened_on)
        counted = (
            working_day
            for working_day in working[place : place + 500]
            if not any(back < working_day <= again for back, again in pauses)
        )
        deadline_on = next(islice(counted, count - 1, None), None)
        stopped = any(again > day for _, again in pauses)
        rows.append((opened_on, count, returned, resubmitted, deadline_on, stopped))
    names = ("opened_on", "working_days", "退回日期", "重新提交日期", "deadline_on", "stopped")
    return pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))


def _scopes(lists: Lists, day: date) -> pa.Table:
    """Which organisations count in which scope."""
    today = day.isoformat()
    valid = {
        organisation["org_code"]: organisation
        for organisation in lists.organisations
        if organisation["valid_from"] <= today <= (organisation["valid_to"] or today)
    }
    rows = []
    for code, organisation in valid.items():
        region, level = organisation["region"], organisation["level"]
        rows.append(("org", code, organisation["org_name"], level, code))
        above = code
        while above in valid:
            rows.append(("org_tree", above, valid[above]["org_name"], "", code))
            above = lists.answering(valid[above]["parent"])
        rows.append(("region", region, region, "region", code))
        rows.append(("level", level, level, "", code))
        rows.append(("all", "all", "全市", "", code))
    names = ("scope_type", "scope_code", "scope_name", "rank_group", "org_code")
    return pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))
