"""The mart: one DuckDB file for BI tools, with the latest night and the scoreboard of all nights.

It is made beside the old one and takes its place at once, so that a reader never sees half of
it. Everything in it can be made again from the ledger and the lake.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import quoted
from sharing_pipeline.store.in_force_table import IN_FORCE, in_force_select
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, Publication, PublishedNight


def refresh_mart(settings: Settings, ledger: Ledger) -> None:
    """Brings the mart up to the ledger: the latest night in full, all nights' scoreboards."""
    lake = Lake(settings)
    fresh = settings.mart.with_name(f".{uuid.uuid4().hex}.duckdb")
    if settings.mart.exists():
        shutil.copyfile(settings.mart, fresh)
    try:
        with ledger.session() as session, duckdb.connect(str(fresh)) as mart:
            _fill(mart, lake, session, load_contracts(settings.catalog))
        fresh.replace(settings.mart)
    finally:
        fresh.unlink(missing_ok=True)


def _fill(
    mart: duckdb.DuckDBPyConnection, lake: Lake, session: Session, contracts: dict[str, Contract]
) -> None:
    mart.execute("BEGIN")
    _add_scoreboards(mart, lake, session)
    night = session.scalar(select(PublishedNight).order_by(PublishedNight.as_of.desc()).limit(1))
    if night is not None:
        paths = [
            lake.path(one.assessment_path)
            for one in session.scalars(
                select(Publication)
                .where(Publication.as_of == night.as_of)
                .order_by(Publication.definition, Publication.revision.desc())
            )
            if not _older(session, one)
        ]
        _replace(mart, "assessment", f"FROM {_parquet(paths)}")
        _replace(mart, "issue", f"FROM {_parquet([lake.path(night.issue_path)])}")
        for table in IN_FORCE:
            rows = _parquet([lake.path(night.facts[table])])
            _replace(mart, table, in_force_select(contracts[table], rows))
    mart.execute("COMMIT")


def _older(session: Session, publication: Publication) -> bool:
    newer = select(Publication.id).where(
        Publication.as_of == publication.as_of,
        Publication.definition == publication.definition,
        Publication.revision > publication.revision,
    )
    return session.scalar(newer.limit(1)) is not None


def _replace(mart: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    mart.execute(f"CREATE OR REPLACE TABLE {table} AS {select}")


def _parquet(paths: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(quoted(path) for path in paths)}])"


def _add_scoreboards(mart: duckdb.DuckDBPyConnection, lake: Lake, session: Session) -> None:
    """Adds what was published since the mart was last made; `publication` says what it holds."""
    mart.execute("CREATE TABLE IF NOT EXISTS held_publication (id BIGINT)")
    last = mart.execute("SELECT COALESCE(max(id), 0) FROM held_publication").fetchall()[0][0]
    news = session.scalars(
        select(Publication).where(Publication.id > last).order_by(Publication.id)
    ).all()
    for one in news:
        source = _parquet([lake.path(one.scoreboard_path)])
        mart.execute(f"CREATE TABLE IF NOT EXISTS scoreboard AS FROM {source} LIMIT 0")
        mart.execute(
            "DELETE FROM scoreboard WHERE as_of = ? AND definition = ?", [one.as_of, one.definition]
        )
        mart.execute(f"INSERT INTO scoreboard FROM {source}")
        mart.execute("INSERT INTO held_publication VALUES (?)", [one.id])
