"""Any shape of sheet: wherever the header is and whatever stands around the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.sheets.header_findings import NO_STATUS
from sharing_pipeline.sheets.raw_table import FileTables, RawTable
from tests.support.made.ods import ods_bytes
from tests.support.made.reading import Verdict, cells, only, read, verdicts
from tests.support.made.sheet import Error, Formula, Sheet
from tests.support.made.xls import xls_bytes
from tests.support.made.xlsx import xlsx_bytes, xlsx_parts, zipped

HEADER = ["目录代码", "目录名称", "提供方", "共享类型", "更新周期", "最近更新日期"]
FIRST = ["36110001", "养老机构名录", "市民政局", "无条件共享", "每月", "2026-11-01"]
SECOND = ["36110002", "公租房名册", "市民政局", "无条件共享", "每季度", "2026-10-01"]
THIRD = ["36110003", "低保对象信息", "市民政局", "无条件共享", "每年", "2026-09-01"]
ROWS = [FIRST, SECOND, THIRD]
COLUMNS = ["catalogue_code", "name", "org_code", "sharing_type", "update_cycle", "last_updated_on"]

WORKBOOKS: dict[str, Callable[[Sequence[Sheet]], bytes]] = {
    "xlsx": xlsx_bytes,
    "xls": xls_bytes,
    "ods": ods_bytes,
}


def csv_bytes(rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture(params=WORKBOOKS)
def read_book(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., FileTables]:
    def read_one(*sheets: Sheet) -> FileTables:
        return read(tmp_path, WORKBOOKS[request.param](sheets), f"目录.{request.param}")

    return read_one


def judged(table: RawTable) -> Verdict:
    return verdicts([table])[0]


def test_every_workbook_format_gives_the_same_rows(read_book: Callable[..., FileTables]) -> None:
    typed = [36110001, *FIRST[1:5], date(2026, 11, 1)]
    at_noon = [36110002.0, *SECOND[1:5], datetime(2026, 10, 1, 12)]
    tables = read_book(Sheet("目录", [HEADER, typed, at_noon]))
    assert cells(only(tables), *COLUMNS) == [FIRST, [*SECOND[:5], "2026-10-01 12:00:00"]]
    assert only(tables).frame["row"].to_pylist() == [2, 3]
    assert tables.notes == []


def test_what_stands_around_the_rows_is_no_row(read_book: Callable[..., FileTables]) -> None:
    sheet = Sheet(
        "2026年",
        [
            ["2026年政务数据目录清单", *[None] * 5],
            ["填报单位：市民政局", None, None, "填报日期：2026年11月", None, None],
            [],
            HEADER,
            FIRST,
            [],
            SECOND,
            HEADER,
            THIRD,
            ["合计", None, "3 条"],
            ["注：本表每月5日前报送"],
        ],
        merged=[(0, 0, 0, 5)],
    )
    tables = read_book(sheet)
    assert cells(only(tables), *COLUMNS) == ROWS
    assert only(tables).frame["row"].to_pylist() == [5, 7, 9]
    assert only(tables).parts[0].header_row == 4
    assert [line.row for line in tables.skipped] == [1, 2, 8, 10, 11]


def test_hidden_rows_and_columns_are_read_and_named(read_book: Callable[..., FileTables]) -> None:
    sheet = Sheet(
        "目录",
        [HEADER, *ROWS],
        hidden_rows=frozenset({1, 2}),
        hidden_columns=frozenset({0, 4}),
    )
    tables = read_book(sheet, Sheet("旧", [HEADER, FIRST], hidden=True))
    assert cells(only(tables), *COLUMNS) == ROWS
    assert tables.notes == [
        "隐藏的工作表“旧”没有读。",
        "工作表“目录”里隐藏的第 2–3 行和第 A、E 列，也和其他行列一样读了。",
    ]


def test_merged_departments_count_for_each_row(read_book: Callable[..., FileTables]) -> None:
    rows = [HEADER, FIRST, [*SECOND[:2], None, *SECOND[3:]], [*THIRD[:2], None, *THIRD[3:]]]
    table = only(read_book(Sheet("目录", rows, merged=[(1, 2, 3, 2)])))
    assert table.frame["org_code"].to_pylist() == ["市民政局"] * 3


def test_a_header_over_two_rows(read_book: Callable[..., FileTables]) -> None:
    upper = ["目录代码", "基本信息", None, None, "共享信息", None, None]
    lower = [None, "目录名称", "提供方代码", "提供方名称", "共享类型", "更新周期", "最近更新日期"]
    row = [*FIRST[:2], "361100001", *FIRST[2:]]
    sheet = Sheet("目录", [["目录"], upper, lower, row], merged=[(1, 1, 1, 3), (1, 4, 1, 6)])
    table = only(read_book(sheet))
    assert cells(table, "org_code", "org_name") == [["361100001", "市民政局"]]
    assert table.parts[0].header_row == 3


def test_a_name_over_two_rows_that_means_something_only_as_a_whole(tmp_path: Path) -> None:
    upper = ["目录", None, "提供方", None, "共享类型", "更新周期"]
    lower = ["代码", "名称", "代码", "名称", None, None]
    row = [*FIRST[:2], "361100001", *FIRST[2:5]]
    sheet = Sheet("目录", [upper, lower, row], merged=[(0, 0, 0, 1), (0, 2, 0, 3)])
    for data, name in ((xlsx_bytes([sheet]), "a.xlsx"), (csv_bytes([upper, lower, row]), "a.csv")):
        table = only(read(tmp_path, data, name))
        names = ["catalogue_code", "name", "org_code", "org_name"]
        assert cells(table, *names) == [row[:4]]
        assert table.headers["org_name"] == "提供方名称"


@pytest.mark.parametrize(("lines_above", "found"), [(99, True), (100, False)])
def test_the_header_is_looked_for_in_the_first_hundred_rows(
    tmp_path: Path, lines_above: int, found: bool
) -> None:
    rows = [*[["说明"]] * lines_above, HEADER, FIRST]
    table = only(read(tmp_path, xlsx_bytes([Sheet("表", rows)]), "a.xlsx"))
    assert (table.rejected is None) == found
    assert found or "前 100 行里找不到表头" in str(table.rejected)


UNDER_THE_HEADER = {
    "other names": COLUMNS,
    "numbers": ["1", "2", "3", "4", "5", "6"],
    "numbers in brackets": ["（1）", "（2）", "（3）", "（4）", "（5）", "（6）"],
    "letters": ["A", "B", "C", "D", "E", "F"],
    "stems": ["甲", "乙", "丙", "丁", "戊", "己"],
    "hints": ["18位编码", "必填，不超过50字", "填写机构代码", "必填", "每日/每月", "YYYY-MM-DD"],
    "an example": ["示例：361100008000000001", "名录", "市民政局", "无条件共享", "每月", ""],
}


@pytest.mark.parametrize("kind", UNDER_THE_HEADER)
def test_a_line_about_the_columns_is_no_row(tmp_path: Path, kind: str) -> None:
    tables = read(tmp_path, csv_bytes([HEADER, UNDER_THE_HEADER[kind], *ROWS]), "a.csv")
    assert cells(only(tables), *COLUMNS) == ROWS
    assert [line.row for line in tables.skipped] == [2]


@pytest.mark.parametrize(
    "line",
    [
        ["1", "名录", "市民政局", "无条件共享", "每月", ""],
        ["A", "B", "市民政局", "无条件共享", "每月", ""],
        ["必填", "格式名录", "市民政局", "无条件共享", "每月", "2026-03-05"],
    ],
)
def test_a_row_that_resembles_such_a_line_is_a_row(tmp_path: Path, line: list[str]) -> None:
    tables = read(tmp_path, csv_bytes([HEADER, line, *ROWS]), "a.csv")
    assert cells(only(tables), "catalogue_code")[0] == line[:1]
    assert tables.skipped == []


def test_lines_that_were_only_numbered_or_chosen_ahead_are_no_rows(tmp_path: Path) -> None:
    rows = [[str(number), *cells] for number, cells in enumerate(ROWS, 1)]
    ahead = [[str(number), "", "", "", "无条件共享", "", ""] for number in range(8, 11)]
    numbered = [[str(number)] for number in range(11, 14)]
    data = csv_bytes([["序号", *HEADER], *rows, *ahead, *numbered])
    tables = read(tmp_path, data, "a.csv")
    assert cells(only(tables), *COLUMNS) == ROWS
    assert [line.row for line in tables.skipped] == list(range(len(ROWS) + 2, len(ROWS) + 8))
    started = csv_bytes([["序号", *HEADER], *rows, ["8", "", "", "", "无条件共享", "", ""]])
    assert len(cells(only(read(tmp_path, started, "a.csv")), "name")) == len(ROWS) + 1


@pytest.mark.parametrize(
    "line",
    [
        ["单位负责人（签字）：", "", "", "填报日期：", "", "2026-11-01"],
        ["说明", "无条件共享", "指可提供给所有部门", "", "", ""],
    ],
)
def test_a_closing_line_is_no_row(tmp_path: Path, line: list[str]) -> None:
    tables = read(tmp_path, csv_bytes([HEADER, *ROWS, line]), "a.csv")
    assert cells(only(tables), *COLUMNS) == ROWS
    assert [one.row for one in tables.skipped] == [len(ROWS) + 2]


def test_a_note_in_brackets_is_no_part_of_a_header(tmp_path: Path) -> None:
    header = ["*目录代码（必填）", "目录名称(必填)", "提供方【必填项】", "共享类型（单选）",
              "更新周期（如：每月）", "最近更新日期（年-月-日）"]  # fmt: skip
    table = only(read(tmp_path, csv_bytes([header, *ROWS]), "a.csv"))
    assert cells(table, *COLUMNS) == ROWS


@pytest.mark.parametrize(
    "header",
    [
        [f"{number}.{name}" for number, name in enumerate(HEADER, 1)],
        [f"（{number}）{name}" for number, name in enumerate(HEADER, 1)],
        [f"{number}、{name}" for number, name in zip("一二三四五六", HEADER, strict=True)],
        ["目录代码(18位)", "目录名称（不超过50字）", "提供方（全称）",
         "共享类型（无条件/有条件/不予）", "更新周期[下拉]", "最近更新日期：："],
        ["目录代码（系统自动生成）", "目录名称（注1）", "提供方（注）",
         "共享类型（无条件、有条件、不予）", "更新周期（每日、每月等）", "最近更新日期"],
        [*HEADER[:4], "更新周期（每日/每月…）", "最近更新日期"],
    ],
)  # fmt: skip
def test_how_headers_are_numbered_and_explained_is_no_part_of_them(
    tmp_path: Path, header: list[str]
) -> None:
    table = only(read(tmp_path, csv_bytes([header, *ROWS]), "a.csv"))
    assert cells(table, *COLUMNS) == ROWS
    assert table.notes == [NO_STATUS]


def test_headers_that_mean_nothing_are_named_where_one_is_missing(tmp_path: Path) -> None:
    header = [*HEADER[:2], "责任部门", *HEADER[3:], "联系人"]
    table = only(read(tmp_path, csv_bytes([header, *ROWS]), "a.csv"))
    assert "没有认出的表头：“责任部门”“联系人”，其中有要的列就请改名。" in str(table.rejected)


def test_a_unit_in_a_header_is_told_with_what_to_multiply(tmp_path: Path) -> None:
    rows = [
        ["资源标识", "目录代码", "资源类型", "挂载状态", "数据量（万条）"],
        ["R-1", "E-1", "库表", "已挂载", "3.5"],
    ]
    [note] = only(read(tmp_path, csv_bytes(rows), "a.csv")).notes
    assert note.endswith("请先把这一列的数都乘以 10,000，再把表头改成“数据量”。")


def test_a_required_column_is_never_guessed_but_its_candidate_is_named(tmp_path: Path) -> None:
    header = [*HEADER[:4], "更新周期（计划）", "最近更新日期"]
    table = only(read(tmp_path, csv_bytes([header, *ROWS]), "a.csv"))
    assert table.rejected == (
        "文件第 1 行的表头缺少必填列：更新周期（update_cycle）。"
        "“更新周期（计划）”像是“更新周期”（90%），拿不准，没有用；是的话请改成“更新周期”。"
        "请补上后重报。"
    )


@pytest.mark.parametrize("title", [[], [["某局数据目录"]]])
def test_headers_too_short_to_tell_are_shown_with_what_they_may_be(
    tmp_path: Path, title: list[list[str]]
) -> None:
    rows = [*title, ["代码", "名称", "单位", "周期"], ["1", "名录", "市民政局", "每月"]]
    why = str(only(read(tmp_path, csv_bytes(rows), "a.csv")).rejected)
    assert f"第 {len(title) + 1} 行像是表头，但分不清：" in why
    assert "“代码”可能是“目录代码”“提供方代码”；" in why
    assert "“名称”可能是“目录名称”“提供方名称”“所属系统”；" in why
    assert "“单位”可能是“提供方名称”；" in why
    assert "“周期”可能是“更新周期”。请改成要的那一个。" in why


def test_a_short_header_beside_clear_ones_is_shown_with_what_it_may_be(tmp_path: Path) -> None:
    rows = [["代码", "名称", "单位", *HEADER[3:]], *ROWS]
    why = str(only(read(tmp_path, csv_bytes(rows), "a.csv")).rejected)
    assert "“代码”可能是“目录代码”“提供方代码”，拿不准，没有用；请改成要的那一个。" in why
    assert "“单位”像是“数源单位”（67%），拿不准，没有用；是的话请改成“提供方名称”。" in why


def test_an_optional_header_that_only_resembles_is_a_doubt(tmp_path: Path) -> None:
    table = only(read(tmp_path, csv_bytes([[*HEADER[:5], "最近更新日"], *ROWS]), "a.csv"))
    assert "last_updated_on" not in table.frame.column_names
    [doubt] = table.doubts
    assert (doubt.row, doubt.place, doubt.header) == (1, 6, "最近更新日")
    assert "像是“最近更新日期”（91%），拿不准，没有读" in doubt.message
    assert table.notes == [doubt.message, NO_STATUS]


@pytest.mark.parametrize("other", ["备注", "更新说明", "负责人", "数据领域"])
def test_other_columns_are_no_doubt(tmp_path: Path, other: str) -> None:
    rows = [[*HEADER, other], *[[*row, "x"] for row in ROWS]]
    assert only(read(tmp_path, csv_bytes(rows), "a.csv")).doubts == []


def test_errors_and_formulas_without_a_value_are_named_at_their_cells(
    read_book: Callable[..., FileTables],
) -> None:
    name, code = Error("#N/A", "NA()"), Error("#REF!")
    rows = [HEADER, [FIRST[0], name, *FIRST[2:]], [code, *SECOND[1:]], THIRD]
    verdict = judged(only(read_book(Sheet("目录", rows))))
    assert verdict.findings == {
        (2, "name", "warning", "cell_not_computed"),
        (3, "catalogue_code", "critical", "code_damaged"),
    }
    assert verdict.values[2]["name"] is None
    assert (verdict.accepted, verdict.quarantined) == (2, 1)


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_formula_that_nobody_has_computed_is_unread(tmp_path: Path, form: str) -> None:
    """In an xls a formula always has a result."""
    rows = [
        HEADER,
        [FIRST[0], Formula("B9&C9"), *FIRST[2:5], Formula("TODAY()")],
        [Formula("A2+1"), *SECOND[1:]],
        [THIRD[0], THIRD[1], Formula("VLOOKUP(1,A:B,2)"), *THIRD[3:]],
        ["36110004", *FIRST[1:4], Formula("D2"), FIRST[5]],
    ]
    verdict = judged(only(read(tmp_path, WORKBOOKS[form]([Sheet("目录", rows)]), f"a.{form}")))
    assert verdict.findings >= {
        (2, "name", "warning", "cell_not_computed"),
        (2, "last_updated_on", "warning", "catalogue_last_updated_on_unread"),
        (3, "catalogue_code", "critical", "code_damaged"),
        (4, "org_code", "critical", "code_damaged"),
        (5, "update_cycle", "warning", "catalogue_update_cycle_unread"),
    }
    assert (verdict.accepted, verdict.quarantined) == (2, 2)


def test_the_cached_value_of_a_formula_counts(read_book: Callable[..., FileTables]) -> None:
    row = [Formula("A9", 36110001.0), Formula("B9", "名录"), *FIRST[2:]]
    table = only(read_book(Sheet("目录", [HEADER, row, SECOND])))
    assert cells(table, "catalogue_code", "name")[0] == ["36110001", "名录"]


@pytest.mark.parametrize("form", ["xlsx", "xls"])
@pytest.mark.parametrize("cell", [date(2026, 3, 5), 44624, "2026-03-05"])
def test_dates_of_1904_workbooks(tmp_path: Path, form: str, cell: object) -> None:
    make = {"xlsx": xlsx_bytes, "xls": xls_bytes}[form]
    rows = [HEADER, [*FIRST[:5], cell], [*SECOND[:5], datetime(2026, 3, 5, 23, 59)]]
    verdict = judged(only(read(tmp_path, make([Sheet("目录", rows)], True), f"a.{form}")))
    assert verdict.values[2]["last_updated_on"].date() == date(2026, 3, 5)
    assert verdict.values[3]["last_updated_on"].date() == date(2026, 3, 5)
    assert verdict.findings == frozenset()


def test_a_plain_number_in_a_date_column_counts_from_1900(
    read_book: Callable[..., FileTables],
) -> None:
    verdict = judged(only(read_book(Sheet("目录", [HEADER, [*FIRST[:5], 46086], SECOND]))))
    assert verdict.values[2]["last_updated_on"].date() == date(2026, 3, 5)


def test_macros_are_noted_by_content_or_name(tmp_path: Path) -> None:
    parts = xlsx_parts([Sheet("目录", [HEADER, *ROWS])])
    with_macros = zipped({**parts, "xl/vbaProject.bin": b"\0"})
    for data, name in ((with_macros, "a.xlsm"), (with_macros, "a.xlsx"), (zipped(parts), "a.xlsm")):
        assert read(tmp_path, data, name).notes == ["文件带有宏：只读单元格，宏没有运行。"]


TRADITIONAL = {"目录代码": "目錄代碼", "目录名称": "目錄名稱", "共享类型": "共享類型",
               "更新周期": "更新週期", "无条件共享": "無條件共享", "每月": "每月",
               "养老机构名录": "養老機構名錄"}  # fmt: skip


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-16-be", "gb18030", "utf-8"])
def test_the_encoding_is_told_by_evidence(tmp_path: Path, encoding: str) -> None:
    header = [TRADITIONAL.get(name, name) for name in HEADER[:5]]
    row = [TRADITIONAL.get(cell, cell) for cell in FIRST[:5]]
    tables = read(tmp_path, csv_bytes([header, row], encoding), "a.csv")
    assert tables.encoding == encoding
    assert cells(only(tables), *COLUMNS[:5]) == [row]
    assert judged(only(tables)).values[2]["sharing_type"] == "无条件共享"


@pytest.mark.parametrize(("cut_at", "line"), [("公租", 3), ("低保", 4)])
def test_utf_8_with_a_broken_place_says_where(tmp_path: Path, cut_at: str, line: int) -> None:
    whole = csv_bytes([HEADER, *ROWS])
    place = whole.index(cut_at.encode()) + 4
    for data in (whole[:place], whole[:place] + whole[place + 1 :]):
        with pytest.raises(UnreadableFile, match=f"第 {line} 行有不完整的字符"):
            read(tmp_path, data, "a.csv")


def test_codes_that_became_dates_are_damaged(tmp_path: Path) -> None:
    dates = ["2026-01-02", "2026-01-02 00:00:00", "1月2日", "2-Jan"]
    lines = [[code, *FIRST[1:]] for code in ("1-2-3", *dates)]
    told = judged(only(read(tmp_path, csv_bytes([HEADER, *lines]), "a.csv"))).findings
    assert {row for row, *_, rule in told if rule == "code_damaged"} == {3, 4, 5, 6}
    only_dates = [[code, *FIRST[1:]] for code in ("2026-01-02", "2026-01-03")]
    told = judged(only(read(tmp_path, csv_bytes([HEADER, *only_dates]), "a.csv"))).findings
    assert "code_damaged" not in {rule for *_, rule in told}


def test_a_number_that_several_rows_were_rounded_to_is_damaged(tmp_path: Path) -> None:
    codes = ["361100008000000000", "361100008000000000", "361100008000001000", "12345", "12345"]
    lines = [[code, f"名录{place}", *FIRST[2:]] for place, code in enumerate(codes)]
    told = judged(only(read(tmp_path, csv_bytes([HEADER, *lines]), "a.csv"))).findings
    assert {row for row, *_, rule in told if rule == "code_damaged"} == {2, 3, 4}
    assert {row for row, *_, rule in told if rule == "conflicting_duplicate"} == {6}


def test_codes_that_end_in_zeros_are_not_damaged_because_one_is_said_twice(tmp_path: Path) -> None:
    codes = [f"3611000080{number:05d}000" for number in (1, 1, 2, 3, 4)]
    lines = [[code, f"名录{place}", *FIRST[2:]] for place, code in enumerate(codes)]
    told = judged(only(read(tmp_path, csv_bytes([HEADER, *lines]), "a.csv"))).findings
    assert {row for row, *_, rule in told if rule == "code_damaged"} == {2, 3}


RESOURCES = [
    ["资源标识", "目录代码", "资源类型", "挂载状态", "资源状态", "挂载日期", "数据量"],
    ["R-1", "1", "库表", "已挂载", "正常", "2026-01-08", "12"],
    ["R-2", "2", "接口", "未挂载", None, None, None],
]


@pytest.mark.parametrize("title", [[], [["二、挂载资源"]], [[], ["二、挂载资源"], []]])
def test_tables_below_each_other_are_read_each_by_itself(
    read_book: Callable[..., FileTables], title: list[list[str]]
) -> None:
    upper = [["一、目录"], HEADER, *ROWS]
    tables = read_book(Sheet("2026年", [*upper, *title, *RESOURCES]))
    entries, resources = tables.tables
    assert cells(entries, *COLUMNS) == ROWS
    assert cells(resources, "resource_id", "mount_status") == [["R-1", "已挂载"], ["R-2", "未挂载"]]
    first = len(upper) + len(title) + 2
    assert resources.frame["row"].to_pylist() == [first, first + 1]
    assert len(tables.skipped) == 1 + sum(map(bool, title))


def test_a_header_that_comes_again_begins_no_table(tmp_path: Path) -> None:
    data = csv_bytes([HEADER, ROWS[0], HEADER, ROWS[1], ["目录代码", "", "", "", "", ""]])
    assert cells(only(read(tmp_path, data, "a.csv")), *COLUMNS)[:2] == ROWS[:2]


def test_columns_that_nobody_reads_are_named(tmp_path: Path) -> None:
    header = ["序号", *HEADER, "状态", "备注"]
    rows = [[str(number), *row, "已发布", ""] for number, row in enumerate(ROWS, 1)]
    found = read(tmp_path, csv_bytes([header, *rows]), "a.csv")
    [note] = found.notes
    assert "没有用到的列：“状态”“备注”；" in note
    assert only(found).notes == [NO_STATUS]


def test_rows_without_a_status_are_counted(tmp_path: Path) -> None:
    rows = [[*row, status] for row, status in zip(ROWS, ["已发布", "", ""], strict=True)]
    found = read(tmp_path, csv_bytes([[*HEADER, "发布状态"], *rows]), "a.csv")
    assert found.notes == []
    assert only(found).notes == ["有 2 行没有写发布状态，按未发布处理，不参加考核。"]


@pytest.mark.parametrize("places", [(1, 0, 2, 3, 4, 5), (0, 1, 3, 2, 5, 4)])
def test_below_a_header_in_another_order_columns_are_in_that_order(
    read_book: Callable[..., FileTables], places: tuple[int, ...]
) -> None:
    def in_order(line: list[str]) -> list[str]:
        return [line[place] for place in places]

    below = [in_order(HEADER), *map(in_order, ROWS[1:])]
    table = only(read_book(Sheet("目录", [HEADER, ROWS[0], [], ["续表"], *below])))
    assert cells(table, *COLUMNS) == ROWS


def test_below_a_header_with_other_columns_no_column_is_taken_for_another(tmp_path: Path) -> None:
    other = [*HEADER[:5], "备注"]
    data = csv_bytes([HEADER, ROWS[0], other, [*ROWS[1][:5], "待补"]])
    table = only(read(tmp_path, data, "a.csv"))
    assert cells(table, *COLUMNS) == [ROWS[0], [*ROWS[1][:5], None]]


def test_a_header_that_comes_again_in_other_words_is_no_row(tmp_path: Path) -> None:
    again = [HEADER[0], f"{HEADER[1][:2]} {HEADER[1][2:]}", f"{HEADER[2]}*", *HEADER[3:]]
    found = read(tmp_path, csv_bytes([HEADER, ROWS[0], again, ROWS[1]]), "a.csv")
    assert cells(only(found), *COLUMNS) == ROWS[:2]
    assert [line.row for line in found.skipped] == [3]


def test_a_header_of_which_a_merged_cell_covers_one_comes_again(
    read_book: Callable[..., FileTables],
) -> None:
    first = [HEADER[2], *HEADER[:2], *HEADER[3:]]
    lines = [[row[2], *row[:2], *row[3:]] for row in ROWS]
    for line in lines[1:]:
        line[0] = None
    again = [None, *first[1:]]
    sheet = Sheet("目录", [first, lines[0], lines[1], again, lines[2]], merged=[(1, 0, 4, 0)])
    tables = read_book(sheet)
    assert cells(only(tables), *COLUMNS) == ROWS
    assert [line.row for line in tables.skipped] == [4]


@pytest.mark.parametrize(
    "below",
    [
        [["附：必填项"], HEADER[:3], ["示例：E-1", "某名称", "361100"]],
        [["审核要点", *HEADER[:2], HEADER[4]]],
    ],
)
def test_a_list_of_headers_below_the_rows_is_no_table(
    tmp_path: Path, below: list[list[str]]
) -> None:
    table = only(read(tmp_path, csv_bytes([HEADER, *ROWS, *below]), "a.csv"))
    assert table.rejected is None
    assert cells(table, *COLUMNS)[:3] == ROWS


def test_a_sheet_called_after_its_first_table_may_hold_another(
    read_book: Callable[..., FileTables],
) -> None:
    tables = read_book(Sheet("目录", [HEADER, *ROWS, ["二、挂载资源"], *RESOURCES]))
    assert [(one.dataset, one.rejected) for one in tables.tables] == [
        ("catalogue", None), ("resource", None),
    ]  # fmt: skip


def test_the_name_of_a_sheet_counts_where_its_header_comes_again(
    read_book: Callable[..., FileTables],
) -> None:
    header, lines = HEADER[1:], [row[1:] for row in ROWS]
    found = only(read_book(Sheet("目录", [header, lines[0], header, lines[1]])))
    assert "缺少必填列：目录代码" in (found.rejected or "")


def test_field_rows_about_columns_of_ours_are_rows(read_book: Callable[..., FileTables]) -> None:
    header = ["目录代码", "信息项名称", "信息项代码", "数据类型", "长度", "说明"]
    lines = [["E1", "批次号", "batch_id", "字符型", "50", "批次"],
             [None, "资源标识", "resource_id", "字符型", None, "资源标识"],
             [None, "目录代码", "catalogue_code", "字符型", "10", "目录名称"]]  # fmt: skip
    table = only(read_book(Sheet("信息项", [header, *lines], merged=[(1, 0, 3, 0)])))
    names = [["E1", line[1]] for line in lines]
    assert cells(table, "catalogue_code", "field_name") == names


BESIDE = RESOURCES[0][:1] + RESOURCES[0][2:4]


def both(*resources: list[str | None]) -> list[list[str | None]]:
    """Entries with a resource beside each: the first has two, the last none."""
    entries = [ROWS[0], ROWS[0], ROWS[1], ROWS[2]]
    return [[*entry, *beside] for entry, beside in zip(entries, resources, strict=True)]


def test_an_entry_and_its_resource_in_one_row_are_both_read(
    read_book: Callable[..., FileTables],
) -> None:
    lines = both(
        ["R-1", "库表", "已挂载"], ["R-2", "接口", "已挂载"], ["R-3", "文件", "未挂载"], [None] * 3
    )
    for sheet in ("Sheet1", "目录", "挂载资源"):
        tables = read_book(Sheet(sheet, [[*HEADER, *BESIDE], *lines]))
        entries, resources = tables.tables
        assert cells(entries, *COLUMNS) == [ROWS[0], *ROWS]
        assert entries.folds
        assert not resources.folds
        assert cells(resources, "resource_id", "catalogue_code", "mount_status") == [
            ["R-1", ROWS[0][0], "已挂载"], ["R-2", ROWS[0][0], "已挂载"],
            ["R-3", ROWS[1][0], "未挂载"],
        ]  # fmt: skip
        assert tables.notes == []


def test_entries_with_resources_beside_them_under_a_header_on_each_page(
    read_book: Callable[..., FileTables],
) -> None:
    header = [*HEADER, *BESIDE]
    line = [*ROWS[0], "R-1", "库表", "已挂载"]
    swapped = [header[1], header[0], *header[2:]]
    for sheet in ("Sheet1", "目录"):
        for below in (header, swapped):
            other = [*ROWS[1], "R-2", "接口", "已挂载"]
            if below is swapped:
                other = [other[1], other[0], *other[2:]]
            entries, resources = read_book(Sheet(sheet, [header, line, below, other])).tables
            assert cells(entries, *COLUMNS) == ROWS[:2]
            assert cells(resources, "resource_id") == [["R-1"], ["R-2"]]


def test_resource_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    lines = [[*HEADER, "挂载状态", "挂载日期"], *([*row, "已挂载", "2026-01-08"] for row in ROWS)]
    tables = read(tmp_path, csv_bytes(lines), "a.csv")
    assert only(tables).dataset == "catalogue"
    [note] = tables.notes
    assert "“挂载状态”“挂载日期”是挂载资源的列，缺少资源标识、资源类型，这里没有读" in note
