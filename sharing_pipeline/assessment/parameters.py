"""The parameters of the three indicators: names, types and defaults of indicators.md.

Only what a definition may say. What a parameter does is in the SQL and in deadlines.py.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sharing_pipeline.strict_yaml import StrictModel, exact_date, exact_decimal

ExactDate = Annotated[date, BeforeValidator(exact_date)]
ExactDecimal = Annotated[
    Decimal,
    BeforeValidator(exact_decimal),
    PlainSerializer(float, return_type=float, when_used="json"),
]
Days = Annotated[int, Field(ge=0, le=3650)]
"""A number of days, working or calendar; ten years is more than any rule can mean."""

GRACE_WORKING_DAYS: dict[str, int] = {
    "实时": 0, "每日": 1, "每周": 2, "每旬": 2, "每两周": 3, "每半月": 3, "每四周": 5, "每月": 5,
    "每两月": 5, "每季度": 10, "每半年": 10, "每年": 10, "每两年": 10, "每三年": 10, "每四年": 10,
}  # fmt: skip
"""Default grace per update cycle in working days (indicators.md, the table of section 3)."""


class MountRate(StrictModel):
    """平台目录挂载率."""

    count_not_shareable: bool = False
    mount_grace_working_days: Days = 0


class Window(StrictModel):
    """The days that 期次法 looks at, both included."""

    from_: ExactDate = Field(alias="from")
    to: ExactDate

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.to < self.from_:
            raise ValueError(f"to（{self.to}）不能早于 from（{self.from_}）")
        return self


class UpdateTimeliness(StrictModel):
    """数据更新及时率. A cycle without grace in the table or here has none."""

    count_not_shareable: bool = False
    unknown_cycle: Literal["missed", "excluded"] = "missed"
    api_rule: Literal["calls", "exclude", "cycle"] = "calls"
    api_window_days: Days = 30
    evidence: Literal["exchange_first", "exchange_only", "declared_only", "latest_of_both"] = (
        "exchange_first"
    )
    resource_rule: Literal["any", "all"] = "any"
    roll_to_working_day: bool = False
    grace_working_days: dict[str, Days] = Field(default_factory=lambda: dict(GRACE_WORKING_DAYS))
    soon_days: Days | None = None
    method: Literal["deadline", "periods"] = "deadline"
    period_threshold: Annotated[ExactDecimal, Field(gt=0, le=1)] = Decimal("0.8")
    window: Window | None = None

    @field_validator("grace_working_days")
    @classmethod
    def _merged(cls, given: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        """The given values over the defaults. The context may name cycles that a city has added."""
        known = list(dict.fromkeys([*GRACE_WORKING_DAYS, *(info.context or {}).get("cycles", ())]))
        unknown = [name for name in given if name not in known]
        if unknown:
            raise ValueError(f"没有周期 {'、'.join(unknown)}；可用的有：{'、'.join(known)}")
        return {**GRACE_WORKING_DAYS, **given}


class StageWorkingDays(StrictModel):
    """How long each stage of a demand may take, in working days."""

    review: Days = 2
    reply_unconditional: Days = 1
    reply_conditional: Days = 10
    provision: Days = 20


class DemandCompletion(StrictModel):
    """供需对接清单总体完成率."""

    completion: Literal["delivered", "confirmed"] = "confirmed"
    stage_working_days: StageWorkingDays = StageWorkingDays()
    max_extension_days: Days = 10


Parameters = MountRate | UpdateTimeliness | DemandCompletion

SCHEMAS: dict[str, type[MountRate] | type[UpdateTimeliness] | type[DemandCompletion]] = {
    "mount_rate": MountRate,
    "update_timeliness": UpdateTimeliness,
    "demand_completion": DemandCompletion,
}
"""The schema of each indicator's parameters."""
