"""Reads the sources that are databases, each into a file that is kept like one from the inbox.

The transaction that notes the file also notes how far the source has been read. How a database is
queried is in database.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.source_keys import Database
from sharing_pipeline.catalog.sources import load_databases
from sharing_pipeline.errors import ConfigurationError, UnreadableDatabase
from sharing_pipeline.receiving.database import Fetched, fetch
from sharing_pipeline.receiving.high_water import Mark
from sharing_pipeline.settings import Clock, Settings
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, Pull, ReceivedFile, Submission, wall_clock

PULLED = "数据库.parquet"
"""The name of every file that was read from a database. It has no date, because a date in a file's
name declares the day of its data, and the run is a day later. It is always the same, so that each
file counts as the correction of the one before it."""


def pull_databases(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> None:
    """Reads every database source and notes the result as a received file. A database that can't
    be read is noted with the reason, and the others are still read."""
    sources = load_databases(settings.catalog)
    for done, (name, source) in enumerate(sources.items()):
        progress(f"读取数据库 {name}", done, len(sources))
        if isinstance(source, ConfigurationError) or source.database is None:
            _note_failure(ledger, clock, name, str(source))
            continue
        try:
            _pull(settings, ledger, clock, name, source.database)
        except UnreadableDatabase as error:
            _note_failure(ledger, clock, name, str(error))


def _pull(settings: Settings, ledger: Ledger, clock: Clock, name: str, database: Database) -> None:
    with ledger.session() as session:
        if _is_waiting(session, name):
            return
        since = _last_mark(session, name, database)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".pull-") as folder:
        out = Path(folder) / PULLED
        fetched = fetch(database, since, out, settings.limits.query_seconds)
        with ledger.session() as session:
            file = None if fetched.nothing_new else _keep(session, settings, clock, name, out)
            _note(session, clock, name, database, fetched, file)


def _is_waiting(session: Session, name: str) -> bool:
    """Whether a file that a killed night pulled is still waiting to be taken in. Only when it was
    accepted or rejected is it known where the next pull begins."""
    of_pull = (ReceivedFile.source == name, ReceivedFile.file_name == PULLED)
    waiting = select(ReceivedFile.id).where(*of_pull, ReceivedFile.taken.is_(False))
    return session.scalar(waiting.limit(1)) is not None


def _last_good(session: Session, name: str) -> list[Pull]:
    """The pulls of a source whose files weren't rejected as a whole, the newest first.

    The rows of a rejected file came in no other: the next pull must bring them again.
    """
    unreadable = exists().where(
        Submission.file_id == Pull.file_id,
        Submission.status == "rejected",
        Submission.rows_read == 0,
    )
    good = select(Pull).where(Pull.source == name, ~unreadable).order_by(Pull.id.desc())
    return list(session.scalars(good))


def _last_mark(session: Session, name: str, database: Database) -> Mark:
    """How far the rows of the source are known."""
    for pull in _last_good(session, name):
        if database.high_water and pull.begins == database.begins:
            return Mark(pull.high_water, pull.edge)
    return Mark()


def _keep(
    session: Session, settings: Settings, clock: Clock, name: str, out: Path
) -> ReceivedFile | None:
    """Keeps and notes the pull's bytes; gives None if the pull before it had the same bytes.

    A file of the inbox is compared with all earlier ones; a pull is compared with the last one
    only, because a database that goes back to an older state has changed.
    """
    digest = Lake(settings).keep_bytes(out)
    file_ids = (pull.file_id for pull in _last_good(session, name) if pull.file_id)
    last = next(file_ids, None)
    last_file = session.get(ReceivedFile, last) if last else None
    if last_file is not None and last_file.sha256 == digest:
        return None
    return _received(session, clock, name, sha256=digest, size=out.stat().st_size)


def _note(
    session: Session,
    clock: Clock,
    name: str,
    database: Database,
    fetched: Fetched,
    file: ReceivedFile | None,
) -> None:
    session.add(
        Pull(
            source=name,
            pulled_at=wall_clock(clock),
            file_id=file.id if file else None,
            begins=database.begins,
            high_water=fetched.mark.value,
            edge=fetched.mark.edge,
        )
    )


def _note_failure(ledger: Ledger, clock: Clock, name: str, why: str) -> None:
    with ledger.session() as session:
        _received(session, clock, name, why=why)


def _received(
    session: Session, clock: Clock, name: str, *, sha256: str = "", size: int = 0, why: str = ""
) -> ReceivedFile:
    file = ReceivedFile(
        source=name, file_name=PULLED, sha256=sha256, size=size, modified_ns=0,
        received_at=wall_clock(clock), taken=False, why=why,
    )  # fmt: skip
    session.add(file)
    session.flush()
    return file
