"""What a night's figures were made from: submissions, rows sent back, whether it is sample data.

Everything is as it was known at the publication, so that a page stays the same afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.datasets import datasets
from sharing_pipeline.published.sample_notice import count_sample_entries
from sharing_pipeline.site.published_night import PageContents
from sharing_pipeline.store.ledger import Submission

_STATUS = {
    "accepted": "接收", "partly_held": "部分留待处理", "held": "留待处理", "rejected": "整份退回",
}  # fmt: skip


@dataclass(frozen=True)
class Received:
    """One dataset's submissions: how many, how many rows were sent back, and the newest one."""

    title: str
    count: int
    quarantined: int
    newest: Submission


@dataclass(frozen=True)
class Origin:
    """What was known when the night was published.

    `entries` counts the entries in force, `sample_entries` those of them that are sample data.
    """

    files: int
    until: datetime | None
    received: list[Received]
    by_status: list[tuple[str, int]]
    entries: int
    sample_entries: int


def read_origin(page: PageContents) -> Origin:
    """From what the night was made."""
    known = Submission.received_at <= page.night.published_at
    with page.ledger.session() as session:
        files, until = session.execute(
            select(
                func.count(Submission.file_id.distinct()), func.max(Submission.received_at)
            ).where(known)
        ).one()
        received = _received(session, page, known)
        statuses = session.execute(
            select(Submission.status, func.count()).where(known).group_by(Submission.status)
        )
        counts = dict(statuses.all())
    entries, sample_entries = count_sample_entries(page.settings, page.night.facts["catalogue"])
    by_status = [(title, counts[name]) for name, title in _STATUS.items() if name in counts]
    return Origin(files, until, received, by_status, entries, sample_entries)


def _received(session: Session, page: PageContents, known: ColumnElement[bool]) -> list[Received]:
    contracts = load_contracts(page.settings.catalog)
    found: dict[str, Any] = {}
    for dataset, *counted in session.execute(
        select(
            Submission.dataset,
            func.count(),
            func.sum(Submission.quarantined),
            func.max(Submission.id),
        )
        .where(known)
        .group_by(Submission.dataset)
    ):
        found[dataset] = counted
    return [
        Received(
            title=contracts[dataset].title,
            count=found[dataset][0],
            quarantined=found[dataset][1],
            newest=session.get_one(Submission, found[dataset][2]),
        )
        for dataset in datasets(contracts)
        if dataset in found
    ]
