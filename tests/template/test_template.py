"""Empty forms: what intake makes of them, empty and filled in, and what they offer an officer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result
from openpyxl.worksheet.worksheet import Worksheet

from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.contracts import Column
from sharing_pipeline.catalog.datasets import belonging_to, dataset_named, datasets
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.catalog.suites import rule_texts
from sharing_pipeline.cli import main
from sharing_pipeline.errors import UsageError
from sharing_pipeline.settings import PROJECT, Settings
from sharing_pipeline.sheets.raw_table import FileTables
from sharing_pipeline.sheets.tables import read_tables
from sharing_pipeline.template.form import write_template
from tests.support.night_helpers import CONTRACTS, Home

DATASETS = datasets(CONTRACTS)
CODES = load_codes(PROJECT / "catalog")
FOLDERS = {"resource": "catalogue", "field": "catalogue"}
"""Datasets without an inbox folder of their own."""

ABOVE = {"org_code": "361100000", "org_name": "市政府", "parent": "", "successor": ""}
BESIDE = {"org_code": "361100008", "org_name": "市林业局", "successor": "", "valid_to": ""}
ASKING = {"org_code": "361100011", "org_name": "市住房公积金管理中心", "successor": "",
          "valid_to": ""}  # fmt: skip
NAMED = {"aliases": "", "valid_to": ""}
"""Organisations that the examples speak of."""


@pytest.fixture(params=DATASETS)
def dataset(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def form(dataset: str, tmp_path: Path) -> Path:
    return written(dataset, tmp_path)


def written(dataset: str, folder: Path, catalog: Path = PROJECT / "catalog") -> Path:
    path = folder / f"{dataset}.xlsx"
    write_template(dataset, path, Settings(home=folder / "home", catalog=catalog))
    return path


def sheets_of(dataset: str) -> tuple[str, ...]:
    return (dataset, *belonging_to(CONTRACTS, dataset))


def fill(path: Path, *others: Mapping[str, str]) -> None:
    """Types the examples into every sheet, in `others` again with other cells."""
    book = openpyxl.load_workbook(path)
    for contract in CONTRACTS.values():
        if contract.sheet not in book.sheetnames:
            continue
        for row, changed in enumerate(({}, *others), start=2):
            for place, column in enumerate(contract.columns, start=1):
                text = changed.get(column.name, column.example)
                book[contract.sheet].cell(row, place, typed(column, text) if text else None)
    book.save(path)


def typed(column: Column, text: str) -> object:
    """What a spreadsheet program keeps of a text typed into a cell of the column's format."""
    if column.type in ("date", "timestamp"):
        return datetime.fromisoformat(text)
    return int(text) if column.type == "integer" else text


def read(path: Path, source: str) -> FileTables:
    catalog = PROJECT / "catalog"
    return read_tables(path, path.name, load_source(catalog, source), CONTRACTS)


def column_of(sheet: Worksheet, place: int) -> Column:
    contract = next(contract for contract in CONTRACTS.values() if contract.sheet == sheet.title)
    return contract.columns[place - 1]


def forms(path: Path) -> list[Worksheet]:
    """The sheets that are filled in."""
    titles = {contract.sheet for contract in CONTRACTS.values() if contract.sheet}
    return [sheet for sheet in openpyxl.load_workbook(path) if sheet.title in titles]


def drop_downs(path: Path) -> Iterator[tuple[Column, list[str], str]]:
    """Column, what its drop-down offers and what happens to other text."""
    for sheet in forms(path):
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                place = next(iter(rule.sqref.ranges)).min_col
                offered = rule.formula1.strip('"').split(",")
                yield column_of(sheet, place), offered, rule.errorStyle


def test_every_header_is_recognised(dataset: str, form: Path) -> None:
    fill(form)
    tables = read(form, FOLDERS.get(dataset, dataset))
    assert [table.dataset for table in tables.tables] == list(sheets_of(dataset))
    for table in tables.tables:
        assert table.rejected is None
        assert table.frame.num_rows == 1
        assert list(table.headers) == CONTRACTS[table.dataset].names
        assert not table.doubts
    assert not tables.notes
    assert not tables.skipped


