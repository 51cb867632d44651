"""Runs whose process is gone are closed, and their failure is there for everybody to see."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from sharing_pipeline.launch import run_nightly
from sharing_pipeline.orchestration import lost_runs
from sharing_pipeline.orchestration.instance import local_instance
from sharing_pipeline.orchestration.lost_runs import business_dates, close_lost_runs
from sharing_pipeline.published.failures import standing_failures
from sharing_pipeline.settings import Settings, system_clock
from sharing_pipeline.store.ledger import Ledger
from tests.support.killed import kill, stopped_night
from tests.support.night_helpers import Home, entries

DAY = date(2026, 11, 22)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.put("catalogue/目录-2026-11-01.csv", entries("A", range(1, 4)))
    return made


def statuses(instance: dg.DagsterInstance) -> list[str]:
    """The runs' statuses, the earliest first."""
    return [run.status.value for run in reversed(instance.get_runs())]


def page(home: Home) -> str:
    return (home.settings.site / "index.html").read_text(encoding="utf-8")


def test_a_killed_night_is_closed_and_shown_until_its_day_is_published(home: Home) -> None:
    killed = stopped_night(home.settings, "评定")
    try:
        with local_instance(home.settings) as instance:
            assert close_lost_runs(instance, home.settings, system_clock) == []
            kill(killed)
            (run_id,) = close_lost_runs(instance, home.settings, system_clock)
            assert close_lost_runs(instance, home.settings, system_clock) == []
            (failure,) = standing_failures(home.ledger)
            assert (failure.day, failure.run_id) == (DAY, run_id)
            assert failure.reason.startswith("运行中断")
            assert "2026-11-22 没有运行完" in page(home) and "运行中断" in page(home)
            later = system_clock() + timedelta(seconds=1)
            run_nightly(home.settings, DAY, clock=lambda: later)
            assert statuses(instance) == ["FAILURE", "SUCCESS"]
    finally:
        kill(killed)
    assert standing_failures(home.ledger) == []
    assert "没有运行完" not in page(home)


def test_the_next_night_closes_a_killed_one(home: Home) -> None:
    killed = stopped_night(home.settings, "评定")
    kill(killed)
    run_nightly(home.settings, DAY)
    with local_instance(home.settings) as instance:
        assert statuses(instance) == ["FAILURE", "SUCCESS"]


def test_a_run_that_is_only_just_launched_is_given_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    with local_instance(settings) as instance:
        run = dg.DagsterRun(
            "nightly",
            status=dg.DagsterRunStatus.STARTED,
            tags={"dagster/partition": DAY.isoformat()},
        )
        instance.add_run(run)
        assert close_lost_runs(instance, settings, system_clock) == []
        monkeypatch.setattr(lost_runs, "SECONDS_TO_FIRST_STEP", 0.01)
        time.sleep(0.1)
        assert close_lost_runs(instance, settings, system_clock) == [run.run_id]
    (failure,) = standing_failures(Ledger.open(settings))
    assert (failure.day, failure.run_id) == (DAY, run.run_id)


def test_a_backfill_is_for_every_day_of_its_range() -> None:
    tags = {
        "dagster/asset_partition_range_start": "2026-11-29",
        "dagster/asset_partition_range_end": "2026-12-01",
    }
    run = dg.DagsterRun("nightly", tags=tags)
    assert [day.isoformat() for day in business_dates(run)] == [
        "2026-11-29", "2026-11-30", "2026-12-01",
    ]  # fmt: skip
