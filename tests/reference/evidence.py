"""Evidence of an update (indicators.md §3): exchange-log records and the declared date."""

from __future__ import annotations

from datetime import date

from tests.reference.city import Row
from tests.reference.judgement import Facts
from tests.reference.values import day_of, is_true, number_of


def record_date(record: Row) -> date | None:
    """The day a log record lies on: the Shanghai date of finished_at, else of started_at."""
    return day_of(record.get("finished_at", "")) or day_of(record.get("started_at", ""))


def records_up_to(facts: Facts, resource: Row) -> list[Row]:
    """This resource's records of either direction and any status, up to the end of D."""
    dated = [(record_date(row), row) for row in facts.log.get(resource["resource_id"], [])]
    return [row for day, row in dated if day is not None and day <= facts.as_of]


def success_days(facts: Facts, resource: Row) -> list[date]:
    """Days of successes of either direction, any row_count, with finished_at known (rule 7)."""
    return [
        day
        for row in records_up_to(facts, resource)
        if row["status"] == "成功" and (day := day_of(row.get("finished_at", "")))
    ]


def has_supply_record(facts: Facts, resources: list[Row]) -> bool:
    """The log has any supply record at all, success or not, of one of these up to D."""
    return any(
        row["direction"] == "归集"
        for resource in resources
        for row in records_up_to(facts, resource)
    )


def exchange_update_days(facts: Facts, resource: Row) -> set[date]:
    """Days up to D on which a supply of this resource succeeded and brought something.

    Rows > 0, or verified that nothing changed. A success with 0 rows is not an update, and an
    unknown row_count is not > 0.
    """
    return {
        day
        for row in records_up_to(facts, resource)
        if row["direction"] == "归集"
        and row["status"] == "成功"
        and (day := day_of(row.get("finished_at", "")))
        and (
            (number_of(row.get("row_count", "")) or 0) > 0
            or is_true(row.get("verified_no_change", ""))
        )
    }


def declared_day(facts: Facts, entry: Row) -> date | None:
    """The entry's own last_updated_on, if ≤ D."""
    day = day_of(entry.get("last_updated_on", ""))
    return day if day and day <= facts.as_of else None


def sources_that_count(facts: Facts, mounted: list[Row], parameters: dict) -> tuple[str, ...]:
    """Which evidence the parameter `evidence` lets count for an entry with these resources."""
    evidence = parameters.get("evidence", "exchange_first")
    if evidence == "exchange_first":
        return ("exchange",) if has_supply_record(facts, mounted) else ("declared",)
    return {
        "exchange_only": ("exchange",),
        "declared_only": ("declared",),
        "latest_of_both": ("exchange", "declared"),
    }[evidence]


def last_update(
    facts: Facts, entry: Row, mounted: list[Row], parameters: dict
) -> tuple[str, date] | None:
    """The update that decides, as (evidence source, date); None without evidence."""
    found: list[tuple[str, date]] = []
    sources = sources_that_count(facts, mounted, parameters)
    exchanged = _last_exchange(facts, mounted, parameters)
    declared = declared_day(facts, entry)
    if "exchange" in sources and exchanged:
        found.append(("exchange", exchanged))
    if "declared" in sources and declared:
        found.append(("declared", declared))
    # max() keeps the first of equals: on a tie exchange
    return max(found, key=lambda update: update[1], default=None)


def _last_exchange(facts: Facts, mounted: list[Row], parameters: dict) -> date | None:
    """`any`: the latest of all resources. `all`: the oldest of their latest, each must have one."""
    latest = [max(exchange_update_days(facts, each), default=None) for each in mounted]
    known = [day for day in latest if day]
    if parameters.get("resource_rule", "any") == "any":
        return max(known, default=None)
    return min(known, default=None) if len(known) == len(latest) else None
