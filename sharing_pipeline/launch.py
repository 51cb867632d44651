"""Running the nightly job from the command line: the same job, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import dagster as dg

from sharing_pipeline.definitions import FIRST_DAY, build_defs, days_after_yesterday
from sharing_pipeline.errors import NothingPublished, SharingError
from sharing_pipeline.night import Night, NightReport
from sharing_pipeline.orchestration.instance import local_instance
from sharing_pipeline.orchestration.resources import NightRun
from sharing_pipeline.receiving.early_reading import Progress, ReadAhead
from sharing_pipeline.settings import Clock, Settings, system_clock

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_nightly(
    settings: Settings,
    day: date,
    *,
    clock: Clock = system_clock,
    definitions: Sequence[str] = (),
    strict: bool = False,
    progress: Progress = lambda *_: None,
    ahead: ReadAhead | None = None,
) -> NightReport:
    """Runs the job `nightly` for one business date and waits for it.

    `ahead`: the reading of what arrived, if it has begun; whoever began it holds the lock.
    Raises what the domain raises; the run and its failure stand in the Dagster instance too.
    """
    Night.prepare(settings, day, clock=clock, definitions=definitions)
    run = NightRun(settings, definitions, strict, clock, progress, ahead)
    pipeline = build_defs(
        run=run,
        first_day=min(FIRST_DAY, day.isoformat()),
        days_ahead=days_after_yesterday(day, clock().date()),
    )
    with local_instance(settings) as instance:
        try:
            pipeline.resolve_job_def("nightly").execute_in_process(
                instance=instance, partition_key=day.isoformat(), run_config=_QUIET
            )
        except dg.Failure as failure:
            if isinstance(failure.__cause__, SharingError):
                raise failure.__cause__ from None
            raise
        except dg.DagsterExecutionInterruptedError as interrupted:
            # Dagster's own form of Ctrl+C; whoever called knows only Python's.
            raise KeyboardInterrupt from interrupted
    report = run.report(day)
    if report is None:
        raise NothingPublished(f"{day} 没有公布，原因见 Dagster 界面里的运行记录。")
    return report
