"""A run that Dagster launched, in a process that nobody of us started, is killed and closed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from sharing_pipeline.definitions import defs
from sharing_pipeline.night import locked
from sharing_pipeline.orchestration.instance import local_instance
from sharing_pipeline.orchestration.lost_runs import close_lost_runs
from sharing_pipeline.settings import PROJECT, Settings, system_clock

Found = TypeVar("Found")


def eventually(look: Callable[[], Found]) -> Found:
    """What `look` finds, as soon as it finds something."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("nothing came of it in two minutes")


def launch(instance: dg.DagsterInstance, workspace: WorkspaceRequestContext) -> str:
    """Launches the nightly job through a code server, as the daemon does."""
    (location,) = workspace.code_locations
    (repository,) = location.get_repositories().values()
    job = repository.get_full_job("nightly")
    run = instance.create_run_for_job(
        defs.resolve_job_def("nightly"),
        remote_job_origin=job.get_remote_origin(),
        job_code_origin=job.get_python_origin(),
        tags={"dagster/partition": "2026-11-22"},
    )
    instance.launch_run(run.run_id, workspace)
    return run.run_id


def holders(file: Path) -> Iterator[int]:
    """The processes that have a file open."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == file:
                yield int(link.parts[2])
        except OSError:
            continue  # somebody else's, or gone meanwhile


def test_a_launched_run_that_is_killed_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    monkeypatch.setenv("SHARING_HOME", str(tmp_path))
    workspace_file = WorkspaceFileTarget([str(PROJECT / "workspace.yaml")])
    # The run waits for the home folder, which is held here, until it is killed.
    with (
        local_instance(settings) as instance,
        locked(settings),
        WorkspaceProcessContext(instance, workspace_file) as context,
    ):
        run_id = launch(instance, context.create_request_context())
        alive = settings.dagster_home / "alive" / run_id
        process = eventually(lambda: next(holders(alive), 0))
        assert close_lost_runs(instance, settings, system_clock) == []
        os.kill(process, signal.SIGKILL)
        assert eventually(lambda: close_lost_runs(instance, settings, system_clock)) == [run_id]
        run = instance.get_run_by_id(run_id)
        assert run is not None and run.status == dg.DagsterRunStatus.FAILURE
