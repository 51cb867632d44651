"""Dates that the rules compare with D: when an update is due, when a demand's stage ends.

Single dates, and the same as Arrow tables that the SQL joins, because no two engines agree on
date arithmetic. Which outcome follows from a date is in warehouse/assessment/*.sql.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, NamedTuple, Protocol

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sharing_pipeline.assessment.working_days import Pause, WorkingDays
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import read_yaml, validate

REALTIME = "实时"
"""The one cycle that never rolls to a working day."""

DEADLINE_SCHEMA = pa.schema(
    [
        ("last_on", pa.date32()),
        ("update_cycle", pa.string()),
        ("due_on", pa.date32()),
        ("deadline_on", pa.date32()),
        ("soon_from", pa.date32()),
        ("delinquent_after", pa.date32()),
        ("provisional", pa.bool_()),
    ]
)
STAGE_SCHEMA = pa.schema(
    [
        ("opened_on", pa.date32()),
        ("working_days", pa.int32()),
        ("returned_on", pa.string()),
        ("resubmitted_on", pa.string()),
        ("deadline_on", pa.date32()),
        ("provisional", pa.bool_()),
    ]
)

StageKey = tuple[date, int, str | None, str | None]
"""opened_on, working days allowed, returned_on and resubmitted_on as `;`-separated dates."""


@dataclass(frozen=True)
class Cycle:
    """An update cycle (更新周期): so many days, or so many calendar months, or no obligation."""

    name: str
    days: int | None = None
    months: int | None = None

    @property
    def obliges(self) -> bool:
        """Whether the cycle has a length; 不定期, 一次性/不更新 and 其他 have none."""
        return self.days is not None or self.months is not None


class Deadline(NamedTuple):
    """The dates of one update: D ≤ deadline_on is on time, D > delinquent_after is delinquent.

    Provisional ones count working days of a year whose calendar is not announced yet.
    """

    due_on: date
    deadline_on: date
    soon_from: date
    delinquent_after: date | None
    provisional: bool


class DeadlineParameters(Protocol):
    """The parameters that decide a deadline: working days of grace by cycle, whether a due date
    without grace rolls to a working day, and how early an update is due soon."""

    @property
    def grace_working_days(self) -> Mapping[str, int]: ...  # noqa: D102

    @property
    def roll_to_working_day(self) -> bool: ...  # noqa: D102

    @property
    def soon_days(self) -> int | None: ...  # noqa: D102


class _Length(BaseModel):
    """One cycle's length in catalog/codes/update_cycle.yaml; its labels are read elsewhere."""

    model_config = ConfigDict(strict=True)

    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    months: Annotated[int, Field(ge=1, le=1200)] | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> _Length:
        if self.days is not None and self.months is not None:
            raise ValueError("days 和 months 只能写一个")
        return self


class _CycleTable(BaseModel):
    values: dict[str, _Length]


def cycles(catalog: Path) -> dict[str, Cycle]:
    """Every update cycle of catalog/codes/update_cycle.yaml by its name, in the file's order."""
    path = catalog / "codes" / "update_cycle.yaml"
    if not path.is_file():
        raise ConfigurationError(f"没有 {path}，无法知道更新周期有多长。请检查 --catalog。")
    table = validate(_CycleTable, read_yaml(path, path.read_bytes()), path=path)
    return {name: Cycle(name, length.days, length.months) for name, length in table.values.items()}


def add_cycle(day: date, cycle: Cycle) -> date | None:
    """`day` and one cycle; months are calendar months, clamped to the month's end.

    None for a cycle without obligation and beyond the year 9999.
    """
    if cycle.days is not None:
        ordinal = day.toordinal() + cycle.days
        return date.fromordinal(ordinal) if ordinal <= date.max.toordinal() else None
    if cycle.months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + cycle.months, 12)
    if year > MAXYEAR:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def deadline(
    last_on: date, cycle: Cycle, parameters: DeadlineParameters, working_days: WorkingDays
) -> Deadline | None:
    """When the update after the one of `last_on` is due, and how long it may still come.

    None for a cycle without obligation and where a date would lie beyond the year 9999.
    """
    due_on = add_cycle(last_on, cycle)
    if due_on is None:
        return None
    grace = parameters.grace_working_days.get(cycle.name, 0)
    roll = parameters.roll_to_working_day and cycle.name != REALTIME
    deadline_on = working_days.shift(due_on, grace, roll)
    if deadline_on is None:
        return None
    return Deadline(
        due_on=due_on,
        deadline_on=deadline_on,
        soon_from=_soon_from(due_on, cycle, parameters.soon_days),
        delinquent_after=add_cycle(deadline_on, cycle),
        # Without grace and roll no working day is counted, so nothing rests on the calendar.
        provisional=(grace > 0 or roll)
        and working_days.touches_unannounced(
            due_on + timedelta(days=1) if grace else due_on, deadline_on
        ),
    )


