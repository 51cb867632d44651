"""The mart: one DuckDB file for BI tools, with the latest night and the scoreboard of all nights.

It is made beside the old one and takes its place at once, so that a reader never sees half of
it. Everything in it can be made again from the ledger and the lake.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence

import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.catalog.datasets import exported
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.in_force_table import IN_FORCE_TABLE, in_force_columns, view_in_force
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, Publication, PublishedNight

_HELD = {"id": "BIGINT"}
"""Publications whose scoreboards are in the mart."""


def refresh_mart(settings: Settings, ledger: Ledger) -> None:
    """Brings the mart up to the ledger: the latest night in full, all nights' scoreboards."""
    fresh = settings.mart.with_name(f".{uuid.uuid4().hex}.duckdb")
    if settings.mart.exists():
        shutil.copyfile(settings.mart, fresh)
    try:
        with Engine(settings, database=fresh) as mart, ledger.session() as session:
            _add_scoreboards(mart, Lake(settings), session)
            _replace_night(mart, Lake(settings), session, load_contracts(settings.catalog))
        fresh.replace(settings.mart)
    finally:
        fresh.unlink(missing_ok=True)


def _add_scoreboards(mart: Engine, lake: Lake, session: Session) -> None:
    """Adds what was published since the mart was last made; `held_publication` is what it holds."""
    mart.append("held_publication", _numbers([]), _HELD)
    held = [number for (number,) in mart.distinct("held_publication", "id")]
    published = session.scalars(
        select(Publication).where(Publication.id > max(held, default=0)).order_by(Publication.id)
    ).all()
    for publication in published:
        path = lake.path(publication.scoreboard_path)
        if not held:
            mart.load_parquet("scoreboard", [path])
        else:
            mart.run(
                "store/replaced_scoreboard",
                as_of=publication.as_of,
                definition=publication.definition,
            )
            mart.view_parquet("fresh_scoreboard", [path])
            mart.insert_rows("scoreboard", "fresh_scoreboard")
        held.append(publication.id)
    mart.append("held_publication", _numbers([each.id for each in published]), _HELD)


def _replace_night(
    mart: Engine, lake: Lake, session: Session, contracts: dict[str, Contract]
) -> None:
    night = session.scalar(select(PublishedNight).order_by(PublishedNight.as_of.desc()).limit(1))
    if night is None:
        return
    publications = session.scalars(
        select(Publication)
        .where(Publication.as_of == night.as_of)
        .order_by(Publication.definition, Publication.revision.desc())
    )
    latest: dict[str, Publication] = {}
    for publication in publications:
        latest.setdefault(publication.definition, publication)
    assessments = [lake.path(publication.assessment_path) for publication in latest.values()]
    mart.load_parquet("assessment", assessments)
    mart.load_parquet("issue", [lake.path(night.issue_path)])
    for table in exported(contracts):
        view_in_force(mart, lake, night.facts, contracts[table], "rows_in_force")
        mart.create(table, IN_FORCE_TABLE, in_force_columns(contracts[table], "rows_in_force"))


def _numbers(ids: Sequence[int]) -> pa.Table:
    return pa.table({"id": pa.array(ids, pa.int64())})
