"""Taking in an exchange log of up to 10^8 rows: normalised, its repeats found, its days counted.

The hot path is four passes of the engine, each over the columns it needs: write the typed rows
once, look at their health, look for repeated batches, aggregate by day. Runs in a child process,
so arguments and results can be pickled; knows nothing of the ledger.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sharing_pipeline.catalog.codes import CodeTable
from sharing_pipeline.catalog.contracts import Column, Contract
from sharing_pipeline.errors import EngineError, UnreadableFile
from sharing_pipeline.logs.dropped_rows import PreviousLog, find_dropped, write_superseded
from sharing_pipeline.logs.exchange_daily import (
    LogFile,
    Resources,
    view_rows_in_force,
    workspace,
    write_daily,
)
from sharing_pipeline.logs.log_source import LogSource, readings
from sharing_pipeline.logs.log_types import health_tests, read_in_sql, typed_columns
from sharing_pipeline.store.engine import Engine

_SAMPLE_ROWS = 20_000
"""What the first rows teach about other ways of writing saves writing the whole log twice."""
_WORTH_A_SAMPLE_BYTES = 8 << 20
"""A smaller file is sooner written twice than sampled."""


@dataclass(frozen=True)
class LogRequest:
    """What take_log needs. `out`: the normalised log; what else is written stands beside it.

    `own_codes`: the source's code tables, column → code → label. `timezone`: of moments without
    a zone of their own. `previous`: earlier logs in the order of receipt.
    """

    source: LogSource
    out: Path
    contract: Contract
    codes: Mapping[str, CodeTable]
    own_codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timezone: str = "Asia/Shanghai"
    previous: tuple[PreviousLog, ...] = ()
    resources: Resources = field(default_factory=Resources)


@dataclass(frozen=True)
class LogResult:
    """What became of a log: rows_read = accepted + duplicate + quarantined.

    `log` has every row as received and normalised; the positions in `dropped` (None: nothing
    dropped) and in the later logs' `supersedes` are not in force. `supersedes`: (index among
    the previous logs, file of positions). `daily`: exchange_daily of this log alone, `days` its
    rows by log day. `counts`: quality rule → rows in force that break it. `quarantine`: row,
    column, value, rule, in the order of the rows.
    """

    rows_read: int
    accepted: int
    duplicate: int
    quarantined: int
    log: Path
    dropped: Path | None
    supersedes: tuple[tuple[int, Path], ...]
    daily: Path
    days: Mapping[date | None, int]
    first_record_day: date | None
    last_record_day: date | None
    counts: Mapping[str, int]
    quarantine: pa.Table

    @property
    def first_log_day(self) -> date | None:
        """The first log day, None when no row has a time."""
        return min((day for day in self.days if day), default=None)

    @property
    def last_log_day(self) -> date | None:
        """The last log day, None when no row has a time."""
        return max((day for day in self.days if day), default=None)

    def as_previous(self) -> PreviousLog:
        """This log as a later one compares itself with it."""
        dropped = (self.dropped,) if self.dropped else ()
        log = LogFile(self.log, dropped)
        return PreviousLog(log, self.first_log_day, self.last_log_day, None in self.days)


def take_log(request: LogRequest) -> LogResult:
    """Takes in one log; UnreadableFile when nothing can read it or it has no rows."""
    with workspace(request.out.parent, request.resources) as (engine, folder):
        suspicious = _write_log(engine, request, folder)
        titles = request.source.mapping
        find_dropped(engine, request.contract, titles, request.previous, suspicious=suspicious)
        return _report(engine, request)


def _write_log(engine: Engine, request: LogRequest, folder: Path) -> bool:
    """Writes the normalised log and makes `log_rows` of it; whether rows are suspicious."""
    writing = _Writing(engine, request)
    try:
        attempts = readings(request.source, folder, request.resources.threads)
        attempt = next(attempts)
        while True:
            try:
                attempt.view(engine)
                return writing.run()
            except EngineError:
                another = next(attempts, None)
                if another is None:
                    raise
                attempt = another
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFile("压缩文件不完整或已损坏，可能没有传完。请重新压缩后重报。") from error


class _Writing:
    """Writing a log as often as it takes to read every form that occurs: once, as a rule."""

    def __init__(self, engine: Engine, request: LogRequest) -> None:
        self._engine = engine
        self._request = request
        self._untidy: set[str] = set()
        self._seen: dict[str, set[str]] = {}
        self._looked_up: list[str] = []

    def run(self) -> bool:
        """Writes what is in the view `received`; whether any row may be other than healthy."""
        if self._request.source.path.stat().st_size > _WORTH_A_SAMPLE_BYTES:
            self._learn_from_sample()
        out = self._request.out
        while True:
            self._engine.write("logs/normalised", out, self._columns("received"), read_whole=True)
            view_rows_in_force(self._engine, "log_rows", LogFile(out))
            suspicious, learnt = self._learn()
            if not learnt:
                return suspicious

    def _learn_from_sample(self) -> None:
        self._engine.create("sample", "logs/sample", rows=_SAMPLE_ROWS)
        self._engine.create("log_rows", "logs/normalised", self._columns("sample"))
        self._learn()
        self._engine.drop("log_rows")

    def _columns(self, received: str) -> dict[str, str]:
        request = self._request
        return typed_columns(
            received, request.contract, request.source.mapping, request.codes,
            timezone=request.timezone, untidy_columns=self._untidy, looked_up=self._looked_up,
        )  # fmt: skip

    def _learn(self) -> tuple[bool, bool]:
        """Whether rows are suspicious, and whether there is anything new to read them by."""
        request = self._request
        tests = health_tests(request.contract, request.source.mapping, self._untidy)
        (flags,) = self._engine.records("logs/health", tests)
        suspicious, unread = flags.pop("suspicious"), flags.pop("unread")
        untidy = {name for name, is_untidy in flags.items() if is_untidy}
        self._untidy |= untidy
        known = [self._read_others(column) for column in self._typed() if unread]
        return suspicious, bool(untidy) or any(known)

    def _typed(self) -> list[Column]:
        columns = self._request.contract.columns
        present = self._request.source.mapping
        return [column for column in columns if read_in_sql(column) and column.name in present]

    def _read_others(self, column: Column) -> bool:
        """Reads texts that SQL did not understand; whether that gave any new value. Most logs have
        none, so what reads them is only imported here."""
        import pandas as pd

        from sharing_pipeline.values.columns import read_column

        request, name = self._request, column.name
        seen = self._seen.setdefault(name, set())
        found = self._engine.query("logs/unread_texts", column=name)
        texts = [text for (text,) in found if text is not None and text not in seen]
        seen.update(texts)
        read = read_column(
            pd.Series(texts, dtype="str"), column, request.codes, from_workbook=False,
            own_codes=request.own_codes.get(name), timezone=request.timezone,
        )  # fmt: skip
        table = pd.DataFrame({"raw": texts, "value": read.values, "blank": read.values.isna()})
        self._look_up(column, pa.Table.from_pandas(table[read.unread.isna()], preserve_index=False))
        return bool(read.unread.isna().any())

    def _look_up(self, column: Column, read: pa.Table) -> None:
        """Adds texts and their values to the column's lookup table."""
        if column.name not in self._looked_up:
            self._looked_up.append(column.name)
        columns = {"raw": "VARCHAR", "value": column.sql_type, "blank": "BOOLEAN"}
        self._engine.append(f"lookup_{column.name}", read, columns)


