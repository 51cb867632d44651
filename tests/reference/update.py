"""update_timeliness · 数据更新及时率 (indicators.md §3). The first rule that matches wins."""

from __future__ import annotations

from datetime import date, timedelta

from tests.reference.city import Row
from tests.reference.evidence import last_update, records_up_to, success_days
from tests.reference.judgement import Facts, Judgement, lacks, not_to_be_judged
from tests.reference.mount import is_mounted
from tests.reference.periods import judge_periods
from tests.reference.values import day_of
from tests.reference.working_days import CYCLES, NO_OBLIGATION, add_cycle, deadline


def judge_update(facts: Facts, code: str, parameters: dict) -> Judgement:
    """The outcome of a catalogue entry."""
    entry = facts.entries[code]
    resources = facts.resources.get(code, [])
    mounted = [resource for resource in resources if is_mounted(resource, facts.as_of)]
    cycle = entry.get("update_cycle", "")
    # 1–3, with this definition's own count_not_shareable and exemptions
    excluded = not_to_be_judged(facts, code, "update_timeliness", parameters)
    if excluded:
        return excluded
    # 3a
    if lacks(entry, "update", "cycle"):
        return Judgement("excluded", "not_observable")
    # 4: one fault is not punished twice
    if not mounted and not lacks(entry, "mount"):
        return Judgement("excluded", "not_mounted")
    # 5
    if cycle in NO_OBLIGATION:
        return Judgement("excluded", "no_cycle_obligation")
    # 6: empty or not recognised
    if cycle not in CYCLES:
        return Judgement(parameters.get("unknown_cycle", "missed"), "cycle_unknown")
    # 7
    if mounted and all(resource.get("resource_type", "") == "接口" for resource in mounted):
        judged = _judge_api(facts, mounted, parameters)
        if judged:
            return judged
    # 8–10
    if parameters.get("method", "deadline") == "periods":
        return judge_periods(facts, entry, mounted, parameters)
    return _judge_deadline(facts, entry, mounted, parameters)


def _judge_api(facts: Facts, mounted: list[Row], parameters: dict) -> Judgement | None:
    """Rule 7; None means that rule 8 is next. The evidence is the latest success up to D, also for
    an API that is silent."""
    rule = parameters.get("api_rule", "calls")
    successes = (day for resource in mounted for day in success_days(facts, resource))
    latest = max(successes, default=None)
    stored = {"evidence_source": "exchange" if latest else "", "evidence_at": latest}
    if rule == "exclude":
        return Judgement("excluded", "api_only", **stored)
    if rule == "calls" and any(records_up_to(facts, resource) for resource in mounted):
        window = parameters.get("api_window_days", 30)
        if latest and (facts.as_of - latest).days <= window:
            return Judgement("met", "api_alive", **stored)
        return Judgement("missed", "api_silent", **stored)
    return None


def _judge_deadline(facts: Facts, entry: Row, mounted: list[Row], parameters: dict) -> Judgement:
    """Rules 8–10 of the method `deadline`."""
    update = last_update(facts, entry, mounted, parameters)
    # 8
    if update is None:
        baseline = _baseline(entry, mounted)
        if baseline is None:
            return Judgement("missed", "never_updated")
        judged = _dated(facts, entry, baseline, parameters)
        on_time = facts.as_of <= judged.deadline_on
        judged.outcome = "excluded" if on_time else "missed"
        judged.reason = "first_cycle" if on_time else "never_updated"
        return judged
    judged = _dated(facts, entry, update[1], parameters)
    judged.evidence_source, judged.evidence_at = update
    # 9
    if facts.as_of <= judged.deadline_on:
        judged.outcome, judged.reason = "met", "on_time"
    # 10
    else:
        judged.outcome, judged.reason = "missed", "overdue"
    return judged


def _baseline(entry: Row, mounted: list[Row]) -> date | None:
    """Rule 8: the earliest mounted_on of mounted resources, or else published_on."""
    days = [day for resource in mounted if (day := day_of(resource.get("mounted_on", "")))]
    return min(days) if days else day_of(entry.get("published_on", ""))


def _dated(facts: Facts, entry: Row, start: date, parameters: dict) -> Judgement:
    """Due day, deadline, overdue days and state, counted from `start`, without an outcome yet."""
    cycle = entry["update_cycle"]
    due_on = add_cycle(start, cycle)
    deadline_on = deadline(due_on, cycle, parameters)
    return Judgement(
        outcome="",
        reason="",
        state=_state(facts.as_of, cycle, due_on, deadline_on, parameters),
        due_on=due_on,
        deadline_on=deadline_on,
        overdue_days=max(0, (facts.as_of - deadline_on).days),
    )


def _state(as_of: date, cycle: str, due_on: date, deadline_on: date, parameters: dict) -> str:
    """The state of an entry on D within its cycle."""
    # soon_days is 7 by default, and 0 for cycles under 7 days; a parameter holds for every cycle.
    shorter_than_a_week = CYCLES[cycle].months == 0 and CYCLES[cycle].days < 7
    soon_days = parameters.get("soon_days", 0 if shorter_than_a_week else 7)
    if as_of < due_on - timedelta(days=soon_days):
        return "fresh"
    if as_of <= due_on:
        return "due_soon"
    if as_of <= deadline_on:
        return "in_grace"
    # An entry is delinquent one cycle after the deadline, added by the calendar and clamped.
    if as_of <= add_cycle(deadline_on, cycle):
        return "overdue"
    return "delinquent"
