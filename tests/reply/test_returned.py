"""A reply is mended and sent again: it says what its sender says, and nothing of ours."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import openpyxl
import pytest

from sharing_pipeline.settings import Settings
from tests.support.workbooks import GOOD, HEADER, checked, knowing, marks, reply_to, row

PORTAL = """
title: 某门户
dataset: catalogue
explode: distribution
row_is: resource
organisations: from_rows
columns: {catalogue_code: "@id", name: title, org_name: by, update_cycle: cycle}
constants: {sharing_type: 无条件共享, publish_status: 已发布}
resource:
  columns: {resource_id: {from: ["@id", distribution.url], join: " "}}
  constants: {mount_status: 已挂载, resource_type: 文件}
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = knowing(tmp_path_factory.mktemp("settings"), "A", "B")
    portal = found.catalog / "sources" / "portal.yaml"
    portal.write_text(PORTAL, encoding="utf-8")
    return found


def write_csv(path: Path, rows: list[list[str | None]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_what_keeps_a_text_from_being_obeyed_is_no_part_of_it(
    settings: Settings, tmp_path: Path
) -> None:
    rows = [
        row(目录代码="-B10", 目录名称="-5度以下低温"),
        row(目录代码="@1", 目录名称="+86开头的电话"),
        row(目录代码="-", 目录名称="'单引号"),
        row(目录代码="E-4", 更新周期="有空时"),
    ]
    sent = write_csv(tmp_path / "目录.csv", [HEADER, *rows])
    back = reply_to(settings, sent)
    assert openpyxl.load_workbook(back)["目录"]["A2"].value == "'-B10"
    first, again = checked(settings, sent).report, checked(settings, back).report
    assert [(remark.row, remark.rule, remark.value) for remark in again.remarks] == [
        (remark.row, remark.rule, remark.value) for remark in first.remarks
    ]
    assert again.datasets[0].accepted == first.datasets[0].accepted == 3


def test_a_record_without_items_stays_one(settings: Settings, tmp_path: Path) -> None:
    records = [
        {"@id": "a", "title": "人口", "by": "甲局", "cycle": "每月", "distribution": []},
        {"@id": "b", "title": "车辆", "by": "甲局", "cycle": "7", "distribution": [{"url": "1"}]},
    ]
    sent = tmp_path / "目录.json"
    sent.write_text(json.dumps({"dataset": records}), encoding="utf-8")
    back = reply_to(settings, sent, source="portal")
    book = openpyxl.load_workbook(back)
    assert [cell.value for cell in book.worksheets[1][1]][:1] == ["'@id"]
    [place] = marks(back, book.worksheets[1].title)
    book.worksheets[1][place] = "每月"
    book.save(back)
    answer = checked(settings, back, source="portal").report
    assert answer.clean
    assert [dataset.accepted for dataset in answer.datasets] == [2, 1]


def test_of_a_code_of_several_columns_the_empty_one_is_marked(
    settings: Settings, tmp_path: Path
) -> None:
    records = [{"@id": "a", "title": "人口", "by": "甲局", "cycle": "每月",
                "distribution": [{"url": None, "format": "csv"}]}]  # fmt: skip
    sent = tmp_path / "目录.json"
    sent.write_text(json.dumps({"dataset": records}), encoding="utf-8")
    back = reply_to(settings, sent, source="portal")
    sheet = openpyxl.load_workbook(back).worksheets[1]
    [place] = marks(back, sheet.title)
    assert sheet.cell(1, sheet[place].column).value == "distribution.url"


def test_of_a_row_that_goes_back_every_wrong_cell_is_marked(
    settings: Settings, tmp_path: Path
) -> None:
    wrong = row(提供方="无此局", 更新周期="有空时")
    back = reply_to(settings, write_csv(tmp_path / "目录.csv", [HEADER, wrong]))
    assert set(marks(back, "目录")) == {"C2", "F2"}


def test_a_cell_beyond_the_header_is_marked_itself(settings: Settings, tmp_path: Path) -> None:
    sent = write_csv(tmp_path / "目录.csv", [HEADER, GOOD, [*row(目录代码="E-2"), None, "多"]])
    assert set(marks(reply_to(settings, sent), "目录")) == {"J3"}


def own_report(path: Path) -> Path:
    """A workbook with two sheets of its sender's that are called as ours would be."""
    book = openpyxl.Workbook()
    book.active.title = "目录"
    for line in (HEADER, row(), row(目录代码="E-2", 目录名称="台账", 更新周期="有空时")):
        book["目录"].append(line)
    other = book.create_sheet("校验结果")
    for line in (HEADER, row(目录代码="E-3", 目录名称="名录", 更新周期="有空时")):
        other.append(line)
    book.create_sheet("校验结果（2）").append(["核对人", "意见"])
    book.save(path)
    return path


@pytest.mark.parametrize("saved_by", ["openpyxl", "LibreOffice"])
def test_a_sheet_that_is_called_as_ours_stays(
    settings: Settings, tmp_path: Path, saved_by: str
) -> None:
    back = reply_to(settings, own_report(tmp_path / "目录.xlsx"), "a-校验结果.xlsx")
    names = ["校验结果（3）", "目录", "校验结果", "校验结果（2）"]
    book = openpyxl.load_workbook(back)
    assert book.sheetnames == names
    assert list(marks(back, "校验结果")) == ["F2"]
    links = {cell.hyperlink.location for cell in book[names[0]]["B"] if cell.hyperlink}
    assert links == {"'目录'!F3", "'校验结果'!F2"}
    book["目录"]["F3"] = "每月"
    book.save(back)
    if saved_by == "LibreOffice":
        subprocess.run(
            ["soffice", "--headless", "--convert-to", "xlsx", "--outdir", tmp_path / "lo", back],
            check=True, capture_output=True,
        )  # fmt: skip
        back = tmp_path / "lo" / back.name
    again = reply_to(settings, back, "b-校验结果.xlsx")
    assert openpyxl.load_workbook(again).sheetnames == names
    assert not marks(again, "目录")
    assert list(marks(again, "校验结果")) == ["F2"]
    assert checked(settings, again).report.datasets[0].accepted == 3


def test_a_hidden_sheet_that_is_called_as_ours_stays(settings: Settings, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(own_report(tmp_path / "目录.xlsx"))
    for name in ("校验结果", "校验结果（2）"):
        book[name].sheet_state = "hidden"
    book.save(tmp_path / "目录.xlsx")
    back = reply_to(settings, tmp_path / "目录.xlsx")
    names = ["校验结果（3）", "目录", "校验结果", "校验结果（2）"]
    assert openpyxl.load_workbook(back).sheetnames == names
    answer = checked(settings, back).report
    assert (answer.own_sheets.report, answer.datasets[0].rows_read) == ("校验结果（3）", 2)
    assert "隐藏的工作表“校验结果”没有读。" in answer.notes


def test_a_report_that_was_hidden_is_replaced(settings: Settings, tmp_path: Path) -> None:
    back = reply_to(settings, write_csv(tmp_path / "目录.csv", [HEADER, row(更新周期="有空时")]))
    book = openpyxl.load_workbook(back)
    book["校验结果"].sheet_state, book.active = "hidden", 1
    book.save(back)
    assert not [note for note in checked(settings, back).report.notes if "校验结果" in note]
    book = openpyxl.load_workbook(reply_to(settings, back, "again.xlsx"))
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        ("校验结果", "visible"), ("目录", "visible"),
    ]  # fmt: skip


def test_a_repeated_row_is_mended_with_the_one_that_it_repeats(
    settings: Settings, tmp_path: Path
) -> None:
    wrong = row(更新周期="有空时")
    back = reply_to(settings, write_csv(tmp_path / "目录.csv", [HEADER, wrong, wrong]))
    assert set(marks(back, "目录")) == {"F2", "A3", "F3"}
    book = openpyxl.load_workbook(back)
    book["目录"]["F2"] = book["目录"]["F3"] = "每月"
    book.save(back)
    answer = checked(settings, back).report
    assert [(remark.row, remark.rule) for remark in answer.remarks] == [(3, "exact_duplicate")]


def test_below_a_second_header_cells_are_marked_in_its_columns(
    settings: Settings, tmp_path: Path
) -> None:
    swapped = [*HEADER[:5], HEADER[6], HEADER[5], HEADER[7]]
    wrong = row(目录代码="E-2", 目录名称="台账", 更新周期="有空时")
    below = [*wrong[:5], wrong[6], wrong[5], wrong[7]]
    above = row(目录代码="E-3", 目录名称="名录", 更新周期="无所谓")
    book = openpyxl.Workbook()
    book.active.title = "目录"
    for line in (HEADER, GOOD, above, swapped, below):
        book.active.append(line)
    book.save(tmp_path / "目录.xlsx")
    back = reply_to(settings, tmp_path / "目录.xlsx", "目录-校验结果.xlsx")
    assert set(marks(back, "目录")) == {"F3", "G5"}
