"""One outcome per subject: runs each definition's indicator on a night's facts, and keeps the rows.

What an indicator's rules need beside the facts is in its own module, the rules are in
warehouse/assessment/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sharing_pipeline.assessment.deadlines import cycles
from sharing_pipeline.assessment.definitions import Definition
from sharing_pipeline.assessment.evaluation import Evaluation
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.assessment.working_days import WorkingDays
from sharing_pipeline.errors import ConfigurationError
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


def assess(settings: Settings, facts: Facts, definitions: list[Definition]) -> list[Assessed]:
    """Assesses every subject under each definition; one lake file each, sorted by subject."""
    lake = Lake(settings)
    known_cycles, working_days = cycles(settings.catalog), WorkingDays.load(settings.catalog)
    assessed = []
    with Engine(settings) as engine:
        load_facts(engine, settings, facts)
        for definition in definitions:
            evaluation = Evaluation(
                engine,
                facts.day,
                definition.indicator,
                definition.id,
                known_cycles,
                working_days,
                lambda first, last: _load_window(engine, lake, facts, first, last),
            )
            provisional = INDICATORS[definition.indicator].run(evaluation, definition.parameters)
            _refuse_undeclared_reasons(engine, definition)
            path = lake.new("assessment")
            rows = engine.write_table("assessed", path, "subject_id")
            assessed.append(Assessed(definition, path, rows, provisional, working_days.version))
    return assessed


def _refuse_undeclared_reasons(engine: Engine, definition: Definition) -> None:
    """ConfigurationError for a reason that no page could put into words, before it is published."""
    declared = INDICATORS[definition.indicator].rules
    given = [reason for (reason,) in engine.distinct("assessed", "reason")]
    undeclared = [str(reason) for reason in given if reason not in declared]
    if undeclared:
        raise ConfigurationError(
            f"按口径 {definition.id} 评定时出现了没有登记的原因：{'、'.join(undeclared)}。"
            f"请在指标 {definition.indicator} 的 rules 和 catalog/reasons.yaml 里登记，"
            "或改正 warehouse/assessment/ 的 SQL。"
        )


def _load_window(engine: Engine, lake: Lake, facts: Facts, first: date, last: date) -> None:
    until = min(last, facts.day)
    names = [
        file.name for file in facts.daily if file.first_day <= until and file.last_day >= first
    ]
    engine.view_files("exchange_file", [lake.path(name) for name in names], DAILY)
    engine.create("exchange_new", "facts/exchange_new", first_day=first, last_day=until)
