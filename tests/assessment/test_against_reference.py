"""The pipeline equals the reference, row by row, on random cities under many definitions.

RANDOM_CITIES sets how many cities, `make test-long` more than `make test`; several share a night,
each under its own codes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sharing_pipeline.assessment.indicators import INDICATORS
from tests.conftest import by_reference
from tests.reference import City
from tests.support import pipeline
from tests.support.cities import NIGHTS, merged, random_city, random_definitions
from tests.support.pipeline import TextRow

CITIES = int(os.environ.get("RANDOM_CITIES", "51"))
A_NIGHT = 17
"""How many cities share a night."""

GROUPS = range(-(-CITIES // A_NIGHT))

REASONS = {
    "mount_rate": """not_published exempt not_shareable in_grace not_observable mounted
        mount_pending mount_returned resource_offline no_resource""",
    "update_timeliness": """not_published exempt not_shareable not_observable not_mounted
        no_cycle_obligation cycle_unknown api_alive api_silent api_only first_cycle never_updated
        on_time overdue window_too_short periods_kept periods_missed""",
    "demand_completion": """draft withdrawn merged exempt lawful_refusal completed completed_late
        refused waiting_requester awaiting_confirmation in_progress overdue""",
}
"""The indicators that the reference knows, and every reason that one of their rules gives."""

STATES = {"", "fresh", "due_soon", "in_grace", "overdue", "delinquent"}


def group(number: int) -> tuple[City, list[dict[str, Any]]]:
    """The cities of one night, and the definitions that are evaluated at once."""
    seeds = range(number * A_NIGHT, (number + 1) * A_NIGHT)
    night = NIGHTS[number % len(NIGHTS)]
    city = merged([random_city(seed, night) for seed in seeds])
    official = [each for each in pipeline.official_definitions() if each["indicator"] in REASONS]
    return city, [*official, *random_definitions(number)]


def keyed(rows: Sequence[TextRow], *key: str) -> dict[tuple[str, ...], TextRow]:
    """Rows by key; every key once."""
    found = {tuple(row[name] for name in key): row for row in rows}
    assert len(found) == len(rows)
    return found


def differences(
    actual: dict[tuple[str, ...], TextRow], expected: dict[tuple[str, ...], TextRow]
) -> list[str]:
    """What differs, in words: missing and unexpected rows, and cells."""
    found = [f"missing {key}: {expected[key]}" for key in sorted(expected.keys() - actual.keys())]
    found += [f"not expected {key}" for key in sorted(actual.keys() - expected.keys())]
    for key in sorted(expected.keys() & actual.keys()):
        cells = {
            name: (actual[key][name], value)
            for name, value in expected[key].items()
            if actual[key][name] != value
        }
        if cells:
            found.append(f"{key}: (pipeline, reference) = {cells}")
    return found


def comparable(row: TextRow) -> TextRow:
    """A scoreboard row with one spelling of its numbers; how the whole is named is not said."""
    numbers = {
        name: str(Decimal(row[name]).normalize() + 0) if row[name] else ""
        for name in ("target_percent", "change_from_previous_night")
    }
    name = "" if row["scope_type"] == "all" else row["scope_name"]
    return {**row, **numbers, "scope_name": name}


@pytest.mark.parametrize("number", GROUPS)
def test_pipeline_equals_reference(number: int, tmp_path: Path) -> None:
    city, definitions = group(number)
    night = NIGHTS[number % len(NIGHTS)]
    expected, expected_board = by_reference(city, night, definitions, after_a_night=True)
    pipeline.run(city, night - timedelta(days=1), definitions, tmp_path)
    actual, board = pipeline.run(city, night, definitions, tmp_path)
    key = ("definition", "subject_id")
    assert differences(keyed(actual, *key), keyed(expected, *key)) == []
    key = ("definition", "scope_type", "scope_code")
    rows = keyed([comparable(row) for row in board], *key)
    assert differences(rows, keyed([comparable(row) for row in expected_board], *key)) == []


def test_every_reason_is_declared() -> None:
    declared = {indicator: set(INDICATORS[indicator].rules) for indicator in REASONS}
    assert declared == {indicator: set(named.split()) for indicator, named in REASONS.items()}


def test_random_cities_hit_every_reason_and_state() -> None:
    reasons: dict[str, set[str]] = {indicator: set() for indicator in REASONS}
    states = set()
    for number in range(len(NIGHTS) // 2):
        city, definitions = group(number)
        rows, _ = by_reference(city, NIGHTS[number % len(NIGHTS)], definitions)
        for row in rows:
            reasons[row["indicator"]].add(row["reason"])
            states.add(row["state"])
    assert reasons == {indicator: set(named.split()) for indicator, named in REASONS.items()}
    assert states == STATES