def _report(engine: Engine, request: LogRequest) -> LogResult:
    """Writes what is beside the log, and counts."""
    sizes = dict(engine.query("logs/dispositions"))
    rows_read = pq.read_metadata(request.out).num_rows - sizes.get("skipped", 0)
    if rows_read == 0:
        raise UnreadableFile("没有数据行。请核对后重报；已生效的数据不变。")
    dropped = request.out.with_name(f"{request.out.stem}.dropped.parquet") if sizes else None
    if dropped:
        engine.write_table("dropped", dropped, "position")
        view_rows_in_force(engine, "log_rows", LogFile(request.out, (dropped,)))
    daily = request.out.with_name(f"{request.out.stem}.daily.parquet")
    written = write_daily(engine, daily)
    engine.view("broken_rule", "logs/broken_rule")
    (counts,) = engine.records("logs/log_counts")
    duplicate, quarantined = sizes.get("duplicate", 0), sizes.get("quarantined", 0)
    return LogResult(
        rows_read=rows_read,
        accepted=rows_read - duplicate - quarantined,
        duplicate=duplicate,
        quarantined=quarantined,
        log=request.out,
        dropped=dropped,
        supersedes=write_superseded(engine, request.out),
        daily=daily,
        days=dict(engine.query("logs/log_days")),
        first_record_day=written.first_day,
        last_record_day=written.last_day,
        counts=counts | {"superseded": sizes.get("superseded", 0)},
        quarantine=_quarantine(engine, request.source),
    )


def _quarantine(engine: Engine, source: LogSource) -> pa.Table:
    """The quarantined rows with the numbers and headers that the sender knows them by."""
    names, headers = list(source.mapping), list(source.mapping.values())
    engine.load("title", pa.table({"name": names, "header": headers}))
    return engine.query_arrow("logs/quarantined", first_row=source.header_row + 1)
