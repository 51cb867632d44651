"""The workbook that goes back: what it keeps, where it says what, and that it can come again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.logs import broken_rows as log_remarks
from sharing_pipeline.reply.colours import FILLS
from sharing_pipeline.reply.file_report import Remark
from sharing_pipeline.reply.xlsx.new_workbook import UnmarkedBook, new_book
from sharing_pipeline.settings import Settings
from sharing_pipeline.sheets.tables import read_tables
from tests.support.workbooks import (
    DAMAGED,
    GOOD,
    HEADER,
    WRONG,
    checked,
    damaged_workbook,
    knowing,
    marks,
    parts_of,
    reply_to,
    row,
    rules_in,
    values_of,
    write_parts,
)

EDITED = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A catalog that knows A局 and B局."""
    return knowing(tmp_path_factory.mktemp("settings"), "A", "B")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return damaged_workbook(tmp_path_factory.mktemp("sent") / "目录.xlsx")


@pytest.fixture(scope="module")
def reply(settings: Settings, sent: Path) -> Path:
    return reply_to(settings, sent)


def test_every_fault_is_at_its_cell_and_nothing_else_is_marked(reply: Path) -> None:
    marked = marks(reply, "目录")
    assert {place: rules_in(mark.comment) for place, mark in marked.items()} == WRONG
    assert not marks(reply, "统计")


def test_a_comment_begins_with_its_level_and_ends_with_the_rule(reply: Path) -> None:
    for place, mark in marks(reply, "目录").items():
        text = (mark.comment or "").removeprefix("等系统组回话").lstrip("\n—")
        assert text.startswith(("【严重】", "【警告】", "【重复】", "【留待处理】")), place
        assert text.endswith(f"规则：{WRONG[place][-1].partition('】')[2]}"), place


def test_the_colour_is_the_level(reply: Path) -> None:
    marked = marks(reply, "目录")
    assert marked["A6"].colour == FILLS["critical"]
    assert marked["D5"].colour == FILLS["warning"]
    assert marked["A9"].colour == FILLS["duplicate"]


def test_parts_that_nobody_talks_about_keep_their_bytes(sent: Path, reply: Path) -> None:
    before, after = parts_of(sent), parts_of(reply)
    about_cells = {name for name in before if "sheet1" in name or "omments" in name.lower()}
    changed = {name for name in before if before[name] != after.get(name)}
    # sheet2 was the open one: it is no longer, and nothing else of it changed.
    assert changed <= EDITED | about_cells | {"xl/worksheets/sheet2.xml"}
    assert after["xl/worksheets/sheet2.xml"].replace(b"<sheetView workbookViewId", b"") == (
        before["xl/worksheets/sheet2.xml"]
        .replace(b' tabSelected="1"', b"")
        .replace(b"<sheetView workbookViewId", b"")
    )
    assert any("chart" in name for name in after)


def test_sheets_values_and_computed_formulas_are_as_they_were(sent: Path, reply: Path) -> None:
    before, after = values_of(sent), values_of(reply)
    assert list(after) == ["校验结果", *before]
    assert {name: after[name] for name in before} == before
    assert after["目录"][9][1] == "殡葬信息"


def test_formats_widths_merges_comments_and_choices_are_kept(sent: Path, reply: Path) -> None:
    before, after = (openpyxl.load_workbook(path) for path in (sent, reply))
    old, new = before["目录"], after["目录"]
    assert new["B10"].value == old["B10"].value == '=CONCATENATE("殡葬","信息")'
    assert new.merged_cells.ranges == old.merged_cells.ranges
    assert new.column_dimensions["B"].width == 30
    assert new.column_dimensions["E"].hidden
    assert new.row_dimensions[4].height == 40
    assert new.freeze_panes == "A3"
    assert new.data_validations.dataValidation[0].formula1 == '"每年,每月"'
    assert new.print_area == old.print_area
    assert new["B3"].comment.text == "科长已看过"
    assert new["G5"].number_format == "yyyy-mm-dd"
    assert new["G5"].font.italic
    for line in old:
        for cell in line:
            if cell.coordinate not in WRONG:
                assert new[cell.coordinate].style_id == cell.style_id or (
                    new[cell.coordinate].fill.fgColor.rgb == cell.fill.fgColor.rgb
                )
    assert after["旧表"].sheet_state == "hidden"
    assert after.defined_names["总数"].attr_text == "统计!$B$2"
    assert after.active.title == "校验结果"
    assert [sheet.title for sheet in after if sheet.sheet_view.tabSelected] == ["校验结果"]


