"""What an indicator's rules run on: one night's facts, and what SQL can't say portably.

The facts are tables of the engine (facts/build.py). A definition's parameters come as a table
of one row, dates counted in working days as lookup tables (deadlines.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from sharing_pipeline.assessment.deadlines import Cycle
from sharing_pipeline.assessment.parameters import Parameters
from sharing_pipeline.assessment.working_days import WorkingDays
from sharing_pipeline.store.engine import Engine


@dataclass(frozen=True)
class Evaluation:
    """One definition on one night's facts. `indicator` and `definition` are ids."""

    engine: Engine
    day: date
    indicator: str
    definition: str
    cycles: dict[str, Cycle]
    working_days: WorkingDays
    load_window: Callable[[date, date], None]
    """Makes table `exchange_new`: the daily exchange records between two days, both included."""

    def load_parameters(self, parameters: Parameters, **derived: object) -> None:
        """Makes table `parameter`, one row: definition, indicator, Parameters.columns and what
        is derived from the others."""
        row = {
            "definition": self.definition,
            "indicator": self.indicator,
            **parameters.columns(),
            **derived,
        }
        self.engine.load("parameter", pa.table({name: [value] for name, value in row.items()}))

    def load_night(self, **days: date) -> None:
        """Makes table `night`, one row: as_of and further days that rules compare with."""
        row = {"as_of": self.day, **days}
        columns = {name: pa.array([day], pa.date32()) for name, day in row.items()}
        self.engine.load("night", pa.table(columns))
