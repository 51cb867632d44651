"""One outcome per subject: runs warehouse/assessment/*.sql for one definition on loaded facts.

The rules are in the SQL. Here stand only what SQL can't say portably: the definition's
parameters as a one-row table, and dates counted in working days as lookup tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sharing_pipeline.assessment.deadlines import (
    Cycle,
    cycles,
    deadline_table,
    expected_updates,
    pauses,
    stage_deadline_table,
    window_of,
)
from sharing_pipeline.assessment.definitions import Definition
from sharing_pipeline.assessment.parameters import DemandCompletion, MountRate, UpdateTimeliness
from sharing_pipeline.assessment.working_days import WorkingDays
from sharing_pipeline.facts.build import Facts, load_facts
from sharing_pipeline.facts.exchange import DAILY
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake


@dataclass(frozen=True)
class Assessed:
    """One definition's assessment of a night, written but not yet published."""

    definition: Definition
    path: Path
    rows: int
    calendar_provisional: bool
    calendar_version: str


@dataclass(frozen=True)
class _Night:
    """What the rules of one night have in common."""

    engine: Engine
    day: date
    cycles: dict[str, Cycle]
    working_days: WorkingDays
    load_window: Callable[[date, date], None]


def assess(settings: Settings, facts: Facts, definitions: list[Definition]) -> list[Assessed]:
    """Assesses every subject under each definition; one lake file each, sorted by subject."""
    lake = Lake(settings)
    assessed = []
    with Engine(settings) as engine:
        load_facts(engine, settings, facts)
        night = _Night(
            engine,
            facts.day,
            cycles(settings.catalog),
            WorkingDays.load(settings.catalog),
            lambda first, last: _load_window(engine, lake, facts, first, last),
        )
        for definition in definitions:
            provisional = _RULES[definition.indicator](night, definition)
            path = lake.new("assessment")
            rows = engine.write_table("assessed", path, "subject_id")
            assessed.append(
                Assessed(definition, path, rows, provisional, night.working_days.version)
            )
    return assessed


def _load_window(engine: Engine, lake: Lake, facts: Facts, first: date, last: date) -> None:
    until = min(last, facts.day)
    names = [one.name for one in facts.daily if one.first_day <= until and one.last_day >= first]
    engine.view_files("exchange_file", [lake.path(name) for name in names], DAILY)
    engine.create("exchange_new", "facts/exchange_new", first_day=first, last_day=until)


def _load_parameters(engine: Engine, definition: Definition, values: dict[str, Any]) -> None:
    row = {"definition": definition.id, "indicator": definition.indicator, **values}
    engine.load("parameter", pa.table({name: [value] for name, value in row.items()}))


def _load_night(engine: Engine, day: date, **days: date) -> None:
    columns = {"as_of": day, **days}
    engine.load("night", pa.table({k: pa.array([v], pa.date32()) for k, v in columns.items()}))


def _mount_rate(night: _Night, definition: Definition) -> bool:
    parameters = definition.parameters
    assert isinstance(parameters, MountRate)
    grace = parameters.mount_grace_working_days
    _load_parameters(night.engine, definition, parameters.model_dump())
    _load_night(night.engine, night.day)
    published = [day for (day,) in night.engine.distinct("entry", "published_on") if day]
    until = [night.working_days.shift(day, grace) if grace else day for day in published]
    night.engine.load("grace", pa.table({
        "published_on": pa.array(published, pa.date32()),
        "grace_until": pa.array(until, pa.date32()),
    }))  # fmt: skip
    night.engine.create("shut_out", "assessment/shut_out")
    night.engine.create("assessed", "assessment/mount_rate")
    return grace > 0 and any(
        night.working_days.touches_unannounced(day + timedelta(days=1), end)
        for day, end in zip(published, until, strict=True)
        if end is not None and day <= night.day
    )


