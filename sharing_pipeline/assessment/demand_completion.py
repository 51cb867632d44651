"""供需对接清单总体完成率, indicators.md section 4: the share of demand items that are completed.

The rules are in warehouse/assessment/demand_basis.sql and demand_completion.sql.
"""

from __future__ import annotations

from typing import Annotated, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from sharing_pipeline.assessment.deadlines import (
    pauses,
    stage_deadline_table,
    with_overdue_days,
)
from sharing_pipeline.assessment.declaration import DEMAND, Indicator
from sharing_pipeline.assessment.evaluation import Evaluation
from sharing_pipeline.assessment.parameters import Days, Parameters, Words


class StageWorkingDays(Parameters):
    """How long each stage of a demand may take, in working days."""

    review: Days = Field(default=2, title="受理")
    reply_unconditional: Days = Field(default=1, title="答复（无条件共享）")
    reply_conditional: Days = Field(default=10, title="答复（有条件共享）")
    provision: Days = Field(default=20, title="同意后提供数据")


_COMPLETION = Words({"delivered": "已交付", "confirmed": "已交付并经需求方确认"})


class DemandCompletionParameters(Parameters):
    """What a definition of demand_completion may say."""

    completion: Annotated[Literal["delivered", "confirmed"], _COMPLETION] = Field(
        default="confirmed", title="怎样算完成"
    )
    stage_working_days: StageWorkingDays = Field(
        default=StageWorkingDays(), title="各环节时限（工作日）"
    )
    max_extension_days: Days = Field(default=10, title="有条件共享的答复最多延长多少个工作日")


def _run(evaluation: Evaluation, parameters: DemandCompletionParameters) -> bool:
    engine, day = evaluation.engine, evaluation.day
    evaluation.load_parameters(parameters, **parameters.stage_working_days.columns())
    evaluation.load_night()
    engine.create("demand_basis", "assessment/demand_basis")
    keys = engine.distinct(
        "demand_basis", "opened_on", "working_days", "returned_on", "resubmitted_on"
    )
    table = with_overdue_days(stage_deadline_table(keys, evaluation.working_days, day), day)
    stopped = [
        any(again is None for _, again in pauses(back, resubmitted, day))
        for back, resubmitted in zip(
            table["returned_on"].to_pylist(), table["resubmitted_on"].to_pylist(), strict=True
        )
    ]
    engine.load("stage", table.append_column("stopped", pa.array(stopped, pa.bool_())))
    engine.create("assessed", "assessment/demand_completion")
    return bool(pc.any(table["provisional"]).as_py())


DEMAND_COMPLETION = Indicator(
    id="demand_completion",
    title="供需对接清单总体完成率",
    short_title="供需",
    subject=DEMAND,
    parameters=DemandCompletionParameters,
    rules={
        "draft": "1", "withdrawn": "1", "merged": "2", "exempt": "3", "lawful_refusal": "4",
        "completed": "5", "completed_late": "5", "refused": "6", "waiting_requester": "7",
        "awaiting_confirmation": "8", "in_progress": "9", "overdue": "10",
    },
    run=_run,
)  # fmt: skip
