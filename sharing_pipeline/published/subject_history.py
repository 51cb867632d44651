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
from sharing_pipeline.published.explain import FigureRows, Question
from sharing_pipeline.published.tables import Published
from sharing_pipeline.store.engine import Engine, columns_of, quoted
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import (
    LakeFile,
    PublishedNight,
    Submission,
    submission_name,
)

Row = dict[str, Any]

_RESOURCES = """
SELECT state_resource.*, resource.mounted
FROM state_resource
JOIN resource ON resource.resource_id = state_resource.key
WHERE state_resource.catalogue_code = ?
QUALIFY row_number() OVER (
    PARTITION BY state_resource.key ORDER BY state_resource.submission DESC
) = 1
ORDER BY state_resource.key
"""

_RECORDS = """
SELECT
    day, resource_id, direction, sum(attempts) AS attempts, sum(successes) AS successes,
    sum(failures) AS failures, sum(effective_updates) AS effective_updates, sum(rows) AS rows,
    string_agg(DISTINCT filename, '|' ORDER BY filename) AS files
FROM read_parquet([{files}], filename = true)
WHERE day <= ? AND list_contains(?, resource_id)
GROUP BY day, resource_id, direction
ORDER BY day DESC, resource_id, direction
"""


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
            _rows(engine, _RESOURCES, assessed["subject_id"])
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
        paths = [lake.path(night.facts[dataset])] if dataset in night.facts else []
        columns = columns_of(contracts[dataset]) | PROVENANCE
        engine.load_files(f"state_{dataset}", paths, columns)
    listed = night.facts.get("exemption_submission", "0")
    engine.connection.execute("DELETE FROM state_exemption WHERE submission <> ?", [int(listed)])
    engine.load("night", pa.table({"as_of": pa.array([night.as_of], pa.date32())}))
    engine.create("resource", "facts/resource")


def _rows(engine: Engine, query: str, *values: object) -> list[Row]:
    found = engine.connection.execute(query, list(values))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _subject(engine: Engine, dataset: str, subject: str) -> Row:
    rows = _rows(
        engine,
        f"SELECT * FROM state_{dataset} WHERE key = ? ORDER BY submission DESC LIMIT 1",
        subject,
    )
    # A subject of an earlier revision may be gone from what the latest one had in force.
    return rows[0] if rows else {"key": subject}


def _exemptions(engine: Engine, question: Question, subject: str) -> list[Row]:
    return _rows(
        engine,
        "SELECT * FROM state_exemption WHERE subject_id = ? AND indicator = ? ORDER BY valid_from",
        subject,
        question.indicator,
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
    names = ", ".join(quoted(lake.path(file.name)) for file in files)
    rows = _rows(
        engine, _RECORDS.format(files=names), day, [resource["key"] for resource in resources]
    )
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
