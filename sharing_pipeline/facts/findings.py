"""What intake's suites said of the rows that are in force now, and of the day's logs.

Brings findings and rows together; judges nothing anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.facts.build import Facts, load_facts
from sharing_pipeline.intake.in_force import PROVENANCE
from sharing_pipeline.intake.rules import FINDING
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import LakeFile, Ledger, Submission

WORST_ROWS = 20
"""How many rows a summary of findings shows."""


@dataclass(frozen=True)
class Standing:
    """A dataset's findings on rows in force: (rule, severity, rows, message, what to do) by
    rule, and (organisation, subject, column, value, message) of some rows."""

    by_rule: list[tuple[str, str, int, str, str]]
    worst: list[tuple[str, str, str, str, str]]

    @property
    def total(self) -> int:
        """How many findings there are."""
        return sum(count for _, _, count, _, _ in self.by_rule)


def standing_findings(
    settings: Settings, ledger: Ledger, facts: Facts, datasets: Sequence[str]
) -> dict[str, Standing]:
    """What is still wrong with the rows in force, by dataset."""
    lake = Lake(settings)
    with Engine(settings) as engine, ledger.session() as session:
        load_facts(engine, settings, facts)
        load_findings(engine, lake, session, facts.day)
        engine.create("standing", "facts/standing")
        return {
            dataset: Standing(
                engine.rows(_BY_RULE, [dataset]),
                engine.rows(_WORST.format(limit=WORST_ROWS), [dataset]),
            )
            for dataset in datasets
        }


_BY_RULE = """
SELECT rule, min(severity), count(*), min(message), min(what_to_do)
FROM standing WHERE dataset = ? GROUP BY rule ORDER BY count(*) DESC, rule
"""

_WORST = """
SELECT org_code, subject_id, "column", value, message
FROM standing WHERE dataset = ? ORDER BY severity, org_code, subject_id, rule LIMIT {limit}
"""


def load_findings(engine: Engine, lake: Lake, session: Session, day: date) -> None:
    """Makes the tables `in_force_row` (every row in force and whom it concerns), `finding` (what
    the suites said of their submissions) and `log_file` (logs with records of the day) in an
    engine that holds the facts."""
    entries = engine.rows("SELECT DISTINCT submission FROM state_catalogue")
    merged = files_with(session, "merged_catalogue", {number for (number,) in entries})
    engine.load_files("merged_row", [lake.path(name) for name in merged], PROVENANCE)
    engine.create("in_force_row", "facts/in_force_row")
    rows = [number for (number,) in engine.rows("SELECT DISTINCT submission FROM in_force_row")]
    logs = session.scalars(
        select(LakeFile.first_submission).where(
            LakeFile.kind == "exchange_daily",
            LakeFile.replaced_by.is_(None),
            LakeFile.first_day <= day,
            LakeFile.last_day >= day,
        )
    ).all()
    files = files_with(session, "finding", {*rows, *(number for number in logs if number)})
    engine.load_files("finding", [lake.path(name) for name in files], FINDING)
    named = session.execute(
        select(Submission.id, Submission.file_name).where(Submission.id.in_(logs))
    ).all()
    engine.load("log_file", pa.table({
        "submission": pa.array([number for number, _ in named], pa.int64()),
        "file_name": pa.array([name for _, name in named], pa.string()),
    }))  # fmt: skip


def files_with(session: Session, kind: str, submissions: set[int]) -> list[str]:
    """Names of the lake files of a kind whose range holds one of these submissions."""
    if not submissions:
        return []
    ordered = sorted(submissions)
    found = session.scalars(
        select(LakeFile)
        .where(
            LakeFile.kind == kind,
            LakeFile.first_submission <= ordered[-1],
            LakeFile.last_submission >= ordered[0],
        )
        .order_by(LakeFile.id)
    )
    names = []
    for one in found:
        nearest = bisect_left(ordered, one.first_submission or 0)
        if nearest < len(ordered) and ordered[nearest] <= (one.last_submission or 0):
            names.append(one.path)
    return names
