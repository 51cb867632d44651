"""Datasets whose rows are updated by their key: every key's last accepted row, whatever day is
asked for.

Such rows are judged by their own dates, so there is one state, moved on by what comes in.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from sharing_pipeline.in_force.snapshots import Store, load_rows
from sharing_pipeline.store.ledger import Snapshot, Submission, last_number
from sharing_pipeline.store.warehouse_text import identifiers


def latest_rows(store: Store, dataset: str) -> str:
    """Name of the lake file with the last accepted row of every key of the dataset."""
    snapshot = store.session.scalar(
        select(Snapshot).where(Snapshot.kind == dataset).order_by(Snapshot.id.desc()).limit(1)
    )
    known = snapshot.last_submission if snapshot else 0
    news = store.session.scalars(
        select(Submission.id).where(
            Submission.dataset == dataset, Submission.id > known, Submission.status != "rejected"
        )
    ).all()
    if snapshot and not news:
        return str(snapshot.file_ids[dataset])
    columns = store.state_columns(dataset)
    before = [store.lake.path(snapshot.file_ids[dataset])] if snapshot else []
    store.engine.load_files("known_before", before, columns)
    load_rows(store, dataset, list(news) or [0])
    path = store.lake.new(f"state_{dataset}")
    store.engine.write("in_force/latest_rows", path, {"columns": identifiers(columns)})
    file = store.lake.note(store.session, path)
    store.session.add(
        Snapshot(
            kind=dataset,
            day=date.min,
            last_submission=last_number(store.session, Submission.id),
            last_decision=0,
            last_daily_file=0,
            file_ids={dataset: file},
        )
    )
    return file
