"""Runs whose process is gone: which they are, and closing them.

`kill -9` leaves a run "started" in Dagster, and a started run keeps the next from being launched.
Every run's process holds a lock on a file of its own until it ends; the system lets go of it
however the process ends, and no process number that was given away again can mislead.
"""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from sharing_pipeline.failed_nights import note_failure
from sharing_pipeline.settings import Clock, Settings

SECONDS_TO_FIRST_STEP = 600
"""A launched run holds its lock from its first step on, seconds after it was started; one that
has none after this long never will. Too short, and a run that a slow machine is still starting
is closed; too long, and the next one waits for a run that is gone."""

_UNFINISHED = (
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
_GONE = "运行中断：它的进程已经不在（被强制结束，或机器断电、重启）。已公布的结果不受影响。"


def hold_run_lock(instance: dg.DagsterInstance, run_id: str) -> None:
    """Holds the lock of a run until this process ends.

    Not until the run's resources are let go: only after that does Dagster note its success.
    """
    folder = _lock_folder(instance)
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / run_id, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(lock, fcntl.LOCK_EX)


def close_lost_runs(instance: dg.DagsterInstance, settings: Settings, clock: Clock) -> list[str]:
    """Marks every run without a process as failed, notes its failure and returns their ids;
    those that wait for the home folder have one."""
    locks = set(_lock_folder(instance).glob("*"))
    unfinished = instance.get_run_records(dg.RunsFilter(statuses=list(_UNFINISHED)))
    closed = []
    for record in unfinished:
        run = record.dagster_run
        if _is_lost(_lock_folder(instance) / run.run_id, record.update_timestamp):
            instance.report_run_failed(run, _GONE)
            note_run_failure(settings, clock, run, _GONE)
            closed.append(run.run_id)
    kept = {record.dagster_run.run_id for record in unfinished}.difference(closed)
    for lock in locks:
        if lock.name not in kept:
            lock.unlink(missing_ok=True)
    return closed


def note_run_failure(settings: Settings, clock: Clock, run: dg.DagsterRun, reason: str) -> None:
    """Notes the failure of a run for its last business date, unless the run has done so."""
    for day in business_dates(run)[-1:]:
        note_failure(settings, clock, day, "", reason, run.run_id)


def business_dates(run: dg.DagsterRun) -> list[date]:
    """The business dates that a Dagster run is for, in their order; a backfill is one run over
    several, and a run of assets without partitions has none."""
    only = run.tags.get("dagster/partition", "")
    first = run.tags.get("dagster/asset_partition_range_start", only)
    last = run.tags.get("dagster/asset_partition_range_end", only)
    if not first:
        return []
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _lock_folder(instance: dg.DagsterInstance) -> Path:
    return Path(instance.root_directory) / "alive"


def _is_lost(lock: Path, changed_at: datetime) -> bool:
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return datetime.now(UTC) - changed_at > timedelta(seconds=SECONDS_TO_FIRST_STEP)
    except BlockingIOError:
        return False
    return True
