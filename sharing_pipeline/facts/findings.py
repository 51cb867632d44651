"""What intake said of the rows that are in force now, of the day's logs and of tonight's rows.

Brings findings and rows together; judges nothing anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.catalog.datasets import loaded, suites, with_belongings
from sharing_pipeline.catalog.rules import FINDING
from sharing_pipeline.facts.build import Facts, load_facts
from sharing_pipeline.in_force.snapshots import PROVENANCE
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import LakeFile, Ledger, Submission
from sharing_pipeline.store.warehouse_text import identifier

WORST_ROWS = 20
"""How many rows a summary of findings shows."""

RuleCount = tuple[str, str, int, str, str]
"""Rule, severity, rows, message, what to do."""

Place = tuple[str, str, int, str, str, str, str]
"""File, sheet, row, column, value, message, what to do."""


@dataclass(frozen=True)
class Found:
    """A dataset's findings: those that sent rows back tonight and those on rows in force, each
    by rule; how many warnings tonight's rows got; and the worst rows, tonight's first."""

    returned: list[RuleCount]
    standing: list[RuleCount]
    warnings: int
    worst: list[Place]

    @property
    def total(self) -> int:
        """How many findings there are on rows in force."""
        return sum(count for _, _, count, _, _ in self.standing)


def findings_by_suite(
    settings: Settings,
    ledger: Ledger,
    facts: Facts,
    tonight: Sequence[int],
) -> dict[str, Found]:
    """What is wrong with the rows in force and with those of tonight's submissions, by suite."""
    lake, contracts = Lake(settings), load_contracts(settings.catalog)
    with Engine(settings) as engine, ledger.session() as session:
        load_facts(engine, settings, facts)
        load_findings(engine, lake, session, facts.day, contracts)
        engine.create("standing", "facts/standing")
        _load_tonight(engine, lake, session, tonight)
        return {
            suite: _found(engine, session, suite, dataset)
            for suite, dataset in suites(contracts).items()
        }


def _load_tonight(engine: Engine, lake: Lake, session: Session, tonight: Sequence[int]) -> None:
    files = files_with(session, "finding", set(tonight))
    engine.load_files("kept_finding", [lake.path(name) for name in files], FINDING)
    engine.load("tonight", pa.table({"submission": pa.array(tonight, pa.int64())}))
    engine.create("tonight_finding", "facts/tonight_finding")


def _found(engine: Engine, session: Session, suite: str, dataset: str) -> Found:
    """`suite`: under whose name the standing findings are; the others are under the dataset's."""
    ((warnings,),) = engine.query("facts/warning_count", dataset=dataset)
    worst = [
        *engine.query("facts/returned_row", dataset=dataset, rows=WORST_ROWS),
        *engine.query("facts/standing_row", dataset=dataset, rows=WORST_ROWS),
    ]
    return Found(
        engine.query("facts/returned_by_rule", dataset=dataset),
        engine.query("facts/standing_by_rule", dataset=suite),
        warnings,
        _with_file_names(session, worst[:WORST_ROWS]),
    )


def _with_file_names(session: Session, rows: Sequence[tuple[Any, ...]]) -> list[Place]:
    numbers = {number for number, *_ in rows}
    named = select(Submission.id, Submission.file_name).where(Submission.id.in_(numbers))
    names = dict(session.execute(named).all())
    return [(names[number], *rest) for number, *rest in rows]


def load_findings(
    engine: Engine, lake: Lake, session: Session, day: date, contracts: Mapping[str, Contract]
) -> None:
    """Makes the tables `in_force_row` (every row in force and whom it concerns), `finding` (what
    the suites said of their submissions) and `log_file` (logs with records of the day) in an
    engine that holds the facts."""
    engine.create("in_force_row", "facts/in_force_row")
    for dataset in loaded(contracts, "full", "upsert", "list"):
        _add_rows(engine, contracts, contracts[dataset])
    for dataset in with_belongings(contracts):
        _add_merged_rows(engine, lake, session, dataset)
    rows = [number for (number,) in engine.distinct("in_force_row", "submission")]
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


def _add_rows(engine: Engine, contracts: Mapping[str, Contract], contract: Contract) -> None:
    """Adds the rows in force of a dataset to `in_force_row`; `above` has been added before."""
    dataset, fill = contract.table, {"state": f"state_{contract.table}"}
    if contract.owner is not None:
        fill["owner"] = identifier(contract.owner.code)
        engine.insert("in_force_row", "facts/in_force_row_owned", fill, dataset=dataset)
    elif above := contract.traits.belongs_to:
        fill["key"] = identifier(contracts[above].key[0])
        belonging = "facts/in_force_row_belonging"
        engine.insert("in_force_row", belonging, fill, dataset=dataset, above=above)
    else:
        is_named = contract.traits.lists_organisations
        fill["concerned"] = identifier(contract.key[0]) if is_named else "''"
        engine.insert("in_force_row", "facts/in_force_row_listed", fill, dataset=dataset)


def _add_merged_rows(engine: Engine, lake: Lake, session: Session, dataset: str) -> None:
    """Adds the rows that became one with an earlier row of their file to `in_force_row`."""
    numbers = {number for (number,) in engine.distinct(f"state_{dataset}", "submission")}
    merged = files_with(session, f"merged_{dataset}", numbers)
    engine.load_files("merged_row", [lake.path(name) for name in merged], PROVENANCE)
    engine.insert("in_force_row", "facts/in_force_row_merged", dataset=dataset)


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
    for file in found:
        nearest = bisect_left(ordered, file.first_submission or 0)
        if nearest < len(ordered) and ordered[nearest] <= (file.last_submission or 0):
            names.append(file.path)
    return names
