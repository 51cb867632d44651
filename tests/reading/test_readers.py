"""Readers and tables: whatever the carrier, the same rows come out, with their numbers."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.formats import read_file
from sharing_pipeline.reading.grid import cell_text
from sharing_pipeline.settings import PROJECT, Limits
from sharing_pipeline.sheets.first_look import sniff
from sharing_pipeline.sheets.raw_table import FileTables, RawTable
from sharing_pipeline.sheets.tables import read_tables

CATALOG = PROJECT / "catalog"
CONTRACTS = load_contracts(CATALOG)
HEADER = ["目录代码", "目录名称", "提供方", "共享类型", "更新周期", "最近更新日期"]
ROWS = [
    ["361100001", "养老机构名录", "市民政局", "无条件共享", "每月", "2026-11-01"],
    ["361100002", "公租房名册", "市住建局", "有条件共享", "每季度", None],
]
RESOURCE_HEADER = ["资源标识", "目录代码", "资源类型", "挂载状态"]
RESOURCES = [["R1", "361100001", "库表", "已挂载"]]


def csv_bytes(rows: list[list[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def book_bytes(sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def objects(header: list[str], rows: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(header, row, strict=True)) for row in rows]


def tables_in_json(header: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    """A table otherwise than as a list of objects, as pandas and CKAN's datastore write it."""
    columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    numbers = [str(number) for number in range(len(rows))]
    return {
        "columns": columns,
        "numbered": {name: dict(zip(numbers, columns[name], strict=True)) for name in header},
        "index": dict(zip(numbers, objects(header, rows), strict=True)),
        "values": [header, *rows],
        "split": {"columns": header, "index": [7, 8], "data": rows},
        "datastore": {"fields": [{"id": name} for name in header], "records": rows},
    }


def parquet_bytes(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def read(tmp_path: Path, data: bytes, name: str, source: str = "catalogue") -> FileTables:
    path = tmp_path / "bytes"
    path.write_bytes(data)
    return read_tables(path, name, load_source(CATALOG, source), CONTRACTS)


def only(tables: FileTables) -> RawTable:
    [table] = tables.tables
    return table


def values(table: RawTable) -> list[list[Any]]:
    names = ["catalogue_code", "name", "org_code", "sharing_type", "update_cycle"]
    columns = table.frame.select([*names, "last_updated_on"]).to_pydict()
    return [list(row) for row in zip(*columns.values(), strict=True)]


CARRIERS = {
    "utf-8.csv": (csv_bytes([HEADER, *ROWS]), "csv", "utf-8"),
    "bom.csv": (csv_bytes([HEADER, *ROWS], "utf-8-sig"), "csv", "utf-8-sig"),
    "gbk.csv": (csv_bytes([HEADER, *ROWS], "gb18030"), "csv", "gb18030"),
    "utf-16.csv": (csv_bytes([HEADER, *ROWS], "utf-16"), "csv", "utf-16"),
    "semicolon.csv": (csv_bytes([HEADER, *ROWS], delimiter=";"), "csv", "utf-8"),
    "some.csv.gz": (
        gzip.compress(csv_bytes([HEADER, *ROWS], "gb18030"), mtime=0), "csv", "gb18030",
    ),
    "some.tsv": (csv_bytes([HEADER, *ROWS], delimiter="\t"), "tsv", "utf-8"),
    "some.xlsx": (book_bytes({"Sheet1": [HEADER, *ROWS]}), "xlsx", None),
    "some.json": (
        json.dumps(objects(HEADER, ROWS), ensure_ascii=False).encode(), "json", "utf-8",
    ),
    "some.jsonl": (
        "\n".join(json.dumps(one, ensure_ascii=False) for one in objects(HEADER, ROWS)).encode(),
        "jsonl", "utf-8",
    ),
    **{
        f"{name}.json": (json.dumps(table, ensure_ascii=False).encode(), "json", "utf-8")
        for name, table in tables_in_json(HEADER, ROWS).items()
    },
    "some.parquet": (parquet_bytes(pa.Table.from_pylist(objects(HEADER, ROWS))), "parquet", None),
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIERS)
def test_every_carrier_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    data, form, encoding = CARRIERS[name]
    tables = read(tmp_path, data, name)
    assert (tables.format, tables.encoding, tables.notes) == (form, encoding, [])
    table = only(tables)
    assert (table.dataset, table.rejected) == ("catalogue", None)
    assert values(table) == ROWS
    assert table.frame["row"].to_pylist() == [2, 3]
    assert table.headers["org_code"] == "提供方"
    assert table.from_workbook == (form == "xlsx")


def test_carriers_agree_on_the_fingerprint_of_a_row(tmp_path: Path) -> None:
    prints = {
        tuple(only(read(tmp_path, data, name)).frame["cells"].to_pylist())
        for name, (data, _, _) in CARRIERS.items()
    }
    assert len(prints) == 1
    assert {len(one) for one in prints.pop()} == {32}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1.0, "1"),
        (-3, "-3"),
        (0.1 + 0.2, "0.3"),
        (999999999999999, "999999999999999"),
        (361100000000000000.0, "3.611E+17"),
        (1e15, "1E+15"),
        (361100036000000008, "361100036000000008"),
        (Decimal("12.50"), "12.50"),
        (True, "true"),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, 9, 30), "2026-11-22 09:30:00"),
        (["xlsx", "api"], '["xlsx","api"]'),
        ({"一": 1}, '{"一":1}'),
        ([], "[]"),
        ("  ", None),
        ("", None),
        (None, None),
        (" 保留空格 ", " 保留空格 "),
        (float("nan"), "nan"),
    ],
)
def test_a_cell_becomes_text(cell: object, text: str | None) -> None:
    assert cell_text(cell) == text