def test_a_senders_own_comment_stays_above_ours(reply: Path) -> None:
    comment = marks(reply, "目录")["H5"].comment or ""
    assert comment.startswith("等系统组回话\n")
    assert comment.index("等系统组回话") < comment.index("【警告】")


def test_the_first_sheet_counts_and_links(reply: Path) -> None:
    sheet = openpyxl.load_workbook(reply)["校验结果"]
    lines = [[cell.value for cell in line] for line in sheet]
    assert ["文件", "目录.xlsx"] in [line[:2] for line in lines]
    assert ["校验时间", "2026-11-23 09:30:00"] in [line[:2] for line in lines]
    assert ["政务数据目录", 8, 4, 1, 3, 5] in [line[:6] for line in lines]
    assert ["严重", "目录 A6", 1] in [line[:3] for line in lines]
    assert any("旧表" in str(line[1]) for line in lines)
    assert ["目录", 11, "合计 7"] in [line[1:4] for line in lines]
    assert links_in(reply) == {f"目录 {place}": f"'目录'!{place}" for place in WRONG}


def test_mending_only_the_coloured_cells_is_enough(
    settings: Settings, tmp_path: Path, sent: Path
) -> None:
    plain = tmp_path / "目录.xlsx"
    book = openpyxl.load_workbook(sent)
    book["目录"]["B10"] = "殡葬信息"
    book.save(plain)
    back = reply_to(settings, plain, "目录-校验结果.xlsx")
    mended = openpyxl.load_workbook(back)
    values = {
        "E4": "凭公函", "D5": "无条件共享", "F5": "每月", "G5": "2026-02-05", "H5": "2026-11-01",
        "A6": "E-4", "C7": "B局", "A8": "E-6", "A9": "E-7",
    }  # fmt: skip
    assert set(values) == set(marks(back, "目录"))
    for place, value in values.items():
        mended["目录"][place] = value
    mended.save(back)
    again = checked(settings, back)
    # Row 9 was the same as row 3: with a code of its own its name is said twice, and only that.
    assert {remark.rule for remark in again.report.remarks} == {"catalogue_name_near_duplicate"}
    assert again.report.datasets[0].accepted == 8


def test_marks_of_an_earlier_reply_go_when_their_cell_is_mended(
    settings: Settings, reply: Path, tmp_path: Path
) -> None:
    second = tmp_path / "again.xlsx"
    shutil.copyfile(reply, second)
    parts = parts_of(second)
    name = "xl/worksheets/sheet1.xml"
    wrong, right = (text.encode("ascii", "xmlcharrefreplace") for text in ("有空时", "每年"))
    write_parts(second, parts | {name: parts[name].replace(wrong, right)})
    back = reply_to(settings, second)
    expected = {place: rules for place, rules in WRONG.items() if place != "F5"}
    marked = marks(back, "目录")
    assert {place: rules_in(mark.comment) for place, mark in marked.items()} == expected
    assert openpyxl.load_workbook(back).sheetnames == ["校验结果", "目录", "统计", "旧表"]
    assert (marked["H5"].comment or "").startswith("等系统组回话\n")
    assert openpyxl.load_workbook(back)["目录"]["B3"].comment.text == "科长已看过"


def test_a_reply_declares_the_parts_that_it_has(
    settings: Settings, reply: Path, tmp_path: Path
) -> None:
    second = reply_to(settings, Path(shutil.copyfile(reply, tmp_path / "again.xlsx")))
    parts = parts_of(second)
    declared = re.findall('PartName="/(.*?)"', parts["[Content_Types].xml"].decode())
    assert set(declared) <= set(parts)
    assert len(declared) == len(set(declared))


