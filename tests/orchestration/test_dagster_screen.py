"""What the Dagster screen tells an officer, and what a killed run leaves on it."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from sharing_pipeline.launch import run_nightly
from sharing_pipeline.orchestration import alive
from sharing_pipeline.orchestration.alive import close_dead_runs
from sharing_pipeline.orchestration.instance import local_instance
from sharing_pipeline.orchestration.metadata import legible
from sharing_pipeline.settings import SHANGHAI, Settings
from tests.support.killed import begun, end
from tests.support.night_helpers import Home, entries, resource
from tests.support.screen import rows

DAY = date(2026, 11, 22)


def run_once(settings: Settings, day: date = DAY) -> None:
    moment = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=26)
    run_nightly(settings, day, clock=lambda: moment)


def statuses(instance: dg.DagsterInstance) -> list[str]:
    """The runs' statuses, the earliest first."""
    return [run.status.value for run in reversed(instance.get_runs())]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.put("catalogue/目录-2026-11-01.csv", entries("A", range(1, 4)))
    made.put("catalogue/挂载资源-2026-11-01.csv", [resource("R1", "A-001")])
    return made


def test_the_next_night_closes_a_killed_one_and_spares_one_that_waits(home: Home) -> None:
    killed = begun(home.settings, "评定")
    waiting = begun(home.settings, "等待另一个运行结束")
    try:
        with local_instance(home.settings) as instance:
            assert close_dead_runs(instance) == []
            end(killed)
            assert statuses(instance) == ["STARTED", "STARTED"]
            run_once(home.settings)
            assert statuses(instance) == ["FAILURE", "STARTED", "SUCCESS"]
            end(waiting)
            assert len(close_dead_runs(instance)) == 1
            assert statuses(instance) == ["FAILURE", "FAILURE", "SUCCESS"]
            assert close_dead_runs(instance) == []
    finally:
        end(killed)
        end(waiting)


def test_a_run_that_is_only_just_launched_is_given_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_instance(Settings(home=tmp_path)) as instance:
        run = dg.DagsterRun("nightly", status=dg.DagsterRunStatus.STARTED)
        instance.add_run(run)
        assert close_dead_runs(instance) == []
        monkeypatch.setattr(alive, "SECONDS_TO_FIRST_STEP", 0.01)
        time.sleep(0.1)
        assert close_dead_runs(instance) == [run.run_id]


def shown(settings: Settings, asset: str) -> dict[str, Any]:
    """What the screen shows of an asset's latest materialisation."""
    with local_instance(settings) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None and event.asset_materialization is not None
    return {name: one.value for name, one in event.asset_materialization.metadata.items()}


def test_officers_find_their_issues_and_the_trend_by_name(home: Home) -> None:
    run_once(home.settings)
    home.put("catalogue/挂载资源-2026-11-23.csv", [resource(f"R{n}", f"A-00{n}") for n in (1, 2)])
    run_once(home.settings, DAY + timedelta(days=1))
    board = shown(home.settings, "scoreboard")
    assert board["平台目录挂载率 比前一日"] == 33.33
    (row,) = rows(board["各机构三率"])
    assert (row["机构"], row["挂载 %"], row["比前一日"]) == ("A局", "66.66", "挂载 +33.33")
    issues = rows(shown(home.settings, "issue")["问题清单"])
    assert {one["机构"] for one in issues} == {"A局"}
    unsolved = [one for one in issues if not one["情况"].startswith("已解决")]
    assert issues[: len(unsolved)] == unsolved
    missed = [one for one in unsolved if one["方面"] == "挂载"]
    assert [(one["对象"], one["情况"]) for one in missed] == [("A-003", "延续，自 2026-11-22")]
    assert missed[0]["怎么办"]


def test_a_chinese_cell_is_never_one_character_wide() -> None:
    assert legible("最近更新日期，XQ000123") == "最\u2060近\u2060更\u2060新日\u2060期，XQ000123"
    assert (legible(None), legible(7)) == ("", 7)
