"""The second method, 期次法 (indicators.md §3): update days kept out of update days expected."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from tests.reference.city import Row
from tests.reference.evidence import declared_day, exchange_update_days, sources_that_count
from tests.reference.judgement import Facts, Judgement
from tests.reference.values import day_of
from tests.reference.working_days import CYCLES, add_months, is_working_day


def judge_periods(facts: Facts, entry: Row, mounted: list[Row], parameters: dict) -> Judgement:
    """The outcome by periods, in place of rules 8–10; no state and no dates are stored."""
    first, last = window_of(facts.as_of, parameters)
    expected = expected_updates(entry["update_cycle"], first, last)
    if expected == 0:
        return Judgement("excluded", "window_too_short")
    kept = Fraction(_update_days(facts, entry, mounted, first, last, parameters), expected)
    if kept >= Fraction(str(parameters.get("period_threshold", "0.8"))):
        return Judgement("met", "periods_kept")
    return Judgement("missed", "periods_missed")


def window_of(as_of: date, parameters: dict) -> tuple[date, date]:
    """The first and the last day of the window that the parameters set, or else of the last whole
    calendar quarter before D. A quarter that ends on D is not before D."""
    window = parameters.get("window")
    if window:
        return day_of(str(window["from"])), day_of(str(window["to"]))
    this_quarter = date(as_of.year, (as_of.month - 1) // 3 * 3 + 1, 1)
    return add_months(this_quarter, -3), this_quarter - timedelta(days=1)


def expected_updates(cycle: str, first: date, last: date) -> int:
    """How many updates are expected in a window, both days included; always rounded down."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if cycle in ("实时", "每日"):
        return sum(is_working_day(day) for day in days) // 2
    if CYCLES[cycle].days:
        return len(days) // CYCLES[cycle].days
    whole_months = 0
    while add_months(first, whole_months + 1) <= last + timedelta(days=1):
        whole_months += 1
    return whole_months // CYCLES[cycle].months


def _update_days(
    facts: Facts, entry: Row, mounted: list[Row], first: date, last: date, parameters: dict
) -> int:
    """The number of days in the window with an update of any mounted resource; by the rule `all`
    the smallest number of any resource. Declared evidence counts as one day."""
    sources = sources_that_count(facts, mounted, parameters)
    declared = {declared_day(facts, entry)} - {None} if "declared" in sources else set()
    per_resource = [
        (exchange_update_days(facts, resource) if "exchange" in sources else set()) | declared
        for resource in mounted
    ] or [declared]
    in_window = [{day for day in days if first <= day <= last} for days in per_resource]
    if parameters.get("resource_rule", "any") == "all":
        return min(len(days) for days in in_window)
    return len(set().union(*in_window))
