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
from sharing_pipeline.logs.dropped_rows import texts_of_lines
from sharing_pipeline.logs.exchange_daily import LogFile, view_rows_in_force
from sharing_pipeline.logs.log_types import WITH_UNIT
from sharing_pipeline.sheets.first_look import Sniffed
from sharing_pipeline.sheets.raw_table import RawTable, Skipped
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.ledger import Submission

_MOST_ROWS = 200_000
"""Of a longer log only counts are shown."""
_MOST_MARKED = 1_000
"""So many rows are marked per rule; where there are more, their number is shown, too."""
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
    counted = {finding["rule"]: finding for finding in findings if finding["row"] is None}
    if not counted or log.rows_read > _MOST_ROWS:
        return list(findings)
    rows = _broken_rows(store, log, counted)
    shown = [finding for finding in findings if finding["row"] is not None]
    for rule, finding in counted.items():
        broken = rows.get(rule, [])
        if not 0 < len(broken) <= _MOST_MARKED:
            shown.append(finding)
        name = names.get(finding["column"], finding["column"])
        for position, unread in broken[:_MOST_MARKED]:
            sheet, row = ("", places + position) if isinstance(places, int) else places[position]
            value = unread.get(name) or unread.get(WITH_UNIT.format(name), "")
            shown.append(_of_row(finding, sheet, row, value))
    return shown


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
    store.engine.view_parquet("log_file", [received], numbered=True)
    store.engine.view_parquet("dropped_file", dropped)
    store.engine.view("note_line", "logs/note_line")
    first = look.header_row + 1
    return [
        Skipped("", first + position, " ".join(cells))
        for position, cells in texts_of_lines(store.engine, "note_line")
    ]


def _of_row(finding: Finding, sheet: str, row: int, value: str) -> Finding:
    message = _COUNTED.sub("这条", finding["message"])
    of_row = {**finding, "sheet": sheet, "row": row, "value": value, "message": message}
    if finding["rule"] == _REPEATED:
        of_row["severity"] = "duplicate"
    return of_row


_Rows = list[tuple[int, dict[str, str]]]
"""Positions of rows, each with the texts to show by their column."""


def _broken_rows(store: Store, log: Submission, counted: Collection[str]) -> dict[str, _Rows]:
    """By rule, the rows that break it; what takes other data to see only where it is `counted`."""
    engine = store.engine
    received, dropped = _files(store, log)
    view_rows_in_force(engine, "log_rows", LogFile(received, tuple(dropped)))
    found = _by_counts(engine)
    if _FUTURE in counted:
        later = engine.query("logs/future_row", day=log.effective_on)
        found[_FUTURE] = [(position, {}) for (position,) in later]
    if _UNKNOWN in counted:
        load_state(store, in_force(store, log.effective_on))
        unknown = engine.query("logs/unknown_resource_row")
        found[_UNKNOWN] = [(position, {"resource_id": written}) for position, written in unknown]
    if dropped:
        engine.view_parquet("dropped_file", dropped)
        found[_REPEATED] = [(position, {}) for (position,) in engine.query("logs/repeated_row")]
    return found


def _files(store: Store, log: Submission) -> tuple[Path, list[Path]]:
    """The log as it was taken in, and what says which of its rows are not in force."""
    [received], dropped = (
        [store.lake.path(name) for name in files_of(store.session, kind, [log.id])]
        for kind in ("exchange_log", "log_dropped")
    )
    return received, dropped


def _by_counts(engine: Engine) -> dict[str, _Rows]:
    """What the very counts of the suite find, row by row of `log_rows`."""
    engine.view("broken_rule", "logs/broken_rule")
    found: dict[str, _Rows] = {}
    for counted, position, unread in engine.query("logs/broken_row"):
        texts = json.loads(unread) if unread else {}
        found.setdefault(_RULE.format(count=counted), []).append((position, texts))
    return found
