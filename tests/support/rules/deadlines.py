"""Cases for due days, deadlines, states and the method of periods, indicators.md §3."""

from __future__ import annotations

from datetime import date
from functools import partial

from tests.support.cases import entry_case, outcome, resource, supply
from tests.support.rules.update import exchanged

case = partial(entry_case, "update_timeliness")

# cycle → last update, due, deadline with the default grace, and what that is on D
TABLE = {
    "实时": ("2026-11-21", "2026-11-22", "2026-11-22", "met on_time due_soon", 0),
    "每日": ("2026-11-20", "2026-11-21", "2026-11-23", "met on_time in_grace", 0),
    "每周": ("2026-11-10", "2026-11-17", "2026-11-19", "missed overdue overdue", 3),
    "每旬": ("2026-11-10", "2026-11-20", "2026-11-24", "met on_time in_grace", 0),
    "每两周": ("2026-11-04", "2026-11-18", "2026-11-23", "met on_time in_grace", 0),
    "每半月": ("2026-11-03", "2026-11-18", "2026-11-23", "met on_time in_grace", 0),
    "每四周": ("2026-10-15", "2026-11-12", "2026-11-19", "missed overdue overdue", 3),
    "每月": ("2026-10-22", "2026-11-22", "2026-11-27", "met on_time due_soon", 0),
    "每两月": ("2026-09-15", "2026-11-15", "2026-11-20", "missed overdue overdue", 2),
    "每季度": ("2026-08-09", "2026-11-09", "2026-11-23", "met on_time in_grace", 0),
    "每半年": ("2026-05-08", "2026-11-08", "2026-11-20", "missed overdue overdue", 2),
    "每年": ("2025-11-08", "2026-11-08", "2026-11-20", "missed overdue overdue", 2),
    "每两年": ("2024-11-09", "2026-11-09", "2026-11-23", "met on_time in_grace", 0),
    "每三年": ("2023-11-09", "2026-11-09", "2026-11-23", "met on_time in_grace", 0),
    "每四年": ("2022-11-08", "2026-11-08", "2026-11-20", "missed overdue overdue", 2),
}


def by_log(text: str, day: str, due_on: str, deadline_on: str, days: int = 0):
    """The expected row, and the log that leads to it."""
    return {"expected": exchanged(text, day, due_on, deadline_on, days), "logs": [supply(day)]}


CYCLES = [
    case(f"cycle {cycle}", update_cycle=cycle, **by_log(text, day, due_on, deadline_on, days))
    for cycle, (day, due_on, deadline_on, text, days) in TABLE.items()
]

GRACE = [
    case("grace_working_days of one cycle", parameters={"grace_working_days": {"每月": 0}},
         **by_log("missed overdue overdue", "2026-10-21", "2026-11-21", "2026-11-21", 1)),
    case("grace_working_days leaves the other cycles", update_cycle="每周",
         parameters={"grace_working_days": {"每月": 0}},
         **by_log("met on_time in_grace", "2026-11-12", "2026-11-19", "2026-11-23")),
    case("roll_to_working_day: without grace to Monday",
         parameters={"grace_working_days": {"每月": 0}, "roll_to_working_day": True},
         **by_log("met on_time in_grace", "2026-10-21", "2026-11-21", "2026-11-23")),
    case("roll_to_working_day: never for 实时", update_cycle="实时",
         parameters={"grace_working_days": {"每月": 0}, "roll_to_working_day": True},
         **by_log("missed overdue overdue", "2026-11-20", "2026-11-21", "2026-11-21", 1)),
    case("roll_to_working_day: grace counts from the day itself",
         parameters={"roll_to_working_day": True},
         **by_log("met on_time due_soon", "2026-10-22", "2026-11-22", "2026-11-27")),
    # Due Wed 09-30. Holidays 10-01…07; Thu 8, Fri 9 and the made-up Saturday 10 work.
    case("a made-up working Saturday counts", as_of=date(2026, 10, 11),
         **by_log("met on_time in_grace", "2026-08-30", "2026-09-30", "2026-10-13")),
    # Due Thu 12-31 and five working days of a year that is not announced: Fri 01-01 counts.
    case("an unannounced year falls back to Monday–Friday",
         **by_log("met on_time fresh", "2026-11-20", "2026-12-20", "2026-12-25")),
    case("an unannounced year: New Year's Day counts as a Friday", as_of=date(2027, 1, 8),
         **by_log("missed overdue overdue", "2026-11-30", "2026-12-30", "2027-01-06", 2)),
    case("months are clamped to the month's end", as_of=date(2026, 3, 1),
         **by_log("met on_time in_grace", "2026-01-31", "2026-02-28", "2026-03-06"),
         published_on="", resources=[resource(mounted_on="2026-01-06")]),
    case("a leap day and a year", update_cycle="每年",
         **by_log("missed overdue delinquent", "2024-02-29", "2025-02-28", "2025-03-14", 618),
         published_on="2024-01-05", resources=[resource(mounted_on="2024-01-06")]),
    case("four years from a leap day", update_cycle="每四年",
         **by_log("met on_time fresh", "2024-02-29", "2028-02-29", "2028-03-14"),
         published_on="2024-01-05", resources=[resource(mounted_on="2024-01-06")]),
]  # fmt: skip