def test_typed_workbook_cells_become_text(tmp_path: Path) -> None:
    row = [361100001, "名录", "市民政局", True, 1.5, datetime(2026, 11, 22)]
    long = [361100000000000123, "长编号", "市民政局", "无条件共享", "每月", "=1+1"]
    table = only(read(tmp_path, book_bytes({"目录": [HEADER, row, long]}), "a.xlsx"))
    assert values(table) == [
        ["361100001", "名录", "市民政局", "true", "1.5", "2026-11-22"],
        ["3.611E+17", "长编号", "市民政局", "无条件共享", "每月", "=1+1"],
    ]


def test_typed_parquet_cells_become_text(tmp_path: Path) -> None:
    data = parquet_bytes(
        pa.table(
            {
                "catalogue_code": pa.array([1234567890123456789]),
                "name": pa.array(["名录"]).dictionary_encode(),
                "org_code": pa.array([12.0]),
                "sharing_type": pa.array([b"\xe6\x97\xa0"]),
                "update_cycle": pa.array([["a"]]),
                "last_updated_on": pa.array([1763769600123456789], pa.timestamp("ns", "UTC")),
            }
        )
    )
    assert values(only(read(tmp_path, data, "a.parquet"))) == [
        ["1234567890123456789", "名录", "12", "无", '["a"]', "2025-11-22 00:00:00.123456+00:00"]
    ]


def test_titles_blank_lines_repeated_headers_totals_and_notes_are_no_rows(tmp_path: Path) -> None:
    rows = [
        ["2026年政务数据目录"],
        [],
        HEADER,
        ROWS[0],
        [None] * 6,
        ["一、住建部门"],
        HEADER,
        ROWS[1],
        ["合计", None, "2 条"],
        ["注：本表每月报送"],
    ]
    for data, name in (
        (book_bytes({"目录": rows}), "a.xlsx"),
        (csv_bytes([row or [""] for row in rows]), "a.csv"),
    ):
        tables = read(tmp_path, data, name)
        table = only(tables)
        assert values(table) == ROWS
        assert table.frame["row"].to_pylist() == [4, 8]
        assert table.parts[0].header_row == 3
        assert [(line.row, line.text) for line in tables.skipped] == [
            (1, "2026年政务数据目录"),
            (6, "一、住建部门"),
            (7, " ".join(HEADER)),
            (9, "合计 2 条"),
            (10, "注：本表每月报送"),
        ]


