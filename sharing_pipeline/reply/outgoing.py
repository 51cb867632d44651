"""Replies that go out after a night: one for every file with something to say about it.

They say what intake said, from the bytes and findings that are kept. A file that comes again
without anything to say takes its earlier reply away. Logs are not answered: their platforms read
the counts, and nobody mends millions of rows by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.rules import load_rules
from sharing_pipeline.errors import ConfigurationError, UnreadableFile
from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.receiving.early_reading import EarlyReading
from sharing_pipeline.receiving.received_file import CATALOG_SOURCE, source_of
from sharing_pipeline.reply.names import reply_names
from sharing_pipeline.reply.remarks import Received, file_reports, with_findings
from sharing_pipeline.reply.write import Job, write_reply
from sharing_pipeline.settings import SHANGHAI, Clock, Progress, Settings, silent
from sharing_pipeline.sheets.raw_table import FileTables
from sharing_pipeline.sheets.tables import read_tables
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, Submission, last_number

_ANSWERED = ".answered"
"""Holds the number of the last submission that was answered: a night that was refused or killed
before its replies leaves them to the next one."""


@dataclass(frozen=True)
class _File:
    """The submissions of one file, and where its reply goes."""

    submissions: Sequence[Submission]
    path: Path

    @property
    def first(self) -> Submission:
        """One of them; they share file, source and bytes."""
        return self.submissions[0]


def send(sandbox: Sandbox, job: Job) -> None:
    """Writes a reply in the child; one that takes too much there is written without the sender's
    file."""
    try:
        sandbox.run(write_reply, job)
    except UnreadableFile:
        sandbox.run(write_reply, replace(job, report=replace(job.report, format="")))


def write_replies(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    progress: Progress = silent,
    layouts: Mapping[int, FileTables] | None = None,
    reading: EarlyReading | None = None,
) -> list[Path]:
    """Answers what came in since the last replies; the files that were written.

    `layouts`: what reading files showed, by their ids; those not among them are read once more.
    `reading`: what has read the files, and has a child to spare now.
    """
    with ledger.session() as session, Engine(settings) as engine:
        store = Store(engine, Lake(settings), session, load_contracts(settings.catalog))
        files = _unanswered(settings, store)
        last = last_number(session, Submission.id)
        troubled = with_findings(
            store, [submission.id for file in files for submission in file.submissions]
        )
        answered = [file for file in files if _has_something(file, troubled)]
        for file in files:
            if file not in answered:
                file.path.unlink(missing_ok=True)
        if answered:
            own = Sandbox(settings.limits, settings.home)
            with reading.sandbox() if reading else own as sandbox:
                _write(settings, store, sandbox, answered, clock, progress, layouts or {})
    if files:
        _note(settings, last)
    return [file.path for file in answered]


def _write(
    settings: Settings,
    store: Store,
    sandbox: Sandbox,
    files: Sequence[_File],
    clock: Clock,
    progress: Progress,
    layouts: Mapping[int, FileTables],
) -> None:
    at = clock().astimezone(SHANGHAI)
    for left in settings.reply.rglob(".*.part"):
        left.unlink()  # by a run that was killed
    received = list(_read(settings, store, sandbox, files, layouts))
    reports = file_reports(store, load_rules(settings.catalog), received, settings.expectations)
    for done, (file, report) in enumerate(zip(files, reports, strict=True)):
        progress("生成回执", done, len(files))
        origin = store.lake.received(file.first.sha256)
        send(sandbox, Job(origin, report, at, file.path, settings.limits))


def _read(
    settings: Settings,
    store: Store,
    sandbox: Sandbox,
    files: Sequence[_File],
    layouts: Mapping[int, FileTables],
) -> Iterator[Received]:
    """Where each file's columns stand and which of its lines were skipped."""
    for file in files:
        submission = file.first
        tables = layouts.get(submission.file_id or 0)
        if tables is None and any(each.rows_read for each in file.submissions):
            tables = _read_again(settings, store, sandbox, submission)
        yield Received(submission.file_name, submission.sender, file.submissions, tables)


def _read_again(
    settings: Settings, store: Store, sandbox: Sandbox, submission: Submission
) -> FileTables | None:
    path = store.lake.received(submission.sha256)
    try:
        source = source_of(settings, submission.source, submission.file_name)
        return sandbox.run(
            read_tables, path, submission.file_name, source, store.contracts, settings.limits
        )
    except (ConfigurationError, UnreadableFile):
        return None


def _unanswered(settings: Settings, store: Store) -> list[_File]:
    """Files received since the last replies, of each name the newest; with their places."""
    since = _noted(settings)
    by_file: dict[int | None, list[Submission]] = {}
    for submission in store.session.scalars(
        select(Submission)
        .where(Submission.id > since, Submission.source != CATALOG_SOURCE)
        .order_by(Submission.id)
    ):
        by_file.setdefault(submission.file_id, []).append(submission)
    newest = {(group[0].source, group[0].file_name): group for group in by_file.values()}
    groups = [
        group
        for group in newest.values()
        if any(submission.dataset != "exchange_log" for submission in group)
    ]
    names = reply_names([f"{group[0].source}/{group[0].file_name}" for group in groups])
    return [_File(group, settings.reply / name) for group, name in zip(groups, names, strict=True)]


def _has_something(file: _File, troubled: set[int]) -> bool:
    return any(
        submission.id in troubled or submission.status != "accepted" or submission.duplicate
        for submission in file.submissions
    )


def _noted(settings: Settings) -> int:
    path = settings.reply / _ANSWERED
    text = path.read_text(encoding="ascii").strip() if path.is_file() else ""
    return int(text) if text.isdecimal() else 0


def _note(settings: Settings, last: int) -> None:
    settings.reply.mkdir(parents=True, exist_ok=True)
    partial = settings.reply / f"{_ANSWERED}.part"
    partial.write_text(f"{last}\n", encoding="ascii")
    partial.replace(settings.reply / _ANSWERED)
