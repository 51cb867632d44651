"""Taking the inbox in: from kept bytes to accepted rows, quarantine and submissions.

One transaction per night, in the order organisations, exemptions, entries, what hangs on them,
demands, logs. Nothing here knows what an indicator is.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sharing_pipeline.codes import load_codes
from sharing_pipeline.contracts import DATASETS, load_contracts
from sharing_pipeline.errors import ConfigurationError, UnreadableFile
from sharing_pipeline.intake.batch import Arrival
from sharing_pipeline.intake.check_logs import LOG_DATASET
from sharing_pipeline.intake.expectations import SuiteReport, warm_up
from sharing_pipeline.intake.in_force import Store
from sharing_pipeline.intake.inbox import Staged, stage_twice
from sharing_pipeline.intake.lists import known_organisations
from sharing_pipeline.intake.pull import pull_databases
from sharing_pipeline.intake.raw import FileTables, RawTable, without_texts
from sharing_pipeline.intake.rules import load_rules
from sharing_pipeline.intake.sandbox import Sandbox
from sharing_pipeline.intake.settle import settle
from sharing_pipeline.intake.settle_logs import LogReading, log_reader, settle_logs
from sharing_pipeline.intake.sniff import Sniffed, sniff
from sharing_pipeline.intake.sources import Source, load_source
from sharing_pipeline.intake.submission import Intake
from sharing_pipeline.intake.tables import read_tables
from sharing_pipeline.settings import Clock, Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import (
    Ledger,
    PublishedNight,
    ReceivedFile,
    Submission,
    last_number,
    wall_clock,
)

Progress = Callable[[str, int, int], None]
"""Told of each step: what it is about, how many are done, how many there are."""

CATALOG_SOURCE = "catalog"
"""The source of organisations.csv and exemptions.csv under catalog/."""

NOT_REGULAR = "这不是普通文件（链接、设备或管道），不能读取。请放入文件本身。"
"""Why a link, device or pipe is rejected."""


@dataclass(frozen=True)
class IntakeReport:
    """What one night took in; `reports` are the suites' results by dataset, `layouts` what
    reading each file showed, by its id, without the texts of its cells."""

    staged: Staged
    submissions: list[Submission]
    reports: dict[str, SuiteReport] = field(default_factory=dict)
    layouts: dict[int, FileTables] = field(default_factory=dict)

    @property
    def troubled(self) -> list[Submission]:
        """Submissions of which something was held, rejected or quarantined."""
        return [one for one in self.submissions if one.status != "accepted" or one.quarantined]


def take_in(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    day: date,
    progress: Progress = lambda *_: None,
    staging: Future[Staged] | None = None,
) -> IntakeReport:
    """Takes in every whole file of the inbox, and what the databases have, for the run of
    business date `day`.

    `staging`: what stage_twice will give, if it has been begun already.
    """
    staged = staging.result() if staging else stage_twice(settings, ledger, clock)
    pull_databases(settings, ledger, clock, progress)
    with Engine(settings) as engine, ledger.session() as session:
        store = Store(engine, Lake(settings), session, load_contracts(settings.catalog))
        files = _waiting(session) + _changed_lists(settings, session, clock)
        intake = new_intake(settings, store, day)
        layouts = _take(intake, files, progress) if files else {}
        return IntakeReport(staged, intake.submissions, intake.reports, layouts)


def warm_up_beside() -> None:
    """Imports Great Expectations, which takes seconds, while files are read."""
    threading.Thread(target=warm_up, daemon=True).start()


def new_intake(settings: Settings, store: Store, day: date) -> Intake:
    """What taking files in needs, with the organisations of the list in force."""
    codes, rules = load_codes(settings.catalog), load_rules(settings.catalog)
    return Intake(settings, store, codes, rules, day, known_organisations(store))


def _waiting(session: Session) -> list[ReceivedFile]:
    """Files kept and not yet taken, in the order of their names."""
    return list(
        session.scalars(
            select(ReceivedFile)
            .where(ReceivedFile.taken.is_(False))
            .order_by(ReceivedFile.file_name, ReceivedFile.source, ReceivedFile.id)
        )
    )


def _changed_lists(settings: Settings, session: Session, clock: Clock) -> list[ReceivedFile]:
    """organisations.csv and exemptions.csv under catalog/, when they hold rows and changed."""
    changed = []
    for name in ("exemptions.csv", "organisations.csv"):
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
        seen = path.stat()
        file = ReceivedFile(
            source=CATALOG_SOURCE, file_name=name, sha256=digest, size=seen.st_size,
            modified_ns=seen.st_mtime_ns, received_at=wall_clock(clock), taken=False,
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
    intake: Intake, files: Sequence[ReceivedFile], progress: Progress
) -> dict[int, FileTables]:
    """Reads and settles the files; what reading each showed, by its id."""
    warm_up_beside()
    settings, layouts = intake.settings, dict[int, FileTables]()
    with (
        Sandbox(settings.limits, settings.home) as sandbox,
        Sandbox(settings.limits, settings.home) as of_logs,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        looks = [_look(intake, sandbox, file) for file in files]
        plain = [one.arrivals[0] for one in looks if one.is_log]
        # Everything else waits for the tables, which need a core; logs have until they are judged.
        cores = (os.cpu_count() or 2) - (len(plain) < len(files))
        reader = log_reader(intake, of_logs, plain, progress, threads=max(1, cores))
        logs = LogReading(plain, beside.submit(reader))
        arrivals: list[Arrival] = []
        for done, (file, look) in enumerate(zip(files, looks, strict=True)):
            progress(f"读取 {file.file_name}", done, len(files))
            read = look.read(intake, sandbox)
            arrivals += read.arrivals
            if read.tables is not None:
                layouts[file.id] = without_texts(read.tables)
            file.taken = True
        first = last_number(intake.store.session, Submission.id) + 1
        numbered = [replace(one, submission=n) for n, one in enumerate(arrivals, first)]
        settle_all(intake, sandbox, numbered, progress, logs)
    _mark_rejected(intake, files)
    return layouts


def settle_all(
    intake: Intake,
    sandbox: Sandbox,
    arrivals: Sequence[Arrival],
    progress: Progress,
    begun: LogReading | None = None,
) -> None:
    """Judges numbered arrivals of any datasets, and keeps what came of them.

    `begun`: the reading of their logs, if it has begun already.
    """
    logs = [one for one in arrivals if one.dataset == LOG_DATASET]
    with ThreadPoolExecutor(max_workers=1) as beside:
        # The child reads logs on its own while the tables are checked here.
        if begun is not None and begun.is_of(logs):
            reading = begun.results
        else:
            reading = beside.submit(log_reader(intake, sandbox, logs, progress))
        for dataset in DATASETS:
            tables = [one for one in arrivals if one.dataset == dataset]
            if tables and dataset != LOG_DATASET:
                progress(f"检查{intake.store.contracts[dataset].title}", 0, 1)
                settle(intake, dataset, tables)
        results = reading.result()
    settle_logs(intake, logs, results)


@dataclass(frozen=True)
class ReadFile:
    """The datasets of one file, not yet numbered; `tables` is what was read as cells."""

    arrivals: list[Arrival]
    tables: FileTables | None = None


@dataclass(frozen=True)
class _Look:
    """A file at whose beginning the child has looked: a plain log, one that can't be read, or
    `source` to read it under."""

    file: ReceivedFile
    source: Source
    arrivals: list[Arrival]

    @property
    def is_log(self) -> bool:
        """Whether it is a log that is read straight from its file."""
        return any(one.look is not None for one in self.arrivals)

    def read(self, intake: Intake, sandbox: Sandbox) -> ReadFile:
        """The file's datasets; a plain log stays to be read by itself."""
        if self.arrivals:
            return ReadFile(self.arrivals)
        contracts, limits = intake.store.contracts, intake.settings.limits
        path = intake.store.lake.received(self.file.sha256)
        try:
            read = sandbox.run(
                read_tables, path, self.file.file_name, self.source, contracts, limits
            )
        except UnreadableFile as error:
            return ReadFile([arrival_of(intake, self.source, self.file, None, str(error))])
        found = [arrival_of(intake, self.source, self.file, one, "") for one in read.tables]
        return ReadFile(found, read)