def test_a_row_with_a_key_stays_whatever_its_name_says(tmp_path: Path) -> None:
    header = ["目录名称", "目录代码", "提供方", "共享类型", "更新周期"]
    rows = [
        ["合计", "1", "甲", "无条件共享", "每月"],
        ["总计划表", None, "甲", "无条件共享", "每月"],
    ]
    tables = read(tmp_path, csv_bytes([header, *rows]), "a.csv")
    assert only(tables).frame["name"].to_pylist() == ["合计", "总计划表"]
    assert tables.skipped == []


NUMBERED = ["序号", "数源部门", "目录代码", "目录名称", "共享类型", "更新周期", "发布状态"]


@pytest.mark.parametrize(
    "line",
    [
        ["合计", None, "4"],
        ["合  计", None, "共4条"],
        ["汇总", None, None, "4"],
        [None, "合计", "4"],
        [None, "市教育局", "小计", "4条"],
        ["小计", "市教育局", "4条", None, None, None, "已发布"],
        ["填报人：张三", None, "审核人：李四", "联系电话：0793-1234567"],
        ["填报人", "张三", "13900000000", "审核人"],
        [None, None, "审核人：李四", "2026年3月"],
        ["备注", None, "本表由办公室填报"],
        ["单位负责人（签字）", None, None, "日期"],
        ["截止日期：", "2026-11-30"],
        ["平均", None, None, None, None, "5"],
        [None, None, "填写示例：361100007000000999", "示例目录", "无条件共享"],
    ],
)
def test_a_total_or_note_with_text_below_the_code_is_no_row(
    tmp_path: Path, line: list[str | None]
) -> None:
    rows = [
        [f"{at}", "市教育局", f"36110000700000000{at}", f"名{at}", "无条件共享", "每月", "已发布"]
        for at in range(1, 5)
    ]
    written = [NUMBERED, *rows[:3], line, rows[3]]
    data = csv_bytes([[cell or "" for cell in row] for row in written])
    tables = read(tmp_path, data, "a.csv")
    assert only(tables).frame["name"].to_pylist() == ["名1", "名2", "名3", "名4"]
    assert [(one.row, one.text) for one in tables.skipped] == [(5, " ".join(filter(None, line)))]


def test_a_row_named_like_a_note_stays_with_a_code_like_the_others(tmp_path: Path) -> None:
    header = ["目录名称", "目录代码", "提供方", "共享类型", "更新周期"]
    rows = [["说明", "361100007000000001", "甲"], ["名称", "361100007000000002", "甲"]]
    rows = [[*row, "", "每月"] for row in rows]
    tables = read(tmp_path, csv_bytes([header, *rows]), "a.csv")
    assert only(tables).frame["name"].to_pylist() == ["说明", "名称"]


def test_headers_are_compared_without_width_space_case_and_script(tmp_path: Path) -> None:
    header = ["＊目 錄 代 碼", "NAME", "提供方", "共享類型", "更新\n周期", "最近更新日期 "]
    table = only(read(tmp_path, csv_bytes([header, *ROWS]), "a.csv"))
    assert values(table) == ROWS
    assert table.headers["catalogue_code"] == "＊目 錄 代 碼"


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    upper = ["目录代码", "基本信息", None, "共享信息", None, "最近更新日期"]
    lower = [None, "目录名称", "提供方", "共享类型", "更新周期", None]
    tables = read(tmp_path, book_bytes({"目录": [["标题"], upper, lower, *ROWS]}), "a.xlsx")
    assert values(only(tables)) == ROWS
    assert only(tables).frame["row"].to_pylist() == [4, 5]
    assert [line.row for line in tables.skipped] == [1]


def test_cells_merged_down_a_column_count_for_each_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    sheet.merge_cells("C2:C4")
    stream = io.BytesIO()
    book.save(stream)
    table = only(read(tmp_path, stream.getvalue(), "a.xlsx"))
    assert table.frame["org_code"].to_pylist() == ["市民政局", "市民政局"]


