"""What a run that was cut off leaves behind: files that no row of the ledger names.

Whoever calls holds the home folder's lock, so nobody else writes what may be removed here. Only
what was written since the cut-off run began can go. Received bytes stay: the sensor keeps them
without the lock, and the next night takes them up.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.settings import Settings
from sharing_pipeline.store.lake import RECEIVED, Lake
from sharing_pipeline.store.ledger import (
    LakeDigest,
    LakeFile,
    Ledger,
    Publication,
    PublishedNight,
    Snapshot,
)

MARK = ".unfinished"
_SECONDS_WITHOUT_A_BYTE = 3600
"""A copy into received/ that hasn't grown for so long is nobody's any more."""


def begin(settings: Settings, ledger: Ledger) -> None:
    """Marks that a run writes to the lake; removes what one that was cut off has left.

    Folders are listed after such a run only: the cost of a night must not grow with history.
    """
    settings.lake.mkdir(parents=True, exist_ok=True)
    mark = settings.lake / MARK
    if mark.exists():
        _remove(settings, ledger, since_ns=mark.stat().st_mtime_ns)
    mark.touch()


def finish(settings: Settings) -> None:
    """Says that the run has come to its end: whatever the ledger doesn't name, it removed."""
    (settings.lake / MARK).unlink(missing_ok=True)


def _remove(settings: Settings, ledger: Ledger, since_ns: int) -> None:
    with ledger.session() as session:
        named = _named(session)
    for path in _unnamed(Lake(settings), named):
        with suppress(FileNotFoundError):  # a child of that run may still be tidying up
            if path.stat().st_mtime_ns >= since_ns:
                _remove_one(path)
    for partial in (settings.lake / RECEIVED).glob("*.partial"):
        if time.time() - partial.stat().st_mtime > _SECONDS_WITHOUT_A_BYTE:
            partial.unlink(missing_ok=True)
    for mart in settings.home.glob(f".*{settings.mart.suffix}*"):
        _remove_one(mart)


def _remove_one(path: Path) -> None:
    """A file, or the folder that a child that was killed worked in."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _unnamed(lake: Lake, named: set[str]) -> Iterator[Path]:
    """The files of every kind but the received ones that are not among the named."""
    with os.scandir(lake.root) as entries:
        kinds = [entry.path for entry in entries if entry.is_dir() and entry.name != RECEIVED]
    for kind in kinds:
        with os.scandir(kind) as files:
            yield from (path for file in files if lake.name(path := Path(file.path)) not in named)


def _named(session: Session) -> set[str]:
    """Every file that the ledger names; those from before it kept digests only in their rows."""
    paths = (
        LakeDigest.path, LakeFile.path, Publication.assessment_path, Publication.scoreboard_path,
        Publication.moved_path, PublishedNight.issue_path,
    )  # fmt: skip
    groups = (Snapshot.file_ids, PublishedNight.facts)
    named = {name for column in paths for name in session.scalars(select(column))}
    for column in groups:
        named.update(*(files.values() for files in session.scalars(select(column))))
    return named
