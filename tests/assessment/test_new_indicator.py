"""A fourth indicator, declared here and nowhere in the package: a night takes it on, and
everything that shows figures shows its own.

It counts the entries whose 数据分级 is filled in. What a colleague would add for it are the
declaration, the SQL, the definition and the words below.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from sharing_pipeline.assessment.declaration import ENTRY, Indicator
from sharing_pipeline.assessment.definitions import load_definitions
from sharing_pipeline.assessment.evaluation import Evaluation
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.assessment.parameters import Days, Parameters, Words
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.night import NightReport
from sharing_pipeline.orchestration.metadata import of_scoreboard
from sharing_pipeline.settings import PROJECT
from sharing_pipeline.site.texts import items
from tests.reference.city import Row
from tests.support.night_helpers import D, Home, entry, item, organisations, resource
from tests.support.officer import read_csv, sharing


class TrialParameters(Parameters):
    count_not_shareable: Annotated[bool, Words({True: "计入", False: "不计入"})] = Field(
        default=False, title="不予共享的目录是否计入"
    )
    fewest_characters: Days = Field(default=1, title="数据分级至少写几个字")


def run(evaluation: Evaluation, parameters: TrialParameters) -> bool:
    evaluation.load_parameters(parameters)
    evaluation.load_night()
    evaluation.engine.create("shut_out", "assessment/shut_out")
    evaluation.engine.create("assessed", "assessment/trial_fill_rate")
    return False


TRIAL_FILL_RATE = Indicator(
    id="trial_fill_rate",
    title="分级试填率",
    short_title="分级",
    subject=ENTRY,
    parameters=TrialParameters,
    rules={
        "not_published": "1", "exempt": "2", "not_shareable": "3", "trial_filled": "4",
        "trial_empty": "5",
    },
    run=run,
)  # fmt: skip

SQL = """
SELECT
    night.as_of,
    parameter.indicator,
    parameter.definition,
    entry.catalogue_code AS subject_id,
    entry.org_code,
    CASE
        WHEN shut_out.reason IS NOT NULL THEN 'excluded'
        WHEN length(entry.data_level) >= parameter.fewest_characters THEN 'met'
        ELSE 'missed'
    END AS outcome,
    CASE
        WHEN shut_out.reason IS NOT NULL THEN shut_out.reason
        WHEN length(entry.data_level) >= parameter.fewest_characters THEN 'trial_filled'
        ELSE 'trial_empty'
    END AS reason,
    CAST(NULL AS VARCHAR) AS state,
    CAST(NULL AS DATE) AS due_on,
    CAST(NULL AS DATE) AS deadline_on,
    CAST(NULL AS BIGINT) AS overdue_days,
    CAST(NULL AS VARCHAR) AS evidence_source,
    CAST(NULL AS DATE) AS evidence_at
FROM entry
CROSS JOIN night
CROSS JOIN parameter
JOIN shut_out ON shut_out.catalogue_code = entry.catalogue_code
"""

DEFINITION = """
id: trial_fill_rate/2023-1
indicator: trial_fill_rate
title: 分级试填率（2023 年口径）
policy_clause: 样例文件 第二条
effective_from: 2023-05-31
official: true
verified: false
target_percent: 75
parameters:
  fewest_characters: 2
"""

REASONS = """
  trial_filled: {says: 已写明数据分级}
  trial_empty: {says: 没有写明数据分级, do: 请填写数据分级}
notices:"""

CODE = "  trial_fill_rate: {labels: [分级试填率]}\n"

EXEMPTION: Row = {
    "subject_id": "C4", "indicator": "分级试填率", "approved_by": "市数据局", "reason": "试点",
}  # fmt: skip


def put_files(home: Home) -> None:
    """Four entries of A and B, one of them exempt, and an item that has the code of an entry."""
    home.put("catalogue/c.csv", [
        entry("C1", "A", data_level="二级"), entry("C2", "A", data_level="二"),
        entry("C3", "B"), entry("C4", "B"),
    ])  # fmt: skip
    home.put("catalogue/r.csv", [resource("R1", "C1"), resource("R2", "C2"), resource("R3", "C3")])
    home.put("exemption/e.csv", [EXEMPTION])
    home.put("demand/d.csv", [item("C1", "B", name="核验")])


def new_home(folder: Path) -> Home:
    """A home whose catalog and warehouse have what a colleague adds to the files."""
    home = Home(folder, listed=organisations("A", "B"))
    home.settings = replace(home.settings, warehouse=folder / "warehouse")
    shutil.copytree(PROJECT / "warehouse", home.settings.warehouse)
    (home.settings.warehouse / "assessment/trial_fill_rate.sql").write_text(SQL, "utf-8")
    catalog = home.settings.catalog
    (catalog / "definitions/trial_fill_rate-2023-1.yaml").write_text(DEFINITION, "utf-8")
    codes, reasons = catalog / "codes/indicator.yaml", catalog / "reasons.yaml"
    codes.write_text(codes.read_text("utf-8") + CODE, "utf-8")
    reasons.write_text(reasons.read_text("utf-8").replace("\nnotices:", REASONS), "utf-8")
    put_files(home)
    return home


@pytest.fixture(scope="module", autouse=True)
def declared() -> Iterator[None]:
    """The indicator is in the list, as a line in indicators.py would put it there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(INDICATORS, TRIAL_FILL_RATE.id, TRIAL_FILL_RATE)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, declared: None) -> Home:
    return new_home(tmp_path_factory.mktemp("fourth"))


