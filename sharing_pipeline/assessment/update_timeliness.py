"""数据更新及时率, indicators.md section 3: the share of entries that were updated in time.

The rules are in warehouse/assessment/update_*.sql: update_deadline for the deadline method,
update_periods for 期次法, which counts the updates of a window.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, ValidationInfo, field_validator, model_validator

from sharing_pipeline.assessment.deadlines import (
    deadline_table,
    expected_updates,
    with_overdue_days,
)
from sharing_pipeline.assessment.declaration import ENTRY, Indicator
from sharing_pipeline.assessment.evaluation import Evaluation
from sharing_pipeline.assessment.parameters import Days, Parameters, Words
from sharing_pipeline.strict_yaml import ExactDate, ExactDecimal

GRACE_WORKING_DAYS: dict[str, int] = {
    "实时": 0, "每日": 1, "每周": 2, "每旬": 2, "每两周": 3, "每半月": 3, "每四周": 5, "每月": 5,
    "每两月": 5, "每季度": 10, "每半年": 10, "每年": 10, "每两年": 10, "每三年": 10, "每四年": 10,
}  # fmt: skip
"""Default grace per update cycle in working days (indicators.md, the table of section 3)."""


class Window(Parameters):
    """The days that 期次法 looks at, both included."""

    from_: ExactDate = Field(alias="from", title="自")
    to: ExactDate = Field(title="至")

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.to < self.from_:
            raise ValueError(f"to（{self.to}）不能早于 from（{self.from_}）")
        return self


_COUNTED = Words({True: "计入", False: "不计入"})
_UNKNOWN_CYCLE = Words({"missed": "算未达到", "excluded": "不计入"})
_API_RULE = Words({
    "calls": "有调用记录的看调用，没有的看更新周期",
    "exclude": "不计入",
    "cycle": "看更新周期",
})  # fmt: skip
_EVIDENCE = Words({
    "exchange_first": "有归集日志的只看日志，没有的看填报日期",
    "exchange_only": "只看归集日志",
    "declared_only": "只看填报日期",
    "latest_of_both": "日志和填报日期取较晚的",
})  # fmt: skip
_RESOURCE_RULE = Words({"any": "看最近更新的一个", "all": "看最久未更新的一个"})
_ROLL = Words({True: "顺延到下一个工作日", False: "不顺延"})
_SOON_DAYS = Words({None: "7 天（短于 7 天的周期 0 天）"})
_METHOD = Words({"deadline": "看是否超过截止日", "periods": "期次法（看期间内更新了几次）"})
_WINDOW = Words({None: "上一个完整季度"})


class UpdateTimelinessParameters(Parameters):
    """What a definition of update_timeliness may say. A cycle without grace in the table or in
    the definition has none."""

    count_not_shareable: Annotated[bool, _COUNTED] = Field(
        default=False, title="不予共享的目录是否计入"
    )
    unknown_cycle: Annotated[Literal["missed", "excluded"], _UNKNOWN_CYCLE] = Field(
        default="missed", title="更新周期为空或不能识别时"
    )
    api_rule: Annotated[Literal["calls", "exclude", "cycle"], _API_RULE] = Field(
        default="calls", title="资源全部是接口时"
    )
    api_window_days: Days = Field(default=30, title="接口最近一次成功调用距业务日最多多少天")
    evidence: Annotated[
        Literal["exchange_first", "exchange_only", "declared_only", "latest_of_both"], _EVIDENCE
    ] = Field(default="exchange_first", title="更新依据")
    resource_rule: Annotated[Literal["any", "all"], _RESOURCE_RULE] = Field(
        default="any", title="一条目录有多个资源时"
    )
    roll_to_working_day: Annotated[bool, _ROLL] = Field(
        default=False, title="没有宽限的周期，到期日遇休息日是否顺延"
    )
    grace_working_days: dict[str, Days] = Field(
        default_factory=lambda: dict(GRACE_WORKING_DAYS), title="到期后的宽限（工作日）"
    )
    soon_days: Annotated[Days | None, _SOON_DAYS] = Field(
        default=None, title="到期前多少天算即将到期"
    )
    method: Annotated[Literal["deadline", "periods"], _METHOD] = Field(
        default="deadline", title="计算方法"
    )
    period_threshold: ExactDecimal = Field(
        default=Decimal("0.8"), gt=0, le=1, title="期次法：实际次数达到应有次数的多少算达到"
    )
    window: Annotated[Window | None, _WINDOW] = Field(default=None, title="期次法：考核期间")

    @field_validator("grace_working_days")
    @classmethod
    def _merged(cls, given: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        """The given values over the defaults. The context may name cycles that a city has added."""
        known = list(dict.fromkeys([*GRACE_WORKING_DAYS, *(info.context or {}).get("cycles", ())]))
        unknown = [name for name in given if name not in known]
        if unknown:
            raise ValueError(f"没有周期 {'、'.join(unknown)}；可用的有：{'、'.join(known)}")
        return {**GRACE_WORKING_DAYS, **given}

    def window_before(self, day: date) -> tuple[date, date]:
        """First and last day of 期次法's window for business date `day`.

        The given one, else the last whole calendar quarter before `day`; a quarter that ends
        on `day` is not before it.
        """
        if self.window is not None:
            return self.window.from_, self.window.to
        last = date(day.year, (day.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
        return date(last.year, last.month - 2, 1), last


def _run(evaluation: Evaluation, parameters: UpdateTimelinessParameters) -> bool:
    engine, cycles = evaluation.engine, evaluation.cycles
    # A share in decimals is compared as an exact fraction, in integers.
    numerator, denominator = parameters.period_threshold.as_integer_ratio()
    evaluation.load_parameters(
        parameters, threshold_numerator=numerator, threshold_denominator=denominator
    )
    first, last = parameters.window_before(evaluation.day)
    since = evaluation.day - timedelta(days=parameters.api_window_days)
    evaluation.load_night(api_since=since, window_from=first, window_to=last)
    engine.load("cycle", pa.table({
        "update_cycle": list(cycles),
        "obligation": [cycle.obliges for cycle in cycles.values()],
    }))  # fmt: skip
    engine.create("shut_out", "assessment/shut_out")
    engine.create("update_evidence", "assessment/update_evidence")
    engine.create("update_basis", "assessment/update_basis")
    if parameters.method == "periods":
        return _periods(evaluation, first, last)
    return _deadlines(evaluation, parameters)


def _deadlines(evaluation: Evaluation, parameters: UpdateTimelinessParameters) -> bool:
    pairs = evaluation.engine.distinct("update_basis", "basis_on", "update_cycle")
    dated = [(basis_on, cycle) for basis_on, cycle in pairs if basis_on is not None]
    table = deadline_table(dated, parameters, evaluation.cycles, evaluation.working_days)
    evaluation.engine.load("deadline", with_overdue_days(table, evaluation.day))
    evaluation.engine.create("assessed", "assessment/update_deadline")
    return bool(pc.any(table["provisional"]).as_py())


def _periods(evaluation: Evaluation, first: date, last: date) -> bool:
    working_days = evaluation.working_days
    evaluation.load_window(first, last)
    evaluation.engine.create("update_days", "assessment/update_days")
    obliging = [cycle for cycle in evaluation.cycles.values() if cycle.obliges]
    expected = [expected_updates(cycle, first, last, working_days) for cycle in obliging]
    evaluation.engine.load("expected", pa.table({
        "update_cycle": [cycle.name for cycle in obliging],
        "expected": pa.array(expected, pa.int64()),
    }))  # fmt: skip
    evaluation.engine.create("assessed", "assessment/update_periods")
    return working_days.touches_unannounced(first, last)


UPDATE_TIMELINESS = Indicator(
    id="update_timeliness",
    title="数据更新及时率",
    short_title="更新",
    subject=ENTRY,
    parameters=UpdateTimelinessParameters,
    rules={
        "not_published": "1", "exempt": "2", "not_shareable": "3", "not_observable": "3a",
        "not_mounted": "4", "no_cycle_obligation": "5", "cycle_unknown": "6", "api_alive": "7",
        "api_silent": "7", "api_only": "7", "first_cycle": "8", "never_updated": "8",
        "on_time": "9", "overdue": "10", "window_too_short": "8–10（期次法）",
        "periods_kept": "8–10（期次法）", "periods_missed": "8–10（期次法）",
    },
    run=_run,
)  # fmt: skip
