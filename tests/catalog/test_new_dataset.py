"""A dataset that the program has never heard of works from its contract, its suite and a file.

officer_training/ is made up: everything that a newcomer writes to add a dataset. It needs no SQL,
as no rule of an indicator reads it.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import openpyxl
import pytest

from sharing_pipeline.check.checking import check_files
from sharing_pipeline.definitions import build_defs
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.settings import PROJECT, system_clock
from sharing_pipeline.template.form import write_template
from tests.support.night_helpers import Home, entries

NAME = "officer_training"
WRITTEN = Path(__file__).with_name(NAME)
FIRST, SECOND = "2026-11-21", "2026-11-22"

UPDATED_BY_KEY = {"A 2026-10": "12", "A 2026-11": "20", "B 2026-10": "5", "B 2026-11": "3"}
"""What is in force after both nights: the second file adds to the first and corrects it."""

REPLACED = {"A 2026-11": "20", "B 2026-11": "3"}
"""The same where a file replaces all that its organisations sent before."""


def home_with(folder: Path, load: str) -> Home:
    """A home that knows the dataset, loaded in this way."""
    home = Home(folder)
    for part in ("expectations", "warehouse"):
        shutil.copytree(PROJECT / part, folder / part)
    contract = (WRITTEN / "contract.yaml").read_text(encoding="utf-8")
    (folder / "catalog" / "contracts" / f"{NAME}.yaml").write_text(
        contract.replace("load: upsert", f"load: {load}"), encoding="utf-8"
    )
    shutil.copy(WRITTEN / "suite.yaml", folder / "expectations" / f"{NAME}.yaml")
    home.settings = replace(
        home.settings, expectations=folder / "expectations", warehouse=folder / "warehouse"
    )
    return home


def run_nights(home: Home) -> None:
    """Two nights: the file of officer_training/, then one that corrects some of its rows."""
    home.put("catalogue/目录.csv", entries("A", range(3)))
    home.put_bytes(f"{NAME}/培训.csv", (WRITTEN / "培训.csv").read_bytes())
    home.night(FIRST)
    corrected = [
        {"机构": "A", "月份": "2026-11", "参加人数": "20"},
        {"机构": "B局", "月份": "2026-11", "参加人数": "3"},
    ]
    home.put(f"{NAME}/更正-{SECOND}.csv", corrected)
    home.night(SECOND)


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = home_with(tmp_path_factory.mktemp("upsert"), "upsert")
    run_nights(home)
    return home


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = home_with(tmp_path_factory.mktemp("full"), "full")
    run_nights(home)
    return home


def in_force(home: Home, day: str) -> dict[str, str]:
    """Organisation and month → participants, as the export has them."""
    rows = home.table(NAME, day)
    return {f"{row['org_code']} {row['month']}": row["participants"] for row in rows}


def test_rows_are_judged(updated: Home) -> None:
    assert updated.counts("培训.csv", NAME) == (5, 3, 0, 2)
    sent_back = {row["rule"]: row for row in updated.table("quarantine", None)}
    assert sent_back.keys() == {"organisation_unknown", f"{NAME}_participants_negative"}
    negative = sent_back[f"{NAME}_participants_negative"]
    assert (negative["column"], negative["row"], negative["value"]) == ("参加人数", "4", "-3")


def test_rows_are_updated_by_key(updated: Home) -> None:
    assert in_force(updated, SECOND) == UPDATED_BY_KEY
    assert in_force(updated, FIRST) == {"A 2026-10": "12", "A 2026-11": "", "B 2026-10": "5"}


def test_a_full_file_replaces_its_organisations(replaced: Home) -> None:
    assert in_force(replaced, SECOND) == REPLACED


@pytest.mark.parametrize("kind", ["updated", "replaced"])
def test_a_warning_on_a_row_in_force_is_an_issue_of_its_organisation(
    kind: str, request: pytest.FixtureRequest
) -> None:
    home: Home = request.getfixturevalue(kind)
    issues = home.issues(FIRST, f"{NAME}_participants_unread")
    assert [issue["org_code"] for issue in issues.values()] == ["A"]
    corrected = home.issues(SECOND, f"{NAME}_participants_unread")
    assert [issue["status"] for issue in corrected.values()] == ["resolved"]


def test_it_is_in_the_mart(updated: Home) -> None:
    with duckdb.connect(str(updated.settings.mart), read_only=True) as mart:
        (count,) = mart.execute(f"SELECT sum(participants) FROM {NAME}").fetchall()[0]
    assert count == sum(map(int, UPDATED_BY_KEY.values()))


def test_a_night_published_before_it_was_declared_exports_none_of_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/目录.csv", entries("A", range(3)))
    home.night(FIRST)
    later = shutil.copytree(home.settings.catalog, tmp_path / "later")
    shutil.copy(WRITTEN / "contract.yaml", later / "contracts" / f"{NAME}.yaml")
    home.settings = replace(home.settings, catalog=later)
    assert in_force(home, FIRST) == {}


def test_a_file_can_be_checked_before_it_is_sent(updated: Home, tmp_path: Path) -> None:
    with Sandbox(updated.settings.limits, tmp_path) as sandbox:
        checked = check_files(
            updated.settings, [WRITTEN / "培训.csv"], sandbox=sandbox, clock=system_clock
        )
    (file,) = checked.files
    (dataset,) = file.report.datasets
    assert (dataset.title, dataset.rows_read, dataset.quarantined) == ("数据专员培训", 5, 2)


def test_its_form_can_be_filled_in_and_sent(updated: Home, tmp_path: Path) -> None:
    path = tmp_path / "培训.xlsx"
    assert write_template("培训", path, updated.settings) == ["培训", "填写说明"]
    book = openpyxl.load_workbook(path)
    told = [str(cell.value) for row in book["填写说明"].iter_rows() for cell in row if cell.value]
    assert any("按机构、月份更新：这次没有写进来的培训保持不变。" in text for text in told)
    assert any("参加人数“…”是负数。" in text for text in told)


def test_it_is_an_asset_with_a_check(updated: Home) -> None:
    graph = build_defs(catalog=updated.settings.catalog).resolve_asset_graph()
    asset = graph.get(dg.AssetKey(NAME))
    assert (asset.group_name, asset.description) == ("facts", "数据专员培训，一行是一个机构一个月")
    assert asset.parent_keys == {dg.AssetKey("submission")}
    assert asset.child_keys == {dg.AssetKey("issue"), dg.AssetKey("mart")}
    assert dg.AssetCheckKey(dg.AssetKey(NAME), "expectations") in graph.asset_check_keys
