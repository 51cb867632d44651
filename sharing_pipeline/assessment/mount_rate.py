"""平台目录挂载率, indicators.md section 2: the share of catalogue entries with a mounted resource.

The rules are in warehouse/assessment/mount_rate.sql.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import pyarrow as pa
from pydantic import Field

from sharing_pipeline.assessment.declaration import ENTRY, Indicator
from sharing_pipeline.assessment.evaluation import Evaluation
from sharing_pipeline.assessment.parameters import Days, Parameters, Words


class MountRateParameters(Parameters):
    """What a definition of mount_rate may say."""

    count_not_shareable: Annotated[bool, Words({True: "计入", False: "不计入"})] = Field(
        default=False, title="不予共享的目录是否计入"
    )
    mount_grace_working_days: Days = Field(default=0, title="发布后多少个工作日内未挂载不计入")


def _run(evaluation: Evaluation, parameters: MountRateParameters) -> bool:
    engine, working_days = evaluation.engine, evaluation.working_days
    grace = parameters.mount_grace_working_days
    evaluation.load_parameters(parameters)
    evaluation.load_night()
    published = [day for (day,) in engine.distinct("entry", "published_on") if day]
    until = [working_days.shift(day, grace) if grace else day for day in published]
    engine.load("grace", pa.table({
        "published_on": pa.array(published, pa.date32()),
        "grace_until": pa.array(until, pa.date32()),
    }))  # fmt: skip
    engine.create("shut_out", "assessment/shut_out")
    engine.create("assessed", "assessment/mount_rate")
    return grace > 0 and any(
        working_days.touches_unannounced(day + timedelta(days=1), end)
        for day, end in zip(published, until, strict=True)
        if end is not None and day <= evaluation.day
    )


MOUNT_RATE = Indicator(
    id="mount_rate",
    title="平台目录挂载率",
    short_title="挂载",
    subject=ENTRY,
    parameters=MountRateParameters,
    rules={
        "not_published": "1", "exempt": "2", "not_shareable": "3", "in_grace": "4",
        "not_observable": "4a", "mounted": "5", "mount_pending": "6", "mount_returned": "7",
        "resource_offline": "8", "no_resource": "9",
    },
    run=_run,
)  # fmt: skip
