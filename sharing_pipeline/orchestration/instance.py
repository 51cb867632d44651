"""The Dagster instance of a home folder: its runs and events, kept local, telling nobody."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)

from sharing_pipeline.settings import Settings

CONFIGURATION = """\
# Written by sharing; changes are kept.
telemetry:
  enabled: false
nux:
  enabled: false
# Closes launched runs that never start. Killed ones are closed by sharing itself:
# monitoring doesn't know whether a run's process is still there.
run_monitoring:
  enabled: true
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def prepare_instance(settings: Settings) -> None:
    """Makes the folder and its dagster.yaml, unless there is one already."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    if not file.exists():
        file.write_text(CONFIGURATION, encoding="utf-8")


@contextmanager
def local_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The home folder's instance, whatever DAGSTER_HOME says outside."""
    prepare_instance(settings)
    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    try:
        with dg.DagsterInstance.get() as instance, kept_open(instance, INDEX_SHARD_NAME):
            yield instance
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before


@contextmanager
def kept_open(instance: dg.DagsterInstance, shard: str) -> Iterator[None]:
    """Keeps a file of the event log open: the index of all runs, or a run's own.

    Dagster opens and closes it for each event, and SQLite tidies up, waiting for the disk,
    whenever the last one to use a file closes it.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    with closing(sqlite3.connect(storage.path_for_shard(shard))) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        yield
