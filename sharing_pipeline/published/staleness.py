"""Published nights whose inputs have changed since: what a new run of them would see.

Compares what a publication remembers of its inputs with what the ledger and the configuration
hold now. Computes no figure and says nothing of how different the result would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.datasets import loaded
from sharing_pipeline.facts.exchange import DailyFile, daily_files, fingerprint
from sharing_pipeline.figures.configuration import configuration
from sharing_pipeline.in_force.whole_lists import accepted_lists
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import Decision, Ledger, PublishedNight, Submission

DATA = ("submissions", "decisions", "logs")
"""Inputs that others send; `catalog` and `sql` are the ones that we change ourselves."""


@dataclass(frozen=True)
class StaleNight:
    """A published business date and which of its inputs have changed: DATA, catalog, sql."""

    day: date
    changed: tuple[str, ...]

    @property
    def by_data(self) -> bool:
        """Whether something was received or decided that reaches back to the day."""
        return any(name in DATA for name in self.changed)


@dataclass(frozen=True)
class _Now:
    """What there is now, read once for all nights."""

    received: Sequence[Submission]
    accepted_later: Sequence[tuple[int, date]]
    daily: Sequence[DailyFile]
    lists: Sequence[Submission | None]
    updated_by_key: Sequence[str]
    configured: dict[str, Any]


def stale_nights(settings: Settings, ledger: Ledger) -> list[StaleNight]:
    """Published nights with changed inputs, in the order of their days.

    A submission or decision counts for the nights from its `effective_on` on, a log for those
    from its first record day on.
    """
    with ledger.session() as session:
        now = _read(settings, session)
        nights = session.scalars(select(PublishedNight).order_by(PublishedNight.as_of)).all()
    compared = [StaleNight(night.as_of, tuple(_changed(night, now))) for night in nights]
    return [night for night in compared if night.changed]


def _read(settings: Settings, session: Session) -> _Now:
    contracts = load_contracts(settings.catalog)
    received = select(Submission).where(
        Submission.dataset.in_(loaded(contracts, "full", "upsert")),
        Submission.status.in_(("accepted", "partly_held")),
        Submission.accepted > 0,
    )
    accepted = (
        select(Decision.id, Submission.effective_on)
        .join(Submission, Submission.id == Decision.submission)
        .where(Decision.verdict == "accept")
    )
    return _Now(
        received=session.scalars(received).all(),
        accepted_later=[(number, day) for number, day in session.execute(accepted)],
        daily=daily_files(session, date.max),
        lists=[_in_force(session, dataset) for dataset in loaded(contracts, "list")],
        updated_by_key=loaded(contracts, "upsert"),
        configured=configuration(settings),
    )


def _in_force(session: Session, dataset: str) -> Submission | None:
    return next(iter(accepted_lists(session, dataset)), None)


def _changed(night: PublishedNight, now: _Now) -> list[str]:
    day = night.as_of
    folded, updated, *lists, decided = night.inputs["submissions"]
    newest = dict.fromkeys(now.updated_by_key, updated or 0)
    late = any(
        submission.effective_on <= day
        and submission.id > newest.get(submission.dataset, folded or 0)
        for submission in now.received
    )
    replaced = any(
        submission is not None and submission.effective_on <= day and str(submission.id) != known
        # A list that was declared after the night was published was not known to it.
        for submission, known in zip_longest(now.lists, lists)
    )
    found = {
        "submissions": late or replaced,
        "decisions": any(number > decided and since <= day for number, since in now.accepted_later),
        "logs": night.inputs["logs"] != fingerprint(f for f in now.daily if f.first_day <= day),
        **{name: night.inputs.get(name) != value for name, value in now.configured.items()},
    }
    return [name for name, changed in found.items() if changed]
