"""Checking files before they are sent: judged as tonight's intake would judge them.

The real intake runs on a scratch home (scratch_home.py), so that it says here what it would say
there. Nothing is taken in and nothing is written to the home.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.datasets import dataset_named, inbox_folder, organisation_list
from sharing_pipeline.catalog.organisations import AnyOrganisation
from sharing_pipeline.catalog.sources import DEFAULT, Source, load_source
from sharing_pipeline.check.scratch_home import scratch_store
from sharing_pipeline.errors import UsageError
from sharing_pipeline.in_force.whole_lists import known_organisations
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.judging.night_intake import Intake, new_intake
from sharing_pipeline.judging.suite_report import SuiteRun, Suites, run_suite
from sharing_pipeline.logs.log_suite import LOG_DATASET
from sharing_pipeline.receiving.inbox import may_be_file, readable
from sharing_pipeline.receiving.received_file import (
    CATALOG_SOURCE,
    NOT_REGULAR,
    ReadFile,
    arrival_of,
    read_arrivals,
    source_of,
)
from sharing_pipeline.receiving.take_in import settle_all
from sharing_pipeline.reply.file_report import FileReport
from sharing_pipeline.reply.remarks import Received, file_reports
from sharing_pipeline.settings import SHANGHAI, Clock, Progress, Settings, silent
from sharing_pipeline.store.ledger import (
    LakeFile,
    Ledger,
    ReceivedFile,
    Submission,
    last_number,
    wall_clock,
)

REPLIES_FOLDER = "校验结果"
"""A folder of replies; it is passed over when the folder around it is checked."""


@dataclass(frozen=True)
class CheckedFile:
    """A file and what is to be said about it."""

    path: Path
    report: FileReport


@dataclass(frozen=True)
class Checked:
    """The files in their order; `organisations_known`: whether there was a list to look them up
    in, `home_used`: whether the home had a ledger, `instead_of`: the title of a source that is a
    database, which was not asked."""

    files: list[CheckedFile]
    organisations_known: bool
    home_used: bool
    instead_of: str | None = None


def check_files(
    settings: Settings,
    files: Sequence[Path],
    *,
    source: str | None = None,
    dataset: str | None = None,
    use_home: bool = True,
    sandbox: Sandbox,
    run_suite: SuiteRun = run_suite,
    clock: Clock,
    progress: Progress = silent,
) -> Checked:
    """Judges files, and every file in a folder, as if they had come in now, all in one night.

    Organisations and what is in force are those of the home, with `use_home` and when it has a
    ledger; else the organisations are the catalog's, and nothing is in force. UsageError: no such
    file. ConfigurationError: no such source.
    """
    if dataset is not None:
        dataset = dataset_named(dataset, load_contracts(settings.catalog))
    declared = _declared(settings, source, dataset)
    found = _expanded(files)
    bytes_of = {file.sha256: file.path for file in found}
    home_used = use_home and Ledger.exists(settings)
    with scratch_store(settings, bytes_of, copied=home_used) as store:
        intake = new_intake(settings, store, clock().astimezone(SHANGHAI).date())
        intake.suites = Suites(settings.expectations, run_suite)
        intake.knows_resources = home_used
        known = _know_organisations(intake, sandbox, bytes_of, clock)
        _forget_logs(store.session, list(bytes_of))
        reading = _Reading(intake, sandbox, declared, dataset)
        reads = []
        for done, file in enumerate(found):
            progress(f"读取 {file.name}", done, len(found))
            reads.append(reading.read(file, _received(file, declared, clock)))
        reads = _numbered(intake, reads)
        settle_all(
            intake, sandbox, [arrival for read in reads for arrival in read.arrivals], progress
        )
        reports = file_reports(
            store, intake.rules, _settled(intake, found, reads), settings.expectations
        )
    return Checked(
        [CheckedFile(file.path, report) for file, report in zip(found, reports, strict=True)],
        organisations_known=known,
        home_used=home_used,
        instead_of=declared.title if declared is not None and declared.database else None,
    )


@dataclass(frozen=True)
class _Found:
    """A file to check, under the name that it is shown by. No hash: not a regular file."""

    name: str
    path: Path
    sha256: str


def _expanded(files: Sequence[Path]) -> list[_Found]:
    """The files, those of folders in the order of their names."""
    found: list[_Found] = []
    for path in files:
        if not path.exists():
            raise UsageError(f"没有文件 {path}。请核对路径。")
        if path.is_dir():
            inside = sorted(_in_folder(path))
            if not inside:
                raise UsageError(f"文件夹 {path} 里没有可以检查的文件。")
            found += [_look(readable(Path(name)), path / name, follow=False) for name in inside]
        else:
            found.append(_look(readable(Path(path.name)), path, follow=True))
    return found


def _in_folder(folder: Path) -> Iterator[str]:
    """The names of the files below a folder that the inbox would take for files."""
    for inside, folders, names in os.walk(folder):
        folders[:] = [
            name for name in folders if name != REPLIES_FOLDER and not name.startswith(".")
        ]
        for name in filter(may_be_file, names):
            yield (Path(inside) / name).relative_to(folder).as_posix()


def _look(name: str, path: Path, *, follow: bool) -> _Found:
    try:
        if not stat.S_ISREG(path.stat(follow_symlinks=follow).st_mode):
            return _Found(name, path, "")
        with path.open("rb") as file:
            return _Found(name, path, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise UsageError(f"文件 {path} 读不了：{error.strerror}。请核对权限。") from error


def _declared(settings: Settings, source: str | None, dataset: str | None) -> Source | None:
    """The source that was asked for by its name or by its dataset; None leaves it to the files."""
    if source is not None:
        return load_source(settings.catalog, source)
    if dataset is None:
        return None
    folder = inbox_folder(load_contracts(settings.catalog)[dataset])
    return load_source(settings.catalog, folder).model_copy(update={"dataset": dataset})


def _know_organisations(
    intake: Intake, sandbox: Sandbox, bytes_of: dict[str, Path], clock: Clock
) -> bool:
    """Takes in the catalog's list where the home has none; whether there is a list now."""
    contracts = intake.store.contracts
    name = contracts[organisation_list(contracts)].traits.catalog_file or ""
    path = intake.settings.catalog / name
    if not intake.organisations.by_code and path.is_file():
        source = source_of(intake.settings, CATALOG_SOURCE, name)
        listed = _look(name, path, follow=True)
        bytes_of.setdefault(listed.sha256, path)
        read = read_arrivals(intake, sandbox, _received(listed, source, clock), source)
        settle_all(intake, sandbox, _numbered(intake, [read])[0].arrivals, lambda *_: None)
        intake.organisations = known_organisations(intake.store)
    if intake.organisations.by_code:
        return True
    intake.organisations = AnyOrganisation()
    return False


