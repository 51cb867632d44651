"""Runs that Dagster launches, in processes of their own: killed and closed, or failed."""

from __future__ import annotations

import gc
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
from sharing_pipeline.orchestration.triggers import failed_run
from sharing_pipeline.published.failures import standing_failures
from sharing_pipeline.settings import PROJECT, Settings, system_clock
from sharing_pipeline.store.ledger import Ledger

Found = TypeVar("Found")

DAY = "2026-11-22"


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
        tags={"dagster/partition": DAY},
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


pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


@pytest.fixture(autouse=True)
def code_servers_are_collected() -> Iterator[None]:
    """Dagster doesn't wait for the code servers that it stops, and Python warns when such a process
    is collected: here, where that is known, and not in whichever test comes next."""
    yield
    gc.collect()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A fresh home folder, which launched runs find in their environment."""
    monkeypatch.setenv("SHARING_HOME", str(tmp_path))
    return Settings(home=tmp_path)


WORKSPACE = WorkspaceFileTarget([str(PROJECT / "workspace.yaml")])


def noted(settings: Settings) -> list[tuple[str, str, str]]:
    """Day, step and run of every failure that stands; the page has it, too."""
    failures = standing_failures(Ledger.open(settings))
    page = (settings.site / "index.html").read_text(encoding="utf-8")
    assert all(failure.reason in page for failure in failures)
    return [(failure.day.isoformat(), failure.step, failure.run_id) for failure in failures]


def test_a_launched_run_that_is_killed_is_closed(settings: Settings) -> None:
    # The run waits for the home folder, which is held here, until it is killed.
    with (
        local_instance(settings) as instance,
        locked(settings),
        WorkspaceProcessContext(instance, WORKSPACE) as context,
    ):
        run_id = launch(instance, context.create_request_context())
        lock = settings.dagster_home / "alive" / run_id
        process = eventually(lambda: next(holders(lock), 0))
        assert close_lost_runs(instance, settings, system_clock) == []
        os.kill(process, signal.SIGKILL)
        closed = eventually(lambda: close_lost_runs(instance, settings, system_clock))
        assert closed == [run_id]
        run = instance.get_run_by_id(run_id)
        assert run is not None and run.status == dg.DagsterRunStatus.FAILURE
    assert noted(settings) == [(DAY, "", run_id)]


def test_a_launched_run_notes_its_own_failure_once(settings: Settings) -> None:
    with (
        local_instance(settings) as instance,
        WorkspaceProcessContext(instance, WORKSPACE) as context,
    ):
        run_id = launch(instance, context.create_request_context())
        run = eventually(lambda: failed(instance, run_id))
        own = [(DAY, "整理当日有效数据", run_id)]
        assert noted(settings) == own
        hear_of(instance, run)
    assert noted(settings) == own


def test_a_run_that_dagster_closed_is_noted_by_the_sensor(settings: Settings) -> None:
    with local_instance(settings) as instance:
        run = dg.DagsterRun("nightly", tags={"dagster/partition": DAY})
        instance.add_run(run)
        instance.report_run_failed(run, "never started")
        hear_of(instance, run)
    assert noted(settings) == [(DAY, "", run.run_id)]


def failed(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun | None:
    run = instance.get_run_by_id(run_id)
    return run if run is not None and run.is_failure else None


def hear_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Evaluates the sensor of failed runs for a run's failure, as the daemon does."""
    event = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)[-1]
    assert event.dagster_event is not None
    context = dg.build_run_status_sensor_context(
        sensor_name=failed_run.name,
        dagster_instance=instance,
        dagster_run=run,
        dagster_event=event.dagster_event,
    )
    failed_run(context.for_run_failure())
