"""Assesses every subject of an indicator: each has exactly one outcome (indicators.md §1)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from tests.reference.city import City
from tests.reference.demand import is_subject, judge_demand
from tests.reference.judgement import Facts
from tests.reference.mount import judge_mount
from tests.reference.update import judge_update


def assess(city: City, as_of: date, definition: dict) -> list[dict]:
    """The rows of `assessment` on D under a definition, sorted by subject.

    `definition` is the content of a definition file: id, indicator, target_percent, parameters. A
    parameter that is absent or null has its default value.
    """
    facts = Facts.of(city, as_of)
    declared = definition.get("parameters") or {}
    parameters = {name: value for name, value in declared.items() if value is not None}
    if definition["indicator"] == "demand_completion":
        judge, owner = judge_demand, "provider_org"
        rows = {code: row for code, row in facts.demands.items() if is_subject(row, as_of)}
    else:
        judge = judge_mount if definition["indicator"] == "mount_rate" else judge_update
        rows, owner = facts.entries, "org_code"
    return [
        {
            "as_of": as_of,
            "indicator": definition["indicator"],
            "definition": definition["id"],
            "subject_id": code,
            "org_code": facts.organisations.answering(rows[code][owner], as_of),
            **asdict(judge(facts, code, parameters)),
        }
        for code in sorted(rows)
    ]
