"""Sample data says so wherever figures leave: exports, explanations, the Dagster screen."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import openpyxl
import pyarrow.parquet as pq
import pytest

from sharing_pipeline.catalog.datasets import suites
from sharing_pipeline.launch import run_nightly
from sharing_pipeline.orchestration.instance import local_instance
from sharing_pipeline.orchestration.tables import descriptions
from sharing_pipeline.published.sample_notice import MARK, NATURE
from sharing_pipeline.published.tables import exportable
from sharing_pipeline.settings import PROJECT, SHANGHAI, Settings
from tests.support.night_helpers import CONTRACTS, Home, entries, item
from tests.support.officer import FIRST, read_csv, sharing

SETTINGS = Settings(home=PROJECT / "var")
WORDS = "样例数据（虚构）"


def published(folder: Path, summary: str) -> Home:
    """A home with one night through Dagster, its entries with this summary."""
    home = Home(folder)
    home.put(f"catalogue/目录-{FIRST}.csv", entries("A", range(1, 4), summary=summary))
    home.put(f"demand/需求-{FIRST}.csv", [item("X-1")])
    day = datetime.fromisoformat(FIRST).replace(tzinfo=SHANGHAI)
    run_nightly(home.settings, day.date(), clock=lambda: day + timedelta(hours=26))
    return home


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return published(tmp_path_factory.mktemp("sample"), f"{MARK}虚构")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return published(tmp_path_factory.mktemp("real"), "登记信息")


@pytest.mark.parametrize("table", [one for one in exportable(SETTINGS) if one != "definition"])
def test_an_export_says_so_beside_its_rows(sample: Home, real: Home, table: str) -> None:
    said, of_real = (sharing(home, "export", table, "--date", FIRST) for home in (sample, real))
    assert WORDS in said.stderr
    assert WORDS not in said.stdout
    assert said.stdout.partition("\n")[0] == of_real.stdout.partition("\n")[0]
    assert WORDS not in of_real.stderr


def test_a_workbook_says_so_behind_its_rows(sample: Home, real: Home, tmp_path: Path) -> None:
    books = []
    for home in (sample, real):
        path = tmp_path / "三率.xlsx"
        words = ("--date", FIRST, "--format", "xlsx", "-o", str(path))
        assert WORDS in sharing(home, "export", "scoreboard", *words).stderr or home is real
        books.append(openpyxl.load_workbook(path))
    book, of_real = books
    assert book.sheetnames == ["export", NATURE]
    assert book["export"].max_row == of_real["export"].max_row
    told = (book[NATURE]["A1"].value, book.properties.title, book["export"].oddHeader.center.text)
    assert all(WORDS in text for text in told)
    assert (of_real.sheetnames, of_real.properties.title) == (["export"], None)


def test_parquet_says_so_in_its_metadata(sample: Home, real: Home, tmp_path: Path) -> None:
    said = []
    for home in (sample, real):
        path = tmp_path / "三率.parquet"
        words = ("--date", FIRST, "--format", "parquet", "-o", str(path))
        sharing(home, "export", "scoreboard", *words)
        said.append((pq.read_schema(path).metadata or {}).get(NATURE.encode(), b"").decode())
    assert (WORDS in said[0], said[1]) == (True, "")


def test_an_explanation_says_so(sample: Home, real: Home) -> None:
    asked = ("explain", "mount_rate", "--date", FIRST)
    assert len(read_csv(sharing(sample, *asked))) == 3
    assert WORDS in sharing(sample, *asked).stderr
    assert WORDS not in sharing(real, *asked).stderr


def shown(home: Home) -> dict[str, str]:
    """What every asset's and every check's latest event says of its data."""
    said = {}
    with local_instance(home.settings) as instance:
        for name in descriptions(CONTRACTS):
            event = instance.get_latest_materialization_event(dg.AssetKey(name))
            assert event is not None and event.asset_materialization is not None
            said[name] = event.asset_materialization.metadata
        keys = [dg.AssetCheckKey(dg.AssetKey(name), "expectations") for name in suites(CONTRACTS)]
        for key in keys:
            latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
            event = latest[key].event
            assert event is not None and event.dagster_event is not None
            said[str(key)] = event.dagster_event.asset_check_evaluation_data.metadata
    return {name: str(one[NATURE].value) if NATURE in one else "" for name, one in said.items()}


def test_every_table_and_check_on_the_screen_says_so(sample: Home, real: Home) -> None:
    assert all(WORDS in said for said in shown(sample).values())
    assert not any(shown(real).values())
