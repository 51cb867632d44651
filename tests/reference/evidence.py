"""The evidence of an update (indicators.md §3): records of the exchange log, and declared dates."""

from __future__ import annotations

from datetime import date

from tests.reference.city import Row
from tests.reference.judgement import Facts
from tests.reference.values import day_of, is_true, number_of


def record_date(record: Row) -> date | None:
    """The day of a log record: the Shanghai date of finished_at, or else of started_at."""
    return day_of(record.get("finished_at", "")) or day_of(record.get("started_at", ""))


def records_up_to(facts: Facts, resource: Row) -> list[Row]:
    """The resource's records of either direction and any status, up to the end of D."""
    dated = [(record_date(row), row) for row in facts.log.get(resource["resource_id"], [])]
    return [row for day, row in dated if day is not None and day <= facts.as_of]


def success_days(facts: Facts, resource: Row) -> list[date]:
    """The days of successes of either direction and any row_count, if finished_at is known (rule
    7)."""
    return [
        day
        for row in records_up_to(facts, resource)
        if row["status"] == "成功" and (day := day_of(row.get("finished_at", "")))
    ]


def has_supply_record(facts: Facts, resources: list[Row]) -> bool:
    """Whether the log has a supply record of one of these resources up to D, successful or not."""
    return any(
        row["direction"] == "归集"
        for resource in resources
        for row in records_up_to(facts, resource)
    )


def exchange_update_days(facts: Facts, resource: Row) -> set[date]:
    """The days up to D on which a supply of this resource was an update.

    It must have succeeded with more than 0 rows, or with the verified finding that nothing changed.
    A success with 0 rows is no update, and neither is one with an unknown row_count.
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
    """The entry's own last_updated_on, if it is ≤ D."""
    day = day_of(entry.get("last_updated_on", ""))
    return day if day and day <= facts.as_of else None


def sources_that_count(facts: Facts, mounted: list[Row], parameters: dict) -> tuple[str, ...]:
    """The kinds of evidence that count for an entry with these resources, by the parameter
    `evidence`."""
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
    updates: list[tuple[str, date]] = []
    sources = sources_that_count(facts, mounted, parameters)
    exchanged = _last_exchange(facts, mounted, parameters)
    declared = declared_day(facts, entry)
    if "exchange" in sources and exchanged:
        updates.append(("exchange", exchanged))
    if "declared" in sources and declared:
        updates.append(("declared", declared))
    # max() keeps the first of equal dates, which is the exchange's.
    return max(updates, key=lambda update: update[1], default=None)


def _last_exchange(facts: Facts, mounted: list[Row], parameters: dict) -> date | None:
    """The last update by exchange. By the rule `any` it is the latest of all resources; by the rule
    `all` it is the oldest of their latest ones, and each must have one."""
    latest = [max(exchange_update_days(facts, resource), default=None) for resource in mounted]
    known = [day for day in latest if day]
    if parameters.get("resource_rule", "any") == "any":
        return max(known, default=None)
    return min(known, default=None) if len(known) == len(latest) else None
