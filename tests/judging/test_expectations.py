"""Every rule of every suite, through the real reader and the real Great Expectations.

For each rule there is a row that breaks it, made from one that breaks none. A rule without such a
row fails the tests, and so does a row for a rule that is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from sharing_pipeline.catalog.datasets import datasets
from sharing_pipeline.catalog.suites import DIMENSIONS, load_suite, rule_texts
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.judging.suite_report import FINDING_COLUMNS, SuiteReport, Suites, validate
from tests.support.broken_rows import BROKEN, SOUND
from tests.support.suite_frames import (
    CONTRACTS,
    FOLDER,
    METHODS,
    ORGANISATIONS,
    broken,
    frame_of,
)

SUITES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def run(dataset: str, frame: pd.DataFrame, folder: Path = FOLDER) -> SuiteReport:
    return validate(
        dataset, frame, Suites(folder), organisations=ORGANISATIONS, sharing_methods=METHODS
    )


@pytest.fixture(scope="module")
def reports() -> dict[str, tuple[SuiteReport, dict[str, list[int]], pd.DataFrame]]:
    """Each suite run once over all its broken rows."""
    runs = {}
    for dataset in SUITES:
        frame, places = broken(dataset)
        runs[dataset] = run(dataset, frame), places, frame
    return runs


@pytest.mark.parametrize("dataset", SUITES)
def test_every_rule_has_a_row_that_breaks_it(dataset: str) -> None:
    assert list(load_suite(dataset, FOLDER).texts) == list(BROKEN[dataset])


@pytest.mark.parametrize("dataset", SUITES)
def test_each_rule_finds_its_row_and_no_sound_one(
    dataset: str, reports: dict[str, tuple[SuiteReport, dict[str, list[int]], pd.DataFrame]]
) -> None:
    report, places, frame = reports[dataset]
    meant = {place for group in places.values() for place in group}
    found = report.findings.groupby("rule")["position"].agg(set).to_dict()
    for rule, group in places.items():
        blamed = set(group) if rule == "catalogue_name_dragged" else {group[-1]}
        assert blamed <= found.get(rule, set()), rule
    assert set(report.findings["position"]) <= meant
    assert set(frame.index) - meant
    assert {one.rule: one.failed for one in report.results} == {
        rule: len(found[rule]) for rule in places
    }
    assert all(one.failed <= one.evaluated <= len(frame) for one in report.results)


def test_a_finding_says_what_was_written_and_what_to_do(
    reports: dict[str, tuple[SuiteReport, dict[str, list[int]], pd.DataFrame]],
) -> None:
    findings = reports["catalogue"][0].findings
    assert list(findings.columns) == list(FINDING_COLUMNS)
    assert not findings.isna().any(axis=None)
    by_rule = findings.set_index("rule")
    cycle = by_rule.loc["catalogue_update_cycle_unread"]
    assert cycle["value"] == "1"
    assert cycle["column"] == "update_cycle"
    assert cycle["message"] == "更新周期“1”认不出来，按未知处理。"
    future = by_rule.loc["catalogue_last_updated_on_in_future"]
    assert (future["value"], future["severity"]) == ("2026-11-23", "warning")
    assert by_rule.loc["catalogue_name_bidi", "value"] == "人口信息"
    unit = reports["resource"][0].findings.set_index("rule").loc["resource_row_count_with_unit"]
    assert unit["message"] == "数据量“3万条”带了单位，已按单位折算。"
    counts = reports["exchange_daily"][0].findings.set_index("rule")
    assert counts.loc["exchange_unknown_status", "message"].startswith("有 7 条记录")


def test_what_is_more_than_one_code_in_a_cell() -> None:
    several = ["C1、C2", "C-1,C-2", "361100/1; 361100/2", "3611 0003", "C1 2", "C1\n C2", "C1|C2"]
    one = ["361100/JT-0001", "https://city.example/1?a=1,b", "环境、气象", "A B", "2020 AQI", "C1,"]
    rows = [{**SOUND["demand"], "catalogue_code": code} for code in (*several, *one)]
    findings = run("demand", frame_of("demand", rows)).findings
    found = findings[findings["rule"] == "demand_catalogue_code_several"]
    assert found["value"].tolist() == several


def test_findings_are_in_the_order_of_the_rows(
    reports: dict[str, tuple[SuiteReport, dict[str, list[int]], pd.DataFrame]],
) -> None:
    assert reports["demand"][0].findings["position"].is_monotonic_increasing


@pytest.mark.parametrize("dataset", SUITES)
def test_every_shipped_suite_is_in_form(dataset: str) -> None:
    suite = load_suite(dataset, FOLDER)
    assert suite.name == dataset
    checked = load_suite(dataset, FOLDER, CONTRACTS[suite.table])
    for text in checked.texts.values():
        assert text.dimension in DIMENSIONS
        assert "{" not in text.message.replace("{value}", "")
        assert text.what_to_do.endswith("。") and text.message.endswith("。")


def test_every_dataset_has_a_suite() -> None:
    assert {load_suite(dataset, FOLDER).table for dataset in SUITES} == set(datasets(CONTRACTS))


@pytest.mark.parametrize("dataset", sorted({load_suite(one, FOLDER).table for one in SUITES}))
def test_every_cell_that_can_be_misread_has_its_warning(dataset: str) -> None:
    """The log has counts instead, and a demand's organisations are settled before the suite."""
    judged = {
        expectation["kwargs"].get("column")
        for suite in SUITES
        for expectation in load_suite(suite, FOLDER).expectations
    }
    kinds = {"label", "date", "dates", "timestamp", "integer", "boolean"}
    for column in CONTRACTS[dataset].columns:
        if column.type in kinds:
            counted = {f"unreadable_{column.name}", f"unknown_{column.name}"}
            assert judged & {f"{column.name}__unread", *counted}, column.name
        if column.type == "integer" and dataset != "exchange_log":
            assert f"{column.name}__remark" in judged