def _look(intake: Intake, sandbox: Sandbox, file: ReceivedFile) -> _Look:
    try:
        source = source_of(intake.settings, file.source, file.file_name)
    except ConfigurationError as error:
        unknown = _unknown_source(file)
        return _Look(file, unknown, [arrival_of(intake, unknown, file, None, str(error))])
    if not file.sha256:
        why = file.why or NOT_REGULAR
        return _Look(file, source, [arrival_of(intake, source, file, None, why)])
    return _look_under(intake, sandbox, file, source)


def _look_under(intake: Intake, sandbox: Sandbox, file: ReceivedFile, source: Source) -> _Look:
    path = intake.store.lake.received(file.sha256)
    try:
        look = sandbox.run(sniff, path, source, intake.store.contracts)
    except UnreadableFile as error:
        return _Look(file, source, [arrival_of(intake, source, file, None, str(error))])
    if look.dataset == LOG_DATASET and source.is_plain:
        return _Look(file, source, [arrival_of(intake, source, file, None, "", look)])
    return _Look(file, source, [])


def read_arrivals(intake: Intake, sandbox: Sandbox, file: ReceivedFile, source: Source) -> ReadFile:
    """Reads a file whose bytes the lake has; one that can't be read is one rejected arrival."""
    return _look_under(intake, sandbox, file, source).read(intake, sandbox)