@pytest.fixture(scope="module", autouse=True)
def report(home: Home) -> NightReport:
    return home.night(D)


def test_every_entry_has_its_outcome(home: Home) -> None:
    assert home.outcomes(D, "trial_fill_rate") == {
        "C1": "met trial_filled",
        "C2": "missed trial_empty",
        "C3": "missed trial_empty",
        "C4": "excluded exempt",
    }
    assert home.outcomes(D, "mount_rate")["C4"] == "missed no_resource"


def test_the_scoreboard_counts_it(home: Home) -> None:
    rows = home.table("scoreboard", D, "trial_fill_rate/2023-1")
    (whole,) = (row for row in rows if row["scope_type"] == "all")
    counts = ("numerator", "denominator", "excluded", "rate_display", "shortfall", "attained")
    assert [whole[name] for name in counts] == ["1", "3", "1", "33.33", "2", "false"]


def test_what_is_missed_is_an_issue_under_its_own_name(home: Home) -> None:
    issue = home.issues(D, "trial_fill_rate")["C3"]
    assert issue["message"].endswith("信息：没有写明数据分级")
    assert issue["what_to_do"] == "请填写数据分级"
    assert home.issues(D, "demand_completion")["C1"]["message"].startswith("核验：")


def test_explain_lists_its_rows_and_tells_one(home: Home) -> None:
    rows = read_csv(sharing(home, "explain", "trial_fill_rate", "--date", D, "--org", "A"))
    assert [(row["subject_id"], row["reason_text"]) for row in rows] == [
        ("C1", "已写明数据分级"),
        ("C2", "没有写明数据分级"),
    ]
    told = sharing(home, "explain", "trial_fill_rate", "--date", D, "--subject", "C3").output
    assert f"{D} 分级试填率" in told
    assert "结果：未达到，第 5 条规则：没有写明数据分级" in told
    assert '"fewest_characters": 2' in told
    assert "当日有效的资源：1 个" in told
    unknown = sharing(home, "explain", "trial_fill_rate", "--date", D, "--subject", "C9")
    assert "分级试填率里没有目录 C9" in unknown.output


def test_status_counts_it_by_source_and_among_the_targets(home: Home) -> None:
    shown = sharing(home, "status").output
    assert f"{items(len(INDICATORS))}都达标、达标{items(len(INDICATORS) - 1)}、" in shown
    assert re.search(r"catalogue +.* 分级试填率 +4 +1 +2 +1 +33.33%", shown)
    assert re.search(r"demand +.* 供需对接清单总体完成率 +1 +0 +1 +0 +0.00%", shown)


def test_the_page_has_its_card_its_ranking_and_its_parameters(home: Home) -> None:
    page = (home.settings.site / "index.html").read_text("utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "1 ÷ 3 条，另有 1 条不计入" in text
    assert "数据分级至少写几个字fewest_characters2" in text
    assert "不予共享的目录是否计入count_not_shareable不计入" in text
    number = len(INDICATORS)
    assert f'<label for="tab{number}">分级</label>' in page
    assert f"#tab{number}:checked ~ .panels .p{number} {{ display: block; }}" in page


def test_the_definitions_and_the_exported_table_have_it(home: Home) -> None:
    assert (
        f"共 {len(load_definitions(home.settings.catalog))} 个口径，都能用。"
        in sharing(home, "definitions", "check").output
    )
    assert "分级试填率（2023 年口径）" in sharing(home, "definitions", "list").output
    (row,) = (
        row for row in home.table("definition", None) if row["indicator"] == "trial_fill_rate"
    )
    assert row["parameters"] == '{"count_not_shareable": false, "fewest_characters": 2}'


def test_the_screen_plots_it(home: Home, report: NightReport) -> None:
    shown = of_scoreboard(home.settings, date.fromisoformat(D), report.revisions)
    assert shown["分级试填率 %"] == 33.33
    columns = shown["各机构三率"].schema.columns
    assert [column.name for column in columns if column.name.endswith("%")] == [
        f"{indicator.short_title} %" for indicator in INDICATORS.values()
    ]


def test_a_reason_that_nobody_declared_is_refused_before_it_is_published(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    sql = home.settings.warehouse / "assessment/trial_fill_rate.sql"
    sql.write_text(SQL.replace("'trial_empty'", "'trial_missing'"), "utf-8")
    with pytest.raises(ConfigurationError, match=r"没有登记的原因：trial_missing。"):
        home.night(D)
    assert "还没有公布过任何一天" in sharing(home, "status").output


def test_words_that_are_missing_are_named_when_definitions_are_loaded(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    reasons = home.settings.catalog / "reasons.yaml"
    reasons.write_text(reasons.read_text("utf-8").replace("trial_empty", "empty"), "utf-8")
    with pytest.raises(ConfigurationError, match="缺少分级试填率的原因 trial_empty"):
        load_definitions(home.settings.catalog)
