"""A night from the command line: the job `nightly` in this process, so that Dagster shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from sharing_pipeline.errors import SharingError
from sharing_pipeline.failed_nights import failures_noted
from sharing_pipeline.night import NightReport, Run, begin_reading, open_run, report_of
from sharing_pipeline.settings import Clock, Progress, Settings, silent, system_clock

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_nightly(
    settings: Settings,
    day: date,
    *,
    clock: Clock = system_clock,
    definitions: Sequence[str] = (),
    strict: bool = False,
    progress: Progress = silent,
) -> NightReport:
    """Runs the job `nightly` for one business date and waits for it.

    Raises what the domain raises; the run and its failure stand in the Dagster instance too.
    """
    with open_run(
        settings, [day], clock=clock, definitions=definitions, strict=strict, progress=progress,
        run_id=str(uuid4()),
    ) as run:  # fmt: skip
        begin_reading(run)
        # A step notes its own failure; this is for what fails between them, in Dagster itself.
        with failures_noted(settings, clock, day, "在 Dagster 中运行", run.run_id):
            _execute(run)
        return report_of(run)


def _execute(run: Run) -> None:
    """Does every step of an open run as the job `nightly`."""
    # Importing Dagster takes seconds, in which files are being read.
    import dagster as dg

    from sharing_pipeline.definitions import FIRST_DAY, build_defs
    from sharing_pipeline.orchestration.instance import local_instance
    from sharing_pipeline.orchestration.resources import HomeFolder

    day, today = run.last.day, run.clock().date()
    pipeline = build_defs(
        home=HomeFolder(opened=run),
        catalog=run.settings.catalog,
        first_day=min(FIRST_DAY, day.isoformat()),
        days_after_yesterday=max(0, (day - today).days + 1),
    )
    nightly = pipeline.resolve_job_def("nightly")
    with local_instance(run.settings) as instance:
        try:
            nightly.execute_in_process(
                instance=instance,
                run_id=run.run_id,
                partition_key=day.isoformat(),
                run_config=_QUIET,
            )
        except dg.Failure as failure:
            if isinstance(failure.__cause__, SharingError):
                raise failure.__cause__ from None
            raise
        except dg.DagsterExecutionInterruptedError as interrupted:
            # Dagster's own form of Ctrl+C; whoever called knows only Python's.
            raise KeyboardInterrupt from interrupted
