"""What a night's intake needs, gathers and notes in ledger and lake.

Works on an open ledger session; whoever opened it commits everything of the night at once.
No row is judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.codes import CodeTable, load_codes
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.catalog.rules import Rule, load_rules
from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.in_force.whole_lists import known_organisations
from sharing_pipeline.judging.batch import Arrival
from sharing_pipeline.judging.suite_report import SuiteReport, Suites
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import LakeFile, Part, PublishedNight, Submission

KEYS = pa.schema([("submission", pa.int64()), ("key", pa.string())])
"""Columns of the lake files that name rows by their submission and key."""

READER_VERSION = "5"
"""Changes when the same bytes would be read differently."""


@dataclass
class Intake:
    """What taking in one night needs and gathers. `last_published`: the last
    day with figures; `sharing_methods`: the night's entries' own; `lost_zeros`: by dataset, what
    keys of the night's rows would be without leading zeros, which none of them is;
    `knows_resources`: whether the home says which resources there are (a check may have none)."""

    settings: Settings
    store: Store
    codes: dict[str, CodeTable]
    rules: dict[str, Rule]
    day: date
    organisations: Organisations
    suites: Suites
    last_published: date | None = None
    reports: dict[str, SuiteReport] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)
    sharing_methods: dict[str, str] = field(default_factory=dict)
    lost_zeros: dict[str, set[str]] = field(default_factory=dict)
    knows_resources: bool = True


def new_intake(settings: Settings, store: Store, day: date) -> Intake:
    """What taking files in needs, with the organisations of the list in force."""
    codes, rules = load_codes(settings.catalog), load_rules(settings.catalog)
    last_published = store.session.scalar(select(func.max(PublishedNight.as_of)))
    organisations = known_organisations(store)
    suites = Suites(settings.expectations)
    return Intake(settings, store, codes, rules, day, organisations, suites, last_published)


def add_submission(
    intake: Intake, arrival: Arrival, *, status: str = "accepted", why: str = ""
) -> Submission:
    """Notes a submission in the ledger, with its counts still at zero."""
    submission = Submission(
        id=arrival.submission,
        file_id=arrival.file_id,
        source=arrival.source.name,
        dataset=arrival.dataset,
        file_name=arrival.file_name,
        sha256=arrival.sha256,
        size=arrival.size,
        sender=arrival.source.title,
        received_at=arrival.received_at,
        effective_on=arrival.effective_on,
        mode=arrival.mode,
        whole=arrival.whole,
        rows_read=0,
        accepted=0,
        duplicate=0,
        quarantined=0,
        status=status,
        why=why,
        reader_version=READER_VERSION,
        read_as=arrival.read_as,
    )
    intake.store.session.add(submission)
    intake.submissions.append(submission)
    return submission


def write_rows(intake: Intake, kind: str, rows: pa.Table, arrivals: Sequence[Arrival]) -> None:
    """Writes rows of these arrivals as a lake file and notes it in the ledger."""
    path = intake.store.lake.new(kind)
    pq.write_table(rows, path, compression="zstd", compression_level=1)
    numbers = [arrival.submission for arrival in arrivals]
    intake.store.session.add(
        LakeFile(
            kind=kind,
            path=intake.store.lake.note(intake.store.session, path),
            rows=rows.num_rows,
            first_submission=min(numbers),
            last_submission=max(numbers),
        )
    )
    intake.store.session.flush()


def part_status(session: Session, submission: int) -> tuple[str, str]:
    """A submission's status and why, from its organisations' parts."""
    parts = session.scalars(
        select(Part).where(Part.submission == submission).order_by(Part.org_code)
    ).all()
    waiting = [part for part in parts if part.status == "held"]
    refused = [part for part in parts if part.status == "rejected"]
    why = "；".join(f"{part.org_code}：{part.why}" for part in (*waiting, *refused))
    if waiting:
        return ("held" if len(waiting) == len(parts) else "partly_held"), why
    if refused and len(refused) == len(parts):
        return "rejected", why
    return "accepted", why


def select_arrow(rows: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """The columns of a schema out of a frame."""
    return pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False)
