"""What a person must look at before it replaces anything: an organisation's part that shrinks.

A part of a full submission with more than 20 % fewer rows than the organisation has in force (at
least 20 lost) is held; its last good one stays in force (inputs.md §5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.dataset_traits import Owner
from sharing_pipeline.in_force.snapshots import Store, fold_day, stand_at
from sharing_pipeline.judging.batch import Arrival
from sharing_pipeline.store.ledger import Part, Submission

LOST_SHARE_PERCENT = 20
"""A part is held if it has lost more than this share of what is in force …"""

LOST_AT_LEAST = 20
"""… and at least so many rows (inputs.md §5)."""


def add_parts(store: Store, rows: pd.DataFrame) -> None:
    """Notes which organisations have accepted rows in which submission."""
    counts = rows.groupby(["submission", "org_code"], as_index=False).size()
    store.session.add_all(
        Part(submission=int(number), org_code=str(code), rows=int(count), in_force_before=0,
             status="accepted")
        for number, code, count in counts.itertuples(index=False, name=None)
    )  # fmt: skip
    store.session.flush()


def hold_shrunken(
    store: Store,
    contract: Contract,
    owner: Owner,
    arrivals: Sequence[Arrival],
    kept: pd.DataFrame,
) -> None:
    """Holds the parts that shrink too much. Days are settled in their order, because what is
    in force before a day depends on what earlier days' submissions were allowed to replace.

    `kept`: (submission, key) of rows sent back, whose last accepted row stays in force.
    """
    first = min(arrival.effective_on for arrival in arrivals)
    last = max(arrival.effective_on for arrival in arrivals)
    days = _days(store.session, contract.table, first, last)
    stand_at(store, first - timedelta(days=1))
    for day, submissions in days.items():
        before = _in_force_by_organisation(store, contract.table, owner)
        for arrival in arrivals:
            if arrival.effective_on == day and arrival.mode == "full" and before:
                _judge_arrival(store, contract, arrival, before, kept)
        store.session.flush()
        if day != max(days):
            fold_day(store, submissions)


def _days(session: Session, dataset: str, first: date, last: date) -> dict[date, list[Submission]]:
    """A dataset's submissions by effective day, whenever they came."""
    days: dict[date, list[Submission]] = {}
    for submission in session.scalars(
        select(Submission)
        .where(
            Submission.dataset == dataset,
            Submission.status != "rejected",
            Submission.effective_on.between(first, last),
        )
        .order_by(Submission.effective_on, Submission.id)
    ):
        days.setdefault(submission.effective_on, []).append(submission)
    return days


def _in_force_by_organisation(
    store: Store, dataset: str, owner: Owner
) -> dict[tuple[str, str], set[str]]:
    """The keys of the rows in force, by source and organisation."""
    listed: dict[tuple[str, str], set[str]] = {}
    rows = store.engine.distinct(f"state_{dataset}", "source", owner.code, "key")
    for source, org_code, key in rows:
        listed.setdefault((source, org_code), set()).add(key)
    return listed


def _judge_arrival(
    store: Store,
    contract: Contract,
    arrival: Arrival,
    before: dict[tuple[str, str], set[str]],
    kept: pd.DataFrame,
) -> None:
    refused = set(kept.loc[kept["submission"] == arrival.submission, "key"])
    parts = {
        part.org_code: part
        for part in store.session.scalars(select(Part).where(Part.submission == arrival.submission))
    }
    everybody = [code for source, code in before if source == arrival.source.name]
    for org_code in everybody if arrival.whole else sorted(parts):
        part = parts.get(org_code)
        in_force = before.get((arrival.source.name, org_code), set())
        had = len(in_force)
        if part is not None:
            part.in_force_before = had
        has = (part.rows if part else 0) + len(in_force & refused)
        lost = had - has
        if lost >= LOST_AT_LEAST and lost * 100 > LOST_SHARE_PERCENT * had:
            if part is None:
                # A whole export that leaves an organisation out would empty it: a part too.
                part = Part(submission=arrival.submission, org_code=org_code, rows=0)
                store.session.add(part)
            part.status, part.in_force_before = "held", had
            part.why = (
                f"{contract.traits.row}由 {had} 条减为 {has} 条，"
                f"减少超过 {LOST_SHARE_PERCENT}%，等待人工确认"
            )