def test_a_column_that_is_missing_is_shown_where_it_is_called_for(
    settings: Settings, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    condition = HEADER.index("共享条件")
    for cells in (HEADER, row(), row(目录代码="E-2", 目录名称="名录", 共享类型="有条件共享")):
        sheet.append([cell for place, cell in enumerate(cells) if place != condition])
    book.save(tmp_path / "目录.xlsx")
    marked = marks(reply_to(settings, tmp_path / "目录.xlsx"), sheet.title)
    assert {place: rules_in(mark.comment) for place, mark in marked.items()} == {
        "D3": ["【警告】catalogue_condition_missing"]
    }


def as_one_run(comments: str) -> str:
    """The comments with the sender's own text and ours below it in one piece."""
    return re.sub(
        '<t>(等系统组回话)</t><r><t xml:space="preserve">(.*?)</t></r>', r"<t>\1\2</t>", comments,
        flags=re.DOTALL,
    )  # fmt: skip


def without_author(comments: str) -> str:
    return comments.replace("三率监测校验", "")


def with_numbered_breaks(comments: str) -> str:
    declaration, end, root = comments.partition("?>")
    return declaration + end + root.strip().replace("\n", "&#10;")


RESAVED: dict[str, Callable[[str], str]] = {
    "one run of text": as_one_run,
    "no author": without_author,
    "both, and line breaks as numbers": lambda comments: with_numbered_breaks(
        without_author(as_one_run(comments))
    ),
}
"""What another program may make of our comments when it saves the reply."""


@pytest.mark.parametrize("how", RESAVED)
def test_remarks_do_not_pile_up_in_a_workbook_that_was_saved_again(
    settings: Settings, reply: Path, tmp_path: Path, how: str
) -> None:
    again = tmp_path / "again.xlsx"
    parts = parts_of(reply)
    [name] = [name for name in parts if re.fullmatch("xl/comments.*xml", name)]
    saved = RESAVED[how](parts[name].decode())
    assert saved != parts[name].decode()
    write_parts(again, parts | {name: saved.encode()})
    assert {
        place: mark.comment for place, mark in marks(reply_to(settings, again), "目录").items()
    } == {place: mark.comment for place, mark in marks(reply, "目录").items()}


@pytest.mark.system
def test_remarks_do_not_pile_up_when_libreoffice_saves_the_reply(
    settings: Settings, reply: Path, tmp_path: Path
) -> None:
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(reply)], check=True, capture_output=True, timeout=120)
    marked = marks(reply_to(settings, tmp_path / "reply.xlsx", "second.xlsx"), "目录")
    assert {place: rules_in(mark.comment) for place, mark in marked.items()} == WRONG
    assert (marked["H5"].comment or "").count("等系统组回话") == 1


