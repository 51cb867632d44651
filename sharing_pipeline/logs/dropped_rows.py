"""Which rows of a log are not in force: quarantined, duplicate, superseded, or no rows at all.

Works on positions and key columns only, and touches full rows of none but the suspicious ones, and
texts only of lines that have neither direction nor state nor time. The rules are in warehouse/logs.
Expects the engine to have `log_rows`, the whole log as exchange_daily.view_rows_in_force has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.logs.exchange_daily import LogFile, view_rows_in_force
from sharing_pipeline.logs.log_types import fault_tests
from sharing_pipeline.sheets.data_rows import is_note
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.warehouse_text import identifiers

_MOST_NOTES = 10_000
"""A log of so many totals and notes at its end was never seen; those before them are sent back."""
_NO_DAY = date.min
"""Stands for an unknown day where rows are joined by their day, as in warehouse/logs."""

_UNFIT = pa.schema(
    [
        ("position", pa.int64()),
        *[(name, pa.string()) for name in ("disposition", "rule", "column", "value")],
    ]
)


@dataclass(frozen=True)
class PreviousLog:
    """An earlier log, its log days (both None: all without), and whether it has rows without."""

    log: LogFile
    first_day: date | None
    last_day: date | None
    has_undated: bool = False

    def covers(self, day: date | None) -> bool:
        """Whether it may have rows of a log day."""
        if day is None:
            return self.has_undated
        if self.first_day is None or self.last_day is None:
            return False
        return self.first_day <= day <= self.last_day


def find_dropped(
    engine: Engine,
    contract: Contract,
    titles: Mapping[str, str],
    previous: Sequence[PreviousLog],
    *,
    suspicious: bool,
) -> None:
    """Makes table `dropped` (position, disposition, rule, column, value) and `log_repeats`, which
    says which rows of earlier logs are superseded.

    `titles`: canonical column → the sender's header, to know repeated headers. `suspicious`:
    whether any row may be anything but a healthy row or a repeat.
    """
    if suspicious:
        _find_unfit(engine, contract, titles)
    else:
        engine.load("unfit", _UNFIT.empty_table())
    _find_candidates(engine, previous)
    engine.create("log_repeats", "logs/log_repeats")
    engine.create("dropped", "logs/dropped")


def write_superseded(engine: Engine, out: Path) -> tuple[tuple[int, Path], ...]:
    """Writes the positions that this log supersedes, one file for each earlier log concerned;
    (index among the previous logs, file) of each."""
    written = []
    for (index,) in engine.query("logs/superseded_logs"):
        path = out.with_name(f"{out.stem}.supersedes-{index}.parquet")
        engine.write("logs/superseded", path, previous=index)
        written.append((int(index), path))
    return tuple(written)


def texts_of_lines(engine: Engine, line: str) -> list[tuple[int, list[str]]]:
    """Position and texts of the lines in a table or view."""
    return [
        (position, cells) for position, cells in engine.query("logs/line_texts", {"line": line})
    ]


def _find_unfit(engine: Engine, contract: Contract, titles: Mapping[str, str]) -> None:
    """Makes table `unfit`: the rows that can't be accepted for what they are."""
    engine.create("fault", "logs/fault", fault_tests(contract, titles), width=_fixed_width(engine))
    engine.create("possible_note", "logs/possible_note", lines=_MOST_NOTES)
    notes = [
        position for position, cells in texts_of_lines(engine, "possible_note") if is_note(cells)
    ]
    engine.load("note", pa.table({"position": pa.array(notes, pa.int64())}))
    cells = identifiers([*contract.names, "unread"])
    engine.create("repeated_fault", "logs/repeated_fault", {"cells": cells})
    engine.create("unfit", "logs/unfit")


def _fixed_width(engine: Engine) -> int | None:
    """The width of resource ids whose leading zeros show that it is fixed, as columns.py has it."""
    lengths = engine.query("logs/code_widths")
    widths = {length for length, with_zero, _ in lengths if with_zero}
    if len(widths) != 1 or max(length for length, *_ in lengths) > max(widths):
        return None
    width = widths.pop()
    short = sum(count for length, _, count in lengths if length < width)
    return width if 2 * short < sum(count for *_, count in lengths) else None


def _find_candidates(engine: Engine, previous: Sequence[PreviousLog]) -> None:
    """Makes table `candidate`: the rows whose batch and day may occur more than once."""
    engine.create("repeated_batch", "logs/repeated_batch")
    engine.create("candidate", "logs/candidate")
    days = [day for (day,) in engine.distinct("log_rows", "log_day")] if previous else []
    for index, earlier in enumerate(previous):
        common = [day or _NO_DAY for day in days if earlier.covers(day)]
        if common:
            engine.load("common_day", pa.table({"day": pa.array(common, pa.date32())}))
            view_rows_in_force(engine, "earlier_rows", earlier.log)
            place = index - len(previous)
            engine.insert("candidate", "logs/earlier_candidate", place=place, previous=index)
            engine.insert("candidate", "logs/later_candidate", previous=index)
