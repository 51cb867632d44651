"""A dataset's expectation suite on the rows that would go in: what it is given, what came of it.

What is expected stands in expectations/*.yaml, read by suites.py; suite_run.py runs it.
Keys, organisations, duplicates and ownership are settled before (row_verdicts.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sharing_pipeline.catalog.codes import visible
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.catalog.suites import RuleText, Suite, load_suite, rule_texts
from sharing_pipeline.judging.suite_columns import name_helpers, with_suite_columns
from sharing_pipeline.judging.suite_run import Outcomes, run_expectations

__all__ = [
    "FINDING_COLUMNS", "ExpectationResult", "SuiteReport", "SuiteRun", "Suites",
    "load_suite", "name_helpers", "rule_texts", "run_suite", "validate",
]  # fmt: skip

SuiteRun = Callable[[Suite, pd.DataFrame], Outcomes]
"""Runs a suite on the columns that it mentions, here or in another process."""

FINDING_COLUMNS = (
    "position", "rule", "severity", "column", "value", "message", "what_to_do", "dimension",
)  # fmt: skip
"""A finding is one row that fails one expectation; `position` is its index in the frame."""

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class ExpectationResult:
    """How one expectation went: cells judged (empty ones it passes over aside), cells failed."""

    rule: str
    column: str
    severity: str
    dimension: str
    message: str
    what_to_do: str
    expectation_type: str
    evaluated: int
    failed: int


@dataclass(frozen=True)
class SuiteReport:
    """A suite's run: one result per expectation in the suite's order, one finding per failure."""

    dataset: str
    results: list[ExpectationResult]
    findings: pd.DataFrame


def validate(
    dataset: str,
    frame: pd.DataFrame,
    suites: Suites,
    *,
    sent_back: pd.DataFrame | None = None,
    organisations: Organisations | None = None,
    sharing_methods: Mapping[str, str] | None = None,
) -> SuiteReport:
    """Run the dataset's suite on the rows that go in; an empty frame gives zero counts.

    `sent_back`: the rows that don't, so that their sender hears at once of every cell that is
    wrong in itself; what only shows beside other rows is judged among those that go in.

    `frame`: a unique index, by which findings speak of rows; the contract's columns typed,
    `<name>__unread` and `<name>__remark` beside them, and `as_of`, the D of the run.
    `organisations` and `sharing_methods` are those of suite_columns.py. Raises
    ConfigurationError for an expectation that can't be evaluated: a fault of the run, not of the
    data.
    """
    suite = load_suite(dataset, suites.folder)
    outcomes: Outcomes = dict.fromkeys(suite.texts, (0, []))
    back = frame.iloc[:0] if sent_back is None else sent_back
    if len(frame) or len(back):
        frame = with_suite_columns(
            suite, frame, organisations=organisations, sharing_methods=sharing_methods
        )
        # A condition copies the rows it leaves: the fewer columns, the cheaper.
        judged = frame[[name for name in frame.columns if name in suite.mentioned]]
        outcomes = suites.run(suite, _with(judged, back))
    results, findings = [], []
    for expectation, text in zip(suite.expectations, suite.texts.values(), strict=True):
        evaluated, failed = outcomes[text.rule]
        results.append(
            ExpectationResult(
                **vars(text),
                expectation_type=expectation["type"],
                evaluated=evaluated,
                failed=len(failed),
            )
        )
        if failed:
            shown = _shown_column(expectation, frame)
            cells = [rows.loc[rows.index.isin(failed), shown] for rows in (frame, back)
                     if shown in rows.columns]  # fmt: skip
            findings.append(_findings(text, pd.concat(cells)))
    return SuiteReport(dataset, results, _joined(findings))


def _with(judged: pd.DataFrame, back: pd.DataFrame) -> pd.DataFrame:
    """The rows that go in, and those sent back, whose helper columns say nothing."""
    if back.empty:
        return judged
    flags = judged.select_dtypes("bool").columns.difference(back.columns)
    others = back.reindex(columns=judged.columns).assign(**dict.fromkeys(flags, False))
    return pd.concat([judged, others.astype(judged.dtypes)]).sort_index()


def run_suite(suite: Suite, frame: pd.DataFrame) -> Outcomes:
    """What Great Expectations finds in the columns that the suite mentions, here and now."""
    return run_expectations(suite.name, suite.expectations, frame)


@dataclass(frozen=True)
class Suites:
    """The folder of the suites, and what runs one."""

    folder: Path
    run: SuiteRun = run_suite


def _shown_column(expectation: Mapping[str, Any], frame: pd.DataFrame) -> str:
    """The column whose text a finding shows: what was written, else the blamed cell, else a count.

    An unread cell is empty in its own column; __unread has what was written.
    """
    judged = expectation["kwargs"].get("column", "")
    blamed = expectation["meta"]["column"]
    if judged.endswith(("__unread", "__remark")) or blamed not in frame.columns:
        return judged
    return blamed


def _findings(text: RuleText, values: pd.Series) -> pd.DataFrame:
    """A finding for each failed cell."""
    written = values.map(_written)
    return pd.DataFrame(
        {
            "position": values.index,
            "rule": text.rule,
            "severity": text.severity,
            "column": text.column,
            "value": written,
            "message": written.map(lambda value: _filled(text.message, value)),
            "what_to_do": text.what_to_do,
            "dimension": text.dimension,
        }
    )


def _written(value: Any) -> str:
    """A cell as a sender would write it, without what nobody sees; empty when it is empty."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else visible(str(value))


def _filled(message: str, value: str) -> str:
    shown = value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"
    return message.replace("{value}", shown)


def _joined(findings: list[pd.DataFrame]) -> pd.DataFrame:
    """All findings by the row they are about, then in the suite's order."""
    if not findings:
        return pd.DataFrame(columns=list(FINDING_COLUMNS), dtype="str").astype(
            {"position": "int64"}
        )
    return pd.concat(findings, ignore_index=True).sort_values(
        "position", kind="stable", ignore_index=True
    )
