"""What the Dagster screen tells an officer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from sharing_pipeline.launch import run_nightly
from sharing_pipeline.orchestration.instance import local_instance
from sharing_pipeline.orchestration.metadata import legible
from sharing_pipeline.settings import SHANGHAI, Settings
from tests.support.night_helpers import Home, entries, resource
from tests.support.screen import rows

DAY = date(2026, 11, 22)


def run_once(settings: Settings, day: date = DAY) -> None:
    moment = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=26)
    run_nightly(settings, day, clock=lambda: moment)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.put("catalogue/目录-2026-11-01.csv", entries("A", range(1, 4)))
    made.put("catalogue/挂载资源-2026-11-01.csv", [resource("R1", "A-001")])
    return made


def shown(settings: Settings, asset: str) -> dict[str, Any]:
    """What the screen shows of an asset's latest materialisation."""
    with local_instance(settings) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None and event.asset_materialization is not None
    return {name: entry.value for name, entry in event.asset_materialization.metadata.items()}


def test_officers_find_their_issues_and_the_trend_by_name(home: Home) -> None:
    run_once(home.settings)
    home.put("catalogue/挂载资源-2026-11-23.csv", [resource(f"R{n}", f"A-00{n}") for n in (1, 2)])
    run_once(home.settings, DAY + timedelta(days=1))
    board = shown(home.settings, "scoreboard")
    assert board["平台目录挂载率 比前一日"] == 33.33
    (row,) = rows(board["各机构三率"])
    assert (row["机构"], row["挂载 %"], row["比前一日"]) == ("A局", "66.66", "挂载 +33.33")
    issues = rows(shown(home.settings, "issue")["问题清单"])
    assert {issue["机构"] for issue in issues} == {"A局"}
    unsolved = [issue for issue in issues if not issue["情况"].startswith("已解决")]
    assert issues[: len(unsolved)] == unsolved
    missed = [issue for issue in unsolved if issue["方面"] == "挂载"]
    assert [(issue["对象"], issue["情况"]) for issue in missed] == [
        ("A-003", "延续，自 2026-11-22")
    ]
    assert missed[0]["怎么办"]


def test_a_chinese_cell_is_never_one_character_wide() -> None:
    assert legible("最近更新日期，XQ000123") == "最\u2060近\u2060更\u2060新日\u2060期，XQ000123"
    assert (legible(None), legible(7)) == ("", 7)
