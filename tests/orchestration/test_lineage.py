"""The arrows between the assets on the screen are what the steps really read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.night import ASSESSMENT, FACTS, FIGURES, INTAKE, open_run, perform, run_night
from sharing_pipeline.orchestration.tables import made_from
from sharing_pipeline.sample import make_city
from sharing_pipeline.settings import PROJECT, Settings, system_clock
from sharing_pipeline.site.page import write_page
from sharing_pipeline.store.mart import refresh_mart
from tests.support.lineage import lineage

DAY = date(2026, 11, 22)

MADE_FROM = made_from(load_contracts(PROJECT / "catalog"))
INTAKE_TABLES = ("submission", "quarantine")
FOLDED = ("catalogue", "resource", "field", "demand")

FILES = {
    "exchange_log": {"submission"},  # the days of a log, as they were received
    "exchange_state": {"exchange_daily"},
    "finding": {"quarantine"},
    "state_vanished": {"catalogue"},
    # The newest list is in force as it was received.
    "rows_organisation": {"organisation"},
    "rows_exemption": {"exemption"},
}
"""The asset that a kind of lake file belongs to, where its name doesn't say so."""

PYTHON_TABLES = {
    "answers": {"organisation", "catalogue"},
    "contact": {"organisation", "catalogue"},
    "scope": {"organisation", "catalogue"},
    "log_file": {"exchange_daily", "submission"},
    "lately": {"catalogue"},
}
"""What rows were worked out from that the engine gets from Python; organisations are those of the
list and, for a portal without one, those of its catalogue. Others are catalog/ and calendar."""

RECEIVED = ("rows_", "kept_", "refused_")
"""Rows of submissions, and what is known of those that were sent back."""


def assets_of(sources: Iterable[str]) -> set[str]:
    """The assets behind kinds of lake files and Python tables."""
    assets: set[str] = set()
    for source in sources:
        if source.startswith("python:"):
            assets |= PYTHON_TABLES.get(source.removeprefix("python:"), set())
        else:
            assets |= FILES.get(source, {source.removeprefix("state_")})
    return assets


def received_or(sources: Iterable[str]) -> set[str]:
    """The same for what facts are made from: rows are there those of submissions."""
    kinds = list(sources)
    rows = {kind for kind in kinds if kind.startswith(RECEIVED)}
    others = assets_of(kind for kind in kinds if kind not in rows)
    return others | {"submission"} if rows else others


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What each asset was made from on the second night of a sample city."""
    settings = Settings(home=tmp_path_factory.mktemp("lineage"))
    size = {"days": 3, "log_rows_per_day": 40, "demands": 10, "date": DAY}
    make_city(settings.inbox, entries=60, **size)
    run_night(settings, DAY - timedelta(days=1), clock=system_clock)
    make_city(settings.inbox, entries=61, **size)
    with open_run(settings, [DAY]) as run:
        with lineage() as facts:
            perform(run, INTAKE)
            perform(run, FACTS)
        lists = {name: run.last.facts.files[name] for name in ("organisation", "exemption")}
        with lineage() as assessment:
            perform(run, ASSESSMENT)
        with lineage() as figures:
            perform(run, FIGURES)
        with lineage() as mart:
            refresh_mart(settings, run.ledger)
        with lineage() as page:
            write_page(settings, run.ledger)
    return {
        **{name: received_or([Path(file).parent.name]) for name, file in lists.items()},
        **{name: received_or(facts.files[f"state_{name}"]) for name in FOLDED},
        "exchange_daily": received_or(facts.files["exchange_state"]),
        "assessment": assets_of(assessment.files["assessment"]),
        **{name: assets_of(figures.files[name]) for name in ("scoreboard", "issue")},
        "mart": assets_of(mart.mart),
        "page": assets_of(page.read),
    }


@pytest.mark.parametrize("asset", [name for name in MADE_FROM if name not in INTAKE_TABLES])
def test_an_asset_is_made_from_what_its_step_reads(read: dict[str, set[str]], asset: str) -> None:
    really = read[asset] - {asset}  # of an earlier night
    assert really == set(MADE_FROM[asset]), f"say so in orchestration/tables.py: {sorted(really)}"


def test_what_arrives_is_no_asset() -> None:
    assert [MADE_FROM[name] for name in INTAKE_TABLES] == [[], []]
