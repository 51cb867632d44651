"""Days, working days, cycles and deadlines (indicators.md §3, "Deadline")."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar


@dataclass(frozen=True)
class Cycle:
    """An update cycle's length, in days or in calendar months, and its grace in working days."""

    days: int
    months: int
    grace: int


# The table of indicators.md §3.
CYCLES = {
    "实时": Cycle(days=1, months=0, grace=0),
    "每日": Cycle(days=1, months=0, grace=1),
    "每周": Cycle(days=7, months=0, grace=2),
    "每旬": Cycle(days=10, months=0, grace=2),
    "每两周": Cycle(days=14, months=0, grace=3),
    "每半月": Cycle(days=15, months=0, grace=3),
    "每四周": Cycle(days=28, months=0, grace=5),
    "每月": Cycle(days=0, months=1, grace=5),
    "每两月": Cycle(days=0, months=2, grace=5),
    "每季度": Cycle(days=0, months=3, grace=10),
    "每半年": Cycle(days=0, months=6, grace=10),
    "每年": Cycle(days=0, months=12, grace=10),
    "每两年": Cycle(days=0, months=24, grace=10),
    "每三年": Cycle(days=0, months=36, grace=10),
    "每四年": Cycle(days=0, months=48, grace=10),
}

NO_OBLIGATION = ("不定期", "一次性/不更新", "其他")
"""Cycles without an obligation to update (rule 5 of update_timeliness)."""


@cache
def is_working_day(day: date) -> bool:
    """Whether a day is a working day in the State Council's calendar; in a year that is not
    announced yet, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def shift(day: date, count: int, roll: bool = False) -> date:
    """The day that comes `count` working days after `day`; for 0 the day itself, or with `roll` the
    next working day from it on."""
    if count == 0:
        while roll and not is_working_day(day):
            day += timedelta(days=1)
        return day
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def add_cycle(day: date, cycle: str) -> date:
    """`day` plus one cycle."""
    return add_months(day, CYCLES[cycle].months) + timedelta(days=CYCLES[cycle].days)


def deadline(due: date, cycle: str, parameters: dict) -> date:
    """`due` shifted by the working days of grace that the definition gives this cycle."""
    grace = parameters.get("grace_working_days", {}).get(cycle, CYCLES[cycle].grace)
    roll = parameters.get("roll_to_working_day", False) and cycle != "实时"
    return shift(due, grace, roll)