def test_one_comment_holds_all_remarks_on_a_merged_cell(settings: Settings, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(HEADER)
    for number in range(30):
        sheet.append(
            row(目录代码=f"E-{number}", 目录名称=f"{chr(0x4E00 + number)}信息", 提供方=None)
        )
    sheet["C2"] = "无名局"
    sheet.merge_cells("C2:C31")
    book.save(tmp_path / "merged.xlsx")
    marked = marks(reply_to(settings, tmp_path / "merged.xlsx"), book.active.title)
    assert list(marked) == ["C2"]
    comment = marked["C2"].comment or ""
    assert rules_in(comment) == ["【严重】organisation_unknown"]
    assert "等 30 行" in comment


def test_the_same_file_and_clock_give_the_same_bytes(
    settings: Settings, sent: Path, reply: Path
) -> None:
    first = reply.read_bytes()
    assert reply_to(settings, sent, "twice.xlsx").read_bytes() == first


def csv_of(rows: list[list[str | None]]) -> str:
    return "\n".join(",".join(f'"{cell or ""}"' for cell in line) for line in rows)


def test_a_csv_comes_back_as_a_workbook_with_a_column_of_problems(
    settings: Settings, tmp_path: Path
) -> None:
    damaged = [
        [*cells[:1], "名" if str(cells[1]).startswith("=") else cells[1], *cells[2:]]
        for cells in DAMAGED
    ]
    damaged[0][0] = damaged[6][0] = "0012"
    path = tmp_path / "目录.csv"
    path.write_bytes(csv_of([["某市目录"], HEADER, *damaged]).encode("gb18030"))
    back = reply_to(settings, path)
    sheet = openpyxl.load_workbook(back)["目录"]
    assert [cell.value for cell in sheet[2]] == [*HEADER, "问题"]
    assert sheet["A3"].value == "0012"
    assert sheet["A3"].number_format == "@"
    problems = {cell.row: cell.value for cell in sheet["I"] if cell.row > 2 and cell.value}
    assert problems[6].startswith("【严重】目录代码：“目录代码”为空。")
    assert problems[6].endswith("规则：organisation_missing")
    assert rules_in(problems[6]) == ["【严重】key_missing", "【严重】organisation_missing"]
    assert problems[9].startswith("【重复】")
    assert 3 not in problems
    assert marks(back, "目录")["C7"].colour == FILLS["critical"]
    first = [cell.value for cell in openpyxl.load_workbook(back)["校验结果"]["B"]]
    assert "csv、gb18030" in first


def test_a_csv_cell_too_long_for_a_workbook_is_told(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    path.write_text(csv_of([[*HEADER, "摘要"], [*row(更新周期="?"), "长" * 40_000]]), "utf-8")
    book = openpyxl.load_workbook(reply_to(settings, path))
    texts = [str(cell.value) for cell in book["校验结果"]["B"]]
    assert any("有 1 个单元格超过 32,767 个字" in text and "没有带回" in text for text in texts)


LOG_HEADER = ["批次号", "资源标识", "方向", "方式", "开始时间", "结束时间", "状态", "数据量"]
TEN, NINE = "2026-11-19 10:00:00", "2026-11-19 09:00:00"


def log_row(**changes: str) -> list[str]:
    usual = dict(zip(LOG_HEADER, ["B1", "R1", "归集", "库表", NINE, TEN, "成功", "5"], strict=True))
    return list((usual | changes).values())


def log_book(path: Path, lines: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    for line in (LOG_HEADER, *lines):
        book.worksheets[0].append(line)
    book.save(path)
    return path


FAULTY_LOG = [
    log_row(批次号="B2", 开始时间="昨天", 结束时间="2026-11-19"),
    log_row(批次号="B3", 状态="好了", 数据量="五条"),
    log_row(批次号="B4", 开始时间=TEN, 结束时间=NINE),
    log_row(),
    log_row(),
    log_row(批次号="2.5E+11"),
    log_row(批次号="B6", 数据量="3万条"),
    log_row(批次号="B5", 开始时间="2099-11-19 10:00:00", 结束时间="2099-11-19 11:00:00"),
]
WRONG_IN_LOG = {
    "A7": ["【严重】code_damaged"],
    "A6": ["【重复】exchange_repeated_batch"],
    "E2": ["【警告】exchange_unreadable_started_at"],
    "G3": ["【警告】exchange_unknown_status"],
    "H3": ["【警告】exchange_unreadable_row_count"],
    "F4": ["【警告】exchange_finished_before_started"],
    "H8": ["【警告】exchange_row_count_with_unit"],
    "E9": ["【警告】exchange_future_day"],
}


def test_what_a_log_only_counts_is_marked_in_its_rows(settings: Settings, tmp_path: Path) -> None:
    back = reply_to(settings, log_book(tmp_path / "日志.xlsx", FAULTY_LOG))
    marked = marks(back, "Sheet")
    assert {place: rules_in(mark.comment) for place, mark in marked.items()} == WRONG_IN_LOG
    assert "这条记录的批次号当天已经收到过" in str(marked["A6"].comment)
    assert "“批次号”写作“2.5E+11”" in str(marked["A7"].comment)


def test_a_log_in_a_csv_has_its_problems_beside_its_rows(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "日志.csv"
    lines = [["某平台日志"], LOG_HEADER, *FAULTY_LOG, ["合计", "共 8 条"]]
    path.write_text(csv_of(lines), "utf-8")
    book = openpyxl.load_workbook(reply_to(settings, path))
    passed_over = {line[2].value: line[3].value for line in book["校验结果"]}
    assert passed_over[11] == "合计 共 8 条"
    sheet = book["交换日志"]
    rules_by_row = {cell.row - 1: rules_in(cell.value) for cell in sheet["I"][2:] if cell.value}
    by_row: dict[int, list[str]] = {}
    for place, rules in WRONG_IN_LOG.items():
        by_row[int(place[1:])] = sorted([*by_row.get(int(place[1:]), []), *rules])
    assert {row: sorted(rules) for row, rules in rules_by_row.items()} == by_row


def test_of_many_faulty_rows_of_a_log_the_first_are_marked(
    settings: Settings, tmp_path: Path
) -> None:
    lines = [log_row(批次号=f"B{number}", 状态="?") for number in range(1_001)]
    answer = checked(settings, log_book(tmp_path / "日志.xlsx", lines)).report
    rows = [remark.row for remark in answer.remarks if remark.rule == "exchange_unknown_status"]
    assert sorted(filter(None, rows)) == list(range(2, 1_002))
    assert any(remark.row is None and "1001 条" in remark.message for remark in answer.remarks)


def test_of_a_long_log_only_the_counts_are_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_remarks, "_MOST_ROWS", 1)
    path = log_book(tmp_path / "日志.xlsx", [log_row(状态="?"), log_row(批次号="B2")])
    first = openpyxl.load_workbook(reply_to(settings, path))["校验结果"]
    assert any(str(cell.value).startswith("没有能标在单元格上的问题") for cell in first["B"])


def test_the_column_of_problems_counts_no_more_when_it_comes_again(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "目录.csv"
    lines = [HEADER, row(), row(目录代码="E-2", 目录名称="名录"), row(), row(目录代码=None)]
    path.write_text(csv_of(lines), encoding="utf-8")
    back = reply_to(settings, path)
    book = openpyxl.load_workbook(back)
    problems = {cell.row: cell.value for cell in book["目录"]["I"] if cell.value}
    assert rules_in(problems[4]) == ["【重复】exact_duplicate"]
    book["目录"]["A5"], book["目录"]["B5"], book["目录"]["I5"] = "E-3", "台账", "已补代码"
    book.save(back)
    again = checked(settings, back).report
    assert {(remark.row, remark.rule) for remark in again.remarks} == {(4, "exact_duplicate")}
    assert (again.datasets[0].accepted, again.datasets[0].duplicate) == (3, 1)


@pytest.mark.parametrize("sheets", [["目录"], ["校验结果", "目录"]])
def test_a_column_of_problems_of_ones_own_counts(
    settings: Settings, tmp_path: Path, sheets: list[str]
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        book.create_sheet(name)
    for line in ([*HEADER, "问题"], [*row(), "缺接口"], [*row(), "缺库表"]):
        book["目录"].append(line)
    book.save(tmp_path / "目录.xlsx")
    answer = checked(settings, tmp_path / "目录.xlsx").report
    assert [(remark.row, remark.rule) for remark in answer.remarks] == [
        (3, "conflicting_duplicate")
    ]


def test_a_conflict_names_the_first_rows_sheet_where_it_is_another(
    settings: Settings, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, others in (("一", ["甲"]), ("二", ["乙", "丙"])):
        sheet = book.create_sheet(name)
        for line in (
            HEADER,
            *(row(目录代码=code, 目录名称=f"{code}表") for code in (name, *others)),
        ):
            sheet.append(line)
    book["二"].append(row(目录代码="甲", 目录名称="丁表"))
    book["二"].append(row(目录代码="乙", 目录名称="戊表"))
    book.save(tmp_path / "目录.xlsx")
    messages = {
        (remark.sheet, remark.row): remark.message
        for remark in checked(settings, tmp_path / "目录.xlsx").report.remarks
        if remark.rule == "conflicting_duplicate"
    }
    assert messages.keys() == {("二", 5), ("二", 6)}
    assert "甲 在本文件工作表“一”第 3 行已经出现" in messages["二", 5]
    assert "乙 在本文件第 3 行已经出现" in messages["二", 6]


def test_a_warning_about_an_entry_on_several_rows_is_given_once(
    settings: Settings, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    header = [*HEADER, "资源标识", "资源类型", "挂载状态"]
    entries = [
        row(目录代码=code, 目录名称=f"{code}表", 更新周期=cycle)
        for code, cycle in (("甲", None), ("甲", None), ("甲", "隔日"), ("乙", None))
    ]
    rows = [[*entry, f"R-{place}", "文件", "已挂载"] for place, entry in enumerate(entries)]
    for line in (header, *rows):
        book.active.append(line)
    book.save(tmp_path / "目录.xlsx")
    answer = checked(settings, tmp_path / "目录.xlsx").report
    assert [(dataset.rows_read, dataset.accepted) for dataset in answer.datasets] == [
        (4, 4),
        (4, 4),
    ]
    found = {(remark.row, remark.rule) for remark in answer.remarks}
    assert found == {
        (2, "catalogue_update_cycle_missing"), (5, "catalogue_update_cycle_missing"),
        (4, "catalogue_update_cycle_unread"), (4, "rows_differ"),
    }  # fmt: skip


def test_json_objects_come_back_as_rows_under_their_numbers(
    settings: Settings, tmp_path: Path
) -> None:
    rows = [dict(zip(HEADER, cells, strict=True)) for cells in (GOOD, row(目录代码=None))]
    path = tmp_path / "目录.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    sheet = openpyxl.load_workbook(reply_to(settings, path))["目录"]
    assert [cell.value for cell in sheet[1]] == [*HEADER, "问题"]
    assert sheet["I2"].value is None
    assert sheet["I3"].value.startswith("【严重】")


def links_in(reply: Path) -> dict[str, str]:
    """Where the cells of the report lead, by their text."""
    cells = openpyxl.load_workbook(reply)["校验结果"]["B"]
    return {cell.value: cell.hyperlink.location for cell in cells if cell.hyperlink}


def test_the_report_on_a_file_without_sheets_links_to_its_cells(
    settings: Settings, tmp_path: Path
) -> None:
    rows = [row(), row(目录代码=None), row(目录代码="E-3", 目录名称="名录", 更新周期="有空时")]
    (tmp_path / "目录.csv").write_text(csv_of([HEADER, *rows]), encoding="utf-8")
    objects = [dict(zip(HEADER, cells, strict=True)) for cells in rows]
    (tmp_path / "目录.json").write_text(json.dumps(objects), encoding="utf-8")
    for name in ("目录.csv", "目录.json"):
        links = links_in(reply_to(settings, tmp_path / name))
        assert links == {"A3": "'目录'!A3", "F4": "'目录'!F4"}


def test_nothing_links_to_rows_that_were_not_written() -> None:
    book = UnmarkedBook(new_book([]), [], sheet="目录", last_row=9)
    remark = Remark("warning", "rule", "", 9, 1, "目录代码", "", "", "")
    assert (book.placed(remark).sheet, book.placed(remark).row) == ("目录", 9)
    assert book.placed(replace(remark, row=10)).row is None


def test_what_a_program_would_obey_is_neutralised(settings: Settings, tmp_path: Path) -> None:
    evil = ["=1+1", "+cmd|'/c calc'!A0", "@SUM(A1)", "-2+3", "\t=1"]
    rows = [row(目录代码=None, 目录名称=text) for text in evil]
    path = tmp_path / "=evil.csv"
    path.write_text(csv_of([HEADER, *rows]), encoding="utf-8")
    book = openpyxl.load_workbook(reply_to(settings, path))
    texts = [cell.value for sheet in book for line in sheet for cell in line if cell.value]
    assert not [text for text in texts if str(text).startswith(("=", "+", "-", "@", "\t"))]
    assert "'=1+1" in texts


PORTAL = """
title: 门户
dataset: catalogue
organisations: from_rows
columns: {catalogue_code: "@id", name: "=名称", org_name: 提供方, update_cycle: 更新周期}
constants: {publish_status: 已发布, sharing_type: 无条件共享}
"""
"""A source some of whose headers a spreadsheet program would obey."""

OBEYED = [
    ["@id", "=名称", "提供方", "更新周期"],
    ["-B10", "=1+1", "A局", "每月"],
    ["+B11", "-12", "A局", "有空时"],
    ["@B12", "'林场'", "A局", "每年"],
    ["+B11", "-12", "A局", "有空时"],
    [None, "学籍", "A局", "每年"],
]


def write_lines(path: Path, lines: list[list[str | None]]) -> Path:
    """A file of the format that its name says."""
    if path.suffix == ".ods":
        return write_ods(path, lines)
    header, *rows = lines
    objects = [dict(zip(header, cells, strict=True)) for cells in rows]
    text = csv_of(lines) if path.suffix == ".csv" else json.dumps(objects)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["csv", "ods", "json"])
def test_what_was_neutralised_is_read_as_it_was_sent(
    settings: Settings, tmp_path: Path, ending: str
) -> None:
    (settings.catalog / "sources" / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    sent = write_lines(tmp_path / f"目录.{ending}", OBEYED)
    first = reply_to(settings, sent, "first.xlsx", source="portal")
    second = reply_to(settings, first, "second.xlsx", source="portal")
    [sheet] = [sheet for name, sheet in values_of(second).items() if name != "校验结果"]
    written = {value for line in sheet for value in line}
    assert {"'@id", "'=1+1", "'-B10", "-12", "'林场'"} <= written
    source, contracts = load_source(settings.catalog, "portal"), load_contracts(settings.catalog)
    before, *after = [
        [table.frame.drop_columns("sheet") for table in read.tables]
        for path in (sent, first, second)
        for read in [read_tables(path, path.name, source, contracts)]
    ]
    assert after == [before, before]
    answers = [checked(settings, path, source="portal").report for path in (sent, first, second)]
    formulas = {
        remark.rule == "cell_not_computed" for report in answers for remark in report.remarks
    }
    assert (True in formulas) == (ending == "ods")  # = only means something in a workbook
    counts, *later = [
        [replace(dataset, remarks=()) for dataset in report.datasets] for report in answers
    ]
    assert counts[0].duplicate == counts[0].quarantined == 1
    assert later == [counts, counts]


def test_macros_come_back_where_the_name_says_so(settings: Settings, tmp_path: Path) -> None:
    path = damaged_workbook(tmp_path / "目录.xlsm")
    parts = parts_of(path)
    relation = (
        '<Relationship Id="rIdVba" Target="vbaProject.bin" '
        'Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"/></Relationships>'
    )
    links = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = links.replace("</Relationships>", relation).encode()
    parts["xl/vbaProject.bin"] = b"macros"
    write_parts(path, parts)
    kept, dropped = (parts_of(reply_to(settings, path, name)) for name in ("a.xlsm", "a.xlsx"))
    assert kept["xl/vbaProject.bin"] == b"macros"
    assert b"macroEnabled" in kept["[Content_Types].xml"]
    assert "xl/vbaProject.bin" not in dropped
    assert b"macroEnabled" not in dropped["[Content_Types].xml"]


def test_a_workbook_without_formats_gets_its_colours(
    settings: Settings, sent: Path, tmp_path: Path
) -> None:
    parts = parts_of(sent)
    del parts["xl/styles.xml"]
    for name, pattern in {
        "xl/worksheets/sheet1.xml": rb' s="\d+"',
        "xl/_rels/workbook.xml.rels": rb"<Relationship [^>]*styles[^>]*>",
        "[Content_Types].xml": rb"<Override [^>]*styles[^>]*>",
    }.items():
        parts[name] = re.sub(pattern, b"", parts[name])
    write_parts(tmp_path / "bare.xlsx", parts)
    back = reply_to(settings, tmp_path / "bare.xlsx")
    marked = marks(back, "目录")
    assert {place: rules_in(mark.comment) for place, mark in marked.items()} == WRONG
    assert openpyxl.load_workbook(back)["目录"]["B10"].value == '=CONCATENATE("殡葬","信息")'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_that_cannot_be_edited_is_written_anew(
    settings: Settings, sent: Path, tmp_path: Path, part: str
) -> None:
    parts = parts_of(sent)
    declaration = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    write_parts(tmp_path / "odd.xlsx", parts | {part: declaration + parts[part]})
    back = reply_to(settings, tmp_path / "odd.xlsx")
    marked = marks(back, "目录")
    assert {place: rules_in(mark.comment) for place, mark in marked.items()} == WRONG
    assert any("不能原样带回" in str(line) for line in values_of(back)["校验结果"])


def write_ods(path: Path, lines: list[list[str | None]]) -> Path:
    """An ods with one sheet, 目录, whose columns are two inches wide."""

    def cell(text: str | None) -> str:
        if text is None:
            return "<table:table-cell/>"
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{text}</text:p></table:table-cell>"
        )

    body = "".join(
        f"<table:table-row>{''.join(map(cell, line))}</table:table-row>" for line in lines
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" '
        f'xmlns:style="{space}:style:1.0"><office:automatic-styles>'
        '<style:style style:name="co1" style:family="table-column">'
        '<style:table-column-properties style:column-width="2in"/></style:style>'
        '</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="目录">'
        f'<table:table-column table:style-name="co1" table:number-columns-repeated="8"/>{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{space}:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    return path


def test_an_ods_comes_back_as_an_xlsx(settings: Settings, tmp_path: Path) -> None:
    path = write_ods(tmp_path / "目录.ods", [HEADER, GOOD, row(目录代码=None)])
    back = reply_to(settings, path)
    sheet = openpyxl.load_workbook(back)["目录"]
    assert [cell.value for cell in sheet[2]] == GOOD
    assert sheet.column_dimensions["A"].width > 20
    assert {place: rules_in(mark.comment) for place, mark in marks(back, "目录").items()} == {
        "A3": ["【严重】key_missing"]
    }


def test_a_file_that_is_no_table_is_answered_with_the_reason(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "目录.xlsx"
    path.write_bytes(b"%PDF-1.7 nothing of a table")
    sheet = openpyxl.load_workbook(reply_to(settings, path))["校验结果"]
    assert any("PDF" in str(cell.value) for line in sheet for cell in line)


def test_a_rejected_workbook_comes_back_with_the_reason(settings: Settings, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (["目录代码", "目录名称"], ["E-1", "名"]):
        book.active.append(cells)
    book.active.title = "表一"
    book.save(tmp_path / "half.xlsx")
    back = reply_to(settings, tmp_path / "half.xlsx")
    values = values_of(back)
    assert values["表一"][1] == ["E-1", "名"]
    assert any("缺少必填列" in str(cell) for line in values["校验结果"] for cell in line)
    # The sheet 校验结果 is nobody's data when the file comes back.
    assert (
        checked(settings, back).report.datasets
        == checked(settings, tmp_path / "half.xlsx").report.datasets
    )


@pytest.mark.system
def test_libreoffice_opens_the_reply_with_its_comments(reply: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(reply)], check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(tmp_path / "reply.ods") as archive:
        content = archive.read("content.xml").decode()
    assert content.count("<office:annotation ") == len(WRONG) + 1
    assert values_of(tmp_path / "reply.ods")["目录"][5][1] == "养老机构信息"