def source_of(settings: Settings, name: str, file_name: str) -> Source:
    """The source of a received file; ConfigurationError if there is none of that name."""
    if name != CATALOG_SOURCE:
        return load_source(settings.catalog, name)
    canonical = load_source(settings.catalog, file_name.removesuffix("s.csv"))
    return canonical.model_copy(update={"name": CATALOG_SOURCE})


def _unknown_source(file: ReceivedFile) -> Source:
    return Source.model_validate(
        {"name": file.source, "title": file.source, "dataset": "catalogue", "canonical": True}
    )


def arrival_of(
    intake: Intake,
    source: Source,
    file: ReceivedFile,
    table: RawTable | None,
    why: str,
    look: Sniffed | None = None,
) -> Arrival:
    """A dataset of a file, not yet numbered: its `table`, a log's `look`, or `why` neither."""
    return Arrival(
        submission=0,
        source=source,
        dataset=table.dataset if table else "exchange_log" if look else source.dataset,
        file_name=file.file_name,
        file_id=file.id,
        sha256=file.sha256,
        size=file.size,
        received_at=file.received_at,
        effective_on=_effective_on(intake, source, file),
        table=table,
        look=look,
        why=why,
    )


def _effective_on(intake: Intake, source: Source, file: ReceivedFile) -> date:
    """The declared date, else the earlier of the day of receipt and the later of the run's D
    and the last published D (indicators.md §1)."""
    declared = source.effective_date(file.file_name)
    if declared is not None:
        return declared
    published = intake.store.session.scalar(select(func.max(PublishedNight.as_of)))
    return min(file.received_at.date(), max(intake.day, published or intake.day))


def _mark_rejected(intake: Intake, files: Sequence[ReceivedFile]) -> None:
    """A file of which nothing was taken may come again with the same bytes."""
    taken = {one.file_id for one in intake.submissions if one.status != "rejected"}
    for file in files:
        file.rejected = file.id not in taken
