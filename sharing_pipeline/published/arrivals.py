"""Whose catalogue is missing or old on a published day, for the page and for `status`.

Looks at what was received and at what is in force; judges no entry and computes no figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.organisations import Organisations, from_rows
from sharing_pipeline.in_force.snapshots import PROVENANCE
from sharing_pipeline.in_force.whole_lists import load_file
from sharing_pipeline.published.tables import Published
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine, columns_of
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, Part, PublishedNight, Submission

OLD_AFTER_DAYS = 35
"""A catalogue is asked for once a month; a few days late is not yet old."""


@dataclass(frozen=True)
class Arrivals:
    """`missing`: (org_code, org_name) of organisations valid on the day without any entry in
    force, by code. `old`: (org_code, org_name, last effective_on) of those with entries whose
    last accepted catalogue is older than OLD_AFTER_DAYS, the oldest first.
    """

    missing: list[tuple[str, str]]
    old: list[tuple[str, str, date]]


def missing_and_old(settings: Settings, ledger: Ledger, day: date) -> Arrivals:
    """Whose catalogue is missing or old on a published day, as known when it was published.

    An organisation answers for its predecessors: their entries and submissions count as its
    own. Raises UsageError for a day that is not published.
    """
    night = Published(settings, ledger).night(day)
    organisations = organisations_of(settings, night)
    present = _with_entries(settings, night, organisations)
    last = _last_accepted(ledger, night, organisations)
    names = {code: organisation.org_name for code, organisation in organisations.by_code.items()}
    valid = {
        code for code, organisation in organisations.by_code.items() if organisation.valid_on(day)
    }
    old = [
        (code, names.get(code, code), since)
        for code, since in last.items()
        if code in present and (day - since).days > OLD_AFTER_DAYS
    ]
    return Arrivals(
        missing=[(code, names[code]) for code in sorted(valid - present)],
        old=sorted(old, key=lambda organisation: (organisation[2], organisation[0])),
    )


def organisations_of(settings: Settings, night: PublishedNight) -> Organisations:
    """The organisations of the list that was in force for a published night."""
    columns = columns_of(load_contracts(settings.catalog)["organisation"]) | PROVENANCE
    with Engine(settings) as engine:
        load_file(engine, Lake(settings), night.facts, "organisation", "listed", columns)
        return from_rows(engine.table("listed", order_by=["org_code"]).to_pylist())


def _with_entries(
    settings: Settings, night: PublishedNight, organisations: Organisations
) -> set[str]:
    """Who answers for at least one entry in force."""
    columns = {"org_code": "VARCHAR"}
    with Engine(settings) as engine:
        load_file(engine, Lake(settings), night.facts, "catalogue", "entries", columns)
        codes = engine.distinct("entries", "org_code")
    return {organisations.answering(code, night.as_of) for (code,) in codes}


def _last_accepted(
    ledger: Ledger, night: PublishedNight, organisations: Organisations
) -> dict[str, date]:
    """The newest effective_on of each organisation's accepted catalogues."""
    newest = (
        select(Part.org_code, func.max(Submission.effective_on))
        .join(Submission, Submission.id == Part.submission)
        .where(
            Submission.dataset == "catalogue",
            Part.status == "accepted",
            Submission.effective_on <= night.as_of,
            # What came after the publication is not part of it.
            Submission.received_at <= night.published_at,
        )
        .group_by(Part.org_code)
    )
    with ledger.session() as session:
        found = session.execute(newest).all()
    last: dict[str, date] = {}
    for code, effective_on in found:
        owner = organisations.answering(code, night.as_of)
        last[owner] = max(last.get(owner, date.min), effective_on)
    return last
