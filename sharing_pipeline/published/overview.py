"""Where things stand, for whoever looks after the pipeline: who sent what, who didn't, by source.

Reads the ledger and what is published. Its numbers per source are counts of assessment rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
from sqlalchemy import case, func, select

from sharing_pipeline.assessment.indicators import INDICATORS, subject_kinds
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.in_force.whole_lists import known_organisations
from sharing_pipeline.published.tables import Published
from sharing_pipeline.receiving.inbox import unseen
from sharing_pipeline.receiving.pull import PULLED
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, Part, Publication, Pull, ReceivedFile, Submission

LATE_AFTER_DAYS = 35
"""A monthly catalogue that is a few days late is not missing yet."""


@dataclass(frozen=True)
class SourceCounts:
    """One definition's outcomes among the subjects that one source sent."""

    definition: str
    source: str
    subjects: int
    met: int
    missed: int
    excluded: int


@dataclass(frozen=True)
class Sent:
    """What one source sent of one dataset."""

    source: str
    dataset: str
    submissions: int
    rejected: int
    accepted_rows: int
    quarantined_rows: int
    last_received_at: datetime
    last_effective_on: date


@dataclass(frozen=True)
class OrganisationSent:
    """An organisation's catalogues: the last one accepted, its rows, and parts that are held."""

    org_code: str
    org_name: str
    last_on: date | None
    rows: int
    held: int

    def missing_on(self, day: date) -> bool:
        """Whether nothing came in the LATE_AFTER_DAYS days before."""
        return self.last_on is None or self.last_on < day - timedelta(days=LATE_AFTER_DAYS)


def count_by_source(
    published: Published, day: date, publications: Sequence[Publication]
) -> list[SourceCounts]:
    """Outcomes by definition and source; per definition they sum to the whole."""
    with Engine(published.settings) as engine:
        lake = Lake(published.settings)
        paths = [lake.path(publication.assessment_path) for publication in publications]
        engine.view_parquet("assessment", paths)
        engine.load("subject_kind", subject_kinds())
        engine.load("origin", _origins(published, day))
        return [SourceCounts(*row) for row in engine.query("published/by_source")]


def _origins(published: Published, day: date) -> pa.Table:
    """Which source each subject in force came from: dataset, subject_id, source."""
    tables = []
    for subject in {indicator.subject for indicator in INDICATORS.values()}:
        rows = published.table(subject.dataset, day)
        dataset = pa.array([subject.dataset] * len(rows), pa.string())
        columns = {"subject_id": rows[subject.key], "source": rows["source"]}
        tables.append(pa.table({"dataset": dataset, **columns}))
    return pa.concat_tables(tables)


def sent_by_source(ledger: Ledger) -> list[Sent]:
    """What every source has sent so far, by dataset."""
    rejected = case((Submission.status == "rejected", 1), else_=0)
    wanted = (
        select(
            Submission.source,
            Submission.dataset,
            func.count(),
            func.sum(rejected),
            func.sum(Submission.accepted),
            func.sum(Submission.quarantined),
            func.max(Submission.received_at),
            func.max(Submission.effective_on),
        )
        .group_by(Submission.source, Submission.dataset)
        .order_by(Submission.source, Submission.dataset)
    )
    with ledger.session() as session:
        return [Sent(*row) for row in session.execute(wanted)]


def waiting_files(settings: Settings, ledger: Ledger) -> int:
    """How many files the next night will look at: in the inbox, or kept by the sensor."""
    wanted = select(func.count()).select_from(ReceivedFile).where(ReceivedFile.taken.is_(False))
    with ledger.session() as session:
        staged = session.scalar(wanted) or 0
    return staged + len(unseen(settings, ledger))


def held_parts(ledger: Ledger) -> list[tuple[Submission, Part]]:
    """What waits for a person, oldest first."""
    wanted = (
        select(Submission, Part)
        .join(Part, Part.submission == Submission.id)
        .where(Part.status == "held")
        .order_by(Submission.id, Part.org_code)
    )
    with ledger.session() as session:
        return [(submission, part) for submission, part in session.execute(wanted)]


def rejected_files(ledger: Ledger) -> list[Submission]:
    """Files rejected whole of which no later one of that name was taken.

    A database answers too by having nothing new.
    """
    with ledger.session() as session:
        named = (ReceivedFile.source, ReceivedFile.file_name)
        taken = {
            (source, name): last
            for source, name, last in session.execute(
                select(*named, func.max(ReceivedFile.id))
                .where(ReceivedFile.taken, ReceivedFile.rejected.is_(False))
                .group_by(*named)
            )
        }
        nothing_new = select(Pull.source, func.max(Pull.pulled_at)).where(Pull.file_id.is_(None))
        read_again = {
            (source, PULLED): last
            for source, last in session.execute(nothing_new.group_by(Pull.source))
        }
        rejected = session.scalars(
            select(Submission).where(Submission.status == "rejected").order_by(Submission.id)
        ).all()
    return [
        submission
        for submission in rejected
        if taken.get((submission.source, submission.file_name), 0) <= (submission.file_id or 0)
        and read_again.get((submission.source, submission.file_name), datetime.min)
        <= submission.received_at
    ]


def sent_by_organisation(settings: Settings, ledger: Ledger, day: date) -> list[OrganisationSent]:
    """Every organisation valid on `day`, by code, with what is known of its catalogues.

    What an organisation's predecessor sent counts for the one that answers on that day.
    """
    organisations = _organisations(settings, ledger)
    parts: dict[str, list[tuple[date, Part]]] = {}
    for sent_on, part in _parts(ledger, day):
        parts.setdefault(organisations.answering(part.org_code, day), []).append((sent_on, part))
    valid = [
        organisation
        for organisation in organisations.by_code.values()
        if organisation.valid_on(day)
    ]
    return [
        _sent(organisation.org_code, organisation.org_name, parts.get(organisation.org_code, []))
        for organisation in sorted(valid, key=lambda organisation: organisation.org_code)
    ]


def _sent(org_code: str, org_name: str, parts: Sequence[tuple[date, Part]]) -> OrganisationSent:
    accepted = [(sent_on, part) for sent_on, part in parts if part.status == "accepted"]
    last_on = max((sent_on for sent_on, _ in accepted), default=None)
    rows = sum(part.rows for sent_on, part in accepted if sent_on == last_on)
    held = sum(part.status == "held" for _, part in parts)
    return OrganisationSent(org_code, org_name, last_on, rows, held)


def _organisations(settings: Settings, ledger: Ledger) -> Organisations:
    with Engine(settings) as engine, ledger.session() as session:
        contracts = load_contracts(settings.catalog)
        return known_organisations(Store(engine, Lake(settings), session, contracts))


def _parts(ledger: Ledger, day: date) -> list[tuple[date, Part]]:
    wanted = (
        select(Submission.effective_on, Part)
        .join(Part, Part.submission == Submission.id)
        .where(Submission.effective_on <= day)
    )
    with ledger.session() as session:
        return [(sent_on, part) for sent_on, part in session.execute(wanted)]