def _soon_from(due_on: date, cycle: Cycle, soon_days: int | None) -> date:
    if soon_days is None:
        soon_days = 0 if cycle.days is not None and cycle.days < 7 else 7
    return date.fromordinal(max(1, due_on.toordinal() - soon_days))


def deadline_table(
    pairs: Iterable[tuple[date, str]],
    parameters: DeadlineParameters,
    cycles: Mapping[str, Cycle],
    working_days: WorkingDays,
) -> pa.Table:
    """deadline() of each distinct pair of date and cycle name, sorted (DEADLINE_SCHEMA).

    Every pair has its row. Where there is no deadline (unknown cycle, no obligation, beyond the
    year 9999) the dates are null and provisional is false.
    """
    rows: list[tuple[object, ...]] = []
    for last_on, name in sorted(set(pairs)):
        cycle = cycles.get(name, Cycle(name))
        found = deadline(last_on, cycle, parameters, working_days)
        rows.append((last_on, name, *(found or (None, None, None, None, False))))
    return _table(rows, DEADLINE_SCHEMA)


def expected_updates(
    cycle: Cycle, first: date, last: date, working_days: WorkingDays
) -> int | None:
    """How many updates 期次法 expects from `first` to `last`, both included.

    None for a cycle without obligation. Every other working day is enough for a daily cycle.
    """
    if cycle.days == 1:
        return working_days.count(first, last) // 2
    if cycle.days is not None:
        return max(0, (last - first).days + 1) // cycle.days
    return None if cycle.months is None else _whole_months(first, last) // cycle.months


def _whole_months(first: date, last: date) -> int:
    """How many calendar months lie wholly within the days from `first` to `last`."""
    start = first.year * 12 + first.month + (first.day > 1)
    ends_month = last.day == monthrange(last.year, last.month)[1]
    end = last.year * 12 + last.month + ends_month
    return max(0, end - start)


def stage_deadline(
    opened_on: date,
    n: int,
    returned_on: str | None,
    resubmitted_on: str | None,
    working_days: WorkingDays,
    as_of: date | None = None,
) -> date | None:
    """The last day of a demand's stage: the n-th counted working day after `opened_on`.

    `returned_on` and `resubmitted_on` are ISO dates separated by `;`, the i-th belong together;
    with `as_of`, what lies after it has not happened. None while the clock is stopped before
    the end, and beyond the year 9999.
    """
    stopped = pauses(returned_on or "", resubmitted_on or "", as_of or date.max)
    return working_days.nth_counted(opened_on, n, stopped)


def pauses(returned_on: str, resubmitted_on: str, as_of: date) -> list[Pause]:
    """The pairs of `;`-separated dates as they stood at the end of `as_of`.

    A return without its date has not happened; one without a resubmission yet stops the clock.
    """
    pairs = zip_longest(returned_on.split(";"), resubmitted_on.split(";"), fillvalue="")
    dates = [(_known(first, as_of), _known(second, as_of)) for first, second in pairs]
    return [(first, second) for first, second in dates if first is not None]


def _known(text: str, as_of: date) -> date | None:
    day = date.fromisoformat(text.strip()) if text.strip() else None
    return day if day is not None and day <= as_of else None


def stage_deadline_table(
    keys: Iterable[StageKey], working_days: WorkingDays, as_of: date | None = None
) -> pa.Table:
    """stage_deadline() of each distinct key, sorted (STAGE_SCHEMA); no returns are ''."""
    rows: list[tuple[object, ...]] = []
    for key in sorted({(day, n, back or "", again or "") for day, n, back, again in keys}):
        opened_on = key[0]
        found = stage_deadline(*key, working_days, as_of)
        provisional = (
            found is not None
            and found > opened_on
            and working_days.touches_unannounced(opened_on + timedelta(days=1), found)
        )
        rows.append((*key, found, provisional))
    return _table(rows, STAGE_SCHEMA)


def with_overdue_days(table: pa.Table, day: date) -> pa.Table:
    """Adds overdue_days, calendar days after deadline_on, at least 0; null without a deadline."""
    late = [
        None if deadline is None else max(0, (day - deadline).days)
        for deadline in table["deadline_on"].to_pylist()
    ]
    return table.append_column("overdue_days", pa.array(late, pa.int64()))


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
