"""The parameters' defaults, in their declaration and in the files that ship, and their names."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import Field

from sharing_pipeline.assessment.definitions import load_definitions, parameters_json, pick
from sharing_pipeline.assessment.demand_completion import (
    DemandCompletionParameters,
    StageWorkingDays,
)
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.assessment.mount_rate import MountRateParameters
from sharing_pipeline.assessment.parameters import Parameters, Words
from sharing_pipeline.assessment.update_timeliness import (
    GRACE_WORKING_DAYS,
    UpdateTimelinessParameters,
)
from sharing_pipeline.settings import PROJECT

SHIPPED = {
    "demand_completion/2023-1": "95cb94733d6725328a19dd571848d504eb04b5c505eb632c3280bba3b3a81ace",
    "mount_rate/2023-1": "3af41ebf2fadb6836ec6549ecadd54d1a77220a80bd34dca265cae09f6a59c18",
    "update_timeliness/2023-1": "5fcb005cc489e326169a2a572330d04c6a1374415de230d3775afe174bd3864a",
}
"""The definitions that ship, with the sha256 of their files: cities have published under them."""


@pytest.mark.parametrize(
    "definition", pick(load_definitions(PROJECT / "catalog"), SHIPPED), ids=lambda each: each.id
)
def test_a_shipped_file_writes_out_its_parameters_at_their_defaults(definition):
    assert definition.parameters == INDICATORS[definition.indicator].parameters()
    written = yaml.safe_load(definition.path.read_text(encoding="utf-8"))["parameters"]
    values = json.loads(parameters_json(definition))
    # A parameter that was declared after the file had shipped isn't in it and has its default.
    assert written == {name: values[name] for name in written}


def test_a_shipped_file_never_changes():
    """A city that has published under it could run no further night: to change a rule or to set
    a new parameter, add a file with an id of its own."""
    shipped = {each.id: each.sha256 for each in load_definitions(PROJECT / "catalog")}
    assert {name: shipped[name] for name in SHIPPED} == SHIPPED


DEFAULTS = {
    MountRateParameters: {"count_not_shareable": False, "mount_grace_working_days": 0},
    UpdateTimelinessParameters: {
        "count_not_shareable": False,
        "unknown_cycle": "missed",
        "api_rule": "calls",
        "api_window_days": 30,
        "evidence": "exchange_first",
        "resource_rule": "any",
        "roll_to_working_day": False,
        "grace_working_days": GRACE_WORKING_DAYS,
        "soon_days": None,
        "method": "deadline",
        "period_threshold": Decimal("0.8"),
        "window": None,
    },
    DemandCompletionParameters: {
        "completion": "confirmed",
        "stage_working_days": {
            "review": 2,
            "reply_unconditional": 1,
            "reply_conditional": 10,
            "provision": 20,
        },
        "max_extension_days": 10,
    },
}
"""What indicators.md says; a parameter that comes later has a default that changes nothing."""


@pytest.mark.parametrize("parameters", DEFAULTS, ids=lambda each: each.__name__)
def test_the_defaults_are_those_of_the_rules(parameters):
    values = parameters().model_dump()
    assert {name: values[name] for name in DEFAULTS[parameters]} == DEFAULTS[parameters]


def test_the_default_grace():
    assert GRACE_WORKING_DAYS["每季度"] == 10


def test_partial_maps_are_merged_over_the_defaults():
    update = UpdateTimelinessParameters.model_validate({"grace_working_days": {"每月": 3}})
    assert update.grace_working_days == {**GRACE_WORKING_DAYS, "每月": 3}
    demand = DemandCompletionParameters.model_validate({"stage_working_days": {"provision": 15}})
    assert demand.stage_working_days == StageWorkingDays(provision=15)


def test_a_parameter_without_a_chinese_name_can_not_be_declared():
    with pytest.raises(TypeError, match=r"parameter level .* has no Chinese name"):

        class _(Parameters):
            level: int = 0


@pytest.mark.parametrize(
    ("kind", "unnamed"),
    [
        (bool, r"\[True, False\]"),
        (Annotated[bool, Words({True: "是"})], r"\[False\]"),
        (Literal["some", "all"], r"\['some', 'all'\]"),
        (int | None, r"\[None\]"),
    ],
)
def test_a_choice_without_chinese_words_can_not_be_declared(kind, unnamed):
    with pytest.raises(TypeError, match=rf"parameter level .* has no Words for {unnamed}"):
        type("_", (Parameters,), {"__annotations__": {"level": kind}, "level": Field(title="级别")})


def test_parameters_in_words():
    update = UpdateTimelinessParameters(
        window={"from": date(2026, 1, 1), "to": date(2026, 3, 31)},
        grace_working_days={"每年": 0},
        soon_days=3,
    )
    shown = {key: (title, words) for key, title, words in update.in_words()}
    assert shown["count_not_shareable"] == ("不予共享的目录是否计入", "不计入")
    assert shown["api_rule"] == ("资源全部是接口时", "有调用记录的看调用，没有的看更新周期")
    assert shown["soon_days"] == ("到期前多少天算即将到期", "3")
    assert shown["window"] == ("期次法：考核期间", "自 2026-01-01；至 2026-03-31")
    assert shown["period_threshold"][1] == "0.8"
    grace = shown["grace_working_days"][1]
    assert "每四周、每月、每两月 5；每季度、每半年 10；每年 0；每两年、" in grace
    demand = {key: words for key, _, words in DemandCompletionParameters().in_words()}
    assert demand["stage_working_days"] == (
        "受理 2；答复（无条件共享） 1；答复（有条件共享） 10；同意后提供数据 20"
    )