def _forget_logs(session: Session, hashes: Sequence[str]) -> None:
    """Takes logs with the same bytes out of the scratch ledger: else each of their rows would be
    a repeat of itself."""
    taken = select(Submission.id).where(
        Submission.dataset == LOG_DATASET, Submission.sha256.in_(hashes)
    )
    session.execute(delete(LakeFile).where(LakeFile.first_submission.in_(taken)))


def _received(found: _Found, source: Source | None, clock: Clock) -> ReceivedFile:
    """The file as the inbox would note it."""
    return ReceivedFile(
        source=source.name if source else "",
        file_name=found.name,
        sha256=found.sha256,
        size=found.path.lstat().st_size,
        received_at=wall_clock(clock),
    )


@dataclass(frozen=True)
class _Reading:
    """Reads files under the source that was asked for, else under the one that they tell."""

    intake: Intake
    sandbox: Sandbox
    source: Source | None
    dataset: str | None

    def read(self, found: _Found, file: ReceivedFile) -> ReadFile:
        """The file's datasets, of which only the one that was asked for counts."""
        catalog = self.intake.settings.catalog
        source = self.source or load_source(catalog, DEFAULT)
        if not found.sha256:
            return ReadFile([arrival_of(self.intake, source, file, None, NOT_REGULAR)])
        read = read_arrivals(self.intake, self.sandbox, file, source)
        if self.source is None:
            return _under_own_source(read, self.intake)
        return self._only(read, file) if self.dataset else read

    def _only(self, read: ReadFile, file: ReceivedFile) -> ReadFile:
        """The dataset that was asked for, rejected if it isn't there."""
        wanted = [arrival for arrival in read.arrivals if arrival.dataset == self.dataset]
        if wanted:
            return replace(read, arrivals=wanted)
        contracts = self.intake.store.contracts
        there = "、".join(contracts[arrival.dataset].title for arrival in read.arrivals)
        why = f"文件里没有{contracts[self.dataset or ''].title}，只有{there}。请核对 --dataset。"
        arrival = replace(read.arrivals[0], dataset=self.dataset or "", table=None, why=why)
        return replace(read, arrivals=[replace(arrival, look=None)])


def _under_own_source(read: ReadFile, intake: Intake) -> ReadFile:
    """The file under the inbox folder where its datasets belong: a workbook with entries is a
    catalogue's, whatever else it has; a file of one other dataset is that one's."""
    contracts = intake.store.contracts
    folders = [inbox_folder(contracts[arrival.dataset]) for arrival in read.arrivals]
    if DEFAULT in folders:
        return read
    own = load_source(intake.settings.catalog, folders[0])
    return replace(read, arrivals=[replace(arrival, source=own) for arrival in read.arrivals])


def _numbered(intake: Intake, reads: Sequence[ReadFile]) -> list[ReadFile]:
    """Each arrival with the number of its submission to be."""
    numbers = count(last_number(intake.store.session, Submission.id) + 1)
    return [
        replace(read, arrivals=[replace(each, submission=next(numbers)) for each in read.arrivals])
        for read in reads
    ]


def _settled(intake: Intake, found: Sequence[_Found], reads: Sequence[ReadFile]) -> list[Received]:
    by_number = {submission.id: submission for submission in intake.submissions}
    return [
        Received(
            file.name,
            read.arrivals[0].source.title,
            [by_number[each.submission] for each in read.arrivals],
            read.tables,
            read.arrivals[0].look,
        )
        for file, read in zip(found, reads, strict=True)
    ]
