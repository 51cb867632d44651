"""The parameters' defaults, in the schema and in the files that ship."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import yaml

from sharing_pipeline.assessment.definitions import load_definitions, parameters_json
from sharing_pipeline.assessment.parameters import (
    GRACE_WORKING_DAYS,
    SCHEMAS,
    DemandCompletion,
    MountRate,
    StageWorkingDays,
    UpdateTimeliness,
)
from sharing_pipeline.settings import PROJECT


@pytest.mark.parametrize(
    "definition", load_definitions(PROJECT / "catalog"), ids=lambda each: each.id
)
def test_a_shipped_file_writes_out_every_parameter_at_its_default(definition):
    assert definition.parameters == SCHEMAS[definition.indicator]()
    written = yaml.safe_load(definition.path.read_text(encoding="utf-8"))["parameters"]
    assert written == json.loads(parameters_json(definition))


def test_the_defaults_are_those_of_the_rules():
    assert MountRate().model_dump() == {"count_not_shareable": False, "mount_grace_working_days": 0}
    update = UpdateTimeliness().model_dump()
    assert update.pop("grace_working_days")["每季度"] == 10
    assert update == {
        "count_not_shareable": False,
        "unknown_cycle": "missed",
        "api_rule": "calls",
        "api_window_days": 30,
        "evidence": "exchange_first",
        "resource_rule": "any",
        "roll_to_working_day": False,
        "soon_days": None,
        "method": "deadline",
        "period_threshold": Decimal("0.8"),
        "window": None,
    }
    assert DemandCompletion().model_dump() == {
        "completion": "confirmed",
        "stage_working_days": {
            "review": 2,
            "reply_unconditional": 1,
            "reply_conditional": 10,
            "provision": 20,
        },
        "max_extension_days": 10,
    }


def test_partial_maps_are_merged_over_the_defaults():
    update = UpdateTimeliness.model_validate({"grace_working_days": {"每月": 3}})
    assert update.grace_working_days == {**GRACE_WORKING_DAYS, "每月": 3}
    demand = DemandCompletion.model_validate({"stage_working_days": {"provision": 15}})
    assert demand.stage_working_days == StageWorkingDays(provision=15)
