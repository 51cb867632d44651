"""The Dagster instance of a home folder: its runs and events, kept local, telling nobody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

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
        with dg.DagsterInstance.get() as instance:
            yield instance
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before
