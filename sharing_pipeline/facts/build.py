"""The facts of one business date: names of lake files, and the tables that assessments read.

`build_facts` decides which rows are in force and keeps them; `load_facts` makes them tables
of an engine. No outcome is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.datasets import loaded
from sharing_pipeline.catalog.organisations import Organisation, Organisations
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.errors import NothingPublished
from sharing_pipeline.facts.exchange import STATE as EXCHANGE_STATE
from sharing_pipeline.facts.exchange import DailyFile, daily_files, exchange_state, fingerprint
from sharing_pipeline.in_force.latest_rows import latest_rows
from sharing_pipeline.in_force.snapshots import PROVENANCE, VANISHED, Store, in_force
from sharing_pipeline.in_force.whole_lists import known_organisations, latest_list, load_file
from sharing_pipeline.judging.row_organisations import OWN_CODE_SEPARATOR
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine, columns_of
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Decision, Ledger, Submission
from sharing_pipeline.store.warehouse_text import identifiers


@dataclass(frozen=True)
class Facts:
    """Everything in force on a business date: lake file names by table, and organisations."""

    day: date
    files: dict[str, str]
    daily: tuple[DailyFile, ...]
    organisations: Organisations
    inputs: dict[str, Any]


def build_facts(settings: Settings, ledger: Ledger, day: date) -> Facts:
    """Works out what is in force on `day` and keeps it as snapshots.

    Raises NothingPublished where no catalogue was ever accepted.
    """
    lake = Lake(settings)
    with Engine(settings) as engine, ledger.session() as session:
        _require_a_catalogue(session, settings)
        store = Store(engine, lake, session, load_contracts(settings.catalog))
        organisations = known_organisations(store)
        files = in_force(store, day)
        files |= {
            dataset: latest_rows(store, dataset) for dataset in loaded(store.contracts, "upsert")
        }
        files["exchange_state"] = exchange_state(store, day)
        for dataset in loaded(store.contracts, "list"):
            files |= latest_list(store, dataset)
        portal = _portal_organisations(store, files, settings)
        daily = tuple(daily_files(session, day))
        inputs = _inputs(store, files, daily, day)
    everyone = [*organisations.by_code.values(), *portal]
    return Facts(day, files, daily, Organisations(everyone), inputs)


def _require_a_catalogue(session: Session, settings: Settings) -> None:
    accepted = select(Submission.id).where(
        Submission.dataset == "catalogue", Submission.accepted > 0
    )
    if session.scalar(accepted.limit(1)) is None:
        raise NothingPublished(
            f"主目录 {settings.home} 还没有接收过任何目录，无法计算三率。"
            f"请把目录文件放进 {settings.inbox / 'catalogue'} 后再运行。"
        )


def _portal_organisations(
    store: Store, files: Mapping[str, str], settings: Settings
) -> list[Organisation]:
    """The departments of portals whose rows are the only list of them there is."""
    paths = [store.lake.path(files["catalogue"])]
    store.engine.view_files("named", paths, {"source": "VARCHAR", "org_code": "VARCHAR"})
    found = []
    for source_name, code in store.engine.distinct("named", "source", "org_code"):
        source = load_source(settings.catalog, source_name)
        if source.organisations == "from_rows":
            name = code.removeprefix(source_name + OWN_CODE_SEPARATOR)
            level, region = source.organisation_level, source.organisation_region
            found.append(Organisation(code, name, level=level, region=region))
    return found


def _inputs(
    store: Store, files: Mapping[str, str], daily: Sequence[DailyFile], day: date
) -> dict[str, Any]:
    """What made these facts, in a form that tells later which of it has changed.

    `submissions`: the newest submission that a snapshot has folded in, the newest of rows updated
    by key, those of the lists in force in the lists' order, and the newest decision.
    """
    taken = select(func.max(Submission.id)).where(
        Submission.status.in_(("accepted", "partly_held")), Submission.accepted > 0
    )
    folded = taken.where(Submission.dataset.in_(store.folded), Submission.effective_on <= day)
    updated = taken.where(Submission.dataset.in_(loaded(store.contracts, "upsert")))
    accepted_later = (
        select(func.max(Decision.id))
        .join(Submission, Submission.id == Decision.submission)
        .where(Decision.verdict == "accept", Submission.effective_on <= day)
    )
    scalar = store.session.scalar
    lists = [files.get(f"{name}_submission", "") for name in loaded(store.contracts, "list")]
    return {
        "submissions": [scalar(folded), scalar(updated), *lists, scalar(accepted_later) or 0],
        "logs": fingerprint(daily),
    }


def load_facts(engine: Engine, settings: Settings, facts: Facts) -> None:
    """Makes the tables that assessments read: state_*, answers, exempt, night, entry, mounted."""
    contracts = load_contracts(settings.catalog)
    lake = Lake(settings)
    for dataset in loaded(contracts, "full", "upsert", "list"):
        columns = columns_of(contracts[dataset]) | PROVENANCE
        load_file(engine, lake, facts.files, dataset, f"state_{dataset}", columns)
    load_file(engine, lake, facts.files, "vanished", "state_vanished", VANISHED)
    load_file(engine, lake, facts.files, "exchange_state", "exchange_state", EXCHANGE_STATE)
    _load_day(engine, facts)
    worked_out = ("catalogue_code", "org_code")
    as_sent = [name for name in contracts["catalogue"].names if name not in worked_out]
    engine.create("entry", "facts/entry", {"columns": identifiers(as_sent)})
    engine.create("resource", "facts/resource")
    engine.create("mounted", "facts/mounted")


def _load_day(engine: Engine, facts: Facts) -> None:
    codes = sorted(facts.organisations.by_code)
    answering = [facts.organisations.answering(code, facts.day) for code in codes]
    engine.load("answers", pa.table({
        "owned_key": pa.array(codes, pa.string()), "owner": pa.array(answering, pa.string()),
    }))  # fmt: skip
    engine.load("night", pa.table({"as_of": pa.array([facts.day], pa.date32())}))
    engine.create("exempt", "facts/exempt")
