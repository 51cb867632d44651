"""The suite of the exchange logs: over counts, one row per log, and the rows sent back.

How rows are counted is in warehouse/logs/log_counts.sql; taking logs in is in log_intake.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from sharing_pipeline.catalog.rules import FINDING
from sharing_pipeline.in_force.snapshots import in_force, load_state
from sharing_pipeline.judging.batch import Arrival
from sharing_pipeline.judging.night_intake import Intake, write_rows
from sharing_pipeline.judging.suite_report import validate
from sharing_pipeline.logs.log_reading import LogResult
from sharing_pipeline.store.engine import arrow_schema
from sharing_pipeline.store.ledger import Submission

LOG_DATASET = "exchange_log"


@dataclass(frozen=True)
class Taken:
    """A log that was taken in."""

    arrival: Arrival
    submission: Submission
    result: LogResult


def check_logs(intake: Intake, taken: Sequence[Taken]) -> None:
    """Runs the suite over one row of counts per log, and keeps what it finds."""
    latest = max(log.arrival.effective_on for log in taken)
    # Kept as a snapshot, because the facts of the same day are what comes next.
    load_state(intake.store, in_force(intake.store, max(intake.day, latest)))
    counts = pd.DataFrame([_counts(intake, log) for log in taken])
    report = validate("exchange_daily", counts, intake.suites)
    intake.reports["exchange_daily"] = report
    found = report.findings.assign(dataset=LOG_DATASET, sheet="", row=None)
    numbers = {position: log.submission.id for position, log in enumerate(taken)}
    headers = {position: _headers(log.arrival) for position, log in enumerate(taken)}
    found["submission"] = found["position"].map(numbers)
    found["column"] = [
        headers[position].get(column, column)
        for position, column in zip(found["position"], found["column"], strict=True)
    ]
    schema = arrow_schema(FINDING)
    rows = [pa.Table.from_pandas(found[schema.names], schema=schema, preserve_index=False)]
    rows += [_quarantined(intake, log, schema) for log in taken]
    table = pa.concat_tables(rows)
    if table.num_rows:
        write_rows(intake, "finding", table, [log.arrival for log in taken])


def _headers(arrival: Arrival) -> Mapping[str, str]:
    if arrival.look is not None:
        return arrival.look.mapping
    return arrival.table.headers if arrival.table else {}


def _counts(intake: Intake, taken: Taken) -> dict[str, int]:
    """How many rows of a log break each rule."""
    engine = intake.store.engine
    engine.view_parquet("exchange_daily", [taken.result.daily])
    ((unknown, future),) = engine.query("logs/beyond_the_state", day=intake.day)
    return {
        **taken.result.counts,
        "repeated_batch": taken.result.duplicate,
        "unknown_resource": int(unknown) if intake.knows_resources else 0,
        "future_day": int(future),
    }


def _quarantined(intake: Intake, taken: Taken, schema: pa.Schema) -> pa.Table:
    """The rows sent back, each with its reason."""
    place, headers = _places(taken.arrival), _headers(taken.arrival)
    records = []
    for row in taken.result.quarantine.to_pylist():
        rule = intake.rules[row["rule"]]
        value, column = row["value"] or "", row["column"] or ""
        column = headers.get(column, column)
        message, what_to_do = rule.texts(title=column, value=value)
        sheet, number = place(row["row"])
        records.append(
            {
                "submission": taken.submission.id, "dataset": LOG_DATASET, "sheet": sheet,
                "row": number, "column": column, "value": value, "rule": rule.name,
                "severity": rule.severity, "message": message, "what_to_do": what_to_do,
            }
        )  # fmt: skip
    return pa.Table.from_pylist(records, schema=schema)


def _places(arrival: Arrival) -> Callable[[int], tuple[str, int]]:
    """From a row's number in the text that was read to the sender's sheet and row."""
    if arrival.table is None:
        return lambda row: ("", row)
    places = arrival.table.places()
    return lambda row: places[row - 2]  # its cells were written as a text with a header
