"""What has been published, for whoever asks: tables by name, day, definition and revision.

Reads ledger and lake only; computes no figure. Exports, explanations, pages and status all look
here, so they can't differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from sharing_pipeline.assessment.definitions import (
    Definition,
    load_definitions,
    parameters_json,
    parse_definition,
)
from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.catalog.datasets import exported
from sharing_pipeline.errors import UsageError
from sharing_pipeline.figures.publish import latest_revisions
from sharing_pipeline.published.sample_notice import notice_in_force, notice_received
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine, arrow_schema, columns_of
from sharing_pipeline.store.in_force_table import IN_FORCE_TABLE, in_force_columns, view_in_force
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import (
    LakeFile,
    Ledger,
    Publication,
    PublishedDefinition,
    PublishedNight,
    Submission,
)
from sharing_pipeline.store.warehouse_text import identifiers

FIGURES = ("assessment", "scoreboard", "issue")
"""Tables of what was worked out for a night."""

WITHOUT_DAY = ("submission", "quarantine", "definition")
"""Tables that belong to no single night; a day narrows what was received down to it."""


def exportable(settings: Settings) -> tuple[str, ...]:
    """Every table that can be exported: those above, and the datasets whose contracts say so."""
    return (*FIGURES, *exported(load_contracts(settings.catalog)), *WITHOUT_DAY)


@dataclass(frozen=True)
class Published:
    """The published tables of one home folder."""

    settings: Settings
    ledger: Ledger

    def latest_day(self) -> date:
        """The latest published business date; UsageError if there is none."""
        with self.ledger.session() as session:
            day = session.scalar(
                select(PublishedNight.as_of).order_by(PublishedNight.as_of.desc()).limit(1)
            )
        if day is None:
            raise UsageError(
                f"主目录 {self.settings.home} 还没有公布过任何一天。请先运行 sharing nightly。"
            )
        return day

    def night(self, day: date) -> PublishedNight:
        """The publication of a day as a whole; UsageError names the days around it."""
        with self.ledger.session() as session:
            night = session.get(PublishedNight, day)
        if night is None:
            raise UsageError(f"{day} 没有公布过。最近公布的是 {self.latest_day()}。")
        return night

    def publications(
        self, day: date, definition: str | None = None, revision: int | None = None
    ) -> list[Publication]:
        """The publications of a day: the latest revision of each definition, or the one asked
        for. UsageError if there is none like that."""
        self.night(day)
        with self.ledger.session() as session:
            found = (
                latest_revisions(session, day)
                if revision is None
                else list(session.scalars(_with_revision(day, revision)))
            )
        if definition is not None:
            found = [publication for publication in found if publication.definition == definition]
        if not found:
            asked = "".join([f" 口径 {definition}" if definition else "",
                             f" 第 {revision} 版" if revision else ""])  # fmt: skip
            raise UsageError(f"{day} 没有公布过{asked}。请用 sharing definitions list 查看口径。")
        return found

    def table(
        self,
        name: str,
        day: date | None = None,
        definition: str | None = None,
        revision: int | None = None,
    ) -> pa.Table:
        """A published table, sorted by its key, in its published columns."""
        known = exportable(self.settings)
        if name not in known:
            raise UsageError(f"没有表 {name}。可以导出的有：{'、'.join(known)}。")
        if name in WITHOUT_DAY:
            return getattr(self, f"_{name}")(day)
        asked = day or self.latest_day()
        if name in ("assessment", "scoreboard"):
            publications = self.publications(asked, definition, revision)
            return self._figures(name, publications)
        night = self.night(asked)
        if name == "issue":
            return self._ordered([night.issue_path], "issue_id")
        return self._in_force(name, night)

    def nature(self, name: str, day: date | None = None) -> str:
        """The notice that a table is of sample data; empty if it is not."""
        if name == "definition":
            return ""
        if name in WITHOUT_DAY:
            return notice_received(self.settings, self.ledger)
        night = self.night(day or self.latest_day())
        return notice_in_force(self.settings, night.facts["catalogue"])

    def moved(self, publication: Publication) -> list[dict[str, Any]]:
        """The subjects that a revision moved: subject_id, org_code, and outcome and reason
        before and after (None where it was no subject); empty for a first publication."""
        if not publication.moved_path:
            return []
        return self._ordered([publication.moved_path], "subject_id").to_pylist()

    def _contract(self, name: str) -> Contract:
        return load_contracts(self.settings.catalog)[name]

    def _ordered(self, files: Sequence[str], *key: str) -> pa.Table:
        """The rows of lake files in the order of their key."""
        lake = Lake(self.settings)
        with Engine(self.settings) as engine:
            engine.view_parquet("published", [lake.path(file) for file in files])
            return engine.table("published", order_by=key)

    def _figures(self, name: str, publications: Sequence[Publication]) -> pa.Table:
        files = [getattr(publication, f"{name}_path") for publication in publications]
        return self._ordered(files, *self._contract(name).key)

    def _in_force(self, name: str, night: PublishedNight) -> pa.Table:
        with Engine(self.settings) as engine:
            contract = self._contract(name)
            view_in_force(engine, Lake(self.settings), night.facts, contract, "published")
            columns = in_force_columns(contract, "published")
            return engine.query_arrow(IN_FORCE_TABLE, columns)

    def _submission(self, day: date | None) -> pa.Table:
        with self.ledger.session() as session:
            rows = [
                _submission_row(submission)
                for submission in session.scalars(select(Submission).order_by(Submission.id))
                if day is None or submission.effective_on <= day
            ]
        return _as_table(rows, self._contract("submission"))

    def _quarantine(self, day: date | None) -> pa.Table:
        known = {row["submission_id"] for row in self._submission(day).to_pylist()}
        with self.ledger.session() as session:
            files = _finding_files(session)
        if not files:
            return _as_table([], self._contract("quarantine"))
        lake = Lake(self.settings)
        columns = identifiers(self._contract("quarantine").names[1:])
        with Engine(self.settings) as engine:
            engine.view_parquet("finding", [lake.path(file) for file in files])
            rows = engine.query_arrow("published/quarantine", {"columns": columns})
        listed = [submission_id in known for submission_id in rows["submission_id"].to_pylist()]
        return rows.filter(pa.array(listed, pa.bool_()))

    def definitions(self) -> list[Definition]:
        """All definitions by id: with published results as they were published, whatever has
        become of their files, and the others as their files are."""
        with self.ledger.session() as session:
            published = [
                _as_published(self.settings, row)
                for row in session.scalars(select(PublishedDefinition))
            ]
        known = {
            definition.id: definition
            for definition in (*load_definitions(self.settings.catalog), *published)
        }
        return [known[name] for name in sorted(known)]

    def _definition(self, _day: date | None) -> pa.Table:
        rows: list[dict[str, object]] = [
            {
                "definition": definition.id,
                "indicator": definition.indicator,
                "title": definition.title,
                "target_percent": definition.target_text,
                "official": definition.official,
                "verified": definition.verified,
                "effective_from": definition.effective_from,
                "effective_to": definition.effective_to,
                "sha256": definition.sha256,
                "parameters": parameters_json(definition),
            }
            for definition in self.definitions()
        ]
        return _as_table(rows, self._contract("definition"))


def _as_published(settings: Settings, known: PublishedDefinition) -> Definition:
    where = settings.ledger_file / known.definition
    definition = parse_definition(settings.catalog, where, known.text.encode())
    return replace(definition, sha256=known.sha256)


def _with_revision(day: date, revision: int) -> Select[Publication]:
    return (
        select(Publication)
        .where(Publication.as_of == day, Publication.revision == revision)
        .order_by(Publication.definition)
    )


def _finding_files(session: Session) -> list[str]:
    return list(
        session.scalars(
            select(LakeFile.path).where(LakeFile.kind == "finding").order_by(LakeFile.id)
        )
    )


def _submission_row(submission: Submission) -> dict[str, object]:
    names = ("source", "dataset", "file_name", "sha256", "received_at", "effective_on", "rows_read",
             "accepted", "duplicate", "quarantined", "status", "why", "size", "sender",
             "reader_version", "read_as")  # fmt: skip
    return {
        "submission_id": submission.submission_id,
        **{name: getattr(submission, name) for name in names},
    }


def _as_table(rows: list[dict[str, object]], contract: Contract) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema(columns_of(contract)))