STATES = [
    case("state: fresh until 8 days before due",
         **by_log("met on_time fresh", "2026-10-30", "2026-11-30", "2026-12-07")),
    case("state: due_soon from 7 days before due",
         **by_log("met on_time due_soon", "2026-10-29", "2026-11-29", "2026-12-04")),
    case("state: due_soon on the due day",
         **by_log("met on_time due_soon", "2026-10-22", "2026-11-22", "2026-11-27")),
    case("state: in_grace the day after",
         **by_log("met on_time in_grace", "2026-10-21", "2026-11-21", "2026-11-27")),
    case("state: overdue one cycle after the deadline",
         **by_log("missed overdue overdue", "2026-09-15", "2026-10-15", "2026-10-22", 31)),
    case("state: delinquent a day later",
         **by_log("missed overdue delinquent", "2026-09-14", "2026-10-14", "2026-10-21", 32)),
    case("soon_days is 0 under 7 days", update_cycle="每日",
         **by_log("met on_time fresh", "2026-11-22", "2026-11-23", "2026-11-24")),
    case("soon_days is 7 for a week", update_cycle="每周",
         **by_log("met on_time due_soon", "2026-11-22", "2026-11-29", "2026-12-01")),
    case("a given soon_days holds for every cycle", update_cycle="每日",
         parameters={"soon_days": 1},
         **by_log("met on_time due_soon", "2026-11-22", "2026-11-23", "2026-11-24")),
    case("soon_days 0", parameters={"soon_days": 0},
         **by_log("met on_time fresh", "2026-10-23", "2026-11-23", "2026-11-30")),
]  # fmt: skip

PERIODS = {"method": "periods"}
KEPT = outcome("met periods_kept")
NOT_KEPT = outcome("missed periods_missed")
TOO_SHORT = outcome("excluded window_too_short")


def supplies(*days: str) -> list[dict[str, str]]:
    return [supply(day) for day in days]


# The last whole quarter before D is 2026-07-01…09-30.
IN_PERIODS = [
    case("periods: three months kept", KEPT, parameters=PERIODS,
         logs=supplies("2026-07-01", "2026-08-15", "2026-09-30")),
    case("periods: two of three is under 0.8", NOT_KEPT, parameters=PERIODS,
         logs=supplies("2026-07-01", "2026-08-15")),
    case("periods: outside the window doesn't count", NOT_KEPT, parameters=PERIODS,
         logs=supplies("2026-06-30", "2026-08-15", "2026-10-01")),
    case("periods: days are distinct", NOT_KEPT, parameters=PERIODS,
         logs=supplies("2026-07-01 01:00:00", "2026-07-01 02:00:00", "2026-08-15")),
    case("periods: threshold", KEPT, parameters={**PERIODS, "period_threshold": 0.6},
         logs=supplies("2026-07-01", "2026-08-15")),
    case("periods: distinct days over all resources", KEPT, parameters=PERIODS,
         resources=[resource(), resource()],
         logs=[*supplies("2026-07-01", "2026-08-15"), supply("2026-09-01", of="2")]),
    case("periods: all takes the smallest count", NOT_KEPT, parameters={**PERIODS, **{
         "resource_rule": "all"}}, resources=[resource(), resource()],
         logs=[*supplies("2026-07-01", "2026-08-15", "2026-09-01"), supply("2026-09-02", of="2")]),
    case("periods: declared counts one day", KEPT, parameters=PERIODS, update_cycle="每季度",
         last_updated_on="2026-09-30"),
    case("periods: declared outside the window", NOT_KEPT, parameters=PERIODS,
         update_cycle="每季度", last_updated_on="2026-10-01"),
    case("periods: the log counts alone", NOT_KEPT, parameters=PERIODS, update_cycle="每季度",
         last_updated_on="2026-09-30", logs=supplies("2026-11-01")),
    case("periods: never updated is missed", NOT_KEPT, parameters=PERIODS),
    *(
        case(f"periods: {cycle} is longer than a quarter", TOO_SHORT, parameters=PERIODS,
             update_cycle=cycle)
        for cycle in ("每半年", "每年", "每两年", "每三年", "每四年")
    ),
    case("periods: no obligation", outcome("excluded no_cycle_obligation"), parameters=PERIODS,
         update_cycle="不定期"),
    case("periods: a quarter that ends on D is not before D", NOT_KEPT, parameters=PERIODS,
         logs=supplies("2026-07-01", "2026-08-15", "2026-09-30"), as_of=date(2026, 9, 30)),
    case("periods: the day after, it is", KEPT, parameters=PERIODS,
         logs=supplies("2026-07-01", "2026-08-15", "2026-09-30"), as_of=date(2026, 10, 1)),
]  # fmt: skip

# cycle → expected updates in 2026-10-01…31: 17 working days and the made-up Saturday 10-10
OCTOBER = {
    "实时": 9,
    "每日": 9,
    "每周": 4,
    "每旬": 3,
    "每两周": 2,
    "每半月": 2,
    "每四周": 1,
    "每月": 1,
}
OCTOBER_ONLY = {
    **PERIODS,
    "period_threshold": 1,
    "window": {"from": date(2026, 10, 1), "to": date(2026, 10, 31)},
}


def expectation(cycle: str, expected: int) -> list:
    """As many updates as expected keep the period at a threshold of 1; one fewer don't."""
    days = [f"2026-10-{day:02d}" for day in range(2, 2 + expected)]
    settings = {"update_cycle": cycle, "parameters": OCTOBER_ONLY}
    return [
        case(f"periods: {cycle} expects {expected}", KEPT, logs=supplies(*days), **settings),
        case(f"periods: {cycle} expects no fewer than {expected}", NOT_KEPT,
             logs=supplies(*days[1:], ), **settings),
    ]  # fmt: skip


WINDOWS = [
    *(each for cycle, expected in OCTOBER.items() for each in expectation(cycle, expected)),
    case("periods: 每两月 in one month", TOO_SHORT, update_cycle="每两月", parameters=OCTOBER_ONLY),
]

RULES = [*CYCLES, *GRACE, *STATES, *IN_PERIODS, *WINDOWS]
