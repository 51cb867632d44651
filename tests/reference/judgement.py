"""The outcome of a subject, and the facts on D that all rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.reference.city import City, Row
from tests.reference.organisations import Organisations, is_exempt
from tests.reference.received import catalogue_on, demands_received, log_received, resources_on
from tests.reference.values import day_of


@dataclass
class Facts:
    """What is known on D."""

    as_of: date
    organisations: Organisations
    entries: dict[str, Row]
    resources: dict[str, list[Row]]  # by catalogue_code
    log: dict[str, list[Row]]  # by resource_id
    demands: dict[str, Row]
    exemptions: list[Row]

    @classmethod
    def of(cls, city: City, as_of: date) -> Facts:
        """The facts of a city at the end of D."""
        return cls(
            as_of=as_of,
            organisations=Organisations(city.organisations),
            entries=catalogue_on(city, as_of),
            resources=resources_on(city, as_of),
            log=log_received(city),
            demands=demands_received(city),
            exemptions=city.exemptions,
        )


@dataclass
class Judgement:
    """An outcome with its reason, and what is stored beside it."""

    outcome: str
    reason: str
    state: str = ""
    due_on: date | None = None
    deadline_on: date | None = None
    overdue_days: int | None = None
    evidence_source: str = ""
    evidence_at: date | None = None


def lacks(entry: Row, *information: str) -> bool:
    """Whether the entry's source lacks any of these kinds of information: mount, update, cycle."""
    declared = [part.strip() for part in entry.get("lacks", "").split(";")]
    return any(kind in declared for kind in information)


def not_to_be_judged(facts: Facts, code: str, indicator: str, parameters: dict) -> Judgement | None:
    """Rules 1–3 of mount_rate, which are also those of update_timeliness: why an entry is
    excluded, or None."""
    entry = facts.entries[code]
    published_on = day_of(entry.get("published_on", ""))
    # 1: not published, or only after D; an unknown date of publication is no obstacle.
    if entry.get("publish_status", "") != "已发布" or (published_on and published_on > facts.as_of):
        return Judgement("excluded", "not_published")
    # 2
    if is_exempt(facts.exemptions, code, indicator, facts.as_of):
        return Judgement("excluded", "exempt")
    # 3
    counted = parameters.get("count_not_shareable", False)
    if entry.get("sharing_type", "") == "不予共享" and not counted:
        return Judgement("excluded", "not_shareable")
    return None
