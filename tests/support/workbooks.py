"""Workbooks as departments keep them, and what comes back of them.

Written by openpyxl; what only Excel writes, the value that a formula had last, is put in by hand.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from sharing_pipeline.check.checking import CheckedFile, check_files
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.reply.colours import FILLS
from sharing_pipeline.reply.write import Job, write_reply
from sharing_pipeline.settings import PROJECT, SHANGHAI, Settings

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)

HEADER = [
    "目录代码",
    "目录名称",
    "提供方",
    "共享类型",
    "共享条件",
    "更新周期",
    "发布日期",
    "最近更新日期",
]
GOOD = ["E-1", "不动产登记信息", "A局", "无条件共享", None, "每月", "2026-01-05", "2026-11-01"]


def row(**changes: str | None) -> list[str | None]:
    """A row that nothing is wrong with, but for the changes by header."""
    cells = dict(zip(HEADER, GOOD, strict=True))
    return list((cells | changes).values())


DAMAGED = [
    row(),
    row(目录代码="E-2", 目录名称="婚姻登记信息", 提供方=None, 共享类型="有条件共享"),
    row(目录代码="E-3", 目录名称="低保对象信息", 提供方=None, 共享类型="1", 更新周期="有空时",
        发布日期="2026-13-05", 最近更新日期="2027-11-01"),
    row(目录代码=None, 目录名称="养老机构信息", 提供方=None),
    row(目录代码="E-5", 目录名称="社会组织信息", 提供方="无名局"),
    row(目录名称="不动产登记信息二", 提供方="B局"),
    row(),
    row(目录代码="E-8", 目录名称='=CONCATENATE("殡葬","信息")', 提供方="B局"),
]  # fmt: skip
"""Rows 3 to 10 of the damaged workbook; C3:C6 is one merged cell, 合计 follows in row 11."""

WRONG = {
    "E4": ["【警告】catalogue_condition_missing"],
    "D5": ["【警告】catalogue_sharing_type_unread"],
    "F5": ["【警告】catalogue_update_cycle_unread"],
    "G5": ["【警告】catalogue_published_on_unread"],
    "H5": ["【警告】catalogue_last_updated_on_in_future"],
    "A6": ["【严重】key_missing"],
    "C7": ["【严重】organisation_unknown"],
    "A8": ["【严重】conflicting_duplicate"],
    "A9": ["【重复】exact_duplicate"],
}
"""Every cell of the damaged workbook with something wrong, and what."""


def damaged_workbook(path: Path) -> Path:
    """A workbook with all that a department's has, and something wrong in WRONG's cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "目录"
    sheet.append(["某市政务数据目录"])
    sheet.append(HEADER)
    for cells in DAMAGED:
        sheet.append(cells)
    sheet.append(["合计", "=COUNTA(A3:A10)"])
    _dress(sheet)
    _add_statistics(book)
    book.create_sheet("旧表").sheet_state = "hidden"
    book.active = 1
    book.save(path)
    _put_values(path, {"B10": "殡葬信息", "B11": "7"})
    return path


def _dress(sheet: Worksheet) -> None:
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("C3:C6")
    sheet["A1"].font = Font(bold=True, size=16, color="FF0000FF")
    for cell in sheet[2]:
        cell.fill = PatternFill("solid", fgColor="FFDDEEFF")
        cell.border = Border(*(Side("thin"),) * 4)
    sheet["G5"].number_format = "yyyy-mm-dd"
    sheet["G5"].font = Font(italic=True)
    sheet["B3"].comment = Comment("科长已看过", "张科长")
    sheet["H5"].comment = Comment("等系统组回话", "张科长")
    sheet.column_dimensions["B"].width = 30
    sheet.column_dimensions["E"].hidden = True
    sheet.row_dimensions[4].height = 40
    sheet.freeze_panes = "A3"
    choices = DataValidation(type="list", formula1='"每年,每月"')
    choices.add("F3:F20")
    sheet.add_data_validation(choices)
    sheet.print_area = "A1:H11"


def _add_statistics(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("统计")
    for line in (["一季度", 1], ["二季度", 2]):
        sheet.append(line)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2))
    sheet.add_chart(chart, "D2")
    book.defined_names["总数"] = DefinedName("总数", attr_text="统计!$B$2")


def _put_values(path: Path, values: dict[str, str]) -> None:
    """The values that formulas of the first sheet had when the workbook was saved."""
    parts = parts_of(path)
    name = "xl/worksheets/sheet1.xml"
    text = parts[name].decode()
    for place, value in values.items():
        kind = "" if value.isdecimal() else ' t="str"'
        cell = rf'<c r="{place}"([^>]*)><f>(.*?)</f><v ?/?>(</v>)?</c>'
        text = re.sub(cell, rf'<c r="{place}"\1{kind}><f>\2</f><v>{value}</v></c>', text)
    write_parts(path, {**parts, name: text.encode()})


def parts_of(path: Path) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(path: Path, parts: dict[str, bytes]) -> None:
    """Writes a workbook of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def knowing(folder: Path, *organisations: str) -> Settings:
    """Settings with a catalog that knows these organisations, each called <code>局."""
    shutil.copytree(PROJECT / "catalog", folder / "catalog")
    known = "".join(f"{code},{code}局,市,市本级\n" for code in organisations)
    listed = folder / "catalog" / "organisations.csv"
    listed.write_text(f"org_code,org_name,level,region\n{known}", encoding="utf-8")
    return Settings(home=folder / "home", catalog=folder / "catalog")


def checked(settings: Settings, path: Path, **how: str) -> CheckedFile:
    """What `sharing check` finds out about one file, without a home folder."""
    with Sandbox() as sandbox:
        found = check_files(
            settings, [path], use_home=False, sandbox=sandbox, clock=lambda: NOW, **how
        )
    return found.files[0]


def reply_to(settings: Settings, path: Path, name: str = "reply.xlsx", **how: str) -> Path:
    """Checks a file and writes its reply beside it."""
    found = checked(settings, path, **how)
    out = path.parent / name
    write_reply(Job(path, found.report, NOW, out, settings.limits))
    return out


@dataclass(frozen=True)
class Marked:
    """A cell of a reply that is coloured or has a comment."""

    colour: str
    comment: str | None


def marks(path: Path, sheet: str) -> dict[str, Marked]:
    """The cells of a sheet that a reply has marked, by reference."""
    found = {}
    for line in openpyxl.load_workbook(path)[sheet]:
        for cell in line:
            colour = cell.fill.fgColor.rgb
            comment = cell.comment.text if cell.comment else None
            if colour in FILLS.values() or (comment and "【" in comment):
                found[cell.coordinate] = Marked(colour, comment)
    return found


def rules_in(comment: str | None) -> list[str]:
    """The level and the rule of each remark in a comment."""
    blocks = re.findall(r"【(\w+)】.*?规则：(\w+)", comment or "", re.DOTALL)
    return [f"【{level}】{rule}" for level, rule in blocks]


def values_of(path: Path) -> dict[str, list[list[object]]]:
    """Every sheet's values as another library reads them."""
    book = CalamineWorkbook.from_path(str(path))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }
