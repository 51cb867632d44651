"""Databases that are sources: read before the inbox is, each into one kept file.

From then on such a file is like any that was dropped. How far a source is read moves in the
same transaction that notes its file. How a database is read is in database.py.
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
"""What the file of every pull is called. Without a date: a name with one would declare the day
of the run, which is after the business date, as the day of the data. Always the same: a pull
answers for the one before it, as a file that comes again does."""


def pull_databases(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> None:
    """Reads every database source and notes what came of it as a received file; one that can't
    be read is noted with its reason, and the others go on."""
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
        since = _known(session, name, database)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".pull-") as folder:
        out = Path(folder) / PULLED
        fetched = fetch(database, since, out, settings.limits.query_seconds)
        with ledger.session() as session:
            file = None if fetched.nothing_new else _kept(session, settings, clock, name, out)
            _note(session, clock, name, database, fetched, file)


def _is_waiting(session: Session, name: str) -> bool:
    """Whether what a killed night pulled is still to be read: whether it is good decides where
    the next pull begins."""
    of_pull = (ReceivedFile.source == name, ReceivedFile.file_name == PULLED)
    waiting = select(ReceivedFile.id).where(*of_pull, ReceivedFile.taken.is_(False))
    return session.scalar(waiting.limit(1)) is not None


def _last_good(session: Session, name: str) -> list[Pull]:
    """The pulls of a source of which nothing was rejected as unreadable, the newest first.

    Rows of a file that was rejected whole are in no other: the next pull must bring them again.
    """
    unreadable = exists().where(
        Submission.file_id == Pull.file_id,
        Submission.status == "rejected",
        Submission.rows_read == 0,
    )
    good = select(Pull).where(Pull.source == name, ~unreadable).order_by(Pull.id.desc())
    return list(session.scalars(good))


def _known(session: Session, name: str, database: Database) -> Mark:
    """Up to where the source's rows are known."""
    for pull in _last_good(session, name):
        if database.high_water and pull.begins == database.begins:
            return Mark(pull.high_water, pull.edge)
    return Mark()


def _kept(
    session: Session, settings: Settings, clock: Clock, name: str, out: Path
) -> ReceivedFile | None:
    """The pull's bytes, kept and noted; None if the pull before it gave the very same.

    Of dropped files any earlier one counts, but a database that goes back to what it once said
    has changed.
    """
    digest = Lake(settings).keep_bytes(out)
    last = next((one.file_id for one in _last_good(session, name) if one.file_id), None)
    known = session.get(ReceivedFile, last) if last else None
    if known is not None and known.sha256 == digest:
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
