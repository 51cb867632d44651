"""What several test files share: the two engines whose answers are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

from tests.reference import City, assess, scoreboard
from tests.support import pipeline
from tests.support.pipeline import TextRow, as_text

# How fast a machine makes or judges an input is no property of ours.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

Tables = tuple[list[TextRow], list[TextRow]]


class Engine(Protocol):
    """Gives (assessment, scoreboard) of D, as text; with `after_a_night` also D−1 was published.

    All files are taken in by the first of the nights.
    """

    def __call__(
        self,
        city: City,
        as_of: date,
        definitions: Sequence[dict[str, Any]],
        *,
        after_a_night: bool = False,
    ) -> Tables: ...


def by_reference(
    city: City,
    as_of: date,
    definitions: Sequence[dict[str, Any]],
    *,
    after_a_night: bool = False,
) -> Tables:
    """The reference as an engine."""
    first = as_of - timedelta(days=1) if after_a_night else as_of
    city = replace(city, taken_in_on=first)
    board: list[dict[str, Any]] | None = None
    for day in sorted({first, as_of}):
        rows = [row for each in definitions for row in assess(city, day, each)]
        board = scoreboard(city, day, list(definitions), rows, board)
    return as_text(rows), as_text(board or [])


@pytest.fixture(scope="session", params=["reference", "pipeline"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Computes a city's night: once by the reference, once by the pipeline."""
    if request.param == "reference":
        return by_reference

    def by_pipeline(
        city: City,
        as_of: date,
        definitions: Sequence[dict[str, Any]],
        *,
        after_a_night: bool = False,
    ) -> Tables:
        folder = tmp_path_factory.mktemp("night")
        if after_a_night:
            pipeline.run(city, as_of - timedelta(days=1), definitions, folder)
        return pipeline.run(city, as_of, definitions, folder)

    return by_pipeline
