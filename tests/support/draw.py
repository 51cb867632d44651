"""Draws days, moments and choices for random cities, often at a boundary of some rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from random import Random

from tests.reference.working_days import CYCLES, add_cycle, add_months, deadline, shift

UNREADABLE = ("待定", "0000-00-00", "2026-02-30")
"""Texts that were seen in date columns and count as unknown."""

HOURS = ("00:00:00", "23:59:59", "23:59:59.999", "12:30:00", "01:02:03", "08:00:00", "16:00:00")


class Draw:
    """Random draws for a city, whose night is `as_of`."""

    def __init__(self, seed: object, as_of: date) -> None:
        self.random = Random(str(seed))
        self.as_of = as_of

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random.random() < probability

    def pick(self, weights: dict[str, int]) -> str:
        """A key, drawn by weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def day(self, earliest: int = 800) -> date:
        """A day near D: often D or the days around it, sometimes a month's end or a later day."""
        kind = self.random.random()
        if kind < 0.25:
            return self.as_of + timedelta(days=self.random.choice((-1, 0, 0, 1)))
        if kind < 0.35:
            month = self.random.randrange(earliest // 30 + 1)
            first = self.as_of.replace(day=1) - timedelta(days=30 * month)
            return first.replace(day=1) - timedelta(days=1)
        if kind < 0.42:
            return self.as_of + timedelta(days=self.random.randrange(2, 60))
        span = self.random.choice((30, 100, earliest))
        return self.as_of - timedelta(days=self.random.randrange(span))

    def update_day(self, cycle: str) -> date:
        """A day of an update whose due day, deadline or end of the overdue state is often D ± 1."""
        if cycle in CYCLES and self.chance(0.6):
            return self.random.choice(boundary_days(self.as_of, cycle))
        return self.day()

    def opening(self, working_days: int) -> date:
        """A day from which so many working days often end on D or a day beside it."""
        if self.chance(0.7):
            return self.random.choice(openings(self.as_of, working_days))
        return self.day(120)

    def cell(self, draw_day: Callable[[], date], unknown: float = 0.1) -> str:
        """A day as text; sometimes empty, rarely unreadable, rarely with a time and a zone."""
        kind = self.random.random()
        if kind < unknown:
            return ""
        if kind < unknown + 0.02:
            return self.random.choice(UNREADABLE)
        day = draw_day()
        if kind < unknown + 0.05:  # 00:00 to 07:59 of `day` in Shanghai
            return f"{day - timedelta(days=1)}T{self.random.randrange(16, 24)}:30:00+00:00"
        return str(day)

    def moment(self, day: date) -> datetime:
        """A moment of the day in Shanghai, often its first or its last second."""
        time = datetime.fromisoformat(f"{day}T{self.random.choice(HOURS)}")
        return time + timedelta(seconds=self.random.choice((0, 0, 1800)))

    def written(self, moment: datetime) -> str:
        """A Shanghai moment as text, without a zone or in another one."""
        style = self.random.random()
        if style < 0.6:
            return moment.isoformat(" ")
        if style < 0.8:
            return moment.isoformat("T") + "+08:00"
        if style < 0.9:
            return (moment - timedelta(hours=8)).isoformat("T") + "Z"
        return (moment - timedelta(hours=13)).isoformat("T") + "-05:00"


@cache
def boundary_days(as_of: date, cycle: str) -> tuple[date, ...]:
    """Days of a last update whose due day, deadline or other limit is D or a day beside it."""
    length = CYCLES[cycle]
    days = []
    for cycles, back in product((1, 2), range(-10, 26)):
        ago = add_months(as_of, -cycles * length.months)
        day = ago - timedelta(days=cycles * length.days + back)
        due = add_cycle(day, cycle)
        last = deadline(due, cycle, {})
        events = (due, due - timedelta(days=7), last, add_cycle(last, cycle))
        if any(abs((event - as_of).days) <= 1 for event in events):
            days.append(day)
    return tuple(days)


@cache
def openings(as_of: date, working_days: int) -> tuple[date, ...]:
    """Days from which so many working days end on D or a day beside it."""
    days = [as_of - timedelta(days=back) for back in range(2 * working_days + 25)]
    return tuple(day for day in days if abs((shift(day, working_days) - as_of).days) <= 1) or (
        as_of,
    )
