"""Which rows of a log break the rules that its suite only counts, so that a reply can mark them,
and which of its lines are no rows.

Rows are marked only in logs that a person can mend by hand; the suite itself sees a row of counts,
because a platform's log has millions of rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sharing_pipeline.in_force.snapshots import Store, files_of, in_force, load_state
from sharing_pipeline.logs.dropped_rows import NOTE, WRITTEN
from sharing_pipeline.logs.exchange_daily import LogFile, rows_in_force
from sharing_pipeline.logs.log_types import WITH_UNIT
from sharing_pipeline.sheets.first_look import Sniffed
from sharing_pipeline.sheets.raw_table import RawTable, Skipped
from sharing_pipeline.store.engine import sql_text
from sharing_pipeline.store.ledger import Submission

_MOST_ROWS = 200_000
"""Of a longer log the counts are told."""
_MOST_MARKED = 1_000
"""So many rows are marked per rule; where there are more, their number is told, too."""
_RULE = "exchange_{count}"
"""The rule of a count."""
_REPEATED = "exchange_repeated_batch"
_FUTURE = "exchange_future_day"
_UNKNOWN = "exchange_unknown_resource"
_COUNTED = re.compile(r"^有 [\d,]+ 条")

Finding = dict[str, Any]


def with_rows(
    store: Store,
    log: Submission,
    findings: Sequence[Finding],
    names: Mapping[str, str],
    places: Sequence[tuple[str, int]] | int,
) -> list[Finding]:
    """A log's findings, those that only count rows replaced by one for each of the rows.

    `names`: the sender's header → canonical column. `places`: sheet and row of each row of the
    log; or the number of the first one's row, in a file without sheets.
    """
    counted = {one["rule"]: one for one in findings if one["row"] is None}
    if not counted or log.rows_read > _MOST_ROWS:
        return list(findings)
    rows = _broken_rows(store, log, counted)
    told = [one for one in findings if one["row"] is not None]
    for rule, finding in counted.items():
        broken = rows.get(rule, [])
        if not 0 < len(broken) <= _MOST_MARKED:
            told.append(finding)
        name = names.get(finding["column"], finding["column"])
        for position, unread in broken[:_MOST_MARKED]:
            sheet, row = ("", places + position) if isinstance(places, int) else places[position]
            value = unread.get(name) or unread.get(WITH_UNIT.format(name), "")
            told.append(_of_row(finding, sheet, row, value))
    return told


def places_of(table: RawTable | None, look: Sniffed | None) -> Sequence[tuple[str, int]] | int:
    """What `with_rows` wants to know of a log that was read as cells or only looked at."""
    if table is None:
        return look.header_row + 1 if look else 1
    return table.places()


def notes_of(store: Store, log: Submission, look: Sniffed) -> list[Skipped]:
    """The lines of a log with totals and notes, which are no rows."""
    received, dropped = _files(store, log)
    if not dropped:
        return []
    lines = store.engine.rows(
        f"SELECT file_row_number, {WRITTEN} FROM read_parquet(?, file_row_number=true) "
        "SEMI JOIN (SELECT position FROM read_parquet(?, union_by_name=true) WHERE rule = ?) "
        "AS notes ON file_row_number = position ORDER BY file_row_number",
        [str(received), [str(one) for one in dropped], NOTE],
    )
    first = look.header_row + 1
    return [Skipped("", first + position, " ".join(cells)) for position, cells in lines]


def _of_row(finding: Finding, sheet: str, row: int, value: str) -> Finding:
    said = {"sheet": sheet, "row": row, "value": value}
    if finding["rule"] == _REPEATED:
        said["severity"] = "duplicate"
    return {**finding, **said, "message": _COUNTED.sub("这条", finding["message"])}


_Rows = list[tuple[int, dict[str, str]]]
"""Positions of rows, each with the texts to show by their column."""


def _broken_rows(store: Store, log: Submission, counted: Collection[str]) -> dict[str, _Rows]:
    """By rule, the rows that break it; what takes other data to see only where it is `counted`."""
    engine = store.engine
    received, dropped = _files(store, log)
    in_force_rows = rows_in_force([LogFile(received, tuple(dropped))])
    engine.connection.execute(f"CREATE OR REPLACE TEMP VIEW log_rows AS FROM {in_force_rows}")
    found = _by_counts(store)
    if _FUTURE in counted:
        later = "SELECT position FROM log_rows WHERE log_day > ? ORDER BY position"
        found[_FUTURE] = [(at, {}) for (at,) in engine.rows(later, [log.effective_on])]
    if _UNKNOWN in counted:
        load_state(store, in_force(store, log.effective_on))
        unknown = engine.rows(
            "SELECT position, resource_id FROM log_rows ANTI JOIN state_resource "
            "ON state_resource.key = log_rows.resource_id ORDER BY position"
        )
        found[_UNKNOWN] = [(position, {"resource_id": written}) for position, written in unknown]
    if dropped:
        repeated = engine.rows(
            "SELECT position FROM read_parquet(?, union_by_name=true) "
            "WHERE disposition = 'duplicate' ORDER BY position",
            [[str(one) for one in dropped]],
        )
        found[_REPEATED] = [(at, {}) for (at,) in repeated]
    return found


def _files(store: Store, log: Submission) -> tuple[Path, list[Path]]:
    """The log as it was taken in, and what says which of its rows are not in force."""
    [received], dropped = (
        [store.lake.path(name) for name in files_of(store.session, kind, [log.id])]
        for kind in ("exchange_log", "log_dropped")
    )
    return received, dropped


def _by_counts(store: Store) -> dict[str, _Rows]:
    """What the very counts of the suite find, for one row of `log_rows` at a time."""
    counts = sql_text(store.engine.warehouse, "logs/log_counts").replace(
        "SELECT", "SELECT position,", 1
    )
    broken = store.engine.rows(
        f"WITH per_row AS ({counts} GROUP BY position), told AS (UNPIVOT per_row ON "
        "COLUMNS(* EXCLUDE (position)) INTO NAME counted VALUE breaks) "
        "SELECT counted, position, unread FROM told JOIN log_rows USING (position) "
        "WHERE breaks > 0 ORDER BY position"
    )
    found: dict[str, _Rows] = {}
    for counted, position, unread in broken:
        known = json.loads(unread) if unread else {}
        found.setdefault(_RULE.format(count=counted), []).append((position, known))
    return found
