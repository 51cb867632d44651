"""The import forms of a real platform, filled in in every shape, are read with no source YAML.

The forms are read where they lie (SHARED_DATA, else ../shared/data); none is kept here.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from sharing_pipeline.settings import PROJECT
from sharing_pipeline.sheets.header_findings import NO_STATUS
from tests.support.made.ods import ods_bytes
from tests.support.made.reading import NAMES, cells, read, verdicts
from tests.support.made.sheet import Sheet
from tests.support.made.xls import xls_bytes

SHARED_DATA = Path(os.environ.get("SHARED_DATA") or PROJECT.parent / "shared" / "data")
FORMS = SHARED_DATA / "templates"
CATALOGUES = ["info_catalog", "数据资源目录导入模板"]
REFUSED = {
    "overall_evaluation": "这是项目评价结果，不是目录",
    "system_operation_detail": "这是系统运行的汇总，不是交换日志",
    "业务表模板": "这是业务表清单，一行是一张业务表，没有提供方，不是目录",
    "信息项模板": "这是“信息项模板”，没有写信息项属于哪条目录",
}
LETTERS = "甲乙丙丁戊己"
ENTRIES = len(LETTERS)
ANSWERS: dict[str, Callable[[int], object]] = {
    "数据资源目录名称": lambda entry: f"{LETTERS[entry]}类对象信息",
    "信息资源目录名称": lambda entry: f"{LETTERS[entry]}类对象信息",
    "目录提供方": lambda entry: NAMES[entry // 2],
    "信息资源来源部门": lambda entry: NAMES[entry // 2],
    "更新周期": lambda entry: ["实时", "每日", "每周", "每月", "每季度", "其他"][entry],
    "共享属性": lambda entry: ["无条件共享", "有条件共享", "不予共享"][entry % 3],
    "数据长度": lambda entry: 10 + entry,
    "是否主键": lambda entry: "是" if entry == 0 else "否",
    "数据类型": lambda entry: "字符型",
}

pytestmark = pytest.mark.skipif(
    not FORMS.is_dir(), reason=f"the forms are not at {FORMS} (set SHARED_DATA)"
)


def header_row(sheet: Worksheet) -> int:
    """The fullest of the first rows."""
    return max(range(1, 9), key=lambda row: sum(cell.value is not None for cell in sheet[row]))


def filled(name: str) -> openpyxl.Workbook:
    """The form with some entries in every sheet, each column answered."""
    book = openpyxl.load_workbook(FORMS / f"{name}.xlsx")
    for sheet in book:
        first = header_row(sheet)
        for cell in sheet[first]:
            if cell.value is None:
                continue
            title = str(cell.value).strip("* ")
            answer = ANSWERS.get(title, lambda entry, title=title: f"{title}{LETTERS[entry]}")
            for entry in range(ENTRIES):
                sheet.cell(first + 1 + entry, cell.column, answer(entry))
    return book


def as_it_is(book: openpyxl.Workbook) -> None:
    """Nothing special."""


def with_lines_around(book: openpyxl.Workbook) -> None:
    """A title above, an empty row between the rows, a total and a note below."""
    for sheet in book:
        sheet.append([None])
        sheet.append(["合计", None, ENTRIES])
        sheet.append(["填表人：某某"])
        sheet.insert_rows(header_row(sheet) + 2)


def with_hidden_cells(book: openpyxl.Workbook) -> None:
    """Hidden rows and columns, a hidden sheet."""
    for sheet in book:
        sheet.row_dimensions[header_row(sheet) + 1].hidden = True
        sheet.column_dimensions["B"].hidden = True
    book.create_sheet("字典").sheet_state = "hidden"


def with_merged_departments(book: openpyxl.Workbook) -> None:
    """Two rows each of one department are merged."""
    for sheet in book:
        first = header_row(sheet)
        for cell in sheet[first]:
            if str(cell.value).strip("*") in ("目录提供方", "信息资源来源部门"):
                letter = cell.column_letter
                for row in range(first + 1, first + 1 + ENTRIES, 2):
                    sheet.merge_cells(f"{letter}{row}:{letter}{row + 1}")


def with_a_title(book: openpyxl.Workbook) -> None:
    """Three rows above all else."""
    for sheet in book:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.insert_rows(1, 3)
        sheet["A1"] = "2026年政务数据目录"


SHAPES = [as_it_is, with_lines_around, with_hidden_cells, with_merged_departments, with_a_title]


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def values_only(book: openpyxl.Workbook) -> list[Sheet]:
    return [Sheet(sheet.title, [list(row) for row in sheet.values]) for sheet in book]


CARRIERS: dict[str, Callable[[openpyxl.Workbook], bytes]] = {
    "xlsx": saved,
    "xls": lambda book: xls_bytes(values_only(book)),
    "ods": lambda book: ods_bytes(values_only(book)),
}


def expected_entries() -> list[list[Any]]:
    names = ("数据资源目录名称", "目录提供方", "更新周期", "共享属性")
    return [
        [ANSWERS[names[0]](entry), *[ANSWERS[name](entry) for name in names]]
        for entry in range(ENTRIES)
    ]


@pytest.mark.parametrize("name", CATALOGUES)
@pytest.mark.parametrize("shape", SHAPES)
def test_forms_are_read_in_every_shape(
    tmp_path: Path, name: str, shape: Callable[[openpyxl.Workbook], None]
) -> None:
    book = filled(name)
    shape(book)
    check(tmp_path, saved(book), "填好的表.xlsx")


@pytest.mark.parametrize("name", CATALOGUES)
@pytest.mark.parametrize("carrier", ["xls", "ods"])
def test_forms_are_read_from_every_carrier(tmp_path: Path, name: str, carrier: str) -> None:
    book = filled(name)
    for sheet in book:  # an old workbook's cell holds 255 characters when written by hand
        sheet["A1"] = str(sheet["A1"].value)[:200] if sheet["A1"].value else None
    check(tmp_path, CARRIERS[carrier](book), f"填好的表.{carrier}")


def check(folder: Path, data: bytes, name: str) -> None:
    catalogue, *_, items = read(folder, data, name).tables
    columns = ["catalogue_code", "name", "org_name", "update_cycle", "sharing_type"]
    assert (catalogue.dataset, catalogue.rejected) == ("catalogue", None)
    assert cells(catalogue, *columns) == expected_entries()
    assert any("以目录名称作代码" in note for note in catalogue.notes)
    assert (items.dataset, items.rejected) == ("field", None)
    assert cells(items, "catalogue_code", "is_key", "length") == [
        [ANSWERS["数据资源目录名称"](entry), "是" if entry == 0 else "否", str(10 + entry)]
        for entry in range(ENTRIES)
    ]


@pytest.mark.parametrize("name", CATALOGUES)
def test_what_a_form_says_is_accepted(tmp_path: Path, name: str) -> None:
    catalogue, *_, items = read(tmp_path, saved(filled(name)), f"{name}.xlsx").tables
    [verdict] = verdicts([catalogue])
    assert (verdict.rows_read, verdict.accepted) == (ENTRIES, ENTRIES)
    assert {rule for _, _, _, rule in verdict.findings} <= {"catalogue_name_near_duplicate"}
    [verdict] = verdicts([items])
    assert (verdict.rows_read, verdict.accepted) == (ENTRIES, ENTRIES)


def test_a_code_that_somebody_added_to_a_form_counts(tmp_path: Path) -> None:
    book = filled("info_catalog")
    sheet = book.worksheets[0]
    sheet.insert_cols(1)
    sheet["A1"] = "目录代码"
    for entry in range(ENTRIES):
        sheet.cell(2 + entry, 1, f"3611{entry:05d}")
    catalogue = read(tmp_path, saved(book), "a.xlsx").tables[0]
    codes = catalogue.frame["catalogue_code"].to_pylist()
    assert codes == [f"3611{entry:05d}" for entry in range(ENTRIES)]
    assert catalogue.notes == [NO_STATUS]


def test_the_resource_that_a_row_names_is_mounted_under_its_entry(tmp_path: Path) -> None:
    book = filled("数据资源目录导入模板")
    sheet = book.worksheets[0]
    for row in (4, 6):
        sheet.cell(row, 1).value = None
    resources = read(tmp_path, saved(book), "a.xlsx").tables[1]
    assert (resources.dataset, resources.rejected) == ("resource", None)
    names = ("resource_id", "catalogue_code", "resource_type", "mount_status")
    assert cells(resources, *names) == [
        [f"{LETTERS[at]}类对象信息/挂接资源名称{LETTERS[at]}", f"{LETTERS[at]}类对象信息",
         "库表", "已挂载"]
        for at in (1, 3, 4, 5)
    ]  # fmt: skip
    [verdict] = verdicts([resources])
    assert (verdict.accepted, verdict.findings) == (4, frozenset())


def test_a_form_that_names_no_resource_leaves_resources_alone(tmp_path: Path) -> None:
    book = filled("数据资源目录导入模板")
    for entry in range(ENTRIES):
        book.worksheets[0].cell(4 + entry, 1).value = None
    tables = read(tmp_path, saved(book), "a.xlsx").tables
    assert [table.dataset for table in tables] == ["catalogue", "field"]


def test_items_of_a_form_without_entry_are_read_once_somebody_adds_the_code(tmp_path: Path) -> None:
    book = filled("信息项模板")
    sheet = book.worksheets[0]
    sheet.cell(3, 4).value = "目录代码"
    for entry in range(ENTRIES):
        sheet.cell(4 + entry, 4).value = "E-1"
    [items] = read(tmp_path, saved(book), "a.xlsx").tables
    assert (items.dataset, items.rejected, items.frame.num_rows) == ("field", None, ENTRIES)


@pytest.mark.parametrize("name", REFUSED)
def test_a_form_that_is_no_dataset_of_ours_says_so(tmp_path: Path, name: str) -> None:
    [table] = read(tmp_path, saved(filled(name)), f"{name}.xlsx").tables
    assert REFUSED[name] in str(table.rejected)