def test_a_workbook_holds_several_datasets_each_judged_on_its_own(tmp_path: Path) -> None:
    data = book_bytes(
        {
            "说明": [["怎样填写"]],
            "目录": [HEADER, ROWS[0]],
            "挂载资源": [RESOURCE_HEADER, *RESOURCES],
            "目录（续）": [
                [HEADER[1], HEADER[0], *HEADER[2:]],
                [ROWS[1][1], ROWS[1][0], *ROWS[1][2:]],
            ],
            "信息项": [["目录代码", "信息项名称"], ["361100001", "姓名"]],
            "旧目录": [HEADER, ROWS[0]],
            "空": [],
        },
        hidden=("旧目录",),
    )
    tables = read(tmp_path, data, "a.xlsx")
    catalogue, resource, items = tables.tables
    assert [table.dataset for table in tables.tables] == ["catalogue", "resource", "field"]
    assert values(catalogue) == ROWS
    assert catalogue.frame["sheet"].to_pylist() == ["目录", "目录（续）"]
    assert [part.columns["name"] for part in catalogue.parts] == [2, 1]
    assert resource.frame["resource_id"].to_pylist() == ["R1"]
    assert items.rejected is not None and "数据类型（data_type）" in items.rejected
    assert tables.notes == [
        "隐藏的工作表“旧目录”没有读。",
        "工作表“说明”认不出是哪种数据，没有读。",
    ]


@pytest.mark.parametrize(
    ("header", "dataset"),
    [
        ("batch_id,resource_id,direction,status", "exchange_log"),
        ("批次号,资源标识,方向,状态", "exchange_log"),
        ("需求编号,需求名称,需求方,提供方,提出日期,目录代码", "demand"),
        ("resource_id,catalogue_code,resource_type,mount_status", "resource"),
        ("目录代码,信息项名称,数据类型", "field"),
        ("catalogue_code,name,org_name,sharing_type,update_cycle", "catalogue"),
        ("机构代码,机构名称,级别", "organisation"),
        ("目录代码,指标,批准人,理由", "exemption"),
    ],
)
def test_the_header_of_a_csv_tells_the_dataset(tmp_path: Path, header: str, dataset: str) -> None:
    cells = header.split(",")
    table = only(read(tmp_path, csv_bytes([cells, ["1"] * len(cells)]), "a.csv"))
    assert (table.dataset, table.rejected) == (dataset, None)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([HEADER[:4], ROWS[0][:4]], "缺少必填列：更新周期（update_cycle）"),
        ([["名称", "部门"], ["a", "b"]], "找不到表头"),
        ([HEADER], "没有数据行"),
        ([[*HEADER, "资源名称"], [*ROWS[0], "x"]], "“目录名称”“资源名称”都可能是必填列“目录名称”"),
        ([HEADER[1:], ROWS[0][1:]], "缺少必填列：目录代码"),
        ([["  "]], "没有数据行"),
    ],
)
def test_a_dataset_is_rejected_with_the_reason(
    tmp_path: Path, rows: list[list[Any]], why: str
) -> None:
    for data, name in ((csv_bytes(rows), "a.csv"), (book_bytes({"表": rows}), "a.xlsx")):
        table = only(read(tmp_path, data, name))
        assert table.dataset == "catalogue"
        assert table.rejected is not None and why in table.rejected
        assert table.frame.num_rows == 0


def test_an_optional_column_in_doubt_is_left_out_with_a_warning(tmp_path: Path) -> None:
    rows = [[*HEADER, "更新时间"], [*ROWS[0], "2026-01-01"]]
    table = only(read(tmp_path, csv_bytes(rows), "a.csv"))
    assert "last_updated_on" not in table.frame.column_names
    [doubt] = table.doubts
    assert (doubt.row, doubt.header, doubt.column) == (1, "更新时间", "last_updated_on")
    assert "“最近更新日期”“更新时间”" in doubt.message


def test_provider_code_and_provider_side_by_side(tmp_path: Path) -> None:
    rows = [["提供方代码", *HEADER], ["361100", *ROWS[0]]]
    table = only(read(tmp_path, csv_bytes(rows), "a.csv"))
    assert table.frame["org_code"].to_pylist() == ["361100"]
    assert table.frame["org_name"].to_pylist() == ["市民政局"]


def test_short_csv_records_are_padded_and_long_ones_named(tmp_path: Path) -> None:
    data = csv_bytes([HEADER, ROWS[0][:5], [*ROWS[1], "多", "余"], [*ROWS[0], "", " "]])
    table = only(read(tmp_path, data, "a.csv"))
    assert table.frame["last_updated_on"].to_pylist() == [None, None, "2026-11-01"]
    assert [(one.row, one.value) for one in table.surplus] == [(3, "多")]


def test_two_quotes_that_make_one_cell_of_records_are_told(tmp_path: Path) -> None:
    lines = [",".join(map(str, [number, *ROWS[0][1:]])) for number in range(6)]
    lines[1], lines[4] = lines[1].replace(",", ',"', 1), lines[4].replace(",", '",', 1)
    tables = read(tmp_path, "\n".join([",".join(HEADER), *lines]).encode(), "a.csv")
    assert only(tables).frame["row"].to_pylist() == [2, 3, 4]
    assert tables.notes[0].startswith("第 3 行有一格里有 4 行字")
    wordy = csv_bytes([HEADER, ["1", "a,b\nc,d", *ROWS[0][2:]]])
    assert read(tmp_path, wordy, "a.csv").notes == []


def test_a_formula_that_only_holds_a_text_is_that_text(tmp_path: Path) -> None:
    formulas = ['="0361"', '="共 ""3"" 类"', "=SUM(A1)", '="0364', '="a"&"b"']
    header = [f'="{HEADER[0]}"', *HEADER[1:]]
    rows = [[f'="C{at}"', formula, *ROWS[0][2:]] for at, formula in enumerate(formulas)]
    table = only(read(tmp_path, csv_bytes([header, *rows]), "a.csv"))
    assert table.frame["catalogue_code"].to_pylist() == ["C0", "C1", "C2", "C3", "C4"]
    assert table.frame["name"].to_pylist() == ["0361", '共 "3" 类', *formulas[2:]]


def test_fingerprints_tell_exact_duplicates(tmp_path: Path) -> None:
    header = [*HEADER, "数", "备注"]
    first = ["1", "名录", "甲", "无条件共享", "每月", "2026-11-01", "1", ""]
    rows = [
        first,
        [" 1 ", "名录\u3000", *first[2:]],
        [*first[:6], "1.0", "  "],
        [*first[:6], "1.5", ""],
        ["01", *first[1:]],
        [*first[:7], "1"],
    ]
    prints = only(read(tmp_path, csv_bytes([header, *rows]), "a.csv")).frame["cells"].to_pylist()
    assert prints[0] == prints[1] == prints[2]
    assert len(set(prints[2:])) == 4


def test_missing_keys_of_an_object_equal_empty_ones(tmp_path: Path) -> None:
    some = objects(HEADER, ROWS)
    fewer = {key: value for key, value in some[1].items() if value is not None}
    turned = dict(reversed(some[1].items()))
    table = only(read(tmp_path, json.dumps([some[1], fewer, turned]).encode(), "a.json"))
    assert len(set(table.frame["cells"].to_pylist())) == 1


