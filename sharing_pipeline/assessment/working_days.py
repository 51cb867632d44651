"""Working days in China: the State Council's calendar with 调休, and catalog/calendar.yaml over it.

Counts and shifts days. Which day a rule counts from is in deadlines.py.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, date
from hashlib import sha256
from pathlib import Path

import chinese_calendar
from pydantic import Field, field_validator, model_validator

from sharing_pipeline.strict_yaml import ExactDate, StrictModel, read_yaml, validate

_LIBRARY_YEARS = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)
"""The years that the library knows; it raises NotImplementedError for the others."""

Pause = tuple[date, date | None]
"""A stopped clock: days d with first < d <= second don't count; without a second, none after."""


class _Year(StrictModel):
    """One year's days off and working weekend days, beside the plain Monday to Friday."""

    holidays: list[ExactDate] = Field(default_factory=list)
    workdays: list[ExactDate] = Field(default_factory=list)

    @field_validator("holidays", "workdays", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        return [] if value is None else value

    @property
    def days(self) -> dict[date, bool]:
        """Each named day and whether it is a working day."""
        return dict.fromkeys(self.holidays, False) | dict.fromkeys(self.workdays, True)


class _Calendar(StrictModel):
    """catalog/calendar.yaml."""

    years: dict[int, _Year] = Field(default_factory=dict)

    @field_validator("years", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        if isinstance(value, dict):
            return {year: {} if days is None else days for year, days in value.items()}
        return {} if value is None else value

    @model_validator(mode="after")
    def _consistent(self) -> _Calendar:
        for year, days in self.years.items():
            stray = [str(day) for day in days.days if day.year != year]
            if stray:
                raise ValueError(f"years.{year} 里有别的年份的日期：{'、'.join(stray)}")
            twice = sorted(str(day) for day in set(days.holidays) & set(days.workdays))
            if twice:
                raise ValueError(f"years.{year} 的 {'、'.join(twice)} 既写成假日又写成工作日")
        return self


class WorkingDays:
    """The working days of all years; each year's are worked out when first asked for.

    A year that has not been announced falls back to Monday to Friday.
    """

    def __init__(self, years: Mapping[int, Mapping[date, bool]], version: str) -> None:
        """`years` is what the catalog says of a year; an empty one there is not announced."""
        blank = {year for year, days in years.items() if not days}
        self._announced = (set(_LIBRARY_YEARS) | set(years)) - blank
        self._named = {day: works for days in years.values() for day, works in days.items()}
        self._ordinals: dict[int, list[int]] = {}
        self.version = version
        """Changes with the library and with catalog/calendar.yaml: an input of a revision."""

    @classmethod
    def load(cls, catalog: Path) -> WorkingDays:
        """The library's calendar with catalog/calendar.yaml, which may be absent, over it."""
        path = catalog / "calendar.yaml"
        content = path.read_bytes() if path.exists() else b"years:"
        calendar = validate(_Calendar, read_yaml(path, content), path=path)
        library = f"chinesecalendar {chinese_calendar.__version__}\n".encode()
        version = sha256(library + content).hexdigest()[:16]
        return cls({year: days.days for year, days in calendar.years.items()}, version)

    def is_announced(self, year: int) -> bool:
        """Whether the State Council's plan for the year is known."""
        return year in self._announced

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        if day in self._named:
            return self._named[day]
        if day.year in _LIBRARY_YEARS and self.is_announced(day.year):
            return chinese_calendar.is_workday(day)
        return day.weekday() < 5

    def touches_unannounced(self, from_: date, to: date) -> bool:
        """Whether a day from `from_` to `to` lies in a year that is still to be announced.

        Years before the library's first are history, not plans: they don't count.
        """
        years = range(max(from_.year, _LIBRARY_YEARS.start), to.year + 1)
        return any(not self.is_announced(year) for year in years)

    def first_on_or_after(self, day: date) -> date | None:
        """The first working day that is not before `day`; None beyond the year 9999."""
        return self._nth_from(day.toordinal(), 1)

    def shift(self, day: date, n: int, roll: bool = False) -> date | None:
        """The n-th working day strictly after `day`; None beyond the year 9999.

        For n = 0 the day itself, or with `roll` the first working day that is not before it.
        """
        if n < 0:
            raise ValueError(f"n counts forward and can't be {n}")
        if n == 0:
            return self.first_on_or_after(day) if roll else day
        return self._nth_from(day.toordinal() + 1, n)

    def count(self, first: date, last: date) -> int:
        """How many working days lie from `first` to `last`, both included."""
        return self._count(first.toordinal(), last.toordinal())

    def nth_counted(self, opened_on: date, n: int, pauses: Iterable[Pause]) -> date | None:
        """The n-th working day strictly after `opened_on` that no pause takes out.

        None when a pause without an end comes first. The clock goes on after a pause, it
        doesn't restart. For n < 1 it is `opened_on`.
        """
        if n < 1:
            return opened_on
        left, since = n, opened_on
        for returned_on, resubmitted_on in sorted(pauses, key=lambda pause: pause[0]):
            running = self._count(since.toordinal() + 1, returned_on.toordinal())
            if running >= left:
                break
            if resubmitted_on is None:
                return None
            left -= running
            since = max(since, returned_on, resubmitted_on)
        return self.shift(since, left)

    def _count(self, first: int, last: int) -> int:
        """How many working days there are between these ordinals, both included."""
        if first > last:
            return 0
        years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
        return sum(
            bisect_right(self._year(year), last) - bisect_left(self._year(year), first)
            for year in years
        )

    def _nth_from(self, ordinal: int, n: int) -> date | None:
        """The n-th working day among those that are not before the day with this ordinal."""
        if ordinal > date.max.toordinal():
            return None
        left = n
        for year in range(date.fromordinal(ordinal).year, MAXYEAR + 1):
            days = self._year(year)
            index = bisect_left(days, ordinal) + left - 1
            if index < len(days):
                return date.fromordinal(days[index])
            left = index + 1 - len(days)
        return None

    def _year(self, year: int) -> list[int]:
        """The ordinals of a year's working days, ascending."""
        if year not in self._ordinals:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            days = map(date.fromordinal, range(first, last + 1))
            self._ordinals[year] = [day.toordinal() for day in days if self.is_working(day)]
        return self._ordinals[year]