def _update_timeliness(night: _Night, definition: Definition) -> bool:
    parameters = definition.parameters
    assert isinstance(parameters, UpdateTimeliness)
    threshold = parameters.period_threshold.as_integer_ratio()
    names = ("count_not_shareable", "unknown_cycle", "api_rule", "evidence", "resource_rule")
    _load_parameters(
        night.engine,
        definition,
        {
            **{name: getattr(parameters, name) for name in names},
            "threshold_numerator": threshold[0],
            "threshold_denominator": threshold[1],
        },
    )
    first, last = window_of(parameters, night.day)
    since = night.day - timedelta(days=parameters.api_window_days)
    _load_night(night.engine, night.day, api_since=since, window_from=first, window_to=last)
    night.engine.load("cycle", pa.table({
        "update_cycle": list(night.cycles),
        "obligation": [cycle.obliges for cycle in night.cycles.values()],
    }))  # fmt: skip
    night.engine.create("shut_out", "assessment/shut_out")
    night.engine.create("update_evidence", "assessment/update_evidence")
    night.engine.create("update_basis", "assessment/update_basis")
    if parameters.method == "periods":
        return _periods(night, first, last)
    return _deadlines(night, parameters)


def _deadlines(night: _Night, parameters: UpdateTimeliness) -> bool:
    pairs = night.engine.distinct("update_basis", "basis_on", "update_cycle")
    dated = [(basis_on, cycle) for basis_on, cycle in pairs if basis_on is not None]
    table = deadline_table(dated, parameters, night.cycles, night.working_days)
    night.engine.load("deadline", _with_overdue_days(table, night.day))
    night.engine.create("assessed", "assessment/update_deadline")
    return bool(pc.any(table["provisional"]).as_py())


def _periods(night: _Night, first: date, last: date) -> bool:
    night.load_window(first, last)
    night.engine.create("update_days", "assessment/update_days")
    obliging = [cycle for cycle in night.cycles.values() if cycle.obliges]
    expected = [expected_updates(cycle, first, last, night.working_days) for cycle in obliging]
    night.engine.load("expected", pa.table({
        "update_cycle": [cycle.name for cycle in obliging],
        "expected": pa.array(expected, pa.int64()),
    }))  # fmt: skip
    night.engine.create("assessed", "assessment/update_periods")
    return night.working_days.touches_unannounced(first, last)


def _demand_completion(night: _Night, definition: Definition) -> bool:
    parameters = definition.parameters
    assert isinstance(parameters, DemandCompletion)
    _load_parameters(
        night.engine,
        definition,
        {
            "completion": parameters.completion,
            "max_extension_days": parameters.max_extension_days,
            **parameters.stage_working_days.model_dump(),
        },
    )
    _load_night(night.engine, night.day)
    night.engine.create("demand_basis", "assessment/demand_basis")
    keys = night.engine.distinct(
        "demand_basis", "opened_on", "working_days", "returned_on", "resubmitted_on"
    )
    table = _with_overdue_days(stage_deadline_table(keys, night.working_days, night.day), night.day)
    stopped = [
        any(again is None for _, again in pauses(back, resubmitted, night.day))
        for back, resubmitted in zip(
            table["returned_on"].to_pylist(), table["resubmitted_on"].to_pylist(), strict=True
        )
    ]
    night.engine.load("stage", table.append_column("stopped", pa.array(stopped, pa.bool_())))
    night.engine.create("assessed", "assessment/demand_completion")
    return bool(pc.any(table["provisional"]).as_py())


def _with_overdue_days(table: pa.Table, day: date) -> pa.Table:
    """Adds overdue_days, calendar days after the deadline, at least 0; null without one."""
    late = [
        None if deadline is None else max(0, (day - deadline).days)
        for deadline in table["deadline_on"].to_pylist()
    ]
    return table.append_column("overdue_days", pa.array(late, pa.int64()))


_RULES: dict[str, Callable[[_Night, Definition], bool]] = {
    "mount_rate": _mount_rate,
    "update_timeliness": _update_timeliness,
    "demand_completion": _demand_completion,
}
