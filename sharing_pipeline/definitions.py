"""The whole pipeline on one page: assets, the nightly job, its schedule and its sensor.

`defs` is what the Dagster screen loads; tests and the command line build their own from the
same parts.
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from sharing_pipeline.orchestration.assets import build_assets
from sharing_pipeline.orchestration.resources import NightRun, locked_run
from sharing_pipeline.orchestration.triggers import inbox_sensor, nightly_schedule

FIRST_DAY = "2023-05-31"
"""The first business date: the day of 饶府办发〔2023〕4号, before which nothing is measured."""


def build_defs(
    *,
    run: NightRun | None = None,
    first_day: str = FIRST_DAY,
    days_ahead: int = 0,
) -> dg.Definitions:
    """The pipeline for one run; on the screen, folders come from the environment.

    `days_ahead` opens business dates after yesterday, which the screen doesn't offer.
    """
    partitions = dg.DailyPartitionsDefinition(
        start_date=first_day, timezone="Asia/Shanghai", end_offset=days_ahead
    )
    assets = build_assets(partitions)
    nightly = dg.define_asset_job(
        "nightly",
        selection=dg.AssetSelection.all(),
        description="每日任务：收件、检查、评定、公布。补算过去的日期用“回填”。",
        executor_def=dg.in_process_executor,
    )
    return dg.Definitions(
        assets=assets,
        jobs=[nightly],
        schedules=[nightly_schedule(nightly)],
        sensors=[inbox_sensor(nightly)],
        resources={"home": locked_run(run or NightRun())},
        # Several processes cost seconds a step, and the steps of a night hand each other objects.
        executor=dg.in_process_executor,
    )


def days_after_yesterday(day: date, today: date) -> int:
    """How many business dates beyond yesterday must be open for `day` to be one."""
    return max(0, (day - today).days + 1)


defs = build_defs()
