"""Exchange logs on their way into ledger and lake, each taken in whole by the child process.

How a log is read and which of its rows count is decided in log_reading.py; here it is compared with
the logs before it and noted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq
from sqlalchemy import select

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.judging.batch import Arrival
from sharing_pipeline.judging.night_intake import Intake, add_submission
from sharing_pipeline.logs.dropped_rows import PreviousLog
from sharing_pipeline.logs.exchange_daily import (
    LogFile,
    Resources,
    first_record_day,
    write_exchange_daily,
)
from sharing_pipeline.logs.log_reading import LogRequest, LogResult, take_log
from sharing_pipeline.logs.log_source import LogSource
from sharing_pipeline.logs.log_suite import LOG_DATASET, Taken, check_logs
from sharing_pipeline.reading.content import PARQUET
from sharing_pipeline.store.ledger import LakeFile, Submission


@dataclass(frozen=True)
class LogReading:
    """Logs that are being read: they in the order of receipt, and what log_reader gives."""

    arrivals: Sequence[Arrival]
    results: Future[list[LogResult | str]]

    def is_of(self, logs: Sequence[Arrival]) -> bool:
        """Whether it reads just these: a log in a workbook is known too late to be among them."""
        return [log.file_id for log in self.arrivals] == [log.file_id for log in logs]


def settle_logs(
    intake: Intake, arrivals: Sequence[Arrival], results: Sequence[LogResult | str]
) -> None:
    """Notes the night's logs, each with what reading it gave or why it can't be read, and
    checks them with their suite."""
    taken = []
    for arrival, result in zip(arrivals, results, strict=True):
        if isinstance(result, str):
            add_submission(intake, arrival, status="rejected", why=result)
        else:
            taken.append(_note(intake, arrival, result))
    if taken:
        check_logs(intake, taken)


def log_reader(
    intake: Intake,
    sandbox: Sandbox,
    arrivals: Sequence[Arrival],
    progress: Callable[[str, int, int], None],
    threads: int = 2,
) -> Callable[[], list[LogResult | str]]:
    """A function that reads the night's logs in their order and touches no ledger, so that it
    may run beside the checking of tables. `threads`: how many cores it may take."""
    seconds = intake.settings.limits.log_seconds
    earlier = [previous for _, previous in _earlier_logs(intake)]
    requests = [(arrival, _request(intake, arrival, threads)) for arrival in arrivals]

    def read() -> list[LogResult | str]:
        results: list[LogResult | str] = []
        for done, (arrival, request) in enumerate(requests):
            progress(f"读取日志 {arrival.file_name}", done, len(requests))
            result = _read(sandbox, request, earlier, seconds)
            results.append(result)
            if isinstance(result, LogResult):
                for index, superseded in result.supersedes:
                    log = earlier[index].log
                    gone = replace(log, dropped=(*log.dropped, superseded))
                    earlier[index] = replace(earlier[index], log=gone)
                earlier.append(result.as_previous())
        return results

    return read


def _read(
    sandbox: Sandbox, request: LogRequest | str, earlier: Sequence[PreviousLog], seconds: int
) -> LogResult | str:
    if isinstance(request, str):
        return request
    try:
        whole = replace(request, previous=tuple(earlier))
        return sandbox.run(take_log, whole, seconds=seconds)
    except UnreadableFile as error:
        return str(error)


def _request(intake: Intake, arrival: Arrival, threads: int) -> LogRequest | str:
    """What reading a log needs, or why it can't be read."""
    why = arrival.why or (arrival.table.rejected if arrival.table else None)
    if why:
        return why
    out = intake.store.lake.new(LOG_DATASET)
    return LogRequest(
        source=_log_source(intake, arrival, out),
        out=out,
        contract=intake.store.contracts[LOG_DATASET],
        codes=intake.codes,
        own_codes=arrival.source.codes,
        timezone=arrival.source.timezone,
        resources=Resources(threads, warehouse=intake.settings.warehouse),
    )


def _note(intake: Intake, arrival: Arrival, result: LogResult) -> Taken:
    earlier = _earlier_logs(intake)
    submission = add_submission(intake, arrival)
    submission.rows_read, submission.accepted = result.rows_read, result.accepted
    submission.duplicate, submission.quarantined = result.duplicate, result.quarantined
    _keep(intake, submission, result)
    for index, superseded in result.supersedes:
        _supersede(intake, earlier[index][0], superseded)
    intake.store.session.flush()
    return Taken(arrival, submission, result)