def test_an_empty_form_has_no_rows(dataset: str, form: Path) -> None:
    tables = read(form, FOLDERS.get(dataset, dataset)).tables
    assert [table.dataset for table in tables] == list(sheets_of(dataset))
    assert all("没有数据行" in (table.rejected or "") for table in tables)


def test_a_sheet_that_was_left_empty_beside_a_filled_one_is_not_sent(tmp_path: Path) -> None:
    form = written("catalogue", tmp_path)
    book = openpyxl.load_workbook(form)
    fill(form)
    filled = openpyxl.load_workbook(form)
    for cell in filled["目录"][2]:
        book["目录"][cell.coordinate] = cell.value
    book.save(form)
    tables = read(form, "catalogue")
    assert [(table.dataset, table.rejected) for table in tables.tables] == [("catalogue", None)]
    assert tables.notes == [
        f"工作表“{sheet}”没有填，这次没有报；以前报的不变。" for sheet in ("信息项", "挂载资源")
    ]
    del book["填写说明"]
    book.save(form)
    rejected = {table.dataset: table.rejected for table in read(form, "catalogue").tables}
    assert rejected.pop("catalogue") is None
    assert all("没有数据行" in str(why) for why in rejected.values())


def test_forms_filled_in_with_their_examples_pass_a_night_without_a_finding(tmp_path: Path) -> None:
    home = Home(tmp_path, listed=[])
    for dataset in ("organisation", "catalogue", "demand", "exchange_log", "exemption"):
        folder = home.inbox / dataset
        folder.mkdir(parents=True)
        others = (NAMED | ABOVE, NAMED | BESIDE, NAMED | ASKING)
        fill(written(dataset, folder), *(others if dataset == "organisation" else ()))
    report = home.night()
    received = {
        (submission.dataset, submission.status, submission.quarantined)
        for submission in report.intake.submissions
    }
    assert received == {(dataset, "accepted", 0) for dataset in DATASETS}
    assert set(report.intake.reports) >= set(DATASETS) - {"exchange_log"}
    for each in report.intake.reports.values():
        assert each.findings.empty, each.findings.to_string()
    assert [row for row in home.table("issue") if row["severity"] == "warning"] == []


def test_a_form_filled_in_with_its_examples_passes_a_check_without_a_home(
    dataset: str, form: Path, tmp_path: Path
) -> None:
    fill(form)
    words = ["check", str(form), "--catalog", str(PROJECT / "catalog")]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SHARING_HOME", raising=False)
        patch.chdir(tmp_path)
        result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert "没有发现问题" in result.stdout, result.output
    assert result.exit_code == 0


def test_drop_downs_offer_what_intake_reads(form: Path) -> None:
    for column, offered, _ in drop_downs(form):
        if column.type == "boolean":
            assert offered == ["是", "否"]
            continue
        table = CODES[column.codes or ""]
        assert [table.read(text) for text in offered] == list(table.values)
        assert not any(text.isascii() for text in offered)


def test_every_label_and_boolean_has_a_drop_down(dataset: str, form: Path) -> None:
    expected = [
        column.title
        for each in sheets_of(dataset)
        for column in CONTRACTS[each].columns
        if column.type in ("label", "boolean")
    ]
    assert [column.title for column, _, _ in drop_downs(form)] == expected


def test_only_where_intake_takes_more_a_drop_down_lets_it_through(tmp_path: Path) -> None:
    styles = {column.name: style for column, _, style in drop_downs(written("demand", tmp_path))}
    assert styles["status"] == "warning"
    assert styles["decision"] == "stop"


def test_columns_hold_what_belongs_in_them(form: Path) -> None:
    formats = {"date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm:ss", "integer": "0"}
    kinds = {"date": "date", "timestamp": "date", "integer": "whole", "label": "list",
             "boolean": "list"}  # fmt: skip
    for sheet in forms(form):
        rules = {
            area.min_col: (rule.type, area.min_row, area.max_row)
            for rule in sheet.data_validations.dataValidation
            for area in rule.sqref.ranges
        }
        for place, head in enumerate(sheet[1], start=1):
            column = column_of(sheet, place)
            below = sheet.column_dimensions[head.column_letter]
            assert below.number_format == formats.get(column.type, "@")
            held = (kinds[column.type], 2, 1_048_576) if column.type in kinds else None
            assert rules.get(place) == held


