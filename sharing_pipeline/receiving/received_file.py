"""Reads a received file in a child process, and turns its content into arrivals of datasets.

Reading needs neither the ledger nor the engine, so that it can go on while others use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.catalog.datasets import catalog_files
from sharing_pipeline.catalog.sources import DEFAULT, Source, load_source
from sharing_pipeline.errors import ConfigurationError, UnreadableFile
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.judging.batch import Arrival
from sharing_pipeline.judging.night_intake import Intake
from sharing_pipeline.logs.log_suite import LOG_DATASET
from sharing_pipeline.settings import Settings
from sharing_pipeline.sheets.first_look import Sniffed, sniff
from sharing_pipeline.sheets.raw_table import FileTables, RawTable
from sharing_pipeline.sheets.tables import read_tables
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import ReceivedFile

CATALOG_SOURCE = "catalog"
"""The source of lists under catalog/, such as organisations.csv and exemptions.csv."""

NOT_REGULAR = "这不是普通文件（链接、设备或管道），不能读取。请放入文件本身。"
"""Why a link, device or pipe is rejected."""


@dataclass(frozen=True)
class Content:
    """What a file holds: `tables` of cells, or the first `look` at a log, which is read straight
    from its file. With neither, `why` says why it can't be read."""

    source: Source
    tables: FileTables | None = None
    look: Sniffed | None = None
    why: str = ""


@dataclass(frozen=True)
class ReadFile:
    """The datasets of a file, not yet numbered; `tables` is what was read as cells."""

    arrivals: list[Arrival]
    tables: FileTables | None = None


@dataclass(frozen=True)
class FileReader:
    """Reads received files, whose bytes are in the lake, in a child process."""

    settings: Settings
    lake: Lake
    contracts: Mapping[str, Contract]

    def look(self, sandbox: Sandbox, file: ReceivedFile) -> Content:
        """Looks at the beginning of a file, whose folder names its source: it is a log, it can't be
        read, or its cells are still to be read."""
        try:
            source = source_of(self.settings, file.source, file.file_name)
        except ConfigurationError as error:
            return Content(_unknown_source(file), why=str(error))
        if not file.sha256:
            return Content(source, why=file.why or NOT_REGULAR)
        return self.look_under(sandbox, file, source)

    def look_under(self, sandbox: Sandbox, file: ReceivedFile, source: Source) -> Content:
        """Looks at the beginning of a file of this source."""
        path = self.lake.received(file.sha256)
        try:
            look = sandbox.run(sniff, path, source, self.contracts)
        except UnreadableFile as error:
            return Content(source, why=str(error))
        is_log = look.dataset == LOG_DATASET and source.is_plain
        return Content(source, look=look if is_log else None)

    def read(self, sandbox: Sandbox, file: ReceivedFile, looked: Content) -> Content:
        """Reads a file's cells, after it was looked at."""
        if looked.why or looked.look is not None:
            return looked
        path, limits = self.lake.received(file.sha256), self.settings.limits
        try:
            tables = sandbox.run(
                read_tables, path, file.file_name, looked.source, self.contracts, limits
            )
        except UnreadableFile as error:
            return Content(looked.source, why=str(error))
        return Content(looked.source, tables)


def read_arrivals(intake: Intake, sandbox: Sandbox, file: ReceivedFile, source: Source) -> ReadFile:
    """Reads a file; one that can't be read becomes a single rejected arrival."""
    reader = FileReader(intake.settings, intake.store.lake, intake.store.contracts)
    looked = reader.look_under(sandbox, file, source)
    return as_arrivals(intake, file, reader.read(sandbox, file, looked))


def as_arrivals(intake: Intake, file: ReceivedFile, content: Content) -> ReadFile:
    """The datasets in a file's content, as arrivals."""
    source = content.source
    if content.tables is None:
        return ReadFile([arrival_of(intake, source, file, None, content.why, content.look)])
    tables = content.tables.tables
    arrivals = [arrival_of(intake, source, file, table, "") for table in tables]
    return ReadFile(arrivals, content.tables)


def source_of(settings: Settings, name: str, file_name: str) -> Source:
    """The source of a received file; ConfigurationError if there is none of this name."""
    if name != CATALOG_SOURCE:
        return load_source(settings.catalog, name)
    dataset = catalog_files(load_contracts(settings.catalog))[file_name]
    canonical = load_source(settings.catalog, dataset)
    return canonical.model_copy(update={"name": CATALOG_SOURCE})


def _unknown_source(file: ReceivedFile) -> Source:
    return Source.model_validate(
        {"name": file.source, "title": file.source, "dataset": DEFAULT, "canonical": True}
    )


def arrival_of(
    intake: Intake,
    source: Source,
    file: ReceivedFile,
    table: RawTable | None,
    why: str,
    look: Sniffed | None = None,
) -> Arrival:
    """A dataset of a file, not yet numbered: its `table`, the `look` at a log, or the reason `why`
    there is neither."""
    return Arrival(
        submission=0,
        source=source,
        dataset=table.dataset if table else LOG_DATASET if look else source.dataset,
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
    """The date that the file declares. Without one it is the day of receipt, but no later than the
    run's D and the last published D, whichever is later (indicators.md §1)."""
    declared = source.effective_date(file.file_name)
    if declared is not None:
        return declared
    published = intake.last_published
    return min(file.received_at.date(), max(intake.day, published or intake.day))