def _log_source(intake: Intake, arrival: Arrival, out: Path) -> LogSource:
    """How the log is written; one that came as a table of cells is written down as text."""
    if arrival.look is not None:
        look = arrival.look
        return LogSource(
            path=intake.store.lake.received(arrival.sha256),
            mapping=look.mapping,
            encoding=PARQUET if look.format == PARQUET else look.encoding or "utf-8",
            compression=look.compression,
            delimiter=look.delimiter or ",",
            header_row=look.header_row,
        )
    assert arrival.table is not None
    cells = out.with_name(f"{out.stem}.cells.parquet")
    pq.write_table(arrival.table.frame, cells)
    names = intake.store.contracts[LOG_DATASET].names
    mapping = {name: name for name in arrival.table.frame.column_names if name in names}
    return LogSource(path=cells, mapping=mapping, encoding=PARQUET, header_row=1)


def _earlier_logs(intake: Intake) -> list[tuple[LakeFile, PreviousLog]]:
    """Every log taken before, in the order of receipt, with what is no longer in force of it."""
    session, lake = intake.store.session, intake.store.lake
    dropped: dict[int, list[Path]] = {}
    for file in session.scalars(
        select(LakeFile).where(LakeFile.kind == "log_dropped").order_by(LakeFile.id)
    ):
        dropped.setdefault(file.first_submission or 0, []).append(lake.path(file.path))
    return [
        (
            log,
            PreviousLog(
                LogFile(lake.path(log.path), tuple(dropped.get(log.first_submission or 0, ()))),
                log.first_day,
                log.last_day,
                log.has_undated,
            ),
        )
        for log in session.scalars(
            select(LakeFile).where(LakeFile.kind == LOG_DATASET).order_by(LakeFile.first_submission)
        )
    ]


def _keep(intake: Intake, submission: Submission, result: LogResult) -> None:
    lake, session = intake.store.lake, intake.store.session
    files = [
        LakeFile(
            kind=LOG_DATASET,
            path=lake.note(session, result.log),
            rows=result.rows_read,
            first_submission=submission.id,
            last_submission=submission.id,
            first_day=result.first_log_day,
            last_day=result.last_log_day,
            has_undated=None in result.days,
        ),
        LakeFile(
            kind="exchange_daily",
            path=lake.note(session, result.daily),
            rows=pq.read_metadata(result.daily).num_rows,
            first_submission=submission.id,
            last_submission=submission.id,
            first_day=result.first_record_day,
            last_day=result.last_record_day,
        ),
    ]
    if result.dropped:
        files.append(_dropped_file(intake, submission.id, result.dropped))
    session.add_all(files)


def _dropped_file(intake: Intake, submission: int, path: Path) -> LakeFile:
    return LakeFile(
        kind="log_dropped",
        path=intake.store.lake.note(intake.store.session, path),
        rows=pq.read_metadata(path).num_rows,
        first_submission=submission,
        last_submission=submission,
    )


def _supersede(intake: Intake, log: LakeFile, superseded: Path) -> None:
    """Takes rows of an earlier log out of force: its day counts are written anew."""
    session, lake = intake.store.session, intake.store.lake
    number = log.first_submission or 0
    session.add(_dropped_file(intake, number, superseded))
    session.flush()
    before = session.scalars(
        select(LakeFile).where(
            LakeFile.kind == "exchange_daily",
            LakeFile.first_submission == number,
            LakeFile.replaced_by.is_(None),
        )
    ).one()
    gone = [
        lake.path(file.path)
        for file in session.scalars(
            select(LakeFile).where(
                LakeFile.kind == "log_dropped", LakeFile.first_submission == number
            )
        )
    ]
    path = lake.new("exchange_log")
    resources = Resources(warehouse=intake.settings.warehouse)
    kept = LogFile(lake.path(log.path), tuple(gone))
    written = write_exchange_daily(kept, path, resources=resources)
    # The days of the old counts belong to the new ones' range: what was there before and is
    # not any more has changed those days too.
    firsts = [day for day in (before.first_day, written.first_day) if day]
    lasts = [day for day in (before.last_day, written.last_day) if day]
    after = LakeFile(
        kind="exchange_daily",
        path=lake.note(session, path),
        rows=written.rows,
        first_submission=number,
        last_submission=number,
        first_day=min(firsts, default=None),
        last_day=max(lasts, default=None),
        lost_from=first_record_day(lake.path(log.path), superseded),
    )
    session.add(after)
    session.flush()
    before.replaced_by = after.id
