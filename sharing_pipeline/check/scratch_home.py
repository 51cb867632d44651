"""A scratch home: a copy of a home's ledger beside its lake, thrown away after use.

So that files can be judged exactly as intake would judge them, and nothing of the home is
written. Judging is done by others.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger
from sharing_pipeline.store.sqlite import reading_uri


def is_used(settings: Settings) -> bool:
    """Whether the home folder has a ledger."""
    return settings.ledger_file.is_file()


@contextmanager
def scratch_store(
    settings: Settings, home: Path | None, received: Mapping[str, Path]
) -> Iterator[Store]:
    """A store with what a home's ledger knows, or with nothing; `received`: where the bytes of a
    file are, by the hash that it is asked for. ConfigurationError for a ledger of no use."""
    with tempfile.TemporaryDirectory(prefix="sharing-check-") as folder:
        scratch = replace(settings, home=Path(folder))
        if home is not None:
            _copy_ledger(replace(settings, home=home).ledger_file, scratch.ledger_file)
        ledger = Ledger.open(scratch, lasting=False)
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


def _copy_ledger(origin: Path, copy: Path) -> None:
    """A consistent copy, while others may write."""
    try:
        with (
            closing(sqlite3.connect(reading_uri(origin), uri=True)) as known,
            closing(sqlite3.connect(copy)) as new,
        ):
            known.backup(new)
    except sqlite3.DatabaseError as error:
        raise ConfigurationError(f"{origin} 读不了：{error}。请核对 --home。") from error
