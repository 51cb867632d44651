"""The whole pipeline on one page: assets by layer, checks, jobs, schedules, sensors, resources.

`defs` is what the Dagster screen loads; the command line and tests build theirs from the same
parts. What a layer does is a step of night.py.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.datasets import suites
from sharing_pipeline.orchestration.assets import assessment, bulletin, facts, figures, intake
from sharing_pipeline.orchestration.resources import HomeFolder
from sharing_pipeline.orchestration.triggers import failed_run, inbox, nightly_schedule
from sharing_pipeline.settings import Settings

FIRST_DAY = "2023-05-31"
"""The first business date: the day of 饶府办发〔2023〕4号, before which nothing is measured."""


def build_defs(
    *,
    home: HomeFolder | None = None,
    catalog: Path | None = None,
    first_day: str = FIRST_DAY,
    days_after_yesterday: int = 0,
) -> dg.Definitions:
    """The pipeline over one home folder; on the screen, it is the environment's.

    `catalog`: whose contracts say which datasets there are, each an asset of the facts with the
    check `expectations`; by default the environment's, too.
    `days_after_yesterday`: how many business dates are open beyond what the screen offers.
    """
    days = dg.DailyPartitionsDefinition(
        start_date=first_day, timezone="Asia/Shanghai", end_offset=days_after_yesterday
    )
    contracts = load_contracts(catalog or Settings.read().catalog)
    in_force = list(suites(contracts))
    nightly = dg.define_asset_job(
        "nightly",
        selection=dg.AssetSelection.all(),
        description="每日任务：收件、检查、评定、公布。补算过去的日期用“回填”。",
        executor_def=dg.in_process_executor,
    )
    return dg.Definitions(
        assets=[
            intake(days, contracts, tables=["submission", "quarantine"]),
            facts(days, contracts, tables=in_force, checked=in_force),
            assessment(days, contracts, tables=["assessment"]),
            figures(days, contracts, tables=["scoreboard", "issue"]),
            bulletin(days, contracts, tables=["mart", "page"]),
        ],
        jobs=[nightly],
        schedules=[nightly_schedule(nightly)],
        sensors=[inbox, failed_run],
        resources={"home": home or HomeFolder()},
        # Several processes cost seconds a step, and the steps of a night hand each other objects.
        executor=dg.in_process_executor,
    )


defs = build_defs()