def test_headers_stay_in_sight_and_explain_themselves(form: Path) -> None:
    for sheet in forms(form):
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        for place, head in enumerate(sheet[1], start=1):
            column = column_of(sheet, place)
            assert head.value == ("*" if column.required else "") + column.title
            assert column.example in head.comment.text
            assert column.note in head.comment.text


def test_the_guide_names_every_column_and_every_check(dataset: str, form: Path) -> None:
    guide = openpyxl.load_workbook(form)["填写说明"]
    rows = list(guide.iter_rows(values_only=True))
    cells = {cell for row in rows for cell in row if cell}
    for each in sheets_of(dataset):
        contract = CONTRACTS[each]
        listed = [row[0] for row in rows if row[1] in ("必填", "选填")]
        assert set(contract.names) == {
            column.name for column in contract.columns if column.title in listed
        }
        suite = "exchange_daily" if each == "exchange_log" else each
        path = PROJECT / "expectations" / f"{suite}.yaml"
        rules = yaml.safe_load(path.read_text(encoding="utf-8"))["expectations"]
        texts = rule_texts(PROJECT / "expectations")
        assert {texts[rule["meta"]["rule"]].what_to_do for rule in rules} <= cells
    assert any("退回" in str(cell) for cell in cells)
    assert not any("{" in str(cell) for cell in cells)


def test_a_list_too_long_for_a_drop_down_stands_on_a_hidden_sheet(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    shutil.copytree(PROJECT / "catalog", catalog)
    path = catalog / "codes" / "resource_type.yaml"
    kinds = yaml.safe_load(path.read_text(encoding="utf-8"))
    kinds["values"] |= {f"第{number}种很少见的资源类型": {"labels": []} for number in range(40)}
    path.write_text(yaml.safe_dump(kinds, allow_unicode=True, sort_keys=False), encoding="utf-8")
    form = written("catalogue", tmp_path, catalog)
    book = openpyxl.load_workbook(form)
    assert book.sheetnames == ["目录", "挂载资源", "信息项", "填写说明", "选项"]
    assert book["选项"].sheet_state == "hidden"
    formulas = [rule.formula1 for rule in book["挂载资源"].data_validations.dataValidation]
    assert "选项!$B$1:$B$43" in formulas
    assert [cell.value for cell in book["选项"]["B"]] == list(kinds["values"])
    fill(form)
    tables = read(form, "catalogue")
    assert [table.rejected for table in tables.tables] == [None, None, None]


def test_the_same_form_has_the_same_bytes(dataset: str, form: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert written(dataset, tmp_path / "again").read_bytes() == form.read_bytes()


def test_a_dataset_goes_by_its_chinese_names_too() -> None:
    for dataset in DATASETS:
        contract = CONTRACTS[dataset]
        for name in (dataset, dataset.upper(), contract.title, contract.sheet):
            assert dataset_named(name, CONTRACTS) == dataset
    with pytest.raises(UsageError, match="exemption（免考核）"):
        dataset_named("assessment", CONTRACTS)


def test_the_command_writes_a_form_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "目录.xlsx"
    done = sharing("template", "目录", "-o", str(path))
    assert (done.exit_code, done.stdout) == (
        0, f"已写入 {path}：工作表 目录、挂载资源、信息项、填写说明。\n",
    )  # fmt: skip
    path.write_bytes(b"filled in")
    again = sharing("template", "catalogue", "-o", str(path))
    assert again.exit_code == 2
    assert "已经存在" in again.stderr
    assert path.read_bytes() == b"filled in"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("dataset", "name", "message"),
    [
        ("目录表", "a.xlsx", "没有数据集“目录表”"),
        ("catalogue", "nowhere/a.xlsx", "文件夹"),
        ("catalogue", "a.xls", "以 .xlsx 结尾"),
        ("catalogue", f"{'长' * 200}.xlsx", "写不了"),
    ],
)
def test_wrong_use_is_2_and_leaves_nothing(
    dataset: str, name: str, message: str, tmp_path: Path
) -> None:
    result = sharing("template", dataset, "-o", str(tmp_path / name))
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def sharing(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)