def test_rules_can_be_looked_up() -> None:
    texts = rule_texts(FOLDER)
    assert sum(len(load_suite(one, FOLDER).texts) for one in SUITES) == len(texts)
    assert texts["exemption_reason_missing"].severity == "critical"


def test_an_empty_frame_gives_zero_counts() -> None:
    report = run("catalogue", frame_of("catalogue", []))
    assert {(one.evaluated, one.failed) for one in report.results} == {(0, 0)}
    assert list(report.findings.columns) == list(FINDING_COLUMNS)
    assert report.findings.empty


def test_a_frame_of_empty_cells_only_is_judged() -> None:
    report = run("demand", frame_of("demand", [{"demand_id": "D"}]))
    assert set(report.findings["rule"]) == {"demand_name_missing", "demand_submitted_on_missing"}


def test_a_missing_column_is_a_fault_of_the_run() -> None:
    frame = frame_of("field", [SOUND["field"]]).drop(columns="length__unread")
    with pytest.raises(ConfigurationError, match="field 的 field_length_unread 没法执行"):
        run("field", frame)


def test_mixed_types_are_a_fault_of_the_run() -> None:
    frame = frame_of("field", [SOUND["field"]] * 2)
    frame["length"] = pd.Series([1, "一"], index=frame.index, dtype="object")
    with pytest.raises(ConfigurationError, match="field_length_negative"):
        run("field", frame)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"severity": "fatal"}, "severity"),
        ({"meta": {"rule": "a_b"}}, "缺少 column"),
        ({"meta": {"dimension": "美观性"}}, "dimension"),
        ({"meta": {"rule": "Name Missing"}}, "rule"),
        ({"meta": {"column": "nonsense"}}, "没有列 nonsense"),
        ({"meta": {"remark": "多余的键"}}, "只能有"),
    ],
)
def test_a_suite_out_of_form_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    raw = yaml.safe_load((FOLDER / "field.yaml").read_text(encoding="utf-8"))
    expectation = raw["expectations"][0]
    meta = change.get("meta", {})
    kept = {} if meta == {"rule": "a_b"} else expectation["meta"]
    raw["expectations"][0] = {**expectation, **change, "meta": {**kept, **meta}}
    write(tmp_path, raw)
    with pytest.raises(ConfigurationError, match=says):
        load_suite("field", tmp_path, CONTRACTS["field"])


def test_the_same_rule_twice_is_refused(tmp_path: Path) -> None:
    raw = yaml.safe_load((FOLDER / "field.yaml").read_text(encoding="utf-8"))
    raw["expectations"].append(raw["expectations"][0])
    write(tmp_path, raw)
    with pytest.raises(ConfigurationError, match="field_field_name_missing"):
        load_suite("field", tmp_path)
    write(tmp_path, raw | {"expectations": raw["expectations"][:1]})
    write(tmp_path, raw | {"expectations": raw["expectations"][:1]}, "other")
    with pytest.raises(ConfigurationError, match="另一个套件"):
        rule_texts(tmp_path)


@pytest.mark.parametrize(
    ("expectation", "says"),
    [
        ({"type": "expect_nothing_at_all", "kwargs": {}}, "不合 GX 的写法"),
        ({"kwargs": {"colunm": "length"}}, "不合 GX 的写法"),
        ({"type": "expect_column_max_to_be_between", "kwargs": {"column": "length"}}, "逐行"),
    ],
)
def test_what_gx_or_we_cannot_use_is_a_clear_error(
    tmp_path: Path, expectation: dict[str, Any], says: str
) -> None:
    raw = yaml.safe_load((FOLDER / "field.yaml").read_text(encoding="utf-8"))
    raw["expectations"] = [{**raw["expectations"][0], **expectation}]
    write(tmp_path, raw)
    with pytest.raises(ConfigurationError, match=says):
        run("field", frame_of("field", [SOUND["field"]]), tmp_path)


def test_a_suite_that_is_not_there_or_not_yaml(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"field\.yaml"):
        load_suite("field", tmp_path)
    (tmp_path / "field.yaml").write_text("expectations: [", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"field\.yaml"):
        load_suite("field", tmp_path)


def write(folder: Path, raw: dict[str, Any], name: str = "field") -> None:
    text = yaml.safe_dump(raw, allow_unicode=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
