"""A scratch home: a copy of a home's ledger beside its lake, thrown away after use.

So that files can be judged exactly as intake would judge them, and nothing of the home is
written. Judging is done by others.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert, select

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Base, Ledger
from sharing_pipeline.store.sqlite import copy_file


@contextmanager
def scratch_store(
    settings: Settings, received: Mapping[str, Path], *, copied: bool
) -> Iterator[Store]:
    """A store with what the home's ledger knows if that is to be `copied`, else with nothing;
    `received`: where the bytes of a file are, by the hash that it is asked for. ConfigurationError
    for a ledger of no use."""
    with tempfile.TemporaryDirectory(prefix="sharing-check-") as folder:
        scratch = replace(settings, home=Path(folder), ledger_url="")
        ledger = (
            _copied_ledger(settings, scratch) if copied else Ledger.open(scratch, lasting=False)
        )
        lake = _ScratchLake(scratch, settings.lake, received)
        with Engine(scratch) as engine, ledger.session() as session:
            yield Store(engine, lake, session, load_contracts(settings.catalog))
        ledger.engine.dispose()


class _ScratchLake(Lake):
    """New files stand in the scratch home; those of the home are read where they are."""

    def __init__(self, scratch: Settings, home: Path, received: Mapping[str, Path]) -> None:
        super().__init__(scratch)
        self._home = home
        self._received = received

    def path(self, name: str) -> Path:
        """The file behind a ledger's name, in the scratch home or in the home."""
        own = super().path(name)
        return own if own.exists() else self._home / name

    def received(self, sha256: str) -> Path:
        """The checked file itself."""
        return self._received[sha256]


def _copied_ledger(settings: Settings, scratch: Settings) -> Ledger:
    """A scratch ledger with a consistent copy of the home's, while others may write that."""
    if settings.ledger_url:
        ledger = Ledger.open(scratch, lasting=False)
        _copy_rows(Ledger.open_to_read(settings), ledger)
        return ledger
    try:
        copy_file(settings.ledger_file, scratch.ledger_file)
    except sqlite3.DatabaseError as error:
        raise ConfigurationError(
            f"{settings.ledger_file} 读不了：{error}。请核对 --home。"
        ) from error
    return Ledger.open(scratch, lasting=False)


def _copy_rows(origin: Ledger, copy: Ledger) -> None:
    """Copies every table, those first that others refer to."""
    # All tables as they were at one moment, whatever a night commits in between.
    snapshot = origin.engine.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as known, copy.engine.begin() as new:
        for table in Base.metadata.sorted_tables:
            rows = [dict(row) for row in known.execute(select(table)).mappings()]
            if rows:
                new.execute(insert(table), rows)