def test_line_breaks_inside_cells_and_blank_records_keep_the_numbers(tmp_path: Path) -> None:
    data = csv_bytes([HEADER]) + b"\r\n" + csv_bytes([["1", "a\nb", "c", "d", "e", "f"]])
    table = only(read(tmp_path, data, "a.csv"))
    assert table.frame["row"].to_pylist() == [3]
    assert table.frame["name"].to_pylist() == ["a\nb"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "空的"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04 broken", "不完整或已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "工作簿损坏"),
        (b"PAR1 broken PAR1", "Parquet 文件不完整"),
        (b"\x1f\x8b broken", "gzip"),
        (gzip.compress(b"a" * 1000, mtime=0)[:-6], "gzip"),
        (b"<html><table></table></html>", "网页"),
        (b"\xff\xff\xff\xff,\x81", "文字编码"),
        (b"a,b\x00,c", "空字节"),
        (b'[{"a": 1}, {"a": ', "不是正确的 JSON"),
        (b'{"a": 1}\n{"a": \n', "第 2 行不是正确的 JSON"),
        (b'[{"a": 1, "a": 2}]', "“a”写了两次"),
        (b'[{"a": NaN}]', "NaN"),
        (b'[{"a": 1}, 2]', "第 2 个元素不是对象"),
        (b'[["a", "b"], ["1"], ["1", "2", "3"]]', "第 2 行的值比列名多"),
        (b'{"columns": ["a", "a"], "data": [["1", "2"]]}', "“a”写了两次"),
        (b'[["a"], {"a": 1}]', "第 1 个元素不是对象"),
        (b"[" * 200_000, "嵌套过深"),
        (b'a,b\n"never closed,1\n2,3\n', "双引号不成对"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read(tmp_path, data, "a.csv")


def test_half_a_surrogate_pair_is_refused(tmp_path: Path) -> None:
    data = json.dumps(objects(HEADER, [["\ud800", *ROWS[0][1:]]])).encode()
    with pytest.raises(UnreadableFile, match="不完整的字符"):
        read(tmp_path, data, "a.json")


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(file_bytes=10), "字节，超过 10 的上限"),
        (Limits(columns=5), "6 列，超过 5 列"),
        (Limits(cells=10), "超过 10 个单元格"),
        (Limits(workbook_bytes=100), "解压后"),
        (Limits(sheets=0), "个工作表，超过 0 个"),
    ],
)
def test_limits_hold(tmp_path: Path, limits: Limits, why: str) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(CARRIERS["some.xlsx"][0])
    with pytest.raises(UnreadableFile, match=why):
        read_file(path, "a.xlsx", limits)


def test_a_table_in_json_of_too_many_names_is_refused_at_once(tmp_path: Path) -> None:
    table = {"columns": [f"列{number}" for number in range(200_000)], "data": [[]] * 200_000}
    path = tmp_path / "bytes"
    path.write_bytes(json.dumps(table).encode())
    with pytest.raises(UnreadableFile, match="200,000 列"):
        read_file(path, "a.json", Limits())


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(gzip.compress(b"a" * 5_000_000))
    with pytest.raises(UnreadableFile, match="解压后超过"):
        read_file(path, "a.csv.gz", Limits(unpacked_bytes=1_000_000))


def test_another_extension_is_a_note(tmp_path: Path) -> None:
    assert read(tmp_path, CARRIERS["gbk.csv"][0], "目录.xls").notes == [
        "扩展名是 .xls，内容是 csv，已按内容读取。"
    ]
    assert "宏没有运行" in read(tmp_path, CARRIERS["some.xlsx"][0], "a.xlsm").notes[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_sniff_sees_a_log_by_its_beginning(tmp_path: Path, encoding: str) -> None:
    header = ["批次号", "资源标识", "方向", "状态", "开始时间", "数据量"]
    rows = [[f"B{i}", "R1", "归集", "成功", "2026-11-22 01:00:00", "5"] for i in range(60_000)]
    data = csv_bytes([["交换日志"], header, *rows], encoding)
    assert len(data) > 1 << 20
    path = tmp_path / "log"
    for compression, content in ((None, data), ("gzip", gzip.compress(data, 1))):
        path.write_bytes(content)
        look = sniff(path, load_source(CATALOG, "exchange_log"), CONTRACTS)
        assert (look.format, look.encoding, look.compression) == ("csv", encoding, compression)
        assert (look.delimiter, look.dataset, look.header_row) == (",", "exchange_log", 2)
        assert look.header == header
        assert look.mapping["row_count"] == "数据量"
        assert look.columns["started_at"] == 5


def test_sniff_leaves_what_is_not_settled_to_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(csv_bytes([["批次号", "方向"], ["B1", "归集"]]))
    assert sniff(path, load_source(CATALOG, "exchange_log"), CONTRACTS).dataset is None
    path.write_bytes(CARRIERS["some.xlsx"][0])
    assert sniff(path, load_source(CATALOG, "exchange_log"), CONTRACTS).dataset is None
