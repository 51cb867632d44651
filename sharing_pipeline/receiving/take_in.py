"""Takes in what was received: from kept bytes to accepted rows, quarantine and submissions.

A night's files are taken in within one transaction, in the order that the datasets' contracts
declare. No indicator is known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.datasets import catalog_files, datasets
from sharing_pipeline.in_force.snapshots import Store, in_force
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.judging.batch import Arrival
from sharing_pipeline.judging.night_intake import Intake, new_intake
from sharing_pipeline.judging.suite_report import SuiteReport
from sharing_pipeline.judging.table_intake import settle
from sharing_pipeline.logs.log_intake import LogReading, log_reader, settle_logs
from sharing_pipeline.logs.log_suite import LOG_DATASET
from sharing_pipeline.receiving.early_reading import EarlyReading
from sharing_pipeline.receiving.inbox import Staged, waiting
from sharing_pipeline.receiving.received_file import CATALOG_SOURCE, as_arrivals
from sharing_pipeline.settings import Clock, Progress, Settings
from sharing_pipeline.sheets.raw_table import FileTables, without_texts
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import (
    Ledger,
    ReceivedFile,
    Submission,
    last_number,
    wall_clock,
)


@dataclass(frozen=True)
class IntakeReport:
    """What a night took in.

    `reports` are the results of the suites by dataset. `layouts` are the tables of each file by its
    id, without the texts of their cells.
    """

    staged: Staged
    submissions: list[Submission]
    reports: dict[str, SuiteReport] = field(default_factory=dict)
    layouts: dict[int, FileTables] = field(default_factory=dict)

    @property
    def troubled(self) -> list[Submission]:
        """Submissions with anything that was held, rejected or quarantined."""
        return [
            submission
            for submission in self.submissions
            if submission.status != "accepted" or submission.quarantined
        ]


def take_in(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    day: date,
    progress: Progress,
    reading: EarlyReading,
) -> IntakeReport:
    """Takes in every whole file of the inbox and every database for the business date `day`;
    `reading` has already begun with them."""
    staged = reading.staged()
    with Engine(settings) as engine, ledger.session() as session:
        store = Store(engine, Lake(settings), session, load_contracts(settings.catalog))
        files = waiting(session) + _changed_lists(settings, session, clock)
        intake = new_intake(settings, store, day)
        layouts = _take(intake, files, reading, progress) if files else {}
        return IntakeReport(staged, intake.submissions, intake.reports, layouts)


def _changed_lists(settings: Settings, session: Session, clock: Clock) -> list[ReceivedFile]:
    """The lists under catalog/ that have rows and have changed, kept and noted as received."""
    changed = []
    for name in catalog_files(load_contracts(settings.catalog)):
        path = settings.catalog / name
        if not path.is_file() or _is_bare(path.read_bytes()):
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        last = session.scalar(
            select(ReceivedFile)
            .where(ReceivedFile.source == CATALOG_SOURCE, ReceivedFile.file_name == name)
            .order_by(ReceivedFile.id.desc())
        )
        if last is not None and last.sha256 == digest:
            continue
        Lake(settings).keep_bytes(path)
        status = path.stat()
        file = ReceivedFile(
            source=CATALOG_SOURCE, file_name=name, sha256=digest, size=status.st_size,
            modified_ns=status.st_mtime_ns, received_at=wall_clock(clock), taken=False,
        )  # fmt: skip
        session.add(file)
        changed.append(file)
    session.flush()
    return changed


def _is_bare(content: bytes) -> bool:
    """Whether a list holds nothing but its header, as the lists that ship do."""
    lines = content.strip().splitlines()
    return not lines or (len(lines) == 1 and lines[0].isascii() and b"," in lines[0])


def _take(
    intake: Intake, files: Sequence[ReceivedFile], reading: EarlyReading, progress: Progress
) -> dict[int, FileTables]:
    """Takes in the files; gives the tables of each by its id."""
    layouts: dict[int, FileTables] = {}
    arrivals: list[Arrival] = []
    for done, file in enumerate(files):
        progress(f"读取 {file.file_name}", done, len(files))
        read_file = as_arrivals(intake, file, reading.content(file))
        arrivals += read_file.arrivals
        if read_file.tables is not None:
            layouts[file.id] = without_texts(read_file.tables)
        file.taken = True
    reading.end_spare_children()
    first = last_number(intake.store.session, Submission.id) + 1
    numbered = [
        replace(arrival, submission=number) for number, arrival in enumerate(arrivals, first)
    ]
    with reading.sandbox() as sandbox:
        settle_all(intake, sandbox, numbered, progress, reading.logs())
    _mark_rejected(intake, files)
    return layouts


def settle_all(
    intake: Intake,
    sandbox: Sandbox,
    arrivals: Sequence[Arrival],
    progress: Progress,
    log_reading: LogReading | None = None,
) -> None:
    """Judges numbered arrivals of any datasets, and keeps the results.

    `log_reading` is the reading of their logs, if it has begun already.
    """
    logs = [arrival for arrival in arrivals if arrival.dataset == LOG_DATASET]
    with ThreadPoolExecutor(max_workers=1) as log_thread:
        # A child process reads the logs while the tables are checked here.
        if log_reading is not None and log_reading.is_of(logs):
            results = log_reading.results
        else:
            results = log_thread.submit(log_reader(intake, sandbox, logs, progress))
        for dataset in datasets(intake.store.contracts):
            tables = [arrival for arrival in arrivals if arrival.dataset == dataset]
            if tables and dataset != LOG_DATASET:
                progress(f"检查{intake.store.contracts[dataset].title}", 0, 1)
                settle(intake, dataset, tables)
        if logs:
            # Logs are compared with what is in force, which is worked out while they are read.
            in_force(intake.store, max(intake.day, *(log.effective_on for log in logs)))
        settle_logs(intake, logs, results.result())


def _mark_rejected(intake: Intake, files: Sequence[ReceivedFile]) -> None:
    """Marks files of which nothing was taken, so that they may come again with the same bytes."""
    taken = {
        submission.file_id for submission in intake.submissions if submission.status != "rejected"
    }
    for file in files:
        file.rejected = file.id not in taken
