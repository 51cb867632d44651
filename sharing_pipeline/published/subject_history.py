"""One subject's whole history: the rule that decided, and every row that it was decided from.

Each row comes with the submission, file, sheet and row that it came from. What is shown is
what the day's latest publication had in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.assessment.definitions import parameters_json
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.facts.exchange import daily_files
from sharing_pipeline.in_force.snapshots import PROVENANCE
from sharing_pipeline.in_force.whole_lists import load_file
from sharing_pipeline.published.explain import FigureRows, Question
from sharing_pipeline.published.tables import Published
from sharing_pipeline.store.engine import Engine, columns_of
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import (
    LakeFile,
    PublishedNight,
    Submission,
    submission_name,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class SubjectHistory:
    """Everything behind one assessment row; `origin` of a row is where it came from."""

    assessed: Row
    rule: str
    parameters: str
    subject: Row
    resources: list[Row]
    records: list[Row]
    exemptions: list[Row]


def subject_history(
    published: Published, question: Question, figure_rows: FigureRows
) -> SubjectHistory:
    """The history of the one subject that `figure_rows` were narrowed to."""
    assessed = figure_rows.rows.to_pylist()[0]
    night = published.night(question.day)
    indicator = INDICATORS[question.indicator]
    lake = Lake(published.settings)
    with Engine(published.settings) as engine, published.ledger.session() as session:
        _load(engine, lake, published, night)
        origins = _Origins(session)
        subject = _subject(engine, indicator.subject.dataset, assessed["subject_id"])
        resources = (
            engine.records("published/subject_resources", subject=assessed["subject_id"])
            if indicator.subject.has_resources
            else []
        )
        records = _records(engine, lake, session, question.day, resources, origins)
        exemptions = _exemptions(engine, question, assessed["subject_id"])
        for row in (subject, *resources, *exemptions):
            row["origin"] = origins.of(row)
        parameters = _parameters(published, figure_rows.publication.definition)
    rule = indicator.rules.get(assessed["reason"], "")
    return SubjectHistory(assessed, rule, parameters, subject, resources, records, exemptions)


def _load(engine: Engine, lake: Lake, published: Published, night: PublishedNight) -> None:
    """The night's rows in force, as tables state_<dataset>, and `resource` with its `mounted`."""
    contracts = load_contracts(published.settings.catalog)
    for dataset in ("catalogue", "resource", "demand", "exemption"):
        columns = columns_of(contracts[dataset]) | PROVENANCE
        load_file(engine, lake, night.facts, dataset, f"state_{dataset}", columns)
    engine.load("night", pa.table({"as_of": pa.array([night.as_of], pa.date32())}))
    engine.create("resource", "facts/resource")


def _subject(engine: Engine, dataset: str, subject: str) -> Row:
    state = {"state": f"state_{dataset}"}
    rows = engine.records("published/subject", state, subject=subject)
    # A subject of an earlier revision may be gone from what the latest one had in force.
    return rows[0] if rows else {"key": subject}


def _exemptions(engine: Engine, question: Question, subject: str) -> list[Row]:
    return engine.records(
        "published/subject_exemptions", subject=subject, indicator=question.indicator
    )


def _records(
    engine: Engine,
    lake: Lake,
    session: Session,
    day: date,
    resources: list[Row],
    origins: _Origins,
) -> list[Row]:
    """The daily exchange records of these resources up to the day, newest first."""
    files = daily_files(session, day)
    if not files or not resources:
        return []
    engine.view_parquet("exchange_daily", [lake.path(file.name) for file in files], of_file=True)
    keys = [resource["key"] for resource in resources]
    rows = engine.records("published/subject_records", day=day, resources=keys)
    for row in rows:
        paths = [lake.root / path for path in row.pop("files").split("|")]
        row["origin"] = "；".join(origins.of_log(lake.name(path)) for path in paths)
    return rows


def _parameters(published: Published, definition: str) -> str:
    known = {each.id: each for each in published.definitions()}
    return parameters_json(known[definition])


class _Origins:
    """Where rows came from, in words; submissions are looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._logs: dict[str, str] = {}

    def of(self, row: Mapping[str, Any]) -> str:
        """Submission, file, sheet and row of a row in force."""
        if row.get("submission") is None:
            return ""
        sheet = f" 工作表 {row['sheet']}" if row["sheet"] else ""
        return f"{self._file(row['submission'])}{sheet} 第 {row['row']} 行"

    def of_log(self, name: str) -> str:
        """Submission and file of a lake file of exchange_daily."""
        if name not in self._logs:
            number = self._session.scalar(
                select(LakeFile.first_submission).where(LakeFile.path == name)
            )
            self._logs[name] = self._file(number or 0)
        return self._logs[name]

    def _file(self, number: int) -> str:
        submission = self._session.get(Submission, number)
        name = f"{submission.source}/{submission.file_name}" if submission else ""
        return f"{submission_name(number)} {name}"
